"""for how many days what is taken up again goes back to whoever answered it

Revision: 0059
Follows: 0058
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0059'
down_revision = '0058'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('routing_settings', sa.Column('return_days', sa.Integer(), nullable=True))
    # As for an agency that has said nothing.
    op.execute('UPDATE routing_settings SET return_days = 14')


def downgrade() -> None:
    op.drop_column('routing_settings', 'return_days')
