"""event subjects

What is in the log does not say what it is about, so nobody could be told of its loss. The log is what browsers
catch up from, no archive: it is emptied and its number moved on, upon which every browser loads anew.

Revision: 0011
Follows: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _start_anew() -> None:
    op.execute("DELETE FROM event_log")
    op.execute("UPDATE counters SET value = value + 1 WHERE name = 'events'")


def upgrade() -> None:
    _start_anew()
    with op.batch_alter_table('event_log', schema=None) as batch_op:
        batch_op.add_column(sa.Column('about_kind', sa.String(length=40), nullable=False))
        batch_op.add_column(sa.Column('about_id', sa.String(length=80), nullable=False))
        batch_op.add_column(sa.Column('account_id', number, nullable=True))
        batch_op.add_column(sa.Column('agency_id', number, nullable=True))
        batch_op.add_column(sa.Column('actor', sa.String(length=120), nullable=False))
        batch_op.add_column(sa.Column('operator_id', number, nullable=True))
        batch_op.add_column(sa.Column('parts', json, nullable=False))


def downgrade() -> None:
    _start_anew()
    with op.batch_alter_table('event_log', schema=None) as batch_op:
        for column in ('parts', 'operator_id', 'actor', 'agency_id', 'account_id', 'about_id', 'about_kind'):
            batch_op.drop_column(column)
