"""request changes

Revision: 0012
Follows: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.core.db

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('request_changes',
    sa.Column('service_request_id', number, nullable=False),
    sa.Column('account_id', number, nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('before', json, nullable=False),
    sa.Column('after', json, nullable=False),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.Column('operator_id', number, nullable=True),
    sa.Column('reason', sa.String(length=60), nullable=True),
    sa.Column('message_id', number, nullable=True),
    sa.Column('id', number, autoincrement=True, nullable=False),
    sa.Column('created_at', app.core.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_request_changes_account_id_accounts')),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_request_changes_message_id_messages')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_request_changes_operator_id_operators')),
    sa.ForeignKeyConstraint(['service_request_id'], ['service_requests.id'], name=op.f('fk_request_changes_service_request_id_service_requests')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_changes')),
    sa.UniqueConstraint('service_request_id', 'version', name=op.f('uq_request_changes_service_request_id_version'))
    )
    with op.batch_alter_table('request_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_request_changes_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_request_changes_message_id'), ['message_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_request_changes_operator_id'), ['operator_id'], unique=False)

    with op.batch_alter_table('assignment_decisions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('change_id', number, nullable=True))
        batch_op.create_index(batch_op.f('ix_assignment_decisions_change_id'), ['change_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_assignment_decisions_change_id_request_changes'), 'request_changes', ['change_id'], ['id'])

    with op.batch_alter_table('service_requests', schema=None) as batch_op:
        batch_op.add_column(sa.Column('send_failure', sa.String(length=60), nullable=True))

    for table in ('messages', 'publications'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('command_digest', sa.String(length=64), nullable=True))


def downgrade() -> None:
    for table in ('publications', 'messages'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('command_digest')

    with op.batch_alter_table('service_requests', schema=None) as batch_op:
        batch_op.drop_column('send_failure')

    with op.batch_alter_table('assignment_decisions', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_assignment_decisions_change_id_request_changes'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_assignment_decisions_change_id'))
        batch_op.drop_column('change_id')

    with op.batch_alter_table('request_changes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_request_changes_operator_id'))
        batch_op.drop_index(batch_op.f('ix_request_changes_message_id'))
        batch_op.drop_index(batch_op.f('ix_request_changes_account_id'))

    op.drop_table('request_changes')
