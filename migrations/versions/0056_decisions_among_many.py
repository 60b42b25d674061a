"""decisions among very many people keep those who were passed over by their ids; an index of what waits

Revision: 0056
Follows: 0055
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0056'
down_revision = '0055'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


WAITS = sa.text("assignee_id IS NULL AND status = 'new'")


def upgrade() -> None:
    op.create_index(
        'ix_service_requests_waiting',
        'service_requests',
        [
            'account_id',
            sa.text('coalesce(team_id, 0)'),
            sa.text('coalesce(queue_id, 0)'),
            'urgent_at',
            'priority',
            'id',
        ],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    op.add_column('assignment_decisions', sa.Column('others', json, server_default='{}', nullable=False))


def downgrade() -> None:
    op.drop_index('ix_service_requests_waiting', 'service_requests')
    op.drop_column('assignment_decisions', 'others')
