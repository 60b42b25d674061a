"""automation: rules, and what each of their runs did

Nothing acts by it until somebody makes a rule and switches it on.

Revision: 0040
Follows: 0039
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
RULES, RUNS = 'automation_rules', 'automation_runs'
OPEN = sa.text('done_at IS NULL')


def _key(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = f'fk_{table}_{column}_{target}'
    return sa.ForeignKeyConstraint([column], [f'{target}.id'], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        RULES,
        sa.Column('agency_id', number, nullable=False),
        sa.Column('owner_id', number, nullable=False),
        sa.Column('address', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('trigger', json, nullable=False),
        sa.Column('condition', json, nullable=False),
        sa.Column('actions', json, nullable=False),
        sa.Column('hourly_limit', sa.Integer(), nullable=False),
        sa.Column('is_on', sa.Boolean(), nullable=False),
        sa.Column('on_since', moment, nullable=True),
        sa.Column('standing', sa.String(length=40), nullable=False),
        sa.Column('faults', json, nullable=False),
        sa.Column('dry_run', json, nullable=False),
        sa.Column('dry_run_of', sa.String(length=64), nullable=False),
        sa.Column('dry_run_at', moment, nullable=True),
        sa.Column('dry_run_work_id', number, nullable=True),
        sa.Column('hook_secret', sa.LargeBinary(), nullable=False),
        sa.Column('last_run_at', moment, nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        _key(RULES, 'agency_id', 'agencies'),
        _key(RULES, 'owner_id', 'operators'),
        _key(RULES, 'dry_run_work_id', 'long_works', 'SET NULL'),
        sa.PrimaryKeyConstraint('id', name=f'pk_{RULES}'),
    )
    for column in ('agency_id', 'owner_id', 'dry_run_work_id'):
        op.create_index(f'ix_{RULES}_{column}', RULES, [column])
    op.create_table(
        RUNS,
        sa.Column('rule_id', number, nullable=False),
        sa.Column('rule_version', sa.Integer(), nullable=False),
        sa.Column('agency_id', number, nullable=False),
        sa.Column('account_id', number, nullable=False),
        sa.Column('service_request_id', number, nullable=False),
        sa.Column('moment', sa.String(length=60), nullable=False),
        sa.Column('basis_at', moment, nullable=True),
        sa.Column('cause', sa.String(length=60), nullable=False),
        sa.Column('caused_by_id', number, nullable=True),
        sa.Column('round', sa.Integer(), nullable=False),
        sa.Column('change', json, nullable=False),
        sa.Column('matched', json, nullable=False),
        sa.Column('actions', json, nullable=False),
        sa.Column('results', json, nullable=False),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('reason', sa.String(length=60), nullable=True),
        sa.Column('calling_since', moment, nullable=True),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('done_at', moment, nullable=True),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        _key(RUNS, 'rule_id', RULES, 'CASCADE'),
        _key(RUNS, 'agency_id', 'agencies'),
        _key(RUNS, 'account_id', 'accounts'),
        _key(RUNS, 'service_request_id', 'service_requests'),
        sa.PrimaryKeyConstraint('id', name=f'pk_{RUNS}'),
        sa.UniqueConstraint(
            'rule_id',
            'service_request_id',
            'moment',
            name=f'uq_{RUNS}_rule_id_service_request_id_moment',
        ),
    )
    for column in ('agency_id', 'account_id', 'service_request_id'):
        op.create_index(f'ix_{RUNS}_{column}', RUNS, [column])
    op.create_index(f'ix_{RUNS}_by_rule', RUNS, ['rule_id', 'id'])
    op.create_index(f'ix_{RUNS}_lately', RUNS, ['rule_id', 'created_at'])
    op.create_index(f'ix_{RUNS}_open', RUNS, ['id'], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    op.drop_table(RUNS)
    op.drop_table(RULES)
