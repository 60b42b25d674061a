"""kinds of shifts, shifts, and swaps of them

Revision: 0057
Follows: 0056
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0057'
down_revision = '0056'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
STANDS = sa.text('removed_at IS NULL')
OPEN = sa.text("state IN ('asked', 'agreed')")


def _foreign(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{other}.id'], name=f'fk_{table}_{column}_{other}')


def _entity(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        *columns,
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.PrimaryKeyConstraint('id', name=f'pk_{table}'),
    )


def _index(name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    _entity(
        'shift_templates',
        sa.Column('agency_id', number, nullable=False),
        sa.Column('name', sa.String(length=40), nullable=False),
        sa.Column('start', sa.String(length=5), nullable=False),
        sa.Column('end', sa.String(length=5), nullable=False),
        sa.Column('tone', sa.Integer(), nullable=False),
        sa.Column('removed_at', moment, nullable=True),
        _foreign('shift_templates', 'agency_id', 'agencies'),
    )
    op.create_index('ix_shift_templates_agency_id', 'shift_templates', ['agency_id'])
    _index('uq_shift_templates_name', 'shift_templates', ['agency_id', 'name'], STANDS, unique=True)
    _entity(
        'shifts',
        sa.Column('agency_id', number, nullable=False),
        sa.Column('operator_id', number, nullable=False),
        sa.Column('template_id', number, nullable=True),
        sa.Column('begins_at', moment, nullable=False),
        sa.Column('ends_at', moment, nullable=False),
        sa.Column('note', sa.String(length=120), nullable=False),
        sa.Column('reminded_at', moment, nullable=True),
        sa.Column('removed_at', moment, nullable=True),
        _foreign('shifts', 'agency_id', 'agencies'),
        _foreign('shifts', 'operator_id', 'operators'),
        _foreign('shifts', 'template_id', 'shift_templates'),
    )
    _index('ix_shifts_by_person', 'shifts', ['operator_id', 'ends_at'], STANDS)
    _index('ix_shifts_by_agency', 'shifts', ['agency_id', 'begins_at'], STANDS)
    _index('ix_shifts_by_begin', 'shifts', ['begins_at'], STANDS)
    _entity(
        'shift_swaps',
        sa.Column('agency_id', number, nullable=False),
        sa.Column('shift_id', number, nullable=False),
        sa.Column('asked_by_id', number, nullable=False),
        sa.Column('other_id', number, nullable=False),
        sa.Column('other_shift_id', number, nullable=True),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('note', sa.String(length=200), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('answered_at', moment, nullable=True),
        sa.Column('decided_by_id', number, nullable=True),
        sa.Column('decided_at', moment, nullable=True),
        _foreign('shift_swaps', 'agency_id', 'agencies'),
        _foreign('shift_swaps', 'shift_id', 'shifts'),
        _foreign('shift_swaps', 'asked_by_id', 'operators'),
        _foreign('shift_swaps', 'other_id', 'operators'),
        _foreign('shift_swaps', 'other_shift_id', 'shifts'),
        _foreign('shift_swaps', 'decided_by_id', 'operators'),
    )
    op.create_index('ix_shift_swaps_agency_id', 'shift_swaps', ['agency_id'])
    _index('uq_shift_swaps_open', 'shift_swaps', ['shift_id'], OPEN, unique=True)


def downgrade() -> None:
    op.drop_table('shift_swaps')
    op.drop_table('shifts')
    op.drop_table('shift_templates')
