"""where requests wait and in which lane, counted without reading the requests: for the floor board

Revision: 0055
Follows: 0054
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0055'
down_revision = '0054'
branch_labels = None
depends_on = None

ACTIVE = sa.text("status IN ('new', 'open', 'pending', 'on_hold')")
TABLE = 'service_requests'
COUNTS = 'ix_service_requests_active_counts'
COUNTED = [
    'account_id',
    'status',
    'assignee_id',
    'team_id',
    'unread_count',
    'waiting_since',
    'due_at',
]


def upgrade() -> None:
    _recreate([*COUNTED, 'queue_id', 'lane'])


def downgrade() -> None:
    _recreate(COUNTED)


def _recreate(columns: list[str]) -> None:
    op.drop_index(COUNTS, table_name=TABLE)
    op.create_index(COUNTS, TABLE, columns, sqlite_where=ACTIVE, postgresql_where=ACTIVE)
