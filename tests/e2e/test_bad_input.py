"""What no platform should send neither crashes a process nor disappears."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx
from playwright.sync_api import expect

from tests.e2e.conftest import LogIn
from tests.e2e.console import Console
from tests.e2e.platform import Platform
from tests.support.stack import RunningStack, answers, wait_for

XML = (
    "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[oE2E000000000000000000000001]]>"
    "</FromUserName><CreateTime>{time}</CreateTime><MsgType><![CDATA[{type}]]></MsgType>"
    "<Content><![CDATA[{text}]]></Content><MsgId>{id}</MsgId></xml>"
)


def test_strange_pushes_are_refused_or_kept_with_a_reason(
    stack: RunningStack, log_in: LogIn, platform: Platform, name: str
) -> None:
    console = log_in("admin")
    account = platform.accounts()["wechat-main"]
    before = {process.pid for process in stack.processes()}
    kept = _count(console)

    assert _push(stack, account, _message(account, "text", "假的", 1), secret="wrong") == 403
    assert _push(stack, account, b"<xml><MsgType>te", secret=None) == 200
    assert _push(stack, account, _message(account, "hologram", name, 2), secret=None) == 200
    assert _push(stack, account, b" " * 3_000_000, secret=None) == 413
    platform.writes("post", "weibo-care", name, "😀😀😀")

    assert wait_for(lambda: _count(console) >= kept + 3), _count(console) - kept
    _, items = console.api("GET", "/inbound-items?limit=10")
    assert wait_for(lambda: _all_judged(console))
    _, items = console.api("GET", "/inbound-items?limit=10")
    emoji = next(item for item in items["items"] if "😀" in item["text"])
    assert emoji["verdict"]["reason_text"]
    assert "假的" not in str(items)
    assert _refusals_logged(stack) >= 1
    assert answers(f"{stack.address}/readyz")
    assert {process.pid for process in stack.processes()} == before
    console.open("/listener")
    shown = console.page.get_by_test_id("inbound-row").filter(has_text="😀😀😀")
    expect(shown.first).to_be_visible()


def _count(console: Console) -> int:
    _, counts = console.api("GET", "/inbound-items/counts")
    return int(counts["total"])


def _all_judged(console: Console) -> bool:
    _, items = console.api("GET", "/inbound-items?limit=10")
    return all(item["verdict"] for item in items["items"])


def _message(account: dict[str, Any], kind: str, words: str, number: int) -> bytes:
    to, id_ = account["credentials"]["gh_id"], 6_100_000_000_000_000_000 + number
    return XML.format(to=to, type=kind, text=words, time=int(time.time()), id=id_).encode()


def _push(stack: RunningStack, account: dict[str, Any], body: bytes, *, secret: str | None) -> int:
    moment, nonce = str(int(time.time())), hashlib.sha1(body).hexdigest()[:10]
    joined = "".join(sorted([secret or account["credentials"]["token"], moment, nonce]))
    query = {"signature": hashlib.sha1(joined.encode()).hexdigest(), "timestamp": moment, "nonce": nonce}
    address = f"{stack.address}/callbacks/wechat/{account['callback_key']}?{urlencode(query)}"
    try:
        return httpx.post(address, content=body, headers={"Content-Type": "text/xml"}, timeout=60).status_code
    except httpx.WriteError:
        return 413  # the server hung up on a body that is too large, which is its right


def _refusals_logged(stack: RunningStack) -> int:
    logs = [stack.data_dir / "logs" / f"{process}.log" for process in ("door", "web")]  # either may answer
    lines = [line for log in logs for line in log.read_text("utf-8", errors="replace").splitlines()]
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return sum(event.get("event") == "callback_signature_rejected" for event in events)
