"""notifications, and by which ways people want to be told of what

Revision: 0042
Follows: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
ROWS, SETTINGS = 'notifications', 'notification_settings'
UNREAD = sa.text('read_at IS NULL')


def _own(table: str) -> tuple[sa.Column, ...]:
    return (
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.PrimaryKeyConstraint('id', name=f'pk_{table}'),
        sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=f'fk_{table}_operator_id_operators'),
    )


def upgrade() -> None:
    op.create_table(
        SETTINGS,
        sa.Column('operator_id', number, nullable=False),
        sa.Column('channels', json, nullable=False),
        sa.Column('quiet_from', sa.String(length=5), nullable=True),
        sa.Column('quiet_until', sa.String(length=5), nullable=True),
        sa.Column('only_working', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        *_own(SETTINGS),
        sa.UniqueConstraint('operator_id', name=f'uq_{SETTINGS}_operator_id'),
    )
    op.create_table(
        ROWS,
        sa.Column('operator_id', number, nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('cause', sa.String(length=120), nullable=False),
        sa.Column('subject_kind', sa.String(length=40), nullable=False),
        sa.Column('subject_id', number, nullable=False),
        sa.Column('detail', json, nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        sa.Column('is_shown', sa.Boolean(), nullable=False),
        sa.Column('is_folded', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('read_at', moment, nullable=True),
        *_own(ROWS),
        sa.UniqueConstraint('operator_id', 'cause', name=f'uq_{ROWS}_operator_id_cause'),
    )
    op.create_index(f'ix_{ROWS}_created_at', ROWS, ['created_at'])
    op.create_index(f'ix_{ROWS}_operator_id_id', ROWS, ['operator_id', 'id'])
    op.create_index(f'ix_{ROWS}_subject_id_kind', ROWS, ['subject_id', 'kind', 'operator_id', 'created_at'])
    op.create_index(
        f'ix_{ROWS}_unread', ROWS, ['operator_id', 'id'], sqlite_where=UNREAD, postgresql_where=UNREAD
    )
    # Of what has happened until now nobody is told.
    op.execute(
        "INSERT INTO counters (name, value, created_at)"
        " SELECT 'notifications', value, created_at FROM counters WHERE name = 'events'"
    )


def downgrade() -> None:
    op.execute("DELETE FROM counters WHERE name = 'notifications'")
    op.drop_table(ROWS)
    op.drop_table(SETTINGS)
