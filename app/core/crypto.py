"""Encryption of tokens and personal data at rest, and small secrets.

Keys rotate: the first encrypts, all decrypt; `rotate` re-encrypts a value with the first.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.core.errors import Unavailable


class Vault:
    def __init__(self, keys: tuple[str, ...]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, value: Any) -> bytes:
        """Encrypt a JSON-able value."""
        return self._fernet.encrypt(json.dumps(value, ensure_ascii=False).encode())

    def open(self, sealed: bytes) -> Any:
        """The value again; raises Unavailable when none of our keys made it."""
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise Unavailable("credential_key_missing") from None

    def rotate(self, sealed: bytes) -> bytes:
        return self._fernet.rotate(sealed)


def new_token() -> str:
    """256 random bits, url-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare without telling by the time taken how much was right."""
    return hmac.compare_digest(left.encode(), right.encode())
