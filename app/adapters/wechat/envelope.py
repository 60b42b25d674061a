"""WeChat's callback envelope: who may send it, and the message inside (wechat.md §2).

Modes: plain; compatible (plain fields and `Encrypt`); safe (only `Encrypt`). XML or JSON is told by the
first byte.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.adapters import bodies, lenient, signatures
from app.adapters.identity import UNDECRYPTABLE
from app.adapters.lenient import Unreadable
from app.adapters.types import AccountRef, Json
from app.adapters.wechat import crypto
from app.core.clock import Clock

DEFAULT_MAX_AGE_SECONDS = 900


def verify(query: Mapping[str, str], raw_body: bytes, account: AccountRef, clock: Clock) -> None:
    """Raises SignatureRejected. Where a body is encrypted its own signature counts, not only the query's."""
    token = account.credentials.get("token", "")
    if not token:
        raise signatures.SignatureRejected(reason="account_has_no_token")
    sealed = account.settings.get("mode", "plain") in ("safe", "compatible")
    timestamp, nonce = signatures.require_fields(query, "timestamp", "nonce")
    encrypted = _encrypted_part(raw_body) if sealed or "msg_signature" in query else ""
    if encrypted:
        (claimed,) = signatures.require_fields(query, "msg_signature")
        signatures.require(claimed, token, timestamp, nonce, encrypted)
    elif sealed:
        raise signatures.SignatureRejected(reason="not_encrypted")
    if not encrypted or "signature" in query:
        (claimed,) = signatures.require_fields(query, "signature")
        signatures.require(claimed, token, timestamp, nonce)
    max_age = int(account.settings.get("push_max_age_seconds", DEFAULT_MAX_AGE_SECONDS))
    signatures.require_moment(timestamp, nonce, clock.now(), max_age)


def verify_challenge(query: Mapping[str, str], account: AccountRef, clock: Clock) -> str:
    """The echo to answer the address check with. Raises SignatureRejected."""
    token = account.credentials.get("token", "")
    if not token:
        raise signatures.SignatureRejected(reason="account_has_no_token")
    claimed, timestamp, nonce = signatures.require_fields(query, "signature", "timestamp", "nonce")
    signatures.require(claimed, token, timestamp, nonce)
    max_age = int(account.settings.get("push_max_age_seconds", DEFAULT_MAX_AGE_SECONDS))
    signatures.require_moment(timestamp, nonce, clock.now(), max_age)
    return query.get("echostr", "")


def open_body(raw_body: bytes, account: AccountRef) -> Json:
    """The message's fields. Beside an encrypted part plain fields are never believed: nothing protects them.

    Raises Unreadable when there is no readable message, UNDECRYPTABLE at its beginning when our keys do not
    open it.
    """
    fields = read_fields(raw_body)
    encrypted = lenient.text(fields.get("Encrypt"))
    if not encrypted:
        return fields
    try:
        return read_fields(_decrypt(encrypted, account))
    except (crypto.Undecryptable, Unreadable) as error:
        raise Unreadable(f"{UNDECRYPTABLE}: {error}") from error


def read_fields(content: bytes) -> Json:
    body = bodies.read(content)
    if not isinstance(body, dict):
        raise Unreadable("not an object")
    return body


def _encrypted_part(raw_body: bytes) -> str:
    try:
        return lenient.text(read_fields(raw_body).get("Encrypt"))
    except Unreadable as error:
        raise signatures.SignatureRejected(reason="unreadable_body") from error


def _decrypt(encrypted: str, account: AccountRef) -> bytes:
    """With the current key, else the previous one: after a change both are in use for a while."""
    keys = [account.credentials.get(name, "") for name in ("encoding_aes_key", "previous_encoding_aes_key")]
    failure = crypto.Undecryptable("no key")
    for key in filter(None, keys):
        try:
            return crypto.decrypt(encrypted, key, account.credentials.get("appid", ""))
        except crypto.Undecryptable as error:
            failure = error
    raise failure


def reason_of(error: Unreadable) -> str:
    """Why a body could not be read, as its item keeps it."""
    text = str(error)
    return text if text.startswith(UNDECRYPTABLE) else f"unreadable: {text}"
