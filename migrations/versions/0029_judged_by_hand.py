"""what a request is follows from all its messages, unless a person has said it

Requests that a person has classified keep what they say.

Revision: 0029
Follows: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

requests = sa.table('service_requests', sa.column('id'), sa.column('judged_by_hand', sa.Boolean))
changes = sa.table('request_changes', sa.column('service_request_id'), sa.column('kind'))


def upgrade() -> None:
    op.add_column(
        'service_requests', sa.Column('judged_by_hand', sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column('service_requests', sa.Column('raised_at', sa.DateTime(timezone=True), nullable=True))
    by_people = sa.select(changes.c.service_request_id).where(changes.c.kind == 'classified')
    op.execute(sa.update(requests).where(requests.c.id.in_(by_people)).values(judged_by_hand=sa.true()))


def downgrade() -> None:
    op.drop_column('service_requests', 'raised_at')
    op.drop_column('service_requests', 'judged_by_hand')
