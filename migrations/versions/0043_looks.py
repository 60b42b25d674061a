"""through whose eyes a login looks

Revision: 0043
Follows: 0042
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
TABLE = 'operator_sessions'
KEY = f'fk_{TABLE}_viewed_id_operators'


def upgrade() -> None:
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        batch_op.add_column(sa.Column('viewed_id', number, nullable=True))
        batch_op.add_column(sa.Column('viewed_until', moment, nullable=True))
        batch_op.create_foreign_key(KEY, 'operators', ['viewed_id'], ['id'])
        batch_op.create_index(f'ix_{TABLE}_viewed_id', ['viewed_id'])


def downgrade() -> None:
    with op.batch_alter_table(TABLE, schema=None) as batch_op:
        batch_op.drop_index(f'ix_{TABLE}_viewed_id')
        batch_op.drop_constraint(KEY, type_='foreignkey')
        batch_op.drop_column('viewed_until')
        batch_op.drop_column('viewed_id')
