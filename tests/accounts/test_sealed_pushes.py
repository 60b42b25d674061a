"""Case B12: a key that does not open what is pushed is noticed, said, and what was kept is read again."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.connecting import (
    connect_account,
    edit_account,
    read_pushes_again,
    remove_account,
    set_credentials,
)
from app.accounts.outcomes import note_success
from app.accounts.schemas import ConnectAccount, EditAccount, SetCredentials
from app.adapters.wechat import crypto
from app.core.errors import Invalid
from app.core.permissions import RoleName
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER, judge_items, process_kept_deliveries
from app.models import Account, AccountStatus, CallbackDelivery, InboundItem, Verdict
from tests.factories.browser import Browser
from tests.factories.make import WECHAT_CREDENTIALS, Make

RIGHT, WRONG = (base64.b64encode(letter * 32).decode().rstrip("=") for letter in (b"r", b"w"))


class Sealed:
    """An account in safe mode whose platform seals with the right key."""

    def __init__(self, app: Flask, make: Make, key: str = WRONG) -> None:
        self.app, self.make = app, make
        self.runtime: Runtime = make.runtime
        agency = make.agency()
        self.admin = make.operator(agency, role=RoleName.ADMINISTRATOR)
        self.account = make.account(agency, make.team(agency), platform="wechat", settings={"mode": "safe"})
        with open_context(self.runtime, LISTENER) as ctx:
            row = ctx.session.get_one(Account, self.account.id)
            row.credentials = self.runtime.vault.seal({**WECHAT_CREDENTIALS, "encoding_aes_key": key})

    def push(self, text: str, number: int) -> int:
        inner = (
            f"<xml><FromUserName>open-1</FromUserName><CreateTime>{int(self.make.now.timestamp())}</CreateTime>"
            f"<MsgType>text</MsgType><Content>{text}</Content><MsgId>{number}</MsgId></xml>"
        )
        cipher = crypto.encrypt(inner.encode(), RIGHT, WECHAT_CREDENTIALS["appid"])
        stamp, nonce, token = str(int(self.make.now.timestamp())), f"n{number}", WECHAT_CREDENTIALS["token"]

        def sha1(*parts: str) -> str:
            return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()

        query = {"timestamp": stamp, "nonce": nonce, "msg_signature": sha1(token, stamp, nonce, cipher)}
        query["signature"] = sha1(token, stamp, nonce)
        body = f"<xml><ToUserName>gh</ToUserName><Encrypt>{cipher}</Encrypt></xml>"
        path = f"/callbacks/wechat/{self.account.callback_key}"
        return self.app.test_client().post(path, data=body.encode(), query_string=query).status_code

    def understand(self) -> None:
        process_kept_deliveries(self.runtime)
        judge_items(self.runtime)

    def rows(self, model: Any) -> list[Any]:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return list(ctx.session.scalars(select(model).order_by(model.id)))

    def state(self) -> Account:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return ctx.session.get_one(Account, self.account.id)

    def act(self) -> Any:
        return open_context(self.runtime, self.make.actor(self.admin))


@pytest.fixture
def sealed(app: Flask, make: Make) -> Sealed:
    return Sealed(app, make)


def test_the_first_push_that_cannot_be_opened_turns_the_accounts_state(sealed: Sealed) -> None:
    assert sealed.push("宽带断了", 1) == 200
    sealed.understand()
    account = sealed.state()
    assert (account.status, account.status_detail) == (AccountStatus.MISCONFIGURED, "check_encoding_aes_key")
    assert account.can_be_called  # its comments are still read, its answers still sent
    (item,) = sealed.rows(InboundItem)
    (verdict,) = sealed.rows(Verdict)
    assert (item.kind, verdict.needs_review) == ("unknown", True)
    view = (
        Browser(sealed.app, sealed.make.session_token(sealed.admin)).get(f"/accounts/{account.id}").get_json()
    )
    assert (view["push_fault"], view["status_advice"]) == ("check_encoding_aes_key",) * 2
    assert view["waiting"]["sealed_pushes"] == 1
    # A call that works says nothing about the key.
    with open_context(sealed.runtime, LISTENER) as ctx:
        note_success(ctx, ctx.session.get_one(Account, account.id))
    assert sealed.state().status is AccountStatus.MISCONFIGURED


def test_with_the_right_key_what_was_kept_is_read_again(sealed: Sealed) -> None:
    for number in range(3):
        sealed.push(f"第{number}条", number)
    sealed.understand()
    with sealed.act() as ctx:
        set_credentials(ctx, sealed.account.id, SetCredentials(credentials={"encoding_aes_key": RIGHT}))
    sealed.understand()
    texts = [item.text for item in sealed.rows(InboundItem) if item.kind == "private_message"]
    assert texts == ["第0条", "第1条", "第2条"]
    account = sealed.state()
    assert (account.status, account.push_fault) == (AccountStatus.ACTIVE, None)
    assert not any(verdict.needs_review for verdict in sealed.rows(Verdict))
    assert not any(row.reason for row in sealed.rows(CallbackDelivery))


def test_another_wrong_key_says_so_again_and_loses_nothing(sealed: Sealed) -> None:
    sealed.push("还没好", 1)
    sealed.understand()
    third = base64.b64encode(b"3" * 32).decode().rstrip("=")
    with sealed.act() as ctx:
        set_credentials(ctx, sealed.account.id, SetCredentials(credentials={"encoding_aes_key": third}))
    sealed.understand()
    assert sealed.state().status is AccountStatus.MISCONFIGURED
    with sealed.act() as ctx:
        assert read_pushes_again(ctx, sealed.account.id) == 1


def _connected_again(sealed: Sealed, key: str = RIGHT) -> None:
    account = sealed.state()
    with sealed.act() as ctx:
        remove_account(ctx, account.id)
    # What came before the removal and nobody had looked into meets an account without keys.
    sealed.understand()
    command = {
        "platform": account.platform,
        "external_id": account.external_id,
        "name": account.name,
        "agency_id": account.agency_id,
        "team_id": account.team_id,
        "credentials": {**WECHAT_CREDENTIALS, "encoding_aes_key": key},
        "settings": {"mode": "safe"},
    }
    with sealed.act() as ctx:
        assert connect_account(ctx, ConnectAccount.model_validate(command)).id == account.id
    sealed.understand()


@pytest.mark.parametrize("looked_into", [True, False], ids=["looked into", "still waiting"])
@pytest.mark.parametrize("key", [RIGHT, WRONG], ids=["with the right key", "with a wrong key"])
def test_connected_again_an_account_reads_what_nobody_could_open(
    app: Flask, make: Make, looked_into: bool, key: str
) -> None:
    sealed = Sealed(app, make, key)
    for number in range(2):
        assert sealed.push(f"第{number}条", number) == 200
    if looked_into:
        sealed.understand()
    _connected_again(sealed)
    texts = [item.text for item in sealed.rows(InboundItem) if item.kind == "private_message"]
    assert texts == ["第0条", "第1条"]
    assert not any(row.reason for row in sealed.rows(CallbackDelivery))
    assert not any(verdict.needs_review for verdict in sealed.rows(Verdict))
    assert sealed.state().status is AccountStatus.ACTIVE


def test_connected_again_with_a_wrong_key_it_says_so(sealed: Sealed) -> None:
    sealed.push("还没好", 1)
    sealed.understand()
    _connected_again(sealed, WRONG)
    account = sealed.state()
    assert (account.status, account.push_fault) == (AccountStatus.MISCONFIGURED, "check_encoding_aes_key")


def test_a_button_reads_again(sealed: Sealed) -> None:
    sealed.push("在吗", 1)
    sealed.understand()
    browser = Browser(sealed.app, sealed.make.session_token(sealed.admin))
    assert browser.post(f"/accounts/{sealed.account.id}/read-again").get_json() == {"pushes": 1}
    assert browser.post(f"/accounts/{sealed.account.id}/read-again").get_json() == {"pushes": 0}


BAD_KEYS = {"missing": None, "short": "a" * 42, "long": "a" * 44, "no base64": "!" * 43}


@pytest.mark.parametrize("mode", ["safe", "compatible"])
@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
def test_connecting_asks_for_a_key_and_looks_at_it(sealed: Sealed, mode: str, key: str | None) -> None:
    credentials = {**WECHAT_CREDENTIALS, **({"encoding_aes_key": key} if key else {})}
    command = ConnectAccount.model_validate(
        {
            "platform": "wechat",
            "external_id": "gh_new",
            "name": "新号",
            "agency_id": sealed.account.agency_id,
            "credentials": credentials,
            "settings": {"mode": mode},
        }
    )
    with pytest.raises(Invalid) as refusal, sealed.act() as ctx:
        connect_account(ctx, command)
    assert list(refusal.value.details["fields"]) == ["credentials.encoding_aes_key"]


def test_safe_mode_cannot_be_chosen_later_without_a_key(sealed: Sealed) -> None:
    with open_context(sealed.runtime, LISTENER) as ctx:
        row = ctx.session.get_one(Account, sealed.account.id)
        row.credentials = sealed.runtime.vault.seal(WECHAT_CREDENTIALS)
        row.settings = {"mode": "plain"}
    values = {"name": "名", "kind": "official", "team_id": None, "owner_operator_id": None}
    with pytest.raises(Invalid), sealed.act() as ctx:
        edit_account(
            ctx, sealed.account.id, EditAccount.model_validate({**values, "settings": {"mode": "safe"}})
        )
