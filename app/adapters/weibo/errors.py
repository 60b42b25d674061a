"""Weibo's error codes → our kinds, in one table (weibo.md §8; wiki page Error_code and recorded answers)."""

from __future__ import annotations

from app.adapters import lenient
from app.adapters.faults import Fault, retry_after_seconds, table
from app.adapters.transport import Answer, Call, Transport
from app.adapters.types import Json
from app.core.clock import Clock
from app.core.errors import PlatformError, PlatformErrorKind

_K = PlatformErrorKind

FAULTS = table(
    ((10001, 10003, 10010, 10011), Fault(_K.TEMPORARY, "retry", seconds=5)),
    ((10002, 10009), Fault(_K.TEMPORARY, "retry", seconds=30)),
    ((10004,), Fault(_K.ADDRESS_REFUSED, "add_ip_to_whitelist")),
    ((10005, 10014), Fault(_K.CAPABILITY_MISSING, "apply_for_interface")),
    ((10006, 21335), Fault(_K.CONFIG, "our_request_is_wrong")),
    # One call was wrong; that says nothing of the account.
    ((10007, 10008, 10016, 10017, 10020, 10021), Fault(_K.REJECTED, "our_request_is_wrong")),
    ((10012, 10013), Fault(_K.REJECTED, "illegal_request")),
    ((10018,), Fault(_K.REJECTED, "media_too_large")),
    ((10022,), Fault(_K.RATE_LIMITED, "ip_quota", next_hour=True)),
    ((10023,), Fault(_K.RATE_LIMITED, "account_quota", next_hour=True)),
    ((10024,), Fault(_K.RATE_LIMITED, "endpoint_quota", next_hour=True)),
    ((20003,), Fault(_K.NOT_FOUND, "author_gone")),
    ((20005, 20006, 20007), Fault(_K.REJECTED, "media_unfit")),
    ((20008,), Fault(_K.REJECTED, "empty")),
    ((20012, 20013), Fault(_K.REJECTED, "too_long")),
    ((20014, 20031, 20507), Fault(_K.HUMAN_CHECK, "solve_captcha")),
    ((20015, 20022), Fault(_K.ACCOUNT_BLOCKED, "account_abnormal")),
    ((20016,), Fault(_K.RATE_LIMITED, "posting_too_often", seconds=300)),
    ((20017, 20019, 20111, 20306), Fault(_K.DUPLICATE, "same_text")),
    ((20018, 20020, 20021, 21602), Fault(_K.REJECTED, "content_refused")),
    ((20101, 20201), Fault(_K.NOT_FOUND, "target_deleted")),
    ((20102, 20203, 20104, 20202, 20103), Fault(_K.REJECTED, "not_yours")),
    ((20130, 20131, 20132, 20133, 20134, 20135), Fault(_K.RECIPIENT_REFUSED, "author_settings")),
    ((20206, 20207, 20208, 20210), Fault(_K.RECIPIENT_REFUSED, "author_settings")),
    ((20301, 20302, 20305, 20307), Fault(_K.WINDOW_CLOSED, "private_message_not_allowed")),
    ((20505, 20506, 20513), Fault(_K.QUOTA_EXHAUSTED, "follow_limit", next_day=True)),
    ((20508,), Fault(_K.RECIPIENT_REFUSED, "privacy_settings")),
    ((21301, 21314, 21315, 21316, 21317, 21318, 21319, 21327, 21332), Fault(_K.AUTH_EXPIRED, "reconnect")),
    ((21321,), Fault(_K.CONFIG, "app_has_too_many_users")),
    ((21320, 21322, 21323, 21324, 21325, 21330), Fault(_K.CONFIG, "oauth_settings")),
)
ACCEPTED_LATER = 20032  # "published, shows after 1-2 minutes": a success without an id
# A system fault says nothing about whether a write took place.
_AMBIGUOUS_FOR_WRITES = frozenset({10001, 10003, 10010, 10011})


def error_code(body: Json) -> int | None:
    """The code of an error body: `error_code` or (m.api hosts) `errcode`, as number or text. -1 =
    unreadable."""
    for name in ("error_code", "errcode"):
        if name in body:
            code = lenient.integer(body[name])
            if code == 0:
                return None
            return -1 if code is None else code
    return None


def fault_of(code: int) -> Fault:
    """Unlisted 1xxxx may pass, unlisted 2xxxx will not (weibo.md §8)."""
    known = FAULTS.get(code)
    if known is not None:
        return known
    if 10000 <= code < 20000:
        return Fault(_K.TEMPORARY, "unknown_system_code", seconds=60)
    return Fault(_K.REJECTED, "unknown_code")


def platform_error(code: int, body: Json, call: Call, answer: Answer, clock: Clock) -> PlatformError:
    fault = fault_of(code)
    ambiguous = call.writes and (code in _AMBIGUOUS_FOR_WRITES or (code not in FAULTS and code < 20000))
    now = clock.now()
    return PlatformError(
        _K.UNKNOWN_OUTCOME if ambiguous else fault.kind,
        platform="weibo",
        message=fault.advice or lenient.text(body.get("error") or body.get("errmsg"))[:200],
        platform_code=str(code),
        request_id=lenient.text_or_none(body.get("request_id")),
        retry_at=None if ambiguous else fault.retry_at(now),
        raw=answer.beginning(),
    )


def status_error(call: Call, answer: Answer, clock: Clock, transport: Transport) -> PlatformError:
    """For an HTTP failure whose body carries no code of Weibo's."""
    if answer.status == 429:
        wait = retry_after_seconds(answer.headers.get("retry-after"))
        limited = Fault(_K.RATE_LIMITED, "too_many_requests", seconds=60 if wait is None else wait)
        return PlatformError(
            limited.kind,
            platform="weibo",
            message=limited.advice,
            platform_code="http_429",
            retry_at=limited.retry_at(clock.now()),
            raw=answer.beginning(),
        )
    if 400 <= answer.status < 500:
        kind = _K.NOT_FOUND if answer.status == 404 else _K.TEMPORARY
        return PlatformError(
            kind, platform="weibo", platform_code=f"http_{answer.status}", raw=answer.beginning()
        )
    return transport.unreadable(call, answer)
