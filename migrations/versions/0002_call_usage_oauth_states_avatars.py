"""call usage, oauth states, avatars

Revision: 0002
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table('call_usage',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quota', sa.String(length=40), nullable=False),
    sa.Column('slice_start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_call_usage_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_usage')),
    sa.UniqueConstraint('account_id', 'quota', 'slice_start', name=op.f('uq_call_usage_account_id_quota_slice_start'))
    )
    with op.batch_alter_table('call_usage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_usage_account_id'), ['account_id'], unique=False)

    op.create_table('oauth_states',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('operator_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_oauth_states_account_id_accounts')),
    sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=op.f('fk_oauth_states_operator_id_operators')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_oauth_states')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_oauth_states_token_hash'))
    )
    with op.batch_alter_table('oauth_states', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_oauth_states_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_oauth_states_operator_id'), ['operator_id'], unique=False)

    op.create_table('avatars',
    sa.Column('contact_identity_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source_url', sa.String(length=500), nullable=False),
    sa.Column('mime_type', sa.String(length=40), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_identity_id'], ['contact_identities.id'], name=op.f('fk_avatars_contact_identity_id_contact_identities')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_avatars'))
    )
    with op.batch_alter_table('avatars', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_avatars_contact_identity_id'), ['contact_identity_id'], unique=True)

    with op.batch_alter_table('contact_identities', schema=None) as batch_op:
        batch_op.add_column(sa.Column('avatar_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('contact_identities', schema=None) as batch_op:
        batch_op.drop_column('avatar_id')

    with op.batch_alter_table('avatars', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_avatars_contact_identity_id'))

    op.drop_table('avatars')
    with op.batch_alter_table('oauth_states', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_oauth_states_operator_id'))
        batch_op.drop_index(batch_op.f('ix_oauth_states_account_id'))

    op.drop_table('oauth_states')
    with op.batch_alter_table('call_usage', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_call_usage_account_id'))

    op.drop_table('call_usage')
