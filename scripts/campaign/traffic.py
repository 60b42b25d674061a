"""Traffic through the installation while it is harmed: customers, raw pushes, an operator who answers.

Every client here behaves like a real one: it repeats what was not acknowledged, with the same id.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from campaign.installation import Installation
from campaign.ledger import Ledger, Reply

ROOT = Path(__file__).resolve().parents[2]
PUSHED_ACCOUNT = "wechat-main"  # plain mode: a body that anybody can sign who knows the token
PUSHES_OF_ONE = 3  # WeChat allows five answers after what a follower wrote; each push wants one
WRITTEN_TO = ("weibo-care", "weibo-campus", "wechat-main", "wechat-hall", "wechat-club")
AT_A_TIME = 12  # requests the operator answers before looking at the list again
OPERATOR, PASSWORD = "jiangnan", "lingke-demo"
TROUBLES = (
    "宽带又断了，怎么办",
    "上月多扣了二十元",
    "副卡停机还收月租吗",
    "信号只有一格",
    "想换个便宜的套餐",
)
XML = (
    "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{who}]]></FromUserName>"
    "<CreateTime>{time}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[{text}]]></Content><MsgId>{id}</MsgId></xml>"
)


class Traffic:
    """`rate` is about how often a second each client acts. `stop` lets what is under way end first."""

    def __init__(self, installation: Installation, ledger: Ledger, *, rate: float, seed: int) -> None:
        self._installation = installation
        self._ledger = ledger
        self._pause = 1.0 / rate
        self._seed = seed
        self._stopped = threading.Event()
        clients = (self._customers, self._pushes, self._operator)
        self._threads = [threading.Thread(target=client, daemon=True) for client in clients]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Raises RuntimeError when a client hangs, which would make the count meaningless."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(timeout=120)
            if thread.is_alive():
                raise RuntimeError("a traffic client does not end")

    def _rest(self, dice: random.Random) -> bool:
        return not self._stopped.wait(self._pause * dice.uniform(0.5, 1.5))

    def _customers(self) -> None:
        """People who write private messages to accounts of both platforms, plain and encrypted."""
        dice = random.Random(self._seed)
        for number in itertools.count():
            if not self._rest(dice):
                return
            account = dice.choice(WRITTEN_TO)
            text = f"{dice.choice(TROUBLES)} 第{number}位顾客"
            body = {"account": account, "customer": f"顾客{number % 40}号", "text": text}
            try:
                self._installation.control("POST", "/customer/message", body, once=True)
            except RuntimeError:
                self._ledger.note("a customer could not write, or does not know")
                continue
            with self._ledger.lock:
                self._ledger.written.add((account, text))

    def _pushes(self) -> None:
        """A platform of our own making that repeats a push until it is acknowledged."""
        dice = random.Random(self._seed + 1)
        account, who = _account(PUSHED_ACCOUNT), ""
        for number in itertools.count(1):
            if not self._rest(dice):
                return
            id_ = str(7_000_000_000_000_000_000 + number)
            if number % PUSHES_OF_ONE == 1 or not who:
                who = self._new_follower(number)
            if not who:
                continue
            body = _message(account, who, id_, f"{dice.choice(TROUBLES)}，第 {number} 次说了")
            if self._until_done(lambda body=body: self._push(account, body)):  # type: ignore[misc]
                with self._ledger.lock:
                    self._ledger.pushed.add((PUSHED_ACCOUNT, id_))

    def _new_follower(self, number: int) -> str:
        """The openid of somebody who has just written: only then may the account answer. Empty: try again."""
        text = f"{TROUBLES[0]} 新粉丝{number}"
        body = {"account": PUSHED_ACCOUNT, "customer": f"新粉丝{number}号", "text": text}
        try:
            written = self._installation.control("POST", "/customer/message", body, once=True)
        except RuntimeError:
            self._ledger.note("a customer could not write, or does not know")
            return ""
        with self._ledger.lock:
            self._ledger.written.add((PUSHED_ACCOUNT, text))
        return str(written["person"])

    def _push(self, account: dict[str, Any], body: bytes) -> bool:
        moment, nonce = str(int(time.time())), "campaign"
        joined = "".join(sorted([account["credentials"]["token"], moment, nonce]))
        query = {"signature": hashlib.sha1(joined.encode()).hexdigest(), "timestamp": moment, "nonce": nonce}
        path = f"/callbacks/wechat/{account['callback_key']}?{urlencode(query)}"
        answer = httpx.post(
            self._installation.stack.address + path,
            content=body,
            headers={"Content-Type": "text/xml"},
            timeout=5,
        )
        return answer.status_code == 200

    def _operator(self) -> None:
        """Somebody who answers every open request once, each time in other words."""
        dice = random.Random(self._seed + 2)
        desk = Desk(self._installation)
        answered: set[tuple[int, int]] = set()
        waiting: list[Any] = []
        for number in itertools.count(1):
            if not self._rest(dice):
                return
            if not waiting:
                found = self._until_done(lambda: desk.waiting_requests(answered))
                waiting = _some(list(found or []), dice)
            if not waiting:
                continue
            request = waiting.pop()
            answered.add((request["id"], request["message_count"]))
            key = f"campaign-{self._seed}-{number}"
            text = f"您好，已为您登记，工单尾号 {self._seed}-{number:05d}。"
            if self._until_done(lambda r=request, k=key, t=text: desk.answer(r, k, t)):  # type: ignore[misc]
                with self._ledger.lock:
                    self._ledger.replies[key] = Reply(key, text, request["conversation_id"])

    def _until_done(self, act: Callable[[], Any]) -> Any:
        """Repeat until the act says anything but False; None when it never did."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                done = act()
            except httpx.TransportError as error:
                self._ledger.note(type(error).__name__)
                done = False
            if done is not False:
                return done
            time.sleep(0.2)
        self._ledger.note("gave up after 90 s")
        return None


