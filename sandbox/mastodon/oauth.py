"""Application registration, consent, tokens without expiry; and the description of the server."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.mastodon.api import answer
from sandbox.world import World

Json = dict[str, Any]
_CODE_SECONDS = 600
_NO_EXPIRY = 4e12
_OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


def install(pages: Blueprint, world: World) -> None:
    """Add the calls that need no token."""

    @pages.post("/mastodon/api/v1/apps")
    def register() -> Response:
        values = _values()
        client = secrets.token_urlsafe(32)
        redirects = values.get("redirect_uris", _OUT_OF_BAND)
        document = {
            "id": str(secrets.randbelow(10**6)),
            "name": str(values.get("client_name", "")),
            "website": values.get("website"),
            "redirect_uri": redirects,
            "client_id": client,
            "client_secret": secrets.token_urlsafe(32),
            "vapid_key": "",
        }
        world.store.set_meta(f"mastodon_app:{client}", document["client_secret"])
        world.store.set_meta(f"mastodon_app_redirect:{client}", str(redirects))
        world.store.set_meta(f"mastodon_app_scopes:{client}", str(values.get("scopes", "read")))
        return answer(document)

    @pages.get("/mastodon/oauth/authorize")
    def ask() -> AnyResponse | str:
        names = ("client_id", "redirect_uri", "scope", "state")
        fields = {name: request.args.get(name, "") for name in names}
        if not _secret_of(world, fields["client_id"]):
            return answer({"error": "invalid_client"}, 401)
        problem = _unfit(world, fields)
        if problem:
            return answer({"error": problem}, 400)
        return render_template(
            "authorize.html", app=None, fields=fields, accounts=world.directory.all("mastodon")
        )

    @pages.post("/mastodon/oauth/authorize")
    def decide() -> AnyResponse:
        return _decide(world)

    _install_tokens(pages, world)
    _install_description(pages, world)


def _install_tokens(pages: Blueprint, world: World) -> None:
    @pages.post("/mastodon/oauth/token")
    def exchange() -> Response:
        return _exchange(world)

    @pages.post("/mastodon/oauth/revoke")
    def revoke() -> Response:
        world.directory.end_token(str(_values().get("token", "")))
        return answer({})


def _install_description(pages: Blueprint, world: World) -> None:
    @pages.get("/mastodon/api/v2/instance")
    def instance() -> Response:
        return answer(_instance(world))

    @pages.get("/mastodon/api/v1/instance")
    def instance_v1() -> Response:
        described = _instance(world)
        kept = {
            name: described[name]
            for name in ("title", "version", "description", "languages", "configuration")
        }
        return answer({**kept, "uri": described["domain"], "urls": {}})


def _unfit(world: World, fields: dict[str, str]) -> str:
    """What is wrong with a consent that is asked for: the app was registered for less, or for elsewhere."""
    redirects = world.store.meta(f"mastodon_app_redirect:{fields['client_id']}").split()
    if redirects and fields["redirect_uri"] not in redirects:
        return "invalid_redirect_uri"
    scopes = world.store.meta(f"mastodon_app_scopes:{fields['client_id']}").split()
    asked = fields["scope"].split()
    if scopes and any(scope not in scopes and scope.split(":")[0] not in scopes for scope in asked):
        return "invalid_scope"
    return ""


def _values() -> Json:
    body = request.get_json(silent=True) if request.is_json else None
    return body if isinstance(body, dict) else request.values.to_dict()


def _secret_of(world: World, client: str) -> str:
    account = world.directory.find("mastodon", "client_id", client)
    return account.credentials["client_secret"] if account else world.store.meta(f"mastodon_app:{client}")


def _decide(world: World) -> AnyResponse:
    form = request.form
    address, state = form.get("redirect_uri", ""), form.get("state", "")
    if form.get("decision") != "allow":
        refusal = {"error": "access_denied", "state": state}
        return redirect(f"{address}?{urlencode(refusal)}")
    account = world.directory.get(form.get("account", ""))
    code = world.directory.issue(
        account,
        kind="code",
        client=form.get("client_id", ""),
        lifetime=_CODE_SECONDS,
        scope=form.get("scope", ""),
        redirect_uri=address,
    )
    if address == _OUT_OF_BAND:
        return Response(code, content_type="text/plain")
    return redirect(f"{address}{'&' if '?' in address else '?'}{urlencode({'code': code, 'state': state})}")


def _exchange(world: World) -> Response:
    values = _values()
    client = str(values.get("client_id", ""))
    if not client or values.get("client_secret") != _secret_of(world, client):
        return answer({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
    code = world.directory.token("mastodon", str(values.get("code", "")))
    good = code is not None and code["kind"] == "code" and code["client"] == client
    good = good and code is not None and code["redirect_uri"] == values.get("redirect_uri")
    if values.get("grant_type") != "authorization_code" or not good or code is None:
        return answer(
            {"error": "invalid_grant", "error_description": "The authorization grant is invalid"}, 400
        )
    world.directory.end_token(code["value"])
    account = world.directory.get(code["account"])
    token = world.directory.issue(
        account, kind="access_token", client=client, lifetime=_NO_EXPIRY, scope=code["scope"]
    )
    created = int(world.clock.now())
    return answer(
        {"access_token": token, "token_type": "Bearer", "scope": code["scope"], "created_at": created}
    )


_SOFTWARE: dict[bool, Json] = {
    False: {
        "version": "4.5.0",
        "source_url": "https://github.com/mastodon/mastodon",
        "api_versions": {"mastodon": 7},
    },
    True: {
        "version": "0.20.2+git-1a2b3c4",
        "source_url": "https://codeberg.org/superseriousbusiness/gotosocial",
    },
}


def _instance(world: World) -> Json:
    longest = int(world.limits["mastodon_max_characters"])
    return {
        **_SOFTWARE[bool(world.limits["mastodon_gotosocial"])],
        "domain": request.host,
        "title": "云岭社区",
        "description": "",
        "languages": ["zh"],
        "configuration": {
            "urls": {"streaming": ""},
            "statuses": {
                "max_characters": longest,
                "max_media_attachments": int(world.limits["mastodon_max_media"]),
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "video/mp4", "audio/mpeg"],
                "image_size_limit": 16_777_216,
                "video_size_limit": 103_809_024,
            },
            "polls": {"max_options": 4, "max_characters_per_option": 50},
        },
        "registrations": {"enabled": False, "approval_required": False},
        "rules": [],
    }
