"""how work is dealt out: what a request weighs, limits of a person, presence with reason and time, return timer

Revision: 0052
Follows: 0051
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
OFFERED = sa.text('offered_at IS NOT NULL')
HELD = 'ix_service_requests_assignee_id_status'
CHOSEN = 'ix_assignment_decisions_chosen_operator_id'


def upgrade() -> None:
    op.create_table(
        'routing_settings',
        sa.Column('agency_id', number, nullable=False),
        sa.Column('private_weight', sa.Integer(), nullable=False),
        sa.Column('public_weight', sa.Integer(), nullable=False),
        sa.Column('waiting_weight', sa.Integer(), nullable=False),
        sa.Column('intake_most', sa.Integer(), nullable=True),
        sa.Column('intake_minutes', sa.Integer(), nullable=True),
        sa.Column('accept_minutes', sa.Integer(), nullable=True),
        sa.Column('away_minutes', sa.Integer(), nullable=True),
        sa.Column('vanish_minutes', sa.Integer(), nullable=True),
        sa.Column('alone_minutes', sa.Integer(), nullable=True),
        sa.Column('limits', json, nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['agency_id'], ['agencies.id'], name='fk_routing_settings_agency_id_agencies'),
        sa.PrimaryKeyConstraint('id', name='pk_routing_settings'),
        sa.UniqueConstraint('agency_id', name='uq_routing_settings_agency_id'),
    )
    for column in (
        sa.Column('presence_reason', sa.String(length=60), server_default='', nullable=False),
        sa.Column('presence_until', moment, nullable=True),
        sa.Column('presence_told', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('presence_before', sa.String(length=40), nullable=True),
        sa.Column('touched_at', moment, nullable=True),
        sa.Column('seen_at', moment, nullable=True),
        sa.Column('lane_limits', json, server_default=sa.text("'{}'"), nullable=False),
    ):
        op.add_column('operators', column)
    op.add_column(
        'service_requests', sa.Column('offered_at', moment, nullable=True)
    )
    op.create_index(
        'ix_service_requests_offered',
        'service_requests',
        ['offered_at'],
        sqlite_where=OFFERED,
        postgresql_where=OFFERED,
    )
    op.create_index(f'{HELD}_lane', 'service_requests', ['assignee_id', 'status', 'lane'])
    op.drop_index(HELD, 'service_requests')
    op.create_index(f'{CHOSEN}_created_at', 'assignment_decisions', ['chosen_operator_id', 'created_at'])


def downgrade() -> None:
    op.drop_index(f'{CHOSEN}_created_at', 'assignment_decisions')
    op.create_index(HELD, 'service_requests', ['assignee_id', 'status'])
    op.drop_index(f'{HELD}_lane', 'service_requests')
    op.drop_index('ix_service_requests_offered', 'service_requests')
    op.drop_column('service_requests', 'offered_at')
    for column in (
        'lane_limits',
        'seen_at',
        'touched_at',
        'presence_before',
        'presence_told',
        'presence_until',
        'presence_reason',
    ):
        op.drop_column('operators', column)
    op.drop_table('routing_settings')
