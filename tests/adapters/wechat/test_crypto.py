"""WeChat's message encryption, checked against a second implementation written from the document."""

from __future__ import annotations

import base64
import struct

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.wechat import crypto

KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
APPID = "wx0123456789abcdef"


def reference_encrypt(message: bytes, receiver: str) -> str:
    """The library's own PKCS#7 over 256-bit blocks in place of ours."""
    key = bytes(range(32))
    plain = b"r" * 16 + struct.pack(">I", len(message)) + message + receiver.encode()
    padder = padding.PKCS7(256).padder()
    padded = padder.update(plain) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


@given(message=st.binary(max_size=300))
def test_what_we_encrypt_equals_the_reference_and_comes_back(message: bytes) -> None:
    encrypted = crypto.encrypt(message, KEY, APPID, random16=b"r" * 16)
    assert encrypted == reference_encrypt(message, APPID)
    assert crypto.decrypt(encrypted, KEY, APPID) == message


def test_a_message_for_another_account_is_refused() -> None:
    with pytest.raises(crypto.Undecryptable, match="receiver"):
        crypto.decrypt(crypto.encrypt(b"hi", KEY, "wxsomebodyelse"), KEY, APPID)


@given(noise=st.binary(max_size=200))
def test_noise_is_refused_without_any_other_error(noise: bytes) -> None:
    with pytest.raises(crypto.Undecryptable):
        crypto.decrypt(base64.b64encode(noise).decode(), KEY, APPID)


@pytest.mark.parametrize("key", ["", "short", "!" * 43, "密" * 43])
def test_a_bad_key_is_a_value_error(key: str) -> None:
    with pytest.raises(ValueError):
        crypto.encrypt(b"x", key, APPID)


def test_a_length_field_beyond_the_message_is_refused() -> None:
    key = bytes(range(32))
    plain = b"r" * 16 + struct.pack(">I", 5000) + b"x" * 12
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    padded = plain + bytes([32]) * 32
    encrypted = base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()
    with pytest.raises(crypto.Undecryptable, match="length"):
        crypto.decrypt(encrypted, KEY, "")
