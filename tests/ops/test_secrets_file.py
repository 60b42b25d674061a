"""Secrets are made once, kept, and nobody else can read them."""

from __future__ import annotations

import stat
from pathlib import Path

from cryptography.fernet import Fernet

from app.config import load_settings
from app.ops.secrets_file import ensure_secrets, read_secrets


def test_the_second_start_has_the_first_ones_secrets(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    first = ensure_secrets(path, {})
    assert ensure_secrets(path, {}) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    assert ensure_secrets(tmp_path / "a", {}) != ensure_secrets(tmp_path / "b", {})


def test_a_file_that_became_readable_is_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    ensure_secrets(path, {})
    path.chmod(0o644)
    ensure_secrets(path, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_given_secrets_are_used_and_not_written_down(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    given = {"SECRET_KEY": "x" * 40, "CREDENTIAL_KEYS": Fernet.generate_key().decode()}
    assert ensure_secrets(path, given) == given
    assert not path.exists()


def test_only_what_is_missing_is_made(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    found = ensure_secrets(path, {"SECRET_KEY": "x" * 40})
    assert found["SECRET_KEY"] == "x" * 40
    assert set(read_secrets(path)) == {"CREDENTIAL_KEYS"}


def test_made_secrets_are_good_enough_for_the_settings(tmp_path: Path) -> None:
    made = ensure_secrets(tmp_path / "secrets.env", {})
    settings = load_settings(
        lingke_env="demo",
        secret_key=made["SECRET_KEY"],
        credential_keys=made["CREDENTIAL_KEYS"],
        data_dir=tmp_path,
    )
    assert len(settings.fernet_keys) == 2
