"""publications

Revision: 0009
Follows: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table('publications',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('operator_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('title', sa.String(length=64), nullable=True),
    sa.Column('visibility', sa.String(length=20), nullable=True),
    sa.Column('repost_of', sa.String(length=160), nullable=True),
    sa.Column('idempotency_key', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_publications_account_id_accounts')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_publications_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_publications')),
    sa.UniqueConstraint('account_id', 'idempotency_key', name=op.f('uq_publications_account_id_idempotency_key'))
    )
    with op.batch_alter_table('publications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_publications_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_publications_operator_id'), ['operator_id'], unique=False)

    op.create_table('publication_media',
    sa.Column('publication_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('mime_type', sa.String(length=60), nullable=False),
    sa.Column('filename', sa.String(length=120), nullable=False),
    sa.Column('description', sa.String(length=500), nullable=True),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['publication_id'], ['publications.id'], name=op.f('fk_publication_media_publication_id_publications')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_publication_media')),
    sa.UniqueConstraint('publication_id', 'position', name=op.f('uq_publication_media_publication_id_position'))
    )
    with op.batch_alter_table('outbound_messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('publication_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('order_key', sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column('prepared', json, nullable=True))
        batch_op.add_column(sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True))

    op.execute("UPDATE outbound_messages SET order_key = 'conversation-' || conversation_id || '-' || lane")
    with op.batch_alter_table('outbound_messages', schema=None) as batch_op:
        batch_op.alter_column('order_key', existing_type=sa.String(length=80), nullable=False)
        batch_op.alter_column('message_id', existing_type=sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True)
        batch_op.alter_column('conversation_id', existing_type=sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True)
        batch_op.create_index('ix_outbound_messages_order_key_state', ['order_key', 'state'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_outbound_messages_publication_id'), ['publication_id'])
        batch_op.create_foreign_key(batch_op.f('fk_outbound_messages_publication_id_publications'), 'publications', ['publication_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_outbound_messages_one_cargo'), '(message_id IS NULL) <> (publication_id IS NULL)')


def downgrade() -> None:
    # The older schema has no place for what carries a publication.
    op.execute(
        "DELETE FROM outbound_attempts WHERE outbound_message_id IN"
        " (SELECT id FROM outbound_messages WHERE publication_id IS NOT NULL)"
    )
    op.execute("DELETE FROM outbound_messages WHERE publication_id IS NOT NULL")
    with op.batch_alter_table('outbound_messages', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_outbound_messages_one_cargo'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_outbound_messages_publication_id_publications'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_outbound_messages_publication_id'), type_='unique')
        batch_op.drop_index('ix_outbound_messages_order_key_state')
        batch_op.alter_column('conversation_id',
               existing_type=sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
               nullable=False)
        batch_op.alter_column('message_id',
               existing_type=sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
               nullable=False)
        batch_op.drop_column('accepted_at')
        batch_op.drop_column('prepared')
        batch_op.drop_column('order_key')
        batch_op.drop_column('publication_id')

    op.drop_table('publication_media')
    with op.batch_alter_table('publications', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_publications_operator_id'))
        batch_op.drop_index(batch_op.f('ix_publications_account_id'))

    op.drop_table('publications')
