"""what waits for its verdict, in a table of its own

A lease and a verdict each rewrote the item's whole row, with the platform's answer in it and an entry in
every index. Now an item's row is written once.

Revision: 0007
Follows: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_items")),
    )
    op.execute(
        "INSERT INTO waiting_items (id, created_at, lease_until, lease_token) "
        "SELECT id, created_at, lease_until, lease_token FROM inbound_items WHERE status = 'received'"
    )
    op.drop_index("ix_inbound_items_status_id", "inbound_items")
    for name in ("status", "lease_until", "lease_token"):
        op.drop_column("inbound_items", name)


def downgrade() -> None:
    op.add_column("inbound_items", sa.Column("status", sa.String(40), nullable=False, server_default="judged"))
    op.add_column("inbound_items", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("inbound_items", sa.Column("lease_token", sa.String(32), nullable=True))
    op.execute("UPDATE inbound_items SET status = 'received' WHERE id IN (SELECT id FROM waiting_items)")
    op.create_index("ix_inbound_items_status_id", "inbound_items", ["status", "id"])
    op.drop_table("waiting_items")
