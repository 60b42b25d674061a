"""released replies

Revision: 0019
Follows: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None



def upgrade() -> None:
    with op.batch_alter_table('outbound_messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('released_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index(batch_op.f('ix_outbound_messages_released_by_id'), ['released_by_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_outbound_messages_released_by_id_operators'), 'operators', ['released_by_id'], ['id'])



def downgrade() -> None:
    with op.batch_alter_table('outbound_messages', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_outbound_messages_released_by_id_operators'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_outbound_messages_released_by_id'))
        batch_op.drop_column('released_by_id')

