"""an index of what is done and unread: it is counted at every look at the views

Revision: 0046
Follows: 0045
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None

NAME, TABLE = 'ix_service_requests_done_unread', 'service_requests'
WHERE = sa.text("status IN ('resolved', 'closed') AND unread_count > 0")


def upgrade() -> None:
    columns = ['account_id', 'status', 'unread_count', 'assignee_id', 'team_id']
    op.create_index(NAME, TABLE, columns, sqlite_where=WHERE, postgresql_where=WHERE)


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
