"""When a private answer is legal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.adapters.types import Trigger
from app.adapters.wechat.limits import window_rules
from app.adapters.weibo.limits import WINDOW_RULES as WEIBO
from app.adapters.window_rules import ContactEvent, PastSend, window_state

WECHAT = window_rules({})
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def after(**amount: float) -> datetime:
    return NOON + timedelta(**amount)


def message(at: datetime = NOON) -> ContactEvent:
    return ContactEvent(Trigger.MESSAGE, at)


def test_without_rules_answers_are_always_legal() -> None:
    assert window_state((), [], [], NOON).is_open


def test_nobody_who_never_wrote_can_be_written_to() -> None:
    window = window_state(WECHAT, [], [], NOON)
    assert (window.is_open, window.reason) == (False, "never_opened")


def test_a_wechat_message_allows_five_answers() -> None:
    sends = [PastSend(after(minutes=minute)) for minute in range(1, 5)]
    window = window_state(WECHAT, [message()], sends, after(hours=1))
    assert (window.is_open, window.remaining, window.until) == (True, 1, after(hours=48))
    used = window_state(WECHAT, [message()], [*sends, PastSend(after(minutes=9))], after(hours=1))
    assert (used.is_open, used.reason) == (False, "quota_used")


def test_a_wechat_window_ends_after_48_hours_to_the_second() -> None:
    assert window_state(WECHAT, [message()], [], after(hours=48, seconds=-1)).is_open
    ended = window_state(WECHAT, [message()], [], after(hours=48))
    assert (ended.is_open, ended.reason) == (False, "expired")


def test_a_new_message_renews_the_allowance_without_adding_to_it() -> None:
    sends = [PastSend(after(minutes=minute)) for minute in range(1, 6)]
    window = window_state(WECHAT, [message(), message(after(hours=2))], sends, after(hours=3))
    assert (window.remaining, window.until) == (5, after(hours=50))


def test_a_menu_click_allows_three_answers_within_a_minute() -> None:
    click = ContactEvent(Trigger.MENU_CLICK, NOON)
    window = window_state(WECHAT, [click], [], after(seconds=30))
    assert (window.is_open, window.remaining, window.until) == (True, 3, after(minutes=1))
    assert not window_state(WECHAT, [click], [], after(minutes=1)).is_open


def test_a_click_inside_a_used_up_message_window_opens_three_more() -> None:
    sends = [PastSend(after(minutes=minute)) for minute in range(1, 6)]
    click = ContactEvent(Trigger.MENU_CLICK, after(hours=1))
    window = window_state(WECHAT, [message(), click], sends, after(hours=1, seconds=5))
    assert (window.is_open, window.reason, window.remaining) == (True, "menu_click", 3)


def test_an_unfollow_closes_everything_before_it_and_a_new_message_opens_again() -> None:
    gone = ContactEvent(Trigger.UNFOLLOW, after(minutes=5))
    window = window_state(WECHAT, [message(), gone], [], after(minutes=6))
    assert (window.is_open, window.reason) == (False, "unfollowed")
    back = window_state(WECHAT, [message(), gone, message(after(minutes=7))], [], after(minutes=8))
    assert back.is_open


def test_a_weibo_message_allows_any_number_of_answers_for_48_hours() -> None:
    sends = [PastSend(after(minutes=minute)) for minute in range(1, 40)]
    window = window_state(WEIBO, [message()], sends, after(hours=47))
    assert (window.is_open, window.remaining) == (True, None)


def test_a_weibo_mention_allows_one_answer() -> None:
    mention = ContactEvent(Trigger.MENTION, NOON)
    assert window_state(WEIBO, [mention], [], after(hours=1)).remaining == 1
    assert not window_state(WEIBO, [mention], [PastSend(after(minutes=1))], after(hours=1)).is_open


def test_an_event_of_the_future_opens_nothing() -> None:
    assert not window_state(WECHAT, [message(after(hours=1))], [], NOON).is_open


moments = st.integers(0, 60 * 60 * 60).map(lambda seconds: NOON + timedelta(seconds=seconds))
triggers = st.sampled_from(list(Trigger))
events = st.lists(st.builds(ContactEvent, triggers, moments), max_size=8)


@given(events=events, attempts=st.lists(moments, max_size=30))
def test_answers_that_the_engine_allows_never_exceed_a_platforms_allowance(
    events: list[ContactEvent], attempts: list[datetime]
) -> None:
    sends: list[PastSend] = []
    for at in sorted(attempts):
        if window_state(WECHAT, events, sends, at).is_open:
            sends.append(PastSend(at))
    largest = max((rule.allowance or 0 for rule in WECHAT), default=0)
    openings = sorted(event.at for event in events if event.trigger is not Trigger.UNFOLLOW)
    ends = [*openings[1:], NOON + timedelta(days=400)]
    for start, end in zip(openings, ends, strict=False):
        between = [send for send in sends if start <= send.at < end]
        # Between two acts of the contact at most what is left of a message window plus one action window.
        assert len(between) <= largest + 3
