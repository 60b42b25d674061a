"""item revisions

Revision: 0014
Follows: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('item_revisions',
    sa.Column('inbound_item_id', number, nullable=False),
    sa.Column('account_id', number, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('media', json, nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', number, autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_item_revisions_account_id_accounts')),
    sa.ForeignKeyConstraint(['inbound_item_id'], ['inbound_items.id'], name=op.f('fk_item_revisions_inbound_item_id_inbound_items')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_revisions')),
    sa.UniqueConstraint('inbound_item_id', 'number', name=op.f('uq_item_revisions_inbound_item_id_number'))
    )
    with op.batch_alter_table('item_revisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_item_revisions_account_id'), ['account_id'], unique=False)
    for table in ('inbound_items', 'messages'):
        op.add_column(table, sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in ('messages', 'inbound_items'):
        op.drop_column(table, 'deleted_at')
        op.drop_column(table, 'edited_at')
    op.drop_table('item_revisions')
