"""What conditions may ask about inbound items and the verdicts on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.adapters.types import ItemKind
from app.conditions.catalogue import CATALOGUE, FieldOf, FieldType, RelationOf
from app.core.db import among
from app.core.i18n import LOCALES, catalogue
from app.core.json_members import number_of, truth_of
from app.core.permissions import Permission
from app.core.rows import rows_by_id
from app.identity.reference_kinds import ACCOUNT, named_kind
from app.models import Account, InboundItem, Lane, Monitor, MonitorHit, Verdict, VerdictOutcome
from app.nlp.serving.heads import INTENTS
from app.routing.fields import MOODS, PLATFORMS, PRIORITIES

_I = InboundItem
MONITOR = named_kind("monitor", Monitor, Monitor.deleted_at.is_(None))


@dataclass(frozen=True)
class ItemFacts:
    """An item with what stands around it."""

    item: InboundItem
    platform: str
    monitor_ids: frozenset[int]


def _load(session: Session, ids: Sequence[int]) -> dict[int, ItemFacts]:
    wanted = list(ids)
    statement = select(_I).where(among(session, _I.id, wanted)).options(joinedload(_I.verdict))
    rows = list(session.scalars(statement))
    accounts = rows_by_id(session, Account, {row.account_id for row in rows})
    caught: dict[int, set[int]] = {}
    hits = select(MonitorHit.inbound_item_id, MonitorHit.monitor_id)
    for item_id, monitor_id in session.execute(
        hits.where(among(session, MonitorHit.inbound_item_id, wanted))
    ):
        caught.setdefault(item_id, set()).add(monitor_id)
    return {
        row.id: ItemFacts(row, accounts[row.account_id].platform, frozenset(caught.get(row.id, ())))
        for row in rows
    }


_OTHER = aliased(InboundItem, name="other_item")


def _of_same_author(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[InboundItem]]:
    found: dict[int, list[InboundItem]] = defaultdict(list)
    same = (_OTHER.account_id == _I.account_id) & (_OTHER.author_external_id == _I.author_external_id)
    statement = select(_I.id, _OTHER).join(_OTHER, same)
    for number, other in session.execute(statement.where(among(session, _I.id, ids), _OTHER.id != _I.id)):
        found[number].append(other)
    return found


def _related(key: str, type_: FieldType, **more: Any) -> FieldOf:
    return FieldOf(key, type_, getattr(_OTHER, key), lambda item: getattr(item, key), **more)


_AUTHOR_ITEMS = RelationOf(
    owner=_I,
    entity=_OTHER,
    belongs=(_OTHER.account_id == _I.account_id)
    & (_OTHER.author_external_id == _I.author_external_id)
    & (_OTHER.id != _I.id),
    at=_OTHER.published_at,
    read_at=lambda item: item.published_at,
    id_of=lambda facts: facts.item.id,
    load=_of_same_author,
    key="related_item",
    fields={
        "kind": _related(
            "kind",
            FieldType.CHOICE,
            choices=tuple(kind.value for kind in ItemKind),
            words="condition.choice.item_kind",
        ),
        "text": _related("text", FieldType.TEXT),
    },
)


def _title(facts: ItemFacts) -> str:
    return f"{facts.item.author_name or ''} {facts.item.text or ''}".strip()


def _own(name: str) -> Callable[[ItemFacts], Any]:
    return lambda facts: getattr(facts.item, name)


def _column(key: str, type_: FieldType, name: str = "", **more: Any) -> FieldOf:
    """A column of the item itself."""
    name = name or key
    return FieldOf(key, type_, getattr(_I, name), _own(name), **more)


def _judged(key: str, type_: FieldType, name: str = "", **more: Any) -> FieldOf:
    """A column of the verdict; without a value while the item waits for it."""
    name = name or key
    sql = (
        select(getattr(Verdict, name)).where(Verdict.inbound_item_id == _I.id).correlate(_I).scalar_subquery()
    )
    return FieldOf(
        key, type_, sql, lambda facts: getattr(facts.item.verdict, name, None), optional=True, **more
    )


class _Monitors:
    def has_any(self, values: tuple[Any, ...]) -> ColumnElement[bool]:
        return self._hits(MonitorHit.monitor_id.in_(values))

    def has_some(self) -> ColumnElement[bool]:
        return self._hits()

    def _hits(self, *meant: ColumnElement[bool]) -> ColumnElement[bool]:
        hits = select(1).select_from(MonitorHit).where(MonitorHit.inbound_item_id == _I.id, *meant)
        return hits.correlate(_I).exists()


def _followers(facts: ItemFacts) -> float | None:
    value = facts.item.author.get("followers")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _verified(facts: ItemFacts) -> bool | None:
    value = facts.item.author.get("verified")
    return value if isinstance(value, bool) else None


def _worded(prefix: str) -> tuple[str, ...]:
    """Codes of an open list, by what the catalogue of messages has words for."""
    return tuple(sorted(key.removeprefix(prefix) for key in catalogue(LOCALES[0]) if key.startswith(prefix)))


_T = FieldType
FIELDS = (
    FieldOf(
        "platform",
        _T.CHOICE,
        select(Account.platform).where(Account.id == _I.account_id).correlate(_I).scalar_subquery(),
        lambda facts: facts.platform,
        choices=PLATFORMS,
        words="condition.choice.platform",
    ),
    _column("account", _T.REFERENCE, "account_id", kind=ACCOUNT),
    _column(
        "lane", _T.CHOICE, choices=(Lane.PUBLIC.value, Lane.PRIVATE.value), words="condition.choice.lane"
    ),
    _column(
        "kind", _T.CHOICE, choices=tuple(kind.value for kind in ItemKind), words="condition.choice.item_kind"
    ),
    _column("text", _T.TEXT, optional=True),
    _column("author_name", _T.TEXT, optional=True),
    _column("author_id", _T.TEXT, "author_external_id", optional=True),
    FieldOf("author_followers", _T.NUMBER, number_of(_I.author, "followers"), _followers, optional=True),
    FieldOf("author_verified", _T.TRUTH, truth_of(_I.author, "verified"), _verified, optional=True),
    _column("published_at", _T.TIME),
    _column("received_at", _T.TIME, "created_at"),
    _column("edited_at", _T.TIME, optional=True),
    _column("deleted_at", _T.TIME, optional=True),
    _column("edit_count", _T.NUMBER),
    FieldOf(
        "is_repeat",
        _T.TRUTH,
        _I.duplicate_of_id.is_not(None),
        lambda facts: facts.item.duplicate_of_id is not None,
    ),
    _column("repeat_count", _T.NUMBER, "duplicate_count"),
    _judged(
        "outcome", _T.CHOICE, choices=tuple(o.value for o in VerdictOutcome), words="condition.choice.outcome"
    ),
    _judged("reason", _T.CHOICE, choices=_worded("verdict.reason."), words="verdict.reason"),
    _judged("step", _T.CHOICE, choices=_worded("listening.step."), words="listening.step"),
    _judged("intent", _T.CHOICE, choices=INTENTS, words="condition.choice.type"),
    _judged("sentiment", _T.CHOICE, choices=MOODS, words="condition.choice.sentiment"),
    _judged("urgency", _T.CHOICE, "priority", choices=PRIORITIES, words="condition.choice.priority"),
    _judged("service_score", _T.NUMBER),
    _judged("spam_score", _T.NUMBER),
    _judged("needs_review", _T.TRUTH),
    _judged("judged_at", _T.TIME, "created_at"),
    _judged("corrected_at", _T.TIME),
    _judged("rescued_at", _T.TIME),
    FieldOf(
        "monitors",
        _T.SET,
        _Monitors(),
        lambda facts: facts.monitor_ids,
        optional=True,
        kind=MONITOR,
        right=Permission.MONITORS_READ,
    ),
    FieldOf("author_items", _T.RELATION, None, lambda _facts: None, relation=_AUTHOR_ITEMS),
)

INBOUND_ITEMS = CATALOGUE.declare(
    "inbound_item", InboundItem, Permission.INBOUND_ITEMS_READ, _load, _title, FIELDS
)
