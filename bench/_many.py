"""A million requests of the last quarter in PostgreSQL, made inside the database: rows that figures count.

As `_requests.py` has them, without what figures do not ask for (what customers wrote, the search index): done
and active ones, busier by day and on weekdays, half answered within twelve minutes and resolved within five
hours, one account with a third of all. Every answer has its row in the ledger, every request a kept post, and
for each kept post one was dropped. The same rows each time but for the present moment.
"""

# ruff: noqa: E501 - statements are read whole
from __future__ import annotations

from sqlalchemy import Engine, text

_SKEW = "exp({scale} * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))"
"""A factor around 1 as of a log-normal: half of all are less."""
_SETUP = """
SELECT setseed(0.7);
CREATE TEMP TABLE fill_accounts ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY id) AS rank, id, agency_id, platform, team_id FROM accounts
WHERE team_id IS NOT NULL;
CREATE TEMP TABLE fill_weights ON COMMIT DROP AS
SELECT array_agg(upto ORDER BY rank) AS bounds FROM (
    SELECT rank, sum(1.0 / rank) OVER (ORDER BY rank) / sum(1.0 / rank) OVER () AS upto FROM fill_accounts
) AS weighed;
CREATE TEMP TABLE fill_people ON COMMIT DROP AS
SELECT team_id, array_agg(operator_id ORDER BY operator_id) AS people FROM team_members GROUP BY team_id;
CREATE TEMP TABLE fill_plan ON COMMIT DROP AS
WITH drawn AS (
    SELECT g AS n, random() AS stands, random() AS whose, random() AS about, random() AS urgent, random() AS at,
        least(least(6.0, :days / 3.0) * -ln(1 - random()), :days) AS active_age, random() AS replied,
        random() AS weekend
    FROM generate_series(1, :count) AS g
), placed AS (
    SELECT *, CASE WHEN stands < 0.1 THEN now() - active_age * interval '1 day'
        ELSE date_trunc('day', now()) - ceil(at * (:days - 1)) * interval '1 day'
            + (8 + 7 * (random() + random())) * interval '1 hour' - interval '8 hours' END AS opened
    FROM drawn
), shifted AS (
    SELECT *, CASE WHEN stands >= 0.1 AND extract(isodow FROM opened) > 5 AND weekend < 0.4
        THEN opened - interval '3 days' ELSE opened END AS opened_at FROM placed
)
SELECT n, greatest(opened_at, now() - :days * interval '1 day') AS opened_at, stands, replied,
    a.id AS account_id, a.agency_id, a.platform, a.team_id,
    p.people[1 + floor(random() ^ 2 * array_length(p.people, 1))::int] AS person,
    CASE WHEN about < 0.4 THEN 'complaint' WHEN about < 0.8 THEN 'consult' WHEN about < 0.88 THEN 'lead'
        WHEN about < 0.96 THEN 'suggestion' ELSE 'praise' END AS type,
    CASE WHEN urgent < 0.05 THEN 1 WHEN urgent < 0.25 THEN 2 WHEN urgent < 0.8 THEN 3 ELSE 4 END AS priority,
    12 * 60 * {skew} AS reply_seconds, 300 * 60 * {skew} AS resolve_seconds
FROM shifted CROSS JOIN fill_weights
JOIN fill_accounts a ON a.rank = least(
    1 + width_bucket(whose::numeric, bounds), (SELECT count(*) FROM fill_accounts)
)
LEFT JOIN fill_people p ON p.team_id = a.team_id;
CREATE TEMP TABLE fill_base ON COMMIT DROP AS
SELECT (SELECT coalesce(max(id), 0) FROM contacts) AS contact,
    (SELECT coalesce(max(id), 0) FROM contact_identities) AS identity,
    (SELECT coalesce(max(id), 0) FROM conversations) AS conversation,
    (SELECT coalesce(max(id), 0) FROM service_requests) AS request,
    (SELECT coalesce(max(id), 0) FROM messages) AS message,
    (SELECT coalesce(max(id), 0) FROM inbound_items) AS item;
""".replace("{skew}", _SKEW.format(scale="1.1"))
_ROWS = """
INSERT INTO contacts (id, created_at, agency_id, name, version)
SELECT contact + n, opened_at, agency_id, '客户' || n, 1 FROM fill_plan, fill_base;
INSERT INTO contact_identities (id, created_at, contact_id, account_id, platform, external_id, name, is_verified,
    profile, former_names, last_seen_at)
SELECT identity + n, opened_at, contact + n, account_id, platform, 'many-' || n, '客户' || n, false, '{}', '[]',
    opened_at FROM fill_plan, fill_base;
INSERT INTO conversations (id, created_at, account_id, contact_identity_id, last_number, version)
SELECT conversation + n, opened_at, account_id, identity + n, 2, 1 FROM fill_plan, fill_base;
INSERT INTO service_requests (id, created_at, number, account_id, conversation_id, team_id, assignee_id, lane,
    status, type, priority, priority_parts, judged_by_hand, sentiment, sentiment_score, sentiment_unsure,
    opened_at, waiting_since, due_at, urgent_at, first_replied_at, first_due_at, resolved_at, last_inbound_at,
    message_count, unread_count, last_number, preview, version)
SELECT request + n, opened_at, 'LK-M' || n, account_id, conversation + n, team_id,
    CASE WHEN stands >= 0.03 THEN person END, CASE WHEN n % 3 = 0 THEN 'public' ELSE 'private' END,
    CASE WHEN stands < 0.03 THEN 'new' WHEN stands < 0.07 THEN 'open' WHEN stands < 0.1 THEN 'pending'
        WHEN stands < 0.25 THEN 'resolved' ELSE 'closed' END,
    type, priority, '{}', false, n % 3 - 1, 0.5, false, opened_at,
    CASE WHEN stands < 0.07 THEN opened_at END, CASE WHEN stands < 0.07 THEN opened_at + allowed END,
    CASE WHEN stands < 0.07 THEN opened_at + allowed ELSE '9999-01-01' END,
    CASE WHEN stands >= 0.1 AND replied < 0.6 OR stands BETWEEN 0.07 AND 0.1 THEN
        least(now(), opened_at + reply_seconds * interval '1 second') END,
    CASE WHEN stands >= 0.1 AND replied < 0.6 OR stands BETWEEN 0.07 AND 0.1 THEN opened_at + allowed END,
    CASE WHEN stands >= 0.1 THEN
        least(now(), opened_at + least(resolve_seconds, 8 * 86400) * interval '1 second') END,
    opened_at, 2, 0, 2, '{}', 1
FROM fill_plan, fill_base, LATERAL (
    SELECT CASE priority WHEN 1 THEN 15 WHEN 2 THEN 30 WHEN 3 THEN 120 ELSE 480 END * interval '1 minute' AS allowed
) AS due;
INSERT INTO messages (id, created_at, conversation_id, account_id, service_request_id, operator_id, number,
    direction, lane, kind, author_name, text, media, occurred_at, version)
SELECT message + n, r.first_replied_at, r.conversation_id, r.account_id, r.id, r.assignee_id, 2, 'outbound',
    r.lane, 'reply', '', '您好，已为您登记', '[]', r.first_replied_at, 1
FROM fill_plan, fill_base, service_requests r WHERE r.id = request + n AND r.first_replied_at IS NOT NULL;
INSERT INTO outbound_messages (created_at, cargo, cargo_id, account_id, conversation_id, lane, order_key, target,
    operation_key, state, not_before, attempts, finished_at)
SELECT m.occurred_at, 'reply', m.id, m.account_id, m.conversation_id, m.lane, 'many-' || m.id, '{}',
    'many-' || m.id, CASE WHEN m.id % 40 = 0 THEN 'failed' ELSE 'sent' END, m.occurred_at, 1, m.occurred_at
FROM fill_base, messages m WHERE m.id > message;
INSERT INTO inbound_items (id, created_at, account_id, external_id, kind, lane, author_name, author, text, media,
    reply_context, raw, published_at, edit_count, text_hash, duplicate_count)
SELECT item + 2 * n - kept, opened_at, account_id, 'many-' || 2 * n - kept, 'mention', 'public', '', '{}', '宽带坏了',
    '[]', '{}', '{}', opened_at, 0, 2 * n - kept, 0
FROM fill_plan, fill_base, generate_series(0, 1) AS kept;
INSERT INTO verdicts (created_at, inbound_item_id, account_id, outcome, step, reason, detail, intent, sentiment,
    sentiment_unsure, needs_review, rescued_at)
SELECT i.created_at, i.id, i.account_id, CASE WHEN i.id % 2 = 0 THEN 'kept' ELSE 'dropped' END, 'intent',
    CASE WHEN i.id % 2 = 0 THEN 'needs_service' ELSE 'no_request' END, '{}', 'other', 0, false, false,
    CASE WHEN i.id % 60 = 0 THEN i.created_at END
FROM fill_base, inbound_items i WHERE i.id > item;
"""
_TABLES = (
    *("contacts", "contact_identities", "conversations", "service_requests", "messages"),
    *("outbound_messages", "inbound_items", "verdicts"),
)


def fill_many(engine: Engine, count: int, days: int) -> None:
    """Add `count` requests of the last `days` days. Nobody else may write meanwhile: ids are given here.

    Indexes are made anew afterwards, as after any bulk load. PostgreSQL only.
    """
    with engine.begin() as connection:
        # What refers to what is right by itself: asking costs more than writing.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL work_mem = '256MB'"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        indexes = connection.execute(
            text(
                "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = ANY(:tables) AND NOT EXISTS"
                " (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
            ),
            {"tables": list(_TABLES)},
        ).all()
        for name, _ in indexes:
            connection.execute(text(f"DROP INDEX {name}"))
        for statement in (_SETUP + _ROWS).split(";"):
            if statement.strip():
                told = {"count": count, "days": days}
                used = {name: value for name, value in told.items() if f":{name}" in statement}
                connection.execute(text(statement), used)
        for _, definition in indexes:
            connection.execute(text(definition))
        for table in _TABLES:
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            )
