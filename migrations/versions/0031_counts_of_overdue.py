"""what is overdue, and what was finished today, counted without reading the requests

Revision: 0031
Follows: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

ACTIVE = sa.text("status IN ('new', 'open', 'pending', 'on_hold')")
DONE = sa.text("status IN ('resolved', 'closed')")
TABLE = 'service_requests'
COUNTS = 'ix_service_requests_active_counts'
COUNTED = ['account_id', 'status', 'assignee_id', 'team_id', 'unread_count']
LATELY = 'ix_service_requests_done_lately'


def upgrade() -> None:
    op.drop_index(COUNTS, table_name=TABLE)
    _create(COUNTS, [*COUNTED, 'waiting_since', 'due_at'], ACTIVE)
    _create(LATELY, ['resolved_at', 'account_id', 'status'], DONE)


def downgrade() -> None:
    op.drop_index(LATELY, table_name=TABLE)
    op.drop_index(COUNTS, table_name=TABLE)
    _create(COUNTS, COUNTED, ACTIVE)


def _create(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, TABLE, columns, sqlite_where=where, postgresql_where=where)
