"""the lists of one account in their own orders, and finished requests by urgency

Revision: 0030
Follows: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

ACTIVE = sa.text("status IN ('new', 'open', 'pending', 'on_hold')")
DONE = sa.text("status IN ('resolved', 'closed')")
INDEXES = (
    ('ix_service_requests_done_urgent', ['urgent_at', 'priority', 'id'], DONE),
    ('ix_service_requests_account_active', ['account_id', 'urgent_at', 'priority', 'id'], ACTIVE),
    ('ix_service_requests_account_done', ['account_id', 'last_inbound_at', 'id'], DONE),
)


def upgrade() -> None:
    for name, columns, where in INDEXES:
        op.create_index(name, 'service_requests', columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, _columns, _where in INDEXES:
        op.drop_index(name, table_name='service_requests')
