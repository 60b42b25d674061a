"""a key with which the same command begins the same long work

Revision: 0047
Follows: 0046
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None

TABLE = 'long_works'
ONCE = f'uq_{TABLE}_owner_id_idempotency_key'


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as table:
        table.add_column(sa.Column('idempotency_key', sa.String(length=64), nullable=True))
        table.add_column(sa.Column('command_digest', sa.String(length=64), nullable=True))
        table.create_unique_constraint(ONCE, ['owner_id', 'idempotency_key'])


def downgrade() -> None:
    with op.batch_alter_table(TABLE) as table:
        table.drop_constraint(ONCE, type_='unique')
        table.drop_column('command_digest')
        table.drop_column('idempotency_key')
