"""working calendars: when time counts, for which accounts, and the holidays that somebody imported

Nothing changes by it: where no calendar applies, time is counted around the clock as before.

Revision: 0036
Follows: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
OF_AGENCY = sa.text('is_default AND agency_id IS NOT NULL')
COMMON = sa.text('is_default AND agency_id IS NULL')


def _made(table: str, *columns: sa.Column, keys: dict[str, str], unique: tuple[str, ...] = ()) -> None:
    op.create_table(
        table,
        *columns,
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f'{target}.id'], name=f'fk_{table}_{column}_{target}')
            for column, target in keys.items()
        ),
        sa.PrimaryKeyConstraint('id', name=f'pk_{table}'),
        *(sa.UniqueConstraint(column, name=f'uq_{table}_{column}') for column in unique),
    )


def upgrade() -> None:
    _made(
        'calendars',
        sa.Column('agency_id', number, nullable=True),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('zone', sa.String(length=60), nullable=False),
        sa.Column('hours', json, nullable=False),
        sa.Column('company_days', json, nullable=False),
        sa.Column('follows_holidays', sa.Boolean(), nullable=False),
        sa.Column('is_default', sa.Boolean(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        keys={'agency_id': 'agencies'},
    )
    op.create_index(
        'uq_calendars_default',
        'calendars',
        ['agency_id'],
        unique=True,
        sqlite_where=OF_AGENCY,
        postgresql_where=OF_AGENCY,
    )
    op.create_index(
        'uq_calendars_common_default',
        'calendars',
        ['is_default'],
        unique=True,
        sqlite_where=COMMON,
        postgresql_where=COMMON,
    )
    _made(
        'calendar_accounts',
        sa.Column('calendar_id', number, nullable=False),
        sa.Column('account_id', number, nullable=False),
        keys={'calendar_id': 'calendars', 'account_id': 'accounts'},
        unique=('account_id',),
    )
    op.create_index('ix_calendar_accounts_calendar_id', 'calendar_accounts', ['calendar_id'])
    _made(
        'holiday_years',
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('days', json, nullable=False),
        sa.Column('imported_by_id', number, nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        keys={'imported_by_id': 'operators'},
        unique=('year',),
    )
    _made(
        'deadline_recounts',
        sa.Column('account_id', number, nullable=False),
        sa.Column('wanted_at', moment, nullable=False),
        keys={'account_id': 'accounts'},
        unique=('account_id',),
    )


def downgrade() -> None:
    for table in ('deadline_recounts', 'holiday_years', 'calendar_accounts', 'calendars'):
        op.drop_table(table)
