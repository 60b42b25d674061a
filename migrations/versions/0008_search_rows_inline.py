"""search rows in one piece on PostgreSQL

A row of the search index is some 2.7 kB. By default such a value is compressed and, when that is not enough,
moved out of the row: a third of the time of storing it, and a detour for whoever reads rows backwards.

Revision: 0008
Follows: 0007
"""

from __future__ import annotations

from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

TABLES = ("search_items", "search_messages", "search_contacts")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for name in TABLES:
        op.execute(f"ALTER TABLE {name} SET (toast_tuple_target = 8160)")
        op.execute(f"ALTER TABLE {name} ALTER COLUMN tokens SET STORAGE EXTERNAL")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for name in TABLES:
        op.execute(f"ALTER TABLE {name} ALTER COLUMN tokens SET STORAGE EXTENDED")
        op.execute(f"ALTER TABLE {name} RESET (toast_tuple_target)")
