"""full-text index

Revision: 0005
Follows: 0004
"""

from __future__ import annotations

from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

TABLES = ("search_items", "search_messages", "search_contacts")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in TABLES:
        if sqlite:
            # Contentless: the texts are in their own tables already. Tokens come ready made.
            op.execute(
                f"CREATE VIRTUAL TABLE {name} USING fts5(tokens, content='', tokenize='unicode61 remove_diacritics 0')"
            )
        else:
            op.execute(f"CREATE TABLE {name} (id bigint PRIMARY KEY, tokens tsvector NOT NULL)")
            op.execute(f"CREATE INDEX ix_{name}_tokens ON {name} USING gin (tokens)")


def downgrade() -> None:
    for name in reversed(TABLES):
        op.execute(f"DROP TABLE {name}")
