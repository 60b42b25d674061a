"""WXBizMsgCrypt: WeChat's message encryption (wechat.md §2).

AES-256-CBC, key = base64(EncodingAESKey + "="), IV = the key's first 16 bytes, PKCS#7 over 32-byte blocks.
Plaintext = 16 random bytes + 4-byte big-endian length + message (UTF-8) + receive id (the appid).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.adapters import signatures

_BLOCK = 32
_HEADER = 20


class Undecryptable(ValueError):
    """The ciphertext was not made with this key for this receiver. The text names the step that failed."""


def decode_key(encoding_aes_key: str) -> bytes:
    """The 32 key bytes of a 43-character EncodingAESKey. Raises ValueError for anything else."""
    if len(encoding_aes_key) != 43:
        raise ValueError("an EncodingAESKey has 43 characters")
    try:
        # Lenient on purpose: the last of the 43 characters may carry bits that the 32 bytes do not need.
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except binascii.Error as error:
        raise ValueError("an EncodingAESKey is base64") from error
    if len(key) != 32:
        raise ValueError("an EncodingAESKey holds 32 bytes")
    return key


def is_key(text: str) -> bool:
    try:
        decode_key(text)
    except ValueError:
        return False
    return True


def decrypt(encrypted: str, encoding_aes_key: str, receive_id: str) -> bytes:
    """The message inside `Encrypt`. An empty `receive_id` skips the receiver check. Raises Undecryptable."""
    try:
        ciphertext = base64.b64decode(encrypted, validate=True)
        key = decode_key(encoding_aes_key)
    except ValueError as error:
        raise Undecryptable("encoding") from error
    if not ciphertext or len(ciphertext) % 16:
        raise Undecryptable("length")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = _unpad(decryptor.update(ciphertext) + decryptor.finalize())
    if len(plain) < _HEADER:
        raise Undecryptable("too short")
    (length,) = struct.unpack(">I", plain[16:_HEADER])
    message, receiver = plain[_HEADER : _HEADER + length], plain[_HEADER + length :]
    if len(message) != length:
        raise Undecryptable("message length")
    if receive_id and not hmac.compare_digest(receiver, receive_id.encode()):
        raise Undecryptable("receiver")
    return message


def encrypt(message: bytes, encoding_aes_key: str, receive_id: str, random16: bytes | None = None) -> str:
    """`Encrypt` for `message`. `random16` is only given by tests. Raises ValueError for a bad key."""
    key = decode_key(encoding_aes_key)
    plain = (random16 or os.urandom(16)) + struct.pack(">I", len(message)) + message + receive_id.encode()
    padding = _BLOCK - len(plain) % _BLOCK
    plain += bytes([padding]) * padding
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def message_signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    return signatures.sign(token, timestamp, nonce, encrypted)


def _unpad(plain: bytes) -> bytes:
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= _BLOCK or padding > len(plain) or plain[-padding:] != bytes([padding]) * padding:
        raise Undecryptable("padding")
    return plain[:-padding]
