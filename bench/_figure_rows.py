"""Filling what figures count besides requests: the ledger's row of each reply, and lately judged posts.

Made inside the database of the messages that `_requests.py` filled, so it takes seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

LATELY = timedelta(days=185)
"""How far back posts are judged: a quarter, and the one before it."""
_REPLIES = """
INSERT INTO outbound_messages (created_at, cargo, cargo_id, account_id, conversation_id, lane, order_key,
    target, operation_key, state, not_before, attempts, finished_at)
SELECT occurred_at, 'reply', id, account_id, conversation_id, lane, 'filled-' || conversation_id, '{}',
    'filled-' || id, CASE WHEN id % 40 = 0 THEN 'failed' ELSE 'sent' END, occurred_at, 1, occurred_at
FROM messages WHERE direction = 'outbound'
"""
_ITEMS = """
INSERT INTO inbound_items (created_at, account_id, external_id, kind, lane, author_name, author, text, media,
    reply_context, raw, published_at, edit_count, text_hash, duplicate_count)
SELECT occurred_at, account_id, '{kind}:' || id, 'mention', lane, '', '{{}}', text, '[]', '{{}}', '{{}}',
    occurred_at, 0, id, 0
FROM messages WHERE direction = 'inbound' AND inbound_item_id IS NULL AND occurred_at >= :since
"""
_VERDICTS = """
INSERT INTO verdicts (created_at, inbound_item_id, account_id, outcome, step, reason, detail, intent,
    sentiment, sentiment_unsure, needs_review, rescued_at)
SELECT created_at, id, account_id, '{outcome}', 'intent', '{reason}', '{{}}', 'other', 0, {no}, {no},
    {rescued}
FROM inbound_items WHERE external_id LIKE '{kind}:%'
"""


def fill_figure_rows(engine: Engine) -> None:
    """A row in the ledger for each reply; of each recent message a kept post and a dropped one."""
    since = (datetime.now(UTC) - LATELY).replace(tzinfo=None if engine.dialect.name == "sqlite" else UTC)
    no = "0" if engine.dialect.name == "sqlite" else "false"
    rescued = "CASE WHEN id % 30 = 0 THEN created_at END"
    with engine.begin() as connection:
        connection.execute(text(_REPLIES))
        for kind, outcome, reason, when in (
            ("kept", "kept", "needs_service", rescued),
            ("dropped", "dropped", "no_request", "NULL"),
        ):
            connection.execute(text(_ITEMS.format(kind=kind)), {"since": since})
            rows = _VERDICTS.format(kind=kind, outcome=outcome, reason=reason, no=no, rescued=when)
            connection.execute(text(rows))