class Desk:
    """An operator's REST client that logs in again when its session is gone."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._client = httpx.Client(timeout=15)

    def waiting_requests(self, answered: set[tuple[int, int]]) -> Any:
        """Open requests not answered at their present length, newest first; False: try again."""
        answer = self._call("GET", "/service-requests?view=all&sort=newest&limit=200")
        if answer is None:
            return False
        fresh = [r for r in answer["items"] if (r["id"], r["message_count"]) not in answered]
        return [r for r in fresh if r["status"] in ("new", "open") and r["waiting_since"]]

    def answer(self, request: dict[str, Any], key: str, text: str) -> bool | None:
        """Accepted (True), refused for good (None), or to be tried again (False)."""
        body = {
            "service_request_id": request["id"],
            "lane": request["lane"],
            "text": text,
            "idempotency_key": key,
            "confirm": ["second_reply", "claimed_by_other"],
        }
        try:
            accepted = self._call("POST", f"/conversations/{request['conversation_id']}/replies", body)
        except Refused:
            return None
        return accepted is not None

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, None when the server is not well. Raises Refused and httpx.TransportError."""
        address = f"{self._installation.stack.address}/api/v1{path}"
        answer = self._client.request(method, address, json=body)
        if answer.status_code == 401:
            self._log_in()
            return None
        if answer.status_code >= 500 or answer.status_code == 429:
            return None
        if answer.status_code >= 400:
            raise Refused(f"{path}: {answer.status_code} {answer.text[:200]}")
        return answer.json()

    def _log_in(self) -> None:
        address = f"{self._installation.stack.address}/api/v1/session"
        self._take_token(self._client.get(address))
        login = {"login_name": OPERATOR, "password": PASSWORD}
        self._take_token(self._client.post(address, json=login))

    def _take_token(self, answer: httpx.Response) -> None:
        if answer.status_code == 200:
            self._client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]


def _some(requests: list[Any], dice: random.Random) -> list[Any]:
    """A few at random, mostly private ones: the platform's hourly quota of public comments is small."""
    dice.shuffle(requests)
    public = [request for request in requests if request["lane"] == "public"][: AT_A_TIME // 4]
    private = [request for request in requests if request["lane"] != "public"]
    return (public + private)[:AT_A_TIME]


class Refused(Exception):
    """The product said no, and would say so again."""


def _account(key: str) -> dict[str, Any]:
    accounts = json.loads((ROOT / "sandbox" / "accounts.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = next(account for account in accounts if account["callback_key"] == key)
    return found


def _message(account: dict[str, Any], who: str, id_: str, words: str) -> bytes:
    return XML.format(
        to=account["credentials"]["gh_id"], who=who, time=int(time.time()), text=words, id=id_
    ).encode()
