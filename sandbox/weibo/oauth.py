"""OAuth2 as Weibo does it: a consent page, a code, a token without refresh."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.accounts import BrandAccount
from sandbox.weibo.api import answer
from sandbox.weibo.errors import WeiboError
from sandbox.world import World

_CODE_SECONDS = 300


def blueprint(world: World) -> Blueprint:
    pages = Blueprint("weibo_oauth", __name__)

    @pages.get("/weibo/oauth2/authorize")
    def ask() -> AnyResponse | str:
        return _ask(world)

    @pages.post("/weibo/oauth2/authorize")
    def decide() -> AnyResponse | str:
        return _decide(world)

    @pages.post("/weibo/oauth2/access_token")
    def exchange() -> Response:
        return _guarded(lambda: _exchange(world))

    @pages.post("/weibo/oauth2/get_token_info")
    def inform() -> Response:
        return _guarded(lambda: _inform(world))

    @pages.route("/weibo/oauth2/revokeoauth2", methods=["GET", "POST"])
    def revoke() -> Response:
        return _guarded(lambda: _revoke(world))

    return pages


def _guarded(act: object) -> Response:
    """OAuth errors name the kind in `error` and explain in `error_description`."""
    assert callable(act)  # noqa: S101
    try:
        return answer(act())
    except WeiboError as error:
        g.call_code = str(error.code)
        body = {
            "error": error.text,
            "error_code": error.code,
            "request": request.path.removeprefix("/weibo"),
            "error_uri": request.path.removeprefix("/weibo"),
            "error_description": error.text,
        }
        return answer(body, error.http_status)


def _client(world: World) -> BrandAccount:
    account = world.directory.find("weibo", "app_key", request.values.get("client_id", ""))
    if account is None:
        raise WeiboError(21324)
    return account


def _checked_redirect() -> str:
    address = request.values.get("redirect_uri", "")
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
        raise WeiboError(21322)
    return address


def _ask(world: World) -> AnyResponse | str:
    try:
        app = _client(world)
        fields = {name: request.args.get(name, "") for name in ("client_id", "state", "scope")}
        fields["redirect_uri"] = _checked_redirect()
    except WeiboError as error:
        return Response(f"error:{error.text}\nerror_code:{error.code}", status=400, content_type="text/plain")
    return render_template("authorize.html", app=app, fields=fields, accounts=world.directory.all("weibo"))


def _decide(world: World) -> AnyResponse:
    try:
        app, address = _client(world), _checked_redirect()
        state = request.form.get("state", "")
        if request.form.get("decision") != "allow":
            refusal = {
                "error_uri": "/oauth2/authorize",
                "error": "access_denied",
                "error_description": "user denied your request.",
                "error_code": "21330",
            }
            return redirect(_with_query(address, {**refusal, "state": state}))
        account = world.directory.get(request.form.get("account", app.key))
    except (WeiboError, LookupError) as error:
        return Response(f"error:{error}", status=400, content_type="text/plain")
    code = world.directory.issue(
        account,
        kind="code",
        client=app.credentials["app_key"],
        lifetime=_CODE_SECONDS,
        scope=request.form.get("scope", ""),
        redirect_uri=address,
    )
    return redirect(_with_query(address, {"state": state, "code": code}))


def _with_query(address: str, values: dict[str, str]) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(given)}"


def _exchange(world: World) -> dict[str, object]:
    app = _client(world)
    if request.values.get("client_secret") != app.credentials["app_secret"]:
        raise WeiboError(21324)
    if request.values.get("grant_type") != "authorization_code":
        raise WeiboError(21328)
    value = request.values.get("code", "")
    code = world.directory.token("weibo", value)
    if code is None or code["kind"] != "code" or code["client"] != app.credentials["app_key"]:
        raise WeiboError(21325)
    world.directory.end_token(value)
    if code["expires_at"] <= world.clock.now():
        raise WeiboError(21325)
    if code["redirect_uri"] != request.values.get("redirect_uri"):
        raise WeiboError(21322)
    account = world.directory.get(code["account"])
    g.account = account.key
    lifetime = world.limits["weibo_token_seconds"]
    token = world.directory.issue(
        account, kind="access_token", client=code["client"], lifetime=lifetime, scope=code["scope"]
    )
    seconds = int(lifetime)
    return {
        "access_token": token,
        "remind_in": str(seconds),
        "expires_in": seconds,
        "uid": account.external_id,
        "isRealName": "true",
    }


def _inform(world: World) -> dict[str, object]:
    token = world.directory.token("weibo", request.values.get("access_token", ""))
    if token is None or token["kind"] == "code":
        raise WeiboError(21332)
    remaining = int(token["expires_at"] - world.clock.now())
    if remaining <= 0:
        raise WeiboError(21327)
    account = world.directory.get(token["account"])
    g.account = account.key
    return {
        "uid": int(account.external_id),
        "appkey": token["client"],
        "scope": token["scope"] or None,
        "create_at": int(token["created_at"]),
        "expire_in": remaining,
    }


def _revoke(world: World) -> dict[str, object]:
    value = request.values.get("access_token", "")
    if world.directory.token("weibo", value) is None:
        raise WeiboError(21332)
    world.directory.end_token(value)
    return {"result": "true"}
