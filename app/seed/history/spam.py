"""The one who advertises again and again: what the filter makes of it, and how somebody blocks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from app.core.context import Context
from app.models import InboundItem, SpecialList, SpecialListEntry, VerdictOutcome
from app.seed.history.house import House
from app.seed.history.people import external_id
from app.seed.history.planning import Day
from app.seed.history.said import Item
from app.seed.history.truths import SPAMMER

_BLOCKED_AT = timedelta(hours=8, minutes=40)


@dataclass
class Spam:
    ctx: Context
    house: House
    day: Day

    def judge(self, items: Sequence[Item]) -> None:
        """The first is an advert, the others repeat it; once blocked, nobody looks at the words."""
        head = self._head()
        first = None
        for item in items:
            if item.author.name != SPAMMER.name or item.account.callback_key != SPAMMER.account:
                continue
            seen, item.verdict.outcome = item.verdict, VerdictOutcome.DROPPED
            if head is None and first is None:
                first = item
                continue
            item.repeats, item.repeats_id = first, head
            if self.day.ago < SPAMMER.blocked_days_ago:
                seen.step, seen.reason, seen.detail = "blocked", "blocked_author", {}
            else:
                seen.step, seen.reason, seen.detail = "duplicate", "duplicate_text", {}

    def store(self, items: Sequence[Item]) -> None:
        """The first post counts those that repeat it; on its day the author is blocked."""
        session = self.ctx.session
        head = self._head()
        repeats = sum(
            1
            for item in items
            if head is not None and head in (item.repeats_id, item.repeats and item.repeats.id)
        )
        if head is not None and repeats:
            session.execute(
                update(InboundItem)
                .where(InboundItem.id == head)
                .values(duplicate_count=InboundItem.duplicate_count + repeats)
            )
        if self.day.ago == SPAMMER.blocked_days_ago:
            self._block()

    def _head(self) -> int | None:
        account = self.house.accounts[SPAMMER.account]
        return self.ctx.session.scalar(
            select(InboundItem.id)
            .where(
                InboundItem.account_id == account.id,
                InboundItem.author_external_id == external_id(account, SPAMMER.name),
                InboundItem.duplicate_of_id.is_(None),
            )
            .order_by(InboundItem.id)
            .limit(1)
        )

    def _block(self) -> None:
        account = self.house.accounts[SPAMMER.account]
        at = self.day.begins + _BLOCKED_AT
        self.ctx.session.add(
            SpecialListEntry(
                created_at=at,
                agency_id=account.agency_id,
                list=SpecialList.BLOCKED,
                platform=account.platform,
                server=account.server,
                author_external_id=external_id(account, SPAMMER.name),
                author_name=SPAMMER.name,
                note="天天发同一条卖卡广告",
                created_by_id=self.house.lead.operator_id,
            )
        )
        self.ctx.session.flush()
