"""how often posts were changed, and reading them again

Revision: 0023
Follows: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('inbound_items', sa.Column('edit_count', sa.Integer(), server_default='0', nullable=False))
    op.create_table(
        'reread_rounds',
        sa.Column('account_id', number, nullable=False),
        sa.Column('last_item_id', number, nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('lease_token', sa.String(length=32), nullable=True),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_error', sa.String(length=300), nullable=True),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_reread_rounds_account_id_accounts')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_reread_rounds')),
        sa.UniqueConstraint('account_id', name=op.f('uq_reread_rounds_account_id')),
    )


def downgrade() -> None:
    op.drop_table('reread_rounds')
    op.drop_column('inbound_items', 'edit_count')
