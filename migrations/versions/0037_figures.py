"""figures of a span, counted without reading the rows

Revision: 0037
Follows: 0036
"""

from __future__ import annotations

from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

_OF_REQUESTS = ['account_id', 'team_id', 'assignee_id', 'type', 'priority']
INDEXES = {
    'ix_service_requests_by_opening': (
        'service_requests',
        ['opened_at', *_OF_REQUESTS, 'first_replied_at', 'due_at'],
    ),
    'ix_service_requests_by_resolution': ('service_requests', ['resolved_at', 'opened_at', *_OF_REQUESTS]),
    'ix_verdicts_by_time': ('verdicts', ['created_at', 'account_id', 'outcome', 'rescued_at']),
    'ix_outbound_messages_by_end': (
        'outbound_messages',
        ['finished_at', 'account_id', 'cargo', 'state', 'conversation_id'],
    ),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
