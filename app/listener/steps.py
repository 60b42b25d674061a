"""The steps of the filter chain, each a small function with one interface: look, then decide or let pass."""

from __future__ import annotations

from collections.abc import Callable

from app.listener.adverts import advert_rule, marketing_score
from app.listener.settings import StepSetting
from app.listener.subjects import Decision, Subject, dropped, kept
from app.models import Lane, SpecialList
from app.nlp.normalise import is_contentless

Step = Callable[[Subject, StepSetting], Decision | None]
CLEARLY_NEEDS_SERVICE = 0.6
"""A post this likely to need somebody is not thrown away for looking like an advert."""


def not_a_message(subject: Subject, _setting: StepSetting) -> Decision | None:
    """Events (follow, menu click) open reply windows but ask for nothing; the unreadable is only kept."""
    if subject.item.kind == "event":
        return dropped("kind", "platform_event")
    if subject.item.kind == "unknown":
        return dropped("kind", "not_understood", cause=subject.item.keep_reason)
    if subject.item.kind == "own_post":
        return dropped("kind", "own_post")
    return None


def from_ourselves(subject: Subject, _setting: StepSetting) -> Decision | None:
    return dropped("author", "own_account") if subject.own_account else None


def from_blocked(subject: Subject, _setting: StepSetting) -> Decision | None:
    return dropped("blocked", "blocked_author") if SpecialList.BLOCKED in subject.lists else None


def from_staff(subject: Subject, _setting: StepSetting) -> Decision | None:
    """A colleague's public post is no customer's; in private they may write like anybody."""
    if SpecialList.STAFF in subject.lists and subject.item.lane is Lane.PUBLIC:
        return dropped("staff", "staff_author")
    return None


def continues_a_request(subject: Subject, _setting: StepSetting) -> Decision | None:
    """Whatever somebody adds to what is being worked on belongs to it, be it only an emoji."""
    return kept("thread", "continues_request") if subject.has_open_request else None


def without_content(subject: Subject, _setting: StepSetting) -> Decision | None:
    if subject.item.media:
        return None
    reason = is_contentless(subject.item.text)
    return dropped("content", reason) if reason else None


def wanted_by_a_monitor(subject: Subject, _setting: StepSetting) -> Decision | None:
    """What was not said to us needs a monitor that wants it; where none watches, nothing is asked."""
    if subject.is_addressed or not subject.is_watched:
        return None
    if not subject.monitors:
        return dropped("keyword", "no_monitor_hit")
    if all(monitor.is_competitor for monitor in subject.monitors):
        return dropped("keyword", "competitor_only", monitor_id=subject.monitors[0].id)
    return None


def left_alone(subject: Subject, _setting: StepSetting) -> Decision | None:
    if SpecialList.DO_NOT_DISTURB in subject.lists and not subject.is_addressed:
        return dropped("do_not_disturb", "do_not_disturb")
    return None


def said_before(subject: Subject, _setting: StepSetting) -> Decision | None:
    if subject.duplicate_of is None:
        return None
    return dropped("duplicate", "duplicate_text", of=subject.duplicate_of)


def nearly_said_before(subject: Subject, _setting: StepSetting) -> Decision | None:
    if subject.near_duplicate_of is None:
        return None
    return dropped("near_duplicate", "near_duplicate", of=subject.near_duplicate_of)


def from_somebody_important(subject: Subject, _setting: StepSetting) -> Decision | None:
    return kept("vip", "vip_author") if SpecialList.VIP in subject.lists else None


def advert_by_rule(subject: Subject, _setting: StepSetting) -> Decision | None:
    if subject.item.lane is not Lane.PUBLIC or _clearly_needs_service(subject):
        return None
    met = advert_rule(subject.words)
    return dropped("advert_rules", met[0], words=met[1]) if met else None


def marketing_account(subject: Subject, setting: StepSetting) -> Decision | None:
    if subject.item.lane is not Lane.PUBLIC or _clearly_needs_service(subject):
        return None
    score = marketing_score(subject.activity)
    if score < (setting.threshold or 1.0):
        return None
    return dropped("marketing", "marketing_account", score=score, items=subject.activity.items)


def advert(subject: Subject, setting: StepSetting) -> Decision | None:
    scores = subject.scores
    if scores is None or setting.threshold is None or scores.spam_score < setting.threshold:
        return None
    return dropped("spam", "advert", spam_score=scores.spam_score)


def private_message(subject: Subject, _setting: StepSetting) -> Decision | None:
    """Who writes to us in private wants an answer."""
    return kept("lane", "private_message") if subject.item.lane is Lane.PRIVATE else None


def needs_service(subject: Subject, setting: StepSetting) -> Decision | None:
    """The last step: always decides, by the model's own line unless the setting draws another."""
    scores = subject.scores
    if scores is None:
        return kept("intent", "not_scored")
    if scores.is_request if setting.threshold is None else scores.service_score >= setting.threshold:
        return kept("intent", "needs_service", service_score=scores.service_score)
    close = setting.review_from is not None and scores.service_score >= setting.review_from
    return dropped("intent", "no_request", needs_review=close, service_score=scores.service_score)


def _clearly_needs_service(subject: Subject) -> bool:
    return subject.scores is not None and subject.scores.service_score >= CLEARLY_NEEDS_SERVICE


STEPS: dict[str, Step] = {
    "kind": not_a_message,
    "author": from_ourselves,
    "blocked": from_blocked,
    "staff": from_staff,
    "thread": continues_a_request,
    "content": without_content,
    "keyword": wanted_by_a_monitor,
    "do_not_disturb": left_alone,
    "duplicate": said_before,
    "near_duplicate": nearly_said_before,
    "vip": from_somebody_important,
    "advert_rules": advert_by_rule,
    "marketing": marketing_account,
    "spam": advert,
    "lane": private_message,
    "intent": needs_service,
}
