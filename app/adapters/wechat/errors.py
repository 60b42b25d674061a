"""WeChat's errcodes → our kinds, in one table (wechat.md §14)."""

from __future__ import annotations

import re

from app.adapters import lenient
from app.adapters.faults import Fault, retry_after_seconds, table
from app.adapters.transport import Answer, Call, Transport
from app.adapters.types import Json
from app.core.clock import Clock
from app.core.errors import PlatformError, PlatformErrorKind

_K = PlatformErrorKind
TOKEN_CODES = frozenset({40001, 40014, 41001, 42001})
MEDIA_GONE_CODES = frozenset({40007, 46001, 40118})
ALREADY_EXISTS = 45065

FAULTS = table(
    ((-1, 9001002), Fault(_K.TEMPORARY, "retry", seconds=5)),
    (TOKEN_CODES, Fault(_K.AUTH_EXPIRED, "token_refused")),
    ((40002, 40013, 40125, 41002, 41004), Fault(_K.CONFIG, "check_appid_and_secret")),
    ((40164, 61004), Fault(_K.ADDRESS_REFUSED, "add_ip_to_whitelist")),
    ((89501, 89503, 89506, 89507), Fault(_K.HUMAN_CHECK, "confirm_token_call", seconds=600)),
    ((42007, 61023), Fault(_K.AUTH_EXPIRED, "reconnect")),
    ((40003, 46004, 65302), Fault(_K.NOT_FOUND, "contact_unreachable")),
    ((43004, 50005), Fault(_K.WINDOW_CLOSED, "not_a_follower")),
    ((43019,), Fault(_K.RECIPIENT_REFUSED, "blacklisted_by_us")),
    ((43101, 48002), Fault(_K.RECIPIENT_REFUSED, "refused_by_contact")),
    ((45015,), Fault(_K.WINDOW_CLOSED, "window_closed")),
    ((45047,), Fault(_K.WINDOW_CLOSED, "window_quota_used")),
    ((45009,), Fault(_K.QUOTA_EXHAUSTED, "daily_quota", next_day=True)),
    ((45011, 45066), Fault(_K.RATE_LIMITED, "per_minute_limit", seconds=60)),
    ((45065,), Fault(_K.DUPLICATE, "job_exists")),
    ((45028,), Fault(_K.QUOTA_EXHAUSTED, "no_mass_quota")),
    ((48001, 48003, 48008, 50001, 45106), Fault(_K.CAPABILITY_MISSING, "interface_not_granted")),
    ((48004, 50002), Fault(_K.ACCOUNT_BLOCKED, "interface_banned")),
    (MEDIA_GONE_CODES, Fault(_K.NOT_FOUND, "media_expired")),
    (
        (40004, 40005, 40006, 40009, 40010, 40011, 40012, 40137, 44001, 45001, 45007),
        Fault(_K.REJECTED, "media_unfit"),
    ),
    (
        (
            44002,
            44003,
            44004,
            45002,
            45003,
            45004,
            45005,
            45006,
            45008,
            45166,
            40033,
            47001,
            47003,
            40037,
            41030,
        ),
        Fault(_K.REJECTED, "content_unfit"),
    ),
    ((87014,), Fault(_K.REJECTED, "content_refused")),
    ((*range(61450, 61459), *range(65400, 65418)), Fault(_K.REJECTED, "agent_or_session_fault")),
    ((88000,), Fault(_K.CAPABILITY_MISSING, "no_comment_right")),
    ((88001, 88004, 88008), Fault(_K.NOT_FOUND, "comment_gone")),
    ((88002, 88003, 88007, 88010), Fault(_K.REJECTED, "comment_refused")),
    ((88005,), Fault(_K.DUPLICATE, "already_replied")),
    (range(53500, 53505), Fault(_K.REJECTED, "publishing_refused")),
)
_RID = re.compile(r"\s*rid:\s*([0-9a-fA-F\-]+)\s*$")
_HINT = re.compile(r"\s*hint:\s*\[[^\]]*\]")


def error_code(body: Json) -> int | None:
    """`errcode` unless it is 0 or absent (many successes carry none)."""
    if "errcode" not in body:
        return None
    code = lenient.integer(body["errcode"])
    return None if code == 0 else (-1 if code is None else code)


def split_message(errmsg: str) -> tuple[str, str | None]:
    """The message without `rid:` and `hint:`, and the rid for WeChat's support."""
    found = _RID.search(errmsg)
    plain = _HINT.sub("", _RID.sub("", errmsg)).strip()
    return plain, found.group(1) if found else None


def platform_error(code: int, body: Json, call: Call, answer: Answer, clock: Clock) -> PlatformError:
    fault = FAULTS.get(code, Fault(_K.REJECTED, "unknown_code"))
    message, rid = split_message(lenient.text(body.get("errmsg")))
    # "System busy" says nothing about whether a write took place.
    ambiguous = call.writes and fault.kind is _K.TEMPORARY
    return PlatformError(
        _K.UNKNOWN_OUTCOME if ambiguous else fault.kind,
        platform="wechat",
        message=fault.advice if code in FAULTS else f"{fault.advice}: {message}"[:200],
        platform_code=str(code),
        request_id=rid,
        retry_at=None if ambiguous else fault.retry_at(clock.now()),
        raw=answer.beginning(),
    )


def status_error(call: Call, answer: Answer, clock: Clock, transport: Transport) -> PlatformError:
    """WeChat answers errors with HTTP 200; other states come from gateways."""
    if answer.status == 429:
        wait = retry_after_seconds(answer.headers.get("retry-after"))
        limited = Fault(_K.RATE_LIMITED, "too_many_requests", seconds=60 if wait is None else wait)
        return PlatformError(
            limited.kind,
            platform="wechat",
            message=limited.advice,
            platform_code="http_429",
            retry_at=limited.retry_at(clock.now()),
            raw=answer.beginning(),
        )
    if 400 <= answer.status < 500:
        return PlatformError(
            _K.TEMPORARY, platform="wechat", platform_code=f"http_{answer.status}", raw=answer.beginning()
        )
    return transport.unreadable(call, answer)
