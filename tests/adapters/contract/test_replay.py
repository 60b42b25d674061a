"""A replayed file of posts through a disorderly platform: every row arrives, once, with all its words."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

from app.adapters import registry
from app.adapters.transport import AdapterServices
from app.adapters.types import AccountRef, Budget, Credentials, Cursor
from app.core.errors import PlatformError
from app.core.http_client import build_client
from sandbox.testing import SandboxProcess, start_sandbox

ROWS = 400


def rows() -> list[str]:
    """Our own words: short ones, equal ones, and some longer than a list shows."""
    texts = [f"第{number}位用户：家里宽带又慢了，麻烦看看" for number in range(ROWS - 40)]
    texts += ["网速慢得像蜗牛"] * 15
    texts += [f"长文{number}：" + "昨天晚上开始一直掉线，重启光猫也没有用。" * 12 for number in range(25)]
    return texts


def account_of(server: SandboxProcess) -> AccountRef:
    described = server.accounts()["weibo-care"]
    return AccountRef(
        "weibo",
        described["external_id"],
        {name: server.url + path for name, path in described["base_urls"].items()},
        Credentials(described["credentials"]),
        {**described["settings"], "page_size": 30},
    )


def test_every_row_of_a_replay_arrives_once_and_whole(tmp_path: Path) -> None:
    corpus = tmp_path / "posts.jsonl"
    corpus.write_text("".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in rows()))
    services = AdapterServices(http=build_client(private_hosts=frozenset({"127.0.0.1"})))
    adapter = registry.build("weibo", services)
    texts: dict[str, str] = {}
    emitted = Counter[str]()
    cursor: Cursor | None = None
    with start_sandbox(corpus=corpus, corpus_rate=300) as server:
        account = account_of(server)
        for kind in ("http_500", "half_body", "repeat_page", "unordered_page"):
            server.control(
                "POST", "/faults", {"match": "statuses/mentions", "kind": kind, "probability": 0.05}
            )
        deadline = time.monotonic() + 150
        while len(texts) < ROWS and time.monotonic() < deadline:
            try:
                page = adapter.poll("mentions", account, cursor, Budget(2, detail_calls=3))
            except PlatformError:
                continue
            cursor = page.next_cursor
            emitted.update(item.external_id for item in page.items)
            texts |= {item.external_id: item.text for item in page.items}
    services.http.close()
    assert len(texts) == ROWS
    assert Counter(words.split("@云岭通信客服")[-1].strip() for words in texts.values()) == Counter(rows())
    # A page that overlaps another may bring an item again: the store collapses it by its id.
    assert sum(emitted.values()) < ROWS * 1.5
