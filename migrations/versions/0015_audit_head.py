"""audit head

Rows get their place in the chain and the name of the key that made their hash; those that are there were
hashed without one. The log's length and end get a row of their own, which the next act writes.

Revision: 0015
Follows: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table('audit_log', schema=None) as batch_op:
        batch_op.add_column(sa.Column('number', number, nullable=True))
        batch_op.add_column(sa.Column('key_id', sa.String(length=16), nullable=True))

    op.execute(
        "UPDATE audit_log SET key_id = '', number = placed.place FROM"
        " (SELECT id, row_number() OVER (ORDER BY id) AS place FROM audit_log) AS placed"
        " WHERE placed.id = audit_log.id"
    )
    with op.batch_alter_table('audit_log', schema=None) as batch_op:
        batch_op.alter_column('number', existing_type=number, nullable=False)
        batch_op.alter_column('key_id', existing_type=sa.String(length=16), nullable=False)
        batch_op.create_unique_constraint(batch_op.f('uq_audit_log_number'), ['number'])

    op.create_table('audit_heads',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('count', number, nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('seal', sa.LargeBinary(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=16), nullable=False),
    sa.Column('id', number, autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_heads')),
    sa.UniqueConstraint('name', name=op.f('uq_audit_heads_name'))
    )


def downgrade() -> None:
    op.drop_table('audit_heads')
    with op.batch_alter_table('audit_log', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_audit_log_number'), type_='unique')
        batch_op.drop_column('key_id')
        batch_op.drop_column('number')
