"""an index of the items that still have the platform's own answer, by which it is forgotten

Revision: 0025
Follows: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept = sa.text("raw != '{}'")
    op.create_index('ix_inbound_items_with_raw', 'inbound_items', ['id'], sqlite_where=kept, postgresql_where=kept)


def downgrade() -> None:
    op.drop_index('ix_inbound_items_with_raw', table_name='inbound_items')
