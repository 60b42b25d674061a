"""The reply-window engine: pure functions from rules and history to "may we still answer privately?".

Facts: WeChat customer-service messages 5 in 48 h after a follower's message, 3 in 1 minute after a follow,
a menu click or a scan (documents of 2025); Weibo fan service 48 h, one answer after a mention. The rules are
data of the account, because both platforms have changed them before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.adapters.capabilities import WindowRule
from app.adapters.types import ReplyWindow, Trigger


@dataclass(frozen=True, slots=True)
class ContactEvent:
    """Something a contact did on the account, at `at` (UTC)."""

    trigger: Trigger
    at: datetime


@dataclass(frozen=True, slots=True)
class PastSend:
    """A private answer that reached, or may have reached, the platform (unknown outcomes count)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class _Window:
    reason: str
    until: datetime
    remaining: int | None
    is_open: bool


def window_state(
    rules: Sequence[WindowRule],
    events_of_contact: Iterable[ContactEvent],
    sends: Iterable[PastSend],
    now: datetime,
) -> ReplyWindow:
    """Whether a private answer is legal at `now`.

    Every trigger keeps its own window, renewed by its latest event, and a send is charged to each window that
    was open: where the platforms leave open how windows combine, this never counts too little.
    An unfollow closes what was opened before it.
    """
    if not rules:
        return ReplyWindow(is_open=True, reason="unlimited")
    events = [event for event in events_of_contact if event.at <= now]
    past_sends = list(sends)
    closed_at = _latest(events, Trigger.UNFOLLOW)
    windows = [
        window
        for rule in rules
        if (window := _window_of(rule, events, past_sends, closed_at, now)) is not None
    ]
    return _best(windows, closed_at)


def _window_of(
    rule: WindowRule,
    events: list[ContactEvent],
    sends: list[PastSend],
    closed_at: datetime | None,
    now: datetime,
) -> _Window | None:
    opened_at = _latest(events, rule.trigger)
    if opened_at is None or (closed_at is not None and closed_at >= opened_at):
        return None
    until = opened_at + rule.lasts
    if rule.allowance is None:
        return _Window(rule.trigger, until, None, now < until)
    used = sum(1 for send in sends if opened_at <= send.at < until)
    remaining = max(0, rule.allowance - used)
    return _Window(rule.trigger, until, remaining, now < until and remaining > 0)


def _best(windows: list[_Window], closed_at: datetime | None) -> ReplyWindow:
    still_open = [window for window in windows if window.is_open]
    if still_open:
        best = max(still_open, key=lambda w: (w.remaining is None, w.remaining or 0, w.until))
        return ReplyWindow(is_open=True, reason=best.reason, until=best.until, remaining=best.remaining)
    if windows:
        last = max(windows, key=lambda w: w.until)
        reason = "quota_used" if last.remaining == 0 else "expired"
        return ReplyWindow(is_open=False, reason=reason, until=last.until, remaining=0)
    reason = "never_opened" if closed_at is None else "unfollowed"
    return ReplyWindow(is_open=False, reason=reason, until=closed_at, remaining=0)


def _latest(events: list[ContactEvent], trigger: Trigger) -> datetime | None:
    return max((event.at for event in events if event.trigger is trigger), default=None)
