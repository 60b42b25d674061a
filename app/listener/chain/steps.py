"""The steps of the filter chain, each a small function with one interface: look, then decide or let pass."""

from __future__ import annotations

from collections.abc import Callable

from app.adapters.identity import NOT_STORED
from app.listener.chain.adverts import advert_rule, marketing_score
from app.listener.chain.chain_items import ChainItem, Decision, dropped, kept
from app.listener.chain.faults import fault_joined, fault_named
from app.listener.chain.settings import REVIEW_FROM, StepSetting
from app.models import Lane, SpecialList
from app.nlp.text.normalise import is_contentless

Step = Callable[[ChainItem, StepSetting], Decision | None]
ADDRESSED_REVIEW_FROM = 0.1
"""Who speaks to us asks more often: a person looks from a lower score on."""
CLEARLY_NEEDS_SERVICE = 0.6
"""A post this likely to need somebody is not thrown away for looking like an advert."""


def not_a_message(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    """Events (follow, menu click) open reply windows but ask for nothing; the unreadable is only kept."""
    if chain_item.item.kind == "event":
        return dropped("kind", "platform_event")
    if chain_item.item.kind == "unknown":
        return dropped(
            "kind",
            "not_understood",
            needs_review=_may_be_words(chain_item),
            cause=chain_item.item.keep_reason,
        )
    if chain_item.item.deleted_at is not None:
        return dropped("kind", "deleted_by_author")  # nobody saw it here before its author took it back
    if chain_item.item.kind == "own_post":
        return dropped("kind", "own_post")
    return None


def _may_be_words(chain_item: ChainItem) -> bool:
    """In private, whatever is no event may be somebody's words: a person looks at what came."""
    cause = chain_item.item.keep_reason or ""
    is_private = chain_item.item.lane is Lane.PRIVATE
    return cause.startswith(NOT_STORED) or (is_private and not cause.startswith("unknown_event"))


def from_ourselves(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    return dropped("author", "own_account") if chain_item.own_account else None


def from_blocked(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    return dropped("blocked", "blocked_author") if SpecialList.BLOCKED in chain_item.lists else None


def from_staff(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    """A colleague's public post is no customer's; in private they may write like anybody."""
    if SpecialList.STAFF in chain_item.lists and chain_item.item.lane is Lane.PUBLIC:
        return dropped("staff", "staff_author")
    return None


def continues_a_request(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    """Whatever somebody adds to what is being worked on belongs to it, be it only an emoji."""
    return kept("thread", "continues_request") if chain_item.has_open_request else None


def without_content(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    if chain_item.item.media:
        return None
    reason = is_contentless(chain_item.item.text)
    return dropped("content", reason) if reason else None


def wanted_by_a_monitor(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    """What was not said to us needs a monitor that wants it; where none watches, nothing is asked."""
    if chain_item.is_addressed or not chain_item.is_watched:
        return None
    if not chain_item.monitors:
        return dropped("keyword", "no_monitor_hit")
    if all(monitor.is_competitor for monitor in chain_item.monitors):
        return dropped("keyword", "competitor_only", monitor_id=chain_item.monitors[0].id)
    return None


def left_alone(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    if SpecialList.DO_NOT_DISTURB in chain_item.lists and not chain_item.is_addressed:
        return dropped("do_not_disturb", "do_not_disturb")
    return None


def said_before(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    if chain_item.duplicate_of is None or _asks_for_itself(chain_item):
        return None
    may_ask = _may_ask(chain_item)
    return dropped("duplicate", "duplicate_text", needs_review=may_ask, of=chain_item.duplicate_of)


def nearly_said_before(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    if chain_item.near_duplicate_of is None or _asks_for_itself(chain_item):
        return None
    may_ask = _may_ask(chain_item)
    return dropped("near_duplicate", "near_duplicate", needs_review=may_ask, of=chain_item.near_duplicate_of)


def _asks_for_itself(chain_item: ChainItem) -> bool:
    """Who asks us in others' words, or again in their own, wants an answer like the first."""
    asks = chain_item.scores is not None and chain_item.scores.is_request
    return asks and (chain_item.is_addressed or chain_item.repeats_itself)


def _may_ask(chain_item: ChainItem) -> bool:
    return chain_item.scores is not None and chain_item.scores.service_score >= REVIEW_FROM


def from_somebody_important(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    return kept("vip", "vip_author") if SpecialList.VIP in chain_item.lists else None


def advert_by_rule(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    if chain_item.item.lane is not Lane.PUBLIC or _clearly_needs_service(chain_item):
        return None
    met = advert_rule(chain_item.bare_words)
    return dropped("advert_rules", met[0], words=met[1]) if met else None


def marketing_account(chain_item: ChainItem, setting: StepSetting) -> Decision | None:
    if chain_item.item.lane is not Lane.PUBLIC or _clearly_needs_service(chain_item):
        return None
    score = marketing_score(chain_item.activity)
    if score < (setting.threshold or 1.0):
        return None
    return dropped("marketing", "marketing_account", score=score, items=chain_item.activity.items)


def advert(chain_item: ChainItem, setting: StepSetting) -> Decision | None:
    scores = chain_item.scores
    if scores is None or setting.threshold is None or scores.spam_score < setting.threshold:
        return None
    return dropped("spam", "advert", spam_score=scores.spam_score)


def private_message(chain_item: ChainItem, _setting: StepSetting) -> Decision | None:
    """Who writes to us in private wants an answer."""
    return kept("lane", "private_message") if chain_item.item.lane is Lane.PRIVATE else None


def needs_service(chain_item: ChainItem, setting: StepSetting) -> Decision | None:
    """The last step: always decides, by the model's own line unless the setting draws another."""
    scores = chain_item.scores
    if scores is None:
        return kept("intent", "not_scored")
    if scores.is_request if setting.threshold is None else scores.service_score >= setting.threshold:
        return kept("intent", "needs_service", service_score=scores.service_score)
    close = setting.review_from is not None and scores.service_score >= setting.review_from
    detail: dict[str, object] = {"service_score": scores.service_score}
    if chain_item.is_addressed:
        fault = fault_named(chain_item.bare_words) or fault_joined(chain_item.item.text)
        close |= fault is not None or scores.service_score >= ADDRESSED_REVIEW_FROM
        detail |= {"fault": fault[0], "words": fault[1]} if fault else {}
    return dropped("intent", "no_request", needs_review=close, **detail)


def _clearly_needs_service(chain_item: ChainItem) -> bool:
    return chain_item.scores is not None and chain_item.scores.service_score >= CLEARLY_NEEDS_SERVICE


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

BY_WORDS = frozenset(
    STEPS[name]
    for name in (
        "content",
        "keyword",
        "do_not_disturb",
        "duplicate",
        "near_duplicate",
        "advert_rules",
        "marketing",
        "spam",
    )
)
"""Steps that drop an item for what it says or how often. They never drop a private message."""
