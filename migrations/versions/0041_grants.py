"""accounts that more than one agency works with: contracts, grants, and what a contract's agency has sent

Revision: 0041
Follows: 0040

Accounts stay with the agency they belong to, which reaches all that it reached.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
OPEN = sa.text('NOT is_over')
GRANT_KEYS = {
    'account_id': 'accounts',
    'agency_id': 'agencies',
    'contract_id': 'contracts',
    'team_id': 'teams',
    'calendar_id': 'calendars',
    'granted_by_id': 'operators',
    'ended_by_id': 'operators',
}


def _keys(table: str, keys: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f'{other}.id'], name=f'fk_{table}_{column}_{other}')
        for column, other in keys.items()
    ]


def upgrade() -> None:
    op.create_table(
        'contracts',
        sa.Column('agency_id', number, nullable=False),
        sa.Column('first_day', sa.Date(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=True),
        sa.Column('calendar_id', number, nullable=True),
        sa.Column('daily_cap', sa.Integer(), nullable=True),
        sa.Column('note', sa.String(length=500), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        *_keys('contracts', {'agency_id': 'agencies', 'calendar_id': 'calendars'}),
        sa.PrimaryKeyConstraint('id', name='pk_contracts'),
    )
    for column in ('agency_id', 'calendar_id'):
        op.create_index(f'ix_contracts_{column}', 'contracts', [column])
    op.create_table(
        'contract_usage',
        sa.Column('contract_id', number, nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        *_keys('contract_usage', {'contract_id': 'contracts'}),
        sa.PrimaryKeyConstraint('id', name='pk_contract_usage'),
        sa.UniqueConstraint('contract_id', 'day', name='uq_contract_usage_contract_id_day'),
    )
    op.create_table(
        'grants',
        *(
            sa.Column(column, number, nullable=column not in ('account_id', 'agency_id'))
            for column in GRANT_KEYS
        ),
        sa.Column('begins_at', moment, nullable=False),
        sa.Column('ends_at', moment, nullable=True),
        sa.Column('holds_from', moment, nullable=False),
        sa.Column('holds_until', moment, nullable=True),
        sa.Column('allows', sa.Text(), nullable=False),
        sa.Column('takes_new', sa.Boolean(), nullable=False),
        sa.Column('opens_past', sa.String(length=40), nullable=False),
        sa.Column('opens_notes', sa.Boolean(), nullable=False),
        sa.Column('note', sa.String(length=500), nullable=False),
        sa.Column('has_begun', sa.Boolean(), nullable=False),
        sa.Column('is_over', sa.Boolean(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        *_keys('grants', GRANT_KEYS),
        sa.PrimaryKeyConstraint('id', name='pk_grants'),
    )
    for column in ('account', 'agency'):
        op.create_index(
            f'ix_grants_open_by_{column}',
            'grants',
            [f'{column}_id'],
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
    op.create_index('ix_grants_account_agency', 'grants', ['account_id', 'agency_id'])
    for column in ('agency_id', 'contract_id', 'team_id', 'calendar_id'):
        op.create_index(f'ix_grants_{column}', 'grants', [column])


def downgrade() -> None:
    for table in ('grants', 'contract_usage', 'contracts'):
        op.drop_table(table)
