"""merging, splitting and linking requests: pointers, what undoing needs, and several of one person side by side

Revision: 0060
Follows: 0059
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0060'
down_revision = '0059'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
ACTIVE = sa.text("status IN ('new', 'open', 'pending', 'on_hold')")
OPEN = 'uq_service_requests_open'
MERGED = 'ix_service_requests_merged_into_id'


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{to}.id'], name=f'fk_{table}_{column}_{to}')


def upgrade() -> None:
    # One by one: a rebuilt table would lose its triggers on SQLite.
    op.add_column('service_requests', sa.Column('merged_into_id', number, nullable=True))
    op.add_column(
        'service_requests', sa.Column('strand', sa.Integer(), server_default=sa.text('0'), nullable=False)
    )
    op.create_index(MERGED, 'service_requests', ['merged_into_id'])
    op.drop_index(OPEN, 'service_requests')
    op.create_index(
        OPEN,
        'service_requests',
        ['conversation_id', 'lane', 'strand'],
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )
    op.create_table(
        'request_merges',
        sa.Column('service_request_id', number, nullable=False),
        sa.Column('account_id', number, nullable=False),
        sa.Column('merged_id', number, nullable=False),
        sa.Column('message_ids', json, nullable=False),
        sa.Column('kept', json, nullable=False),
        sa.Column('into_version', sa.Integer(), nullable=False),
        sa.Column('operator_id', number, nullable=True),
        sa.Column('undo_until', moment, nullable=False),
        sa.Column('undone_at', moment, nullable=True),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        _reference('request_merges', 'service_request_id', 'service_requests'),
        _reference('request_merges', 'account_id', 'accounts'),
        _reference('request_merges', 'merged_id', 'service_requests'),
        _reference('request_merges', 'operator_id', 'operators'),
        sa.PrimaryKeyConstraint('id', name='pk_request_merges'),
    )
    for column in ('service_request_id', 'merged_id'):
        op.create_index(f'ix_request_merges_{column}', 'request_merges', [column])
    op.create_table(
        'request_links',
        sa.Column('service_request_id', number, nullable=False),
        sa.Column('other_id', number, nullable=False),
        sa.Column('account_id', number, nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('operator_id', number, nullable=True),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        _reference('request_links', 'service_request_id', 'service_requests'),
        _reference('request_links', 'other_id', 'service_requests'),
        _reference('request_links', 'account_id', 'accounts'),
        _reference('request_links', 'operator_id', 'operators'),
        sa.PrimaryKeyConstraint('id', name='pk_request_links'),
        sa.UniqueConstraint('service_request_id', 'other_id', name='uq_request_links_pair'),
    )
    op.create_index('ix_request_links_other_id', 'request_links', ['other_id'])


def downgrade() -> None:
    op.drop_table('request_links')
    op.drop_table('request_merges')
    op.drop_index(OPEN, 'service_requests')
    op.drop_index(MERGED, 'service_requests')
    op.drop_column('service_requests', 'merged_into_id')
    op.drop_column('service_requests', 'strand')
    # What was split off has no place beside what it was taken from.
    op.create_index(
        OPEN,
        'service_requests',
        ['conversation_id', 'lane'],
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )
