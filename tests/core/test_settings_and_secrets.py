"""Settings that fail at start with every error; secrets that rotate; cursors that cannot be forged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from app.config import DEMO_CREDENTIAL_KEY, ConfigurationError, Settings, load_settings
from app.core.crypto import Vault, same, token_hash
from app.core.errors import Invalid, Unavailable
from app.core.i18n import translate
from app.core.ids import new_request_id
from app.core.pagination import decode_cursor, encode_cursor
from app.core.text import storable

OWN_KEY = Fernet.generate_key().decode()
LONG_SECRET = "s" * 40


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def load(**values: Any) -> Settings:
    return load_settings(_env_file=None, **values)


def problems(**values: Any) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load(**values)
    return str(refused.value)


def test_production_starts_with_secrets_of_its_own(tmp_path: Path) -> None:
    settings = load(secret_key=LONG_SECRET, credential_keys=OWN_KEY, data_dir=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'lingke.db'}"


@pytest.mark.parametrize("secret", ["", "change-me", "demo-secret-not-for-production", "short"])
def test_production_refuses_default_and_short_secrets(secret: str) -> None:
    assert "SECRET_KEY" in problems(secret_key=secret, credential_keys=OWN_KEY)


@pytest.mark.parametrize(
    "keys",
    ["", DEMO_CREDENTIAL_KEY, f"{OWN_KEY},{DEMO_CREDENTIAL_KEY}"],
    ids=["none", "demo", "own and demo"],
)
def test_production_refuses_the_demos_credential_key(keys: str) -> None:
    assert "CREDENTIAL_KEYS" in problems(secret_key=LONG_SECRET, credential_keys=keys)


def test_every_mistake_is_named_at_once() -> None:
    text = problems(port=0, log_level="LOUD", default_locale="fr")
    assert all(name in text for name in ("PORT", "LOG_LEVEL", "DEFAULT_LOCALE"))


def test_wrong_values_and_default_secrets_are_named_together() -> None:
    text = problems(port=0, secret_key="change-me", credential_keys="")
    assert all(name in text for name in ("PORT", "SECRET_KEY", "CREDENTIAL_KEYS")), text


def test_everything_unfit_for_production_is_named_together() -> None:
    text = problems(secret_key="", credential_keys=f"{OWN_KEY},broken", sandbox_url="http://127.0.0.1:1")
    assert all(name in text for name in ("SECRET_KEY", "key 2", "SANDBOX_URL")), text


def test_a_secret_is_never_part_of_the_message() -> None:
    text = problems(port=0, secret_key="hunter2-hunter2", credential_keys="not-a-key")
    assert "hunter2" not in text


def test_real_accounts_must_not_talk_to_the_stand_in() -> None:
    text = problems(secret_key=LONG_SECRET, credential_keys=OWN_KEY, sandbox_url="http://127.0.0.1:1")
    assert "SANDBOX_URL" in text


def test_a_broken_credential_key_is_named_by_its_place() -> None:
    text = problems(lingke_env="demo", credential_keys=f"{OWN_KEY},broken")
    assert "key 2" in text
    assert "broken" not in text


def test_postgres_addresses_get_the_driver_we_ship() -> None:
    for address in ("postgres://h/d", "postgresql://h/d"):
        assert load(lingke_env="demo", database_url=address).database_url == "postgresql+psycopg://h/d"


def test_a_vault_opens_what_older_keys_sealed_and_renews_it() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = Vault((old,)).seal({"token": "值"})
    both = Vault((new, old))
    assert both.open(sealed) == {"token": "值"}
    assert Vault((new,)).open(both.rotate(sealed)) == {"token": "值"}
    with pytest.raises(Unavailable, match="credential_key_missing"):
        Vault((new,)).open(sealed)


def test_secrets_are_compared_whole() -> None:
    assert same("abc", "abc")
    assert not same("abc", "abcd")
    assert token_hash("a") != token_hash("b")


# What a row can hold: PostgreSQL knows no NUL, and refuses a cursor that names one.
STORED_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
CURSOR_VALUES = st.tuples(st.datetimes(timezones=st.just(UTC)), st.integers(-(2**53), 2**53), STORED_TEXT)


@given(CURSOR_VALUES)
def test_a_cursor_gives_back_what_it_was_made_of(values: tuple[datetime, int, str]) -> None:
    assert decode_cursor(encode_cursor(values), [datetime, int, str]) == list(values)


@given(st.text(max_size=60))
def test_no_text_is_a_cursor_by_accident(text: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(text, [datetime, int, int, str])


@given(st.text(alphabet=st.characters(), max_size=50))
def test_every_text_becomes_storable_and_stays_itself(text: str) -> None:
    clean = storable(text)
    clean.encode()
    assert "\x00" not in clean
    if text.isprintable() and "\x00" not in text:
        assert clean == text or any("\ud800" <= char <= "\udfff" for char in text)


def test_half_characters_do_not_stop_us() -> None:
    storable("a\ud83d").encode()
    assert storable("\ud83d\ude00") == "😀"


def test_a_missing_text_shows_its_key_and_a_missing_parameter_its_name() -> None:
    assert translate("errors.no_such_key", "en") == "errors.no_such_key"
    assert "{retry_after}" in translate("errors.login_throttled.detail", "en")


@pytest.mark.parametrize("offered", ["short", "with space in it", "a" * 65, "line\nbreak-line", None])
def test_a_request_id_from_outside_must_look_like_one(offered: str | None) -> None:
    assert new_request_id(offered) != offered
    assert new_request_id("abcdef-1234") == "abcdef-1234"


MAILED = {"smtp_host": "smtp.example.com", "smtp_from": "Lingke <lingke@example.com>", "lingke_env": "test"}


def test_a_mail_server_needs_a_sender(tmp_path: Path) -> None:
    settings = load(**MAILED, smtp_user="a", smtp_password="b", data_dir=tmp_path)
    assert settings.mail_sender == ("Lingke", "lingke@example.com")
    assert "smtp" not in problems(secret_key="short").lower()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"smtp_from": ""}, "SMTP_FROM"),
        ({"smtp_from": "nobody"}, "SMTP_FROM"),
        ({"smtp_from": "a@example.com\nBcc: b@example.com"}, "SMTP_FROM"),
        ({"smtp_host": "smtp.example.com\r\nQUIT"}, "SMTP_HOST"),
        ({"smtp_user": "a"}, "SMTP_PASSWORD"),
        ({"smtp_user": "a", "smtp_password": "b", "smtp_tls": "none"}, "SMTP_TLS"),
        ({"smtp_tls": "ssl"}, "SMTP_TLS"),
        ({"smtp_port": 0}, "SMTP_PORT"),
        ({"smtp_ca_file": "/no/such/file"}, "SMTP_CA_FILE"),
    ],
)
def test_a_mail_server_that_cannot_be_used_stops_the_start(wrong: dict[str, Any], named: str) -> None:
    assert named in problems(**{**MAILED, **wrong})
