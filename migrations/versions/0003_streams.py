"""streams: what is read of an account, apart from the rules that will be called monitors

Revision: 0003
Follows: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
key = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    _create('streams', 'name', [])
    op.execute(
        "INSERT INTO streams (id, created_at, account_id, name, is_active, every_seconds, cursor, due_at, "
        "lease_until, lease_token, last_success_at, last_error) "
        "SELECT id, created_at, account_id, stream, is_active, every_seconds, cursor, due_at, "
        "lease_until, lease_token, last_success_at, last_error FROM monitors"
    )
    _continue_numbers('streams')
    _point_items('monitor_id', 'monitors', 'stream_id', 'streams')
    _drop('monitors')


def downgrade() -> None:
    _create('monitors', 'stream', [
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('rule', json, nullable=False),
    ])
    op.execute(
        "INSERT INTO monitors (id, created_at, account_id, stream, name, rule, is_active, every_seconds, cursor, "
        "due_at, lease_until, lease_token, last_success_at, last_error) "
        "SELECT id, created_at, account_id, name, name, '{}', is_active, every_seconds, cursor, due_at, "
        "lease_until, lease_token, last_success_at, last_error FROM streams"
    )
    _continue_numbers('monitors')
    _point_items('stream_id', 'streams', 'monitor_id', 'monitors')
    _drop('streams')


def _create(table: str, stream_column: str, more: list[sa.Column]) -> None:
    unique = ('account_id', 'name') if table == 'streams' else ('account_id', 'stream', 'name')
    op.create_table(
        table,
        sa.Column('account_id', key, nullable=False),
        sa.Column(stream_column, sa.String(length=40), nullable=False),
        *more,
        sa.Column('is_active', sa.Boolean(), nullable=False),
        sa.Column('every_seconds', sa.Integer(), nullable=False),
        sa.Column('cursor', json, nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('lease_token', sa.String(length=32), nullable=True),
        sa.Column('last_success_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_error', sa.String(length=300), nullable=True),
        sa.Column('id', key, autoincrement=True, nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f(f'fk_{table}_account_id_accounts')),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{table}_{'_'.join(unique)}")),
    )
    op.create_index(op.f(f'ix_{table}_account_id'), table, ['account_id'])


def _drop(table: str) -> None:
    op.drop_index(op.f(f'ix_{table}_account_id'), table_name=table)
    op.drop_table(table)


def _continue_numbers(table: str) -> None:
    """Rows came with their ids; PostgreSQL's sequence must go on behind them."""
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM {table}"
        )


def _point_items(old: str, old_table: str, new: str, new_table: str) -> None:
    with op.batch_alter_table('inbound_items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f(f'ix_inbound_items_{old}'))
        batch_op.drop_constraint(batch_op.f(f'fk_inbound_items_{old}_{old_table}'), type_='foreignkey')
        batch_op.alter_column(old, new_column_name=new, existing_type=key)
    with op.batch_alter_table('inbound_items', schema=None) as batch_op:
        batch_op.create_foreign_key(batch_op.f(f'fk_inbound_items_{new}_{new_table}'), new_table, [new], ['id'])
        batch_op.create_index(batch_op.f(f'ix_inbound_items_{new}'), [new])
