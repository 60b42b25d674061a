"""WXBizMsgCrypt: the callback's signatures and its AES envelope.

AES-256-CBC with key = base64(EncodingAESKey + "="), IV = key[:16], PKCS#7 to 32-byte blocks; the plaintext is
16 random bytes, a 4-byte big-endian length, the message, the appid.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32
_RANDOM = 16


class CryptoError(ValueError):
    """The envelope cannot be opened: wrong key, damaged, or for another receiver."""


def signature(*parts: str) -> str:
    """sha1 over the sorted, joined parts: (token, timestamp, nonce) or those with Encrypt."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def _cipher(encoding_aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(encoding_aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypt(encoding_aes_key: str, message: str, receive_id: str, random16: bytes | None = None) -> str:
    """The text of `Encrypt`. `random16` is given only to reproduce a known vector."""
    body = message.encode()
    head = random16 if random16 is not None else secrets.token_bytes(_RANDOM)
    plain = head + struct.pack(">I", len(body)) + body + receive_id.encode()
    fill = _BLOCK - len(plain) % _BLOCK
    encryptor = _cipher(encoding_aes_key).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()).decode()


def decrypt(encoding_aes_key: str, text: str, receive_id: str) -> str:
    """The message inside `Encrypt`. Raises CryptoError."""
    try:
        decryptor = _cipher(encoding_aes_key).decryptor()
        plain = decryptor.update(base64.b64decode(text)) + decryptor.finalize()
        plain = plain[: -plain[-1]]
        length = struct.unpack(">I", plain[_RANDOM : _RANDOM + 4])[0]
        body, tail = plain[_RANDOM + 4 : _RANDOM + 4 + length], plain[_RANDOM + 4 + length :]
        message, receiver = body.decode(), tail.decode()
    except (ValueError, struct.error, IndexError) as problem:
        raise CryptoError(str(problem)) from problem
    if receiver != receive_id:
        raise CryptoError("another receiver")
    return message
