"""What one item of a batch is to the next: whether it opened a request, was said before, adds to a habit.

Items are judged in the order in which they came. What is remembered here between two items of a batch is what
the database would say between two batches, so where a stream is cut never changes a verdict.
"""

from __future__ import annotations

from app.listener.chain.chain_items import Activity, ChainItem, Decision
from app.listener.judging.activity import counted
from app.listener.judging.clusters import REPEATS
from app.listener.judging.near_duplicates import NearIndex
from app.models import Lane, VerdictOutcome
from app.nlp.text.fingerprint import LEAST_CHARS

NEAR_LEAST_CHARS = 20
"""Two people's short questions resemble each other without being one text that was passed on."""
DuplicateKey = tuple[int, int, str | None]
"""Account, hash of the words, and the author where only the same author's words repeat."""


class BatchMemory:
    """Asked before each decision (`look`) and told after it (`note`)."""

    def __init__(self, said: dict[DuplicateKey, int], near: NearIndex) -> None:
        self._said = said
        self._near = near
        self._busy: set[tuple[int, str, Lane]] = set()
        self._habits: dict[tuple[int, str], Activity] = {}

    def look(self, chain_item: ChainItem) -> None:
        """Put on the item what the items before it in this batch have changed."""
        item = chain_item.item
        author = item.author_external_id
        if author:
            chain_item.has_open_request |= (item.account_id, author, item.lane) in self._busy
            chain_item.activity = self._habits.get((item.account_id, author), chain_item.activity)
        if item.lane is not Lane.PUBLIC or not chain_item.words:
            return
        said = self._said.get(duplicate_key(chain_item))
        chain_item.duplicate_of = said if said is not None and said < item.id else None
        own = self._said.get((item.account_id, item.text_hash, author))
        chain_item.repeats_itself = own is not None and own < item.id
        if (
            chain_item.duplicate_of is None
            and item.simhash is not None
            and len(chain_item.words) >= NEAR_LEAST_CHARS
        ):
            chain_item.near_duplicate_of = self._near.find(item.id, item.account_id, item.simhash)

    def note(self, chain_item: ChainItem, decision: Decision) -> None:
        item = chain_item.item
        author = item.author_external_id
        if author:
            if decision.outcome is VerdictOutcome.KEPT:
                self._busy.add((item.account_id, author, item.lane))
            self._habits[item.account_id, author] = chain_item.activity + counted(chain_item, decision)
        if item.lane is not Lane.PUBLIC or decision.step in REPEATS or chain_item.repeats is not None:
            return
        for key in ((item.account_id, item.text_hash, author), (item.account_id, item.text_hash, None)):
            self._said.setdefault(key, item.id)
        if item.simhash is not None:
            self._near.add(item.id, item.account_id, item.simhash)


def duplicate_key(chain_item: ChainItem) -> DuplicateKey:
    """Two people may say the same few words and both mean them: short texts repeat only their author's."""
    item = chain_item.item
    author = None if len(chain_item.words) >= LEAST_CHARS else item.author_external_id
    return item.account_id, item.text_hash, author
