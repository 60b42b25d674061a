"""The demo's secrets, made once and kept: a second start must still read what the first one encrypted."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet
from dotenv import dotenv_values

from app.config import DEMO_CREDENTIAL_KEY

NAMES = ("SECRET_KEY", "CREDENTIAL_KEYS")


def read_secrets(path: Path) -> dict[str, str]:
    """What the file holds, nothing when it does not exist."""
    if not path.is_file():
        return {}
    return {name: value for name, value in dotenv_values(path).items() if value}


def ensure_secrets(path: Path, given: Mapping[str, str]) -> dict[str, str]:
    """The secrets to run with: those given, else those in the file, else new ones that are then in the file.

    The published demo key stays as the last of the credential keys, so that what was seeded by hand before
    the first start can still be read; everything new is encrypted with the installation's own.
    """
    stored = read_secrets(path)
    known = {**stored, **{name: given[name] for name in NAMES if given.get(name)}}
    missing = [name for name in NAMES if name not in known]
    if missing:
        made = _new_secrets()
        known.update({name: made[name] for name in missing})
        _write_private(path, {**stored, **{name: made[name] for name in missing}})
    if path.is_file():
        path.chmod(0o600)
    return known


def _new_secrets() -> dict[str, str]:
    keys = f"{Fernet.generate_key().decode()},{DEMO_CREDENTIAL_KEY}"
    return {"SECRET_KEY": secrets.token_urlsafe(48), "CREDENTIAL_KEYS": keys}


def _write_private(path: Path, values: Mapping[str, str]) -> None:
    """Nobody else can read it at any moment; a crash leaves the old file or the new one."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(
            "# Made by the first start. Losing CREDENTIAL_KEYS loses every connected account's token.\n"
        )
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
