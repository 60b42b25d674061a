"""media copies and stored files

Revision: 0013
Follows: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'stored_files',
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('mime_type', sa.String(length=60), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_files')),
        sa.UniqueConstraint('sha256', name=op.f('uq_stored_files_sha256')),
    )
    op.create_table(
        'media_copies',
        sa.Column('account_id', number, nullable=False),
        sa.Column('inbound_item_id', number, nullable=False),
        sa.Column('part', sa.String(length=40), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('source_url', sa.Text(), nullable=True),
        sa.Column('source_ref', sa.String(length=512), nullable=True),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('reason', sa.String(length=60), nullable=True),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('file_id', number, nullable=True),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_media_copies_account_id_accounts')),
        sa.ForeignKeyConstraint(['inbound_item_id'], ['inbound_items.id'], name=op.f('fk_media_copies_inbound_item_id_inbound_items')),
        sa.ForeignKeyConstraint(['file_id'], ['stored_files.id'], name=op.f('fk_media_copies_file_id_stored_files')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_media_copies')),
        sa.UniqueConstraint('inbound_item_id', 'part', 'position', name=op.f('uq_media_copies_inbound_item_id_part_position')),
    )
    op.create_index(op.f('ix_media_copies_file_id'), 'media_copies', ['file_id'], unique=False)
    waiting = sa.text("state = 'waiting'")
    op.create_index('ix_media_copies_due_at', 'media_copies', ['due_at'], sqlite_where=waiting, postgresql_where=waiting)
    op.add_column('inbound_items', sa.Column('origin', json, nullable=True))


def downgrade() -> None:
    op.drop_column('inbound_items', 'origin')
    op.drop_table('media_copies')
    op.drop_table('stored_files')
