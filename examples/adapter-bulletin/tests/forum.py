"""The forum itself, small but real: an HTTP server for the example's tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "let-me-in"  # noqa: S105 -- opens only this stand-in


@dataclass
class Forum:
    url: str = ""
    posts: list[dict[str, Any]] = field(default_factory=list)
    replies: dict[str, dict[str, Any]] = field(default_factory=dict)  # by client_id
    busy: bool = False

    def write(self, text: str, name: str = "小林") -> str:
        number = str(len(self.posts) + 1)
        author = {"id": f"u-{name}", "name": name}
        at = f"2026-03-02T08:{len(self.posts) % 60:02}:00Z"
        self.posts.append({"id": number, "author": author, "text": text, "at": at, "thread": number})
        return number


class ForumServer(ThreadingHTTPServer):
    """Listens on a free port of this machine."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.forum = Forum(url=f"http://127.0.0.1:{self.server_address[1]}")


class _Handler(BaseHTTPRequestHandler):
    server: ForumServer

    def do_GET(self) -> None:
        if not self._welcome():
            return
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        newer = [post for post in self.server.forum.posts if int(post["id"]) > int(asked["after"])]
        limit = int(asked["limit"])
        self._answer(200, {"posts": newer[:limit], "more": len(newer) > limit})

    def do_POST(self) -> None:
        if not self._welcome():
            return
        forum = self.server.forum
        thread = self.path.split("/")[2]
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if thread not in {post["thread"] for post in forum.posts}:
            self._answer(404, {"error": "no such thread"})
            return
        fresh = {"id": str(len(forum.replies) + 1), "thread": thread, "text": body["text"]}
        self._answer(201, {"id": forum.replies.setdefault(body["client_id"], fresh)["id"]})

    def _welcome(self) -> bool:
        if self.headers.get("authorization") != f"Token {TOKEN}":
            self._answer(401, {"error": "who are you"})
        elif self.server.forum.busy:
            self._answer(429, {"error": "busy"}, retry_after="20")
        else:
            return True
        return False

    def _answer(self, status: int, body: Any, retry_after: str = "") -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        if retry_after:
            self.send_header("retry-after", retry_after)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        del format, args


@contextmanager
def running_forum() -> Iterator[Forum]:
    server = ForumServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.forum
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
