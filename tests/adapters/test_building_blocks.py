"""What all adapters share: error tables, lenient reading, stable ids, validation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters import faults, lenient, registry, safe_xml, signatures
from app.adapters.account import AccountRef, Credentials
from app.adapters.capabilities import Capabilities, Feature, MediaLimit
from app.adapters.identity import fingerprint, unreadable_body
from app.adapters.types import InboundPost, ItemKind, Lane, OutboundMedia, SendKind, SendRequest, TextMeasure
from app.adapters.validation import common_violations
from app.adapters.wechat import errors as wechat_errors
from app.adapters.weibo import errors as weibo_errors
from app.core.errors import NotFound, PlatformErrorKind

NOON_UTC = datetime(2026, 3, 2, 12, 20, tzinfo=UTC)
ODD_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_a_code_mapped_twice_is_a_mistake() -> None:
    fault = faults.Fault(PlatformErrorKind.TEMPORARY)
    with pytest.raises(ValueError, match="twice"):
        faults.table(((1, 2), fault), ((2,), fault))


def test_waits_end_at_the_next_hour_or_at_midnight_in_beijing() -> None:
    hourly = faults.Fault(PlatformErrorKind.RATE_LIMITED, next_hour=True)
    daily = faults.Fault(PlatformErrorKind.QUOTA_EXHAUSTED, next_day=True)
    assert hourly.retry_at(NOON_UTC) == NOON_UTC.replace(hour=13, minute=0)
    assert daily.retry_at(NOON_UTC) == NOON_UTC.replace(hour=16, minute=0)
    assert daily.retry_at(NOON_UTC.replace(hour=17)) == NOON_UTC.replace(hour=16, minute=0) + timedelta(
        days=1
    )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), (" 5 ", 5), (None, None), ("soon", None), ("-1", None), ("9" * 30, 86_400)],
)
def test_retry_after_is_read_within_reason(header: str | None, seconds: int | None) -> None:
    assert faults.retry_after_seconds(header) == seconds


def test_every_documented_limit_error_says_when_to_come_back() -> None:
    for table in (weibo_errors.FAULTS, wechat_errors.FAULTS):
        for code, fault in table.items():
            if fault.kind is PlatformErrorKind.RATE_LIMITED:
                assert fault.retry_at(NOON_UTC) is not None, code


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5), ("12", 12), ("1.2万", 12_000), ("3亿", 300_000_000), ("1万+", 10_000), ("", None), ("万", None)],
)
def test_counts_are_read_in_all_their_spellings(value: object, number: int | None) -> None:
    assert lenient.integer(value) == number


@given(value=ODD_JSON)
def test_no_json_value_makes_lenient_reading_raise(value: object) -> None:
    lenient.text(value).encode()
    lenient.integer(value)
    lenient.identifier(value)
    lenient.epoch(value)
    lenient.iso_time(value)
    lenient.boolean(value)
    assert isinstance(lenient.objects(value), list)


@given(body=st.binary(max_size=200))
def test_bytes_are_json_or_unreadable_and_nothing_else(body: bytes) -> None:
    try:
        lenient.loads(body)
    except lenient.Unreadable:
        unreadable = True
    else:
        unreadable = False
    assert isinstance(unreadable, bool)
    assert (
        unreadable_body(body, "x", NOON_UTC).external_id == unreadable_body(body, "y", NOON_UTC).external_id
    )


def test_big_numbers_keep_every_digit() -> None:
    assert (
        lenient.identifier(lenient.obj(lenient.loads(b'{"id": 9223372036854775807}'))["id"])
        == "9223372036854775807"
    )


@pytest.mark.parametrize(
    "bomb",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://evil/x.dtd"><a/>',
        b"<a>" * 1000,
        b"<a>" + b"<b>" * 100 + b"</b>" * 100 + b"</a>",
        b"<a/>" * 30_000,
    ],
)
def test_hostile_xml_is_refused(bomb: bytes) -> None:
    with pytest.raises(lenient.Unreadable):
        safe_xml.parse(bomb.decode())


def test_repeated_elements_become_a_list_and_cdata_is_text() -> None:
    assert safe_xml.parse("<x><a><![CDATA[1<2]]></a><b>1</b><b>2</b><c><d>3</d></c></x>") == {
        "a": "1<2",
        "b": ["1", "2"],
        "c": {"d": "3"},
    }


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30", "x", None, 5, ""]
)
def test_impossible_times_are_none(value: object) -> None:
    assert lenient.iso_time(value) is None


def test_ids_of_any_length_stay_distinct_and_storable() -> None:
    long, other = ("event:" + "x" * 5000 + end for end in ("a", "b"))
    ids = {InboundPost(key, ItemKind.EVENT, Lane.PRIVATE, NOON_UTC).external_id for key in (long, other)}
    assert len(ids) == 2
    assert all(len(found) <= 150 for found in ids)
    assert InboundPost("status:1", ItemKind.EVENT, Lane.PRIVATE, NOON_UTC).external_id == "status:1"


def test_signatures_of_undecodable_text_are_refused_and_not_an_error() -> None:
    with pytest.raises(signatures.SignatureRejected):
        signatures.require("\ud800", "token", "\udfff", "1")


def test_fingerprints_do_not_depend_on_the_order_of_fields() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_credentials_never_show_their_values() -> None:
    account = AccountRef("weibo", "1", credentials=Credentials({"access_token": "S3CRET", "empty": None}))
    assert "S3CRET" not in f"{account!r} {account} {account.credentials}"
    assert dict(account.credentials) == {"access_token": "S3CRET"}


def test_an_unknown_platform_is_not_found() -> None:
    with pytest.raises(NotFound):
        registry.get("myspace")


CAPS = Capabilities(
    "x",
    frozenset({Feature.REPLY_PUBLIC}),
    media_out={"image": MediaLimit(10, ("image/png",), per_message=1)},
    needs_actor_ip=True,
)


def violations(
    *media: OutboundMedia, text: str = "您好", kind: SendKind = SendKind.COMMENT, ip: str = "203.0.113.1"
) -> list[str]:
    request = SendRequest(Lane.PUBLIC, kind, text, "op", actor_ip=ip, media=media)
    return [found.code for found in common_violations(request, CAPS, TextMeasure(len(text), 5, "x"))]


def test_what_can_be_known_before_sending_is_found() -> None:
    png = OutboundMedia("image", b"1", "a.png", "image/png")
    assert violations() == []
    assert violations(text=" ") == ["empty"]
    assert violations(png, text="") == []
    assert violations(text="太长太长太长") == ["too_long"]
    assert violations(kind=SendKind.POST) == ["missing_capability"]
    assert violations(ip="fe80::1") == ["missing_actor_ip"]
    assert violations(png, png) == ["media_too_many", "media_too_many"]
    assert violations(OutboundMedia("image", b"1" * 11, "a", "image/png")) == ["media_too_large"]
    assert violations(OutboundMedia("image", b"1", "a", "image/bmp")) == ["media_type"]
    assert violations(OutboundMedia("voice", b"1")) == ["media_not_supported"]
