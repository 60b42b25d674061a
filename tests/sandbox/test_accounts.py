"""The written list of demo accounts, and small pure parts."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from sandbox import ids
from sandbox.accounts import ACCOUNTS_FILE, DEMO_ACCOUNTS, account_from_json, accounts_document, as_json
from sandbox.records import without_secrets
from sandbox.weibo import text as weibo_text

SANDBOX = Path(ids.__file__).parent


def test_the_written_list_is_the_codes_list() -> None:
    assert ACCOUNTS_FILE.read_text(encoding="utf-8") == accounts_document()


def test_there_are_three_of_each_platform_in_every_wechat_mode() -> None:
    written = json.loads(accounts_document())
    assert [a["platform"] for a in written].count("weibo") == 3
    assert [a["settings"]["mode"] for a in written if a["platform"] == "wechat"] == [
        "plain",
        "safe",
        "compatible",
    ]
    assert len({a["callback_key"] for a in written}) == len(written) == 9


def test_every_aes_key_decodes_to_32_bytes() -> None:
    keys = [a.credentials["encoding_aes_key"] for a in DEMO_ACCOUNTS if a.platform == "wechat"]
    assert [(len(key), len(base64.b64decode(key + "="))) for key in keys] == [(43, 32)] * 3


def test_an_account_read_from_its_own_json_is_the_same() -> None:
    for account in DEMO_ACCOUNTS:
        body = {**as_json(account), "username": account.settings.get("username")}
        assert account_from_json(body) == account


def test_the_sandbox_imports_nothing_of_the_product() -> None:
    for file in SANDBOX.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        assert "from app" not in source
        assert "import app" not in source


def test_an_openid_is_of_28_characters_and_differs_between_accounts() -> None:
    first, second = ids.openid("wechat-main", "甲"), ids.openid("wechat-hall", "甲")
    assert len(first) == len(second) == 28
    assert first != second


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", 0),
        ("好", 1),
        ("a", 1),
        ("ab", 1),
        ("好a", 2),
        ("😀", 1),
        ("看 https://a.example/" + "x" * 100, 12),
        ("a" * 280, 140),
    ],
)
def test_weibos_way_of_counting(text: str, units: int) -> None:
    assert weibo_text.units(text) == units


def test_secrets_are_cut_from_records() -> None:
    text = 'access_token=abcdefghij&count=3 {"secret": "s3cr3tvalue", "appid": "wx1"}'
    assert without_secrets(text) == 'access_token=abcd…&count=3 {"secret": "s3cr…", "appid": "wx1"}'
