"""The judgement: the sandbox's record and the outside ledger against the product's rows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from campaign.installation import Installation
from campaign.ledger import Ledger

# A reply whose outcome nobody knows is read back for ten minutes before a person is asked to look.
READ_BACK = "being read back"
# The platform's hourly quota is used up: it goes when the next hour begins, after the campaign, and what
# was written after it in the same conversation waits behind it.
FOR_QUOTA = "waiting for the platform's quota"
QUOTA_WAIT = timedelta(minutes=2)
AT_REST = ("sent", "failed", "unknown", "cancelled", READ_BACK, FOR_QUOTA)
ITEMS = (
    "SELECT a.callback_key, i.external_id, i.text, i.lane, count(v.id) FROM inbound_items i "
    "JOIN accounts a ON a.id = i.account_id LEFT JOIN verdicts v ON v.inbound_item_id = i.id "
    "GROUP BY i.id, a.callback_key, i.external_id, i.text, i.lane"
)
REPLIES = (
    "SELECT m.idempotency_key, o.state, a.finished_at, (SELECT max(e.not_before) FROM outbound_messages e "
    "WHERE e.conversation_id = o.conversation_id AND e.id <= o.id AND e.state = 'queued') FROM messages m "
    "LEFT JOIN outbound_messages o ON o.cargo = 'reply' AND o.cargo_id = m.id "
    "LEFT JOIN outbound_attempts a ON a.outbound_message_id = o.id AND a.number = o.attempts "
    "WHERE m.idempotency_key LIKE 'campaign-%'"
)
CORPUS_ACCOUNT = "weibo-care"
Id = tuple[str, str]


@dataclass(frozen=True)
class Tally:
    """What was handed in, and what the database holds of it; ids are (account, platform's id or text)."""

    expected: dict[str, set[Id]]
    items: Counter[Id]
    verdicts: Counter[Id]

    def lost(self, name: str) -> int:
        return len([id_ for id_ in self.expected[name] if not self.items[id_]])

    def doubled(self, name: str) -> int:
        return len([id_ for id_ in self.expected[name] if self.items[id_] > 1])

    def unjudged(self, name: str) -> int:
        return len([id_ for id_ in self.expected[name] if self.verdicts[id_] != 1])

    @property
    def good(self) -> bool:
        return not any(self.lost(n) + self.doubled(n) + self.unjudged(n) for n in self.expected)


@dataclass(frozen=True)
class Replies:
    """Accepted answers by what our ledger says, and how those claims stand against the sandbox's record."""

    accepted: int
    states: Counter[str]
    missing: list[str]
    twice: list[str]
    lies: list[str]
    """Said to be sent and not there, or said to have failed and there."""

    @property
    def settled(self) -> bool:
        return all(state in AT_REST for state in self.states)

    @property
    def good(self) -> bool:
        return self.settled and not (self.missing or self.twice or self.lies)


def take_tally(installation: Installation, ledger: Ledger) -> Tally:
    """Compare ids; in our rows they carry a prefix for their kind (`status:…`)."""
    items: Counter[Id] = Counter()
    verdicts: Counter[Id] = Counter()
    for account, name, words, lane, judged in installation.rows(ITEMS):
        keys = [(str(account), str(name).rsplit(":", 1)[-1])]
        if lane == "private":
            keys.append((str(account), str(words)))
        for key in keys:
            items[key] += 1
            verdicts[key] += judged
    expected = {
        "corpus rows": _posted(installation),
        "customers' messages": ledger.written,
        "raw pushes": ledger.pushed,
    }
    return Tally(expected, items, verdicts)


def _posted(installation: Installation) -> set[Id]:
    """What the sandbox's own journal says it posted of the corpus."""
    posted: set[Id] = set()
    for row in installation.journal("SELECT id FROM weibo_status WHERE origin LIKE 'corpus:%'"):
        posted.add((CORPUS_ACCOUNT, str(row[0])))
    return posted


def take_replies(installation: Installation, ledger: Ledger) -> Replies:
    states = {str(key): _named(*row) for key, *row in installation.rows(REPLIES)}
    texts = [str(row[0]) for row in installation.journal("SELECT text FROM sent")]
    arrived = {key: sum(reply.text in text for text in texts) for key, reply in ledger.replies.items()}
    known = {key: state for key, state in states.items() if key in ledger.replies}
    lies = [key for key, state in known.items() if (state, arrived[key]) in (("sent", 0), ("failed", 1))]
    return Replies(
        accepted=len(ledger.replies),
        states=Counter(known.values()),
        missing=[key for key in ledger.replies if key not in states],
        twice=[key for key, times in arrived.items() if times > 1],
        lies=lies,
    )


def _named(state: str, finished: object, waits_until: object) -> str:
    if state == "sending" and finished is not None:
        return READ_BACK
    if state == "queued" and _moment(waits_until) > datetime.now(UTC) + QUOTA_WAIT:
        return FOR_QUOTA
    return str(state)


def _moment(value: object) -> datetime:
    """SQLite gives text without a zone, PostgreSQL a datetime; both are UTC."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def settle(installation: Installation, ledger: Ledger, seconds: float, say: Callable[[str], None]) -> float:
    """Wait until everything has come to rest; how long it took, `seconds` at most."""
    began, said = time.monotonic(), 0.0
    while time.monotonic() - began < seconds:
        replay = installation.control("GET", "/corpus")
        installation.control("POST", "/pushes/redeliver")
        tally, replies = take_tally(installation, ledger), take_replies(installation, ledger)
        if replay["emitted"] == replay["rows"] and tally.good and replies.settled:
            break
        if time.monotonic() - said > 15:
            said = time.monotonic()
            open_ = sum(n for state, n in replies.states.items() if state not in AT_REST)
            lost = sum(tally.lost(name) for name in tally.expected)
            say(
                f"settling: posted {replay['emitted']}/{replay['rows']}, not in yet {lost}, "
                f"replies on their way {open_}"
            )
        time.sleep(1.0)
    return time.monotonic() - began


def report(tally: Tally, replies: Replies, replay: dict[str, Any]) -> list[str]:
    """The counts, one a line."""
    lines = [f"{'':<22}{'handed in':>10}{'lost':>8}{'doubled':>9}{'without one verdict':>21}"]
    for name, ids in tally.expected.items():
        lines.append(
            f"{name:<22}{len(ids):>10}{tally.lost(name):>8}{tally.doubled(name):>9}{tally.unjudged(name):>21}"
        )
    lines.append(f"corpus: {replay['rows']} rows, {replay['emitted']} posted")
    states = ", ".join(f"{state} {count}" for state, count in sorted(replies.states.items()))
    lines.append(f"replies: {replies.accepted} accepted: {states or 'none'}")
    lines.append(
        f"replies sent twice {len(replies.twice)}, silently lost {len(replies.missing)}, "
        f"told wrongly {len(replies.lies)}"
    )
    for name in ("twice", "missing", "lies"):
        lines += [f"  {name}: {key}" for key in getattr(replies, name)[:10]]
    return lines
