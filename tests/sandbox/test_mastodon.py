"""The Mastodon server: notifications, replies, private statuses, paging, limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sandbox.mastodon.statuses import length
from sandbox.testing import SandboxProcess

Mastodon = Callable[..., httpx.Response]


@pytest.fixture
def mastodon(sandbox: SandboxProcess, credentials: Callable[[str], dict[str, str]]) -> Mastodon:
    token = credentials("mastodon-care")["access_token"]

    def call(
        method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        given = {"Authorization": f"Bearer {token}", **(headers or {})}
        return sandbox.http.request(method, f"/mastodon/api{path}", json=body, params=query, headers=given)

    return call


def _post(sandbox: SandboxProcess, text: str, kind: str = "post", customer: str = "甲") -> dict[str, Any]:
    body = {"account": "mastodon-care", "customer": customer, "text": text}
    return sandbox.control("POST", f"/customer/{kind}", body)


def test_a_mention_becomes_a_notification_with_html(sandbox: SandboxProcess, mastodon: Mastodon) -> None:
    written = _post(sandbox, "@yunling 断网了 <b> https://a.example/x\n急 #宽带")
    (notification,) = mastodon("GET", "/v1/notifications").json()
    status = notification["status"]
    assert (notification["type"], status["id"]) == ("mention", written["id"])
    assert '<span class="h-card" translate="no">' in status["content"]
    assert "&lt;b&gt;" in status["content"]
    assert "<br />" in status["content"]
    assert [mention["acct"] for mention in status["mentions"]] == ["yunling"]
    assert [tag["name"] for tag in status["tags"]] == ["宽带"]


def test_an_answer_lands_in_the_thread_and_in_the_context(
    sandbox: SandboxProcess, mastodon: Mastodon
) -> None:
    asked = _post(sandbox, "怎么补卡")
    acct = mastodon("GET", f"/v1/statuses/{asked['id']}").json()["account"]["acct"]
    reply = mastodon(
        "POST", "/v1/statuses", {"status": f"@{acct} 带身份证", "in_reply_to_id": asked["id"]}
    ).json()
    assert reply["in_reply_to_id"] == asked["id"]
    context = mastodon("GET", f"/v1/statuses/{asked['id']}/context").json()
    assert [status["id"] for status in context["descendants"]] == [reply["id"]]
    ancestors = mastodon("GET", f"/v1/statuses/{reply['id']}/context").json()["ancestors"]
    assert [status["id"] for status in ancestors] == [asked["id"]]
    thread = sandbox.control("GET", "/customer/thread", account="mastodon-care", customer="甲", kind="post")
    assert [line["from"] for line in thread["messages"]] == ["customer", "brand"]
    assert [(s["person"], s["target"]) for s in sandbox.sent()] == [
        (asked["person"], {"status": asked["id"]})
    ]


def test_a_direct_status_is_seen_by_its_people_only(
    sandbox: SandboxProcess, mastodon: Mastodon, credentials: Callable[[str], dict[str, str]]
) -> None:
    written = _post(sandbox, "我的号码是……", "message")
    assert mastodon("GET", f"/v1/statuses/{written['id']}").json()["visibility"] == "direct"
    (conversation,) = mastodon("GET", "/v1/conversations").json()
    assert conversation["last_status"]["id"] == written["id"]
    other = {"Authorization": f"Bearer {credentials('mastodon-campus')['access_token']}"}
    assert mastodon("GET", f"/v1/statuses/{written['id']}", headers=other).status_code == 404
    public = mastodon("GET", "/v1/timelines/public").json()
    assert written["id"] not in [status["id"] for status in public]


def test_links_lead_through_all_pages_both_ways(sandbox: SandboxProcess, mastodon: Mastodon) -> None:
    ids = [_post(sandbox, f"第{n}条")["id"] for n in range(7)]
    first = mastodon("GET", "/v1/notifications", limit=3)
    seen = [n["status"]["id"] for n in first.json()]
    newest = first.links["prev"]["url"]
    page = first
    while "next" in page.links:
        page = sandbox.http.get(page.links["next"]["url"], headers=page.request.headers)
        seen += [n["status"]["id"] for n in page.json()]
    assert seen == ids[::-1]
    assert sandbox.http.get(newest, headers=first.request.headers).json() == []


def test_min_id_gives_the_page_directly_after(sandbox: SandboxProcess, mastodon: Mastodon) -> None:
    for n in range(6):
        _post(sandbox, f"第{n}条")
    oldest_first = [n["id"] for n in mastodon("GET", "/v1/notifications").json()][::-1]
    after = mastodon("GET", "/v1/notifications", min_id=oldest_first[0], limit=2).json()
    newest = mastodon("GET", "/v1/notifications", since_id=oldest_first[0], limit=2).json()
    assert [n["id"] for n in after] == [oldest_first[2], oldest_first[1]]
    assert [n["id"] for n in newest] == [oldest_first[5], oldest_first[4]]


def test_an_idempotency_key_answers_the_first_status_again(
    sandbox: SandboxProcess, mastodon: Mastodon
) -> None:
    key = {"Idempotency-Key": "k1"}
    first, again = (mastodon("POST", "/v1/statuses", {"status": "公告"}, key).json()["id"] for _ in range(2))
    assert first == again
    sandbox.control("POST", "/limits", {"values": {"mastodon_idempotency": 0}})
    assert mastodon("POST", "/v1/statuses", {"status": "公告"}, key).json()["id"] != first
    assert len(sandbox.sent()) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"status": ""},
        {"status": "好" * 501},
        {"status": "a", "visibility": "loud"},
        {"status": "a", "media_ids": ["1"]},
    ],
)
def test_an_invalid_status_is_422(mastodon: Mastodon, body: dict[str, Any]) -> None:
    assert mastodon("POST", "/v1/statuses", body).status_code == 422


def test_length_counts_links_as_23_and_forgets_remote_domains() -> None:
    assert length("x https://a.example/" + "y" * 300) == 25
    assert length("@ana@far.example hi") == len("@ana hi")


def test_deleting_returns_the_plain_text_and_then_404(mastodon: Mastodon) -> None:
    id_ = mastodon("POST", "/v1/statuses", {"status": "写错了"}).json()["id"]
    assert mastodon("DELETE", f"/v1/statuses/{id_}").json()["text"] == "写错了"
    assert mastodon("GET", f"/v1/statuses/{id_}").status_code == 404


def test_favourites_and_followers_are_counted(sandbox: SandboxProcess, mastodon: Mastodon) -> None:
    written = _post(sandbox, "谢谢")
    assert mastodon("POST", f"/v1/statuses/{written['id']}/favourite").json()["favourites_count"] == 1
    assert mastodon("POST", f"/v1/statuses/{written['id']}/unfavourite").json()["favourited"] is False
    assert mastodon("POST", f"/v1/accounts/{written['person']}/follow").json()["following"] is True
    followers = mastodon("GET", f"/v1/accounts/{written['person']}/followers").json()
    assert [account["username"] for account in followers] == ["yunling"]


def test_media_are_uploaded_and_attached(
    sandbox: SandboxProcess, mastodon: Mastodon, credentials: Callable[[str], dict[str, str]]
) -> None:
    headers = {"Authorization": f"Bearer {credentials('mastodon-care')['access_token']}"}
    url = "/mastodon/api/v2/media"
    picture = sandbox.http.post(url, files={"file": ("a.png", b"\x89PNG", "image/png")}, headers=headers)
    assert picture.status_code == 200
    posted = mastodon("POST", "/v1/statuses", {"status": "看图", "media_ids": [picture.json()["id"]]}).json()
    assert posted["media_attachments"][0]["type"] == "image"
    film = sandbox.http.post(url, files={"file": ("a.mp4", b"film", "video/mp4")}, headers=headers)
    assert (film.status_code, film.json()["url"]) == (202, None)
    assert mastodon("GET", f"/v1/media/{film.json()['id']}").status_code == 206
    sandbox.control("POST", "/clock", {"advance_seconds": 3})
    assert mastodon("GET", f"/v1/media/{film.json()['id']}").status_code == 200


def test_search_finds_texts_and_accounts(sandbox: SandboxProcess, mastodon: Mastodon) -> None:
    written = _post(sandbox, "测速只有八兆")
    assert [s["id"] for s in mastodon("GET", "/v2/search", q="测速").json()["statuses"]] == [written["id"]]
    assert (
        mastodon("GET", "/v2/search", q="甲", type="accounts").json()["accounts"][0]["id"]
        == written["person"]
    )


def test_no_token_no_name_no_such_status(sandbox: SandboxProcess, mastodon: Mastodon) -> None:
    assert sandbox.http.get("/mastodon/api/v1/notifications").status_code == 401
    nameless = mastodon("GET", "/v1/accounts/verify_credentials", headers={"User-Agent": ""})
    assert nameless.status_code == 418
    assert mastodon("GET", "/v1/statuses/123").json() == {"error": "Record not found"}
    assert mastodon("GET", "/v1/statuses/01HXYZ").status_code == 404


def test_the_rate_is_told_and_kept(sandbox: SandboxProcess, mastodon: Mastodon) -> None:
    sandbox.control("POST", "/clock", {"set": 1_800_000_000, "freeze": True})
    sandbox.control("POST", "/limits", {"values": {"mastodon_calls": 2}})
    answers = [mastodon("GET", "/v1/accounts/verify_credentials") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert [a.headers["X-RateLimit-Remaining"] for a in answers] == ["1", "0", "0"]
    assert answers[2].headers["X-RateLimit-Reset"] == "2027-01-15T08:05:00.000Z"


def test_the_server_describes_its_limits_without_a_token(sandbox: SandboxProcess) -> None:
    described = sandbox.http.get("/mastodon/api/v2/instance").json()
    assert described["configuration"]["statuses"]["max_characters"] == 500


def test_an_app_is_registered_and_authorised(sandbox: SandboxProcess) -> None:
    back = "urn:ietf:wg:oauth:2.0:oob"
    app = sandbox.http.post(
        "/mastodon/api/v1/apps", json={"client_name": "test", "redirect_uris": back, "scopes": "read write"}
    ).json()
    form = {
        "client_id": app["client_id"],
        "redirect_uri": back,
        "scope": "read write",
        "account": "mastodon-care",
    }
    assert sandbox.http.get("/mastodon/oauth/authorize", params=form).status_code == 200
    code = sandbox.http.post("/mastodon/oauth/authorize", data={**form, "decision": "allow"}).text
    exchange = {**app, "grant_type": "authorization_code", "code": code, "redirect_uri": back}
    token = sandbox.http.post("/mastodon/oauth/token", json=exchange).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    me = sandbox.http.get("/mastodon/api/v1/accounts/verify_credentials", headers=headers).json()
    assert me["username"] == "yunling"
    assert sandbox.http.post("/mastodon/oauth/token", json=exchange).status_code == 400
