"""The envelope of encrypted callbacks, also against public vectors where they are present."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.wechat import crypto

KEY = "A" * 43
VECTORS = Path(__file__).resolve().parents[3] / "shared/platforms/fixtures/wechat/crypto"


@pytest.mark.parametrize("text", ["", "a", "中文😀", "x" * 15, "x" * 500])
def test_what_was_sealed_opens_again(text: str) -> None:
    assert crypto.decrypt(KEY, crypto.encrypt(KEY, text, "wx1"), "wx1") == text


def test_two_seals_of_the_same_text_differ() -> None:
    assert crypto.encrypt(KEY, "a", "wx1") != crypto.encrypt(KEY, "a", "wx1")


def test_an_envelope_for_somebody_else_stays_shut() -> None:
    with pytest.raises(crypto.CryptoError):
        crypto.decrypt(KEY, crypto.encrypt(KEY, "a", "wx1"), "wx2")


@pytest.mark.parametrize("damaged", ["", "AAAA", "not base64!", "A" * 44])
def test_a_damaged_envelope_is_an_error_of_ours(damaged: str) -> None:
    with pytest.raises(crypto.CryptoError):
        crypto.decrypt(KEY, damaged, "wx1")


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the shared fixtures are not here")
def test_public_vectors_agree() -> None:
    checked = 0
    for file in sorted(VECTORS.glob("*.json")):
        case = json.loads(file.read_text(encoding="utf-8"))
        if case.get("kind") == "encrypt_deterministic":
            sealed = crypto.encrypt(
                case["encoding_aes_key"], case["plaintext"], case["receive_id"], case["random16"].encode()
            )
            assert sealed == case["encrypt"]
            checked += 1
        elif case.get("kind") == "decrypt":
            opened = crypto.decrypt(case["encoding_aes_key"], case["encrypt"], case["receive_id"])
            assert opened == case["plaintext"]
            parts = (case["token"], case["timestamp"], case["nonce"], case["encrypt"])
            assert crypto.signature(*parts) == case["msg_signature"]
            checked += 1
        elif case.get("kind") == "signature":
            assert crypto.signature(case["token"], case["timestamp"], case["nonce"]) == case["signature"]
            checked += 1
    assert checked >= 3
