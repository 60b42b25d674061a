"""a queue has hours of its own, and what it tells whoever writes outside them

Revision: 0054
Follows: 0053
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
CALENDAR = 'fk_routing_queues_calendar_id_calendars'


def upgrade() -> None:
    with op.batch_alter_table('routing_queues') as batch:
        batch.add_column(sa.Column('calendar_id', number, nullable=True))
        batch.add_column(sa.Column('nobody_text', sa.String(length=500), nullable=True))
        batch.add_column(sa.Column('nobody_address', sa.String(length=64), server_default='', nullable=False))
        batch.create_foreign_key(CALENDAR, 'calendars', ['calendar_id'], ['id'])
    op.create_table(
        'nobody_answers',
        sa.Column('service_request_id', number, nullable=False),
        sa.Column('account_id', number, nullable=False),
        sa.Column('queue_id', number, nullable=False),
        sa.Column('message_id', number, nullable=True),
        sa.Column('refused', sa.String(length=60), nullable=True),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.ForeignKeyConstraint(
            ['service_request_id'],
            ['service_requests.id'],
            name='fk_nobody_answers_service_request_id_service_requests',
        ),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name='fk_nobody_answers_account_id_accounts'),
        sa.ForeignKeyConstraint(['queue_id'], ['routing_queues.id'], name='fk_nobody_answers_queue_id_routing_queues'),
        sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name='fk_nobody_answers_message_id_messages'),
        sa.PrimaryKeyConstraint('id', name='pk_nobody_answers'),
        sa.UniqueConstraint('service_request_id', name='uq_nobody_answers_service_request_id'),
    )


def downgrade() -> None:
    op.drop_table('nobody_answers')
    with op.batch_alter_table('routing_queues') as batch:
        batch.drop_constraint(CALENDAR, type_='foreignkey')
        batch.drop_column('nobody_address')
        batch.drop_column('nobody_text')
        batch.drop_column('calendar_id')
