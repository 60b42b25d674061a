"""an agency may have work given only to who is on shift

Revision: 0058
Follows: 0057
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0058'
down_revision = '0057'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'routing_settings', sa.Column('only_on_shift', sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column('routing_settings', 'only_on_shift')
