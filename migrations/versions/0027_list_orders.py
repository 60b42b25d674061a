"""the lists in their own orders, and what counts read

Revision: 0027
Follows: 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

ACTIVE = sa.text("status IN ('new', 'open', 'pending', 'on_hold')")
DONE = sa.text("status IN ('resolved', 'closed')")
COUNTED = ['account_id', 'status', 'assignee_id', 'team_id', 'unread_count']
INDEXES = (
    ('ix_service_requests_active_urgent', ['urgent_at', 'priority', 'id'], ACTIVE),
    ('ix_service_requests_active_newest', ['last_inbound_at', 'id'], ACTIVE),
    ('ix_service_requests_done_newest', ['last_inbound_at', 'id'], DONE),
    ('ix_service_requests_active_counts', COUNTED, ACTIVE),
    ('ix_service_requests_done_counts', COUNTED, DONE),
)


def upgrade() -> None:
    for name, columns, where in INDEXES:
        op.create_index(name, 'service_requests', columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, _columns, _where in INDEXES:
        op.drop_index(name, table_name='service_requests')
