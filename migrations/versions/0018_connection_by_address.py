"""connection by address

Revision: 0018
Follows: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table('oauth_states', schema=None) as batch_op:
        batch_op.alter_column('account_id', existing_type=number, nullable=True)
        batch_op.add_column(sa.Column('connection', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM oauth_states WHERE account_id IS NULL")
    with op.batch_alter_table('oauth_states', schema=None) as batch_op:
        batch_op.drop_column('connection')
        batch_op.alter_column('account_id', existing_type=number, nullable=False)
