"""what signs a push, and how an account stands

Revision: 0022
Follows: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('accounts', sa.Column('unreachable_since', sa.DateTime(timezone=True), nullable=True))
    op.add_column('accounts', sa.Column('push_fault', sa.String(length=60), nullable=True))
    op.add_column('callback_deliveries', sa.Column('signature', sa.String(length=64), nullable=True))
    op.create_index(
        'uq_callback_deliveries_signature', 'callback_deliveries', ['signature', 'account_id'], unique=True
    )


def downgrade() -> None:
    op.drop_index('uq_callback_deliveries_signature', table_name='callback_deliveries')
    op.drop_column('callback_deliveries', 'signature')
    op.drop_column('accounts', 'push_fault')
    op.drop_column('accounts', 'unreachable_since')
