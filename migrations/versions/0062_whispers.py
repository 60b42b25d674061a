"""what whoever watches says to whoever has a request

Revision: 0062
Follows: 0061
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0062'
down_revision = '0061'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        'whispers',
        sa.Column('service_request_id', number, nullable=False),
        sa.Column('account_id', number, nullable=False),
        sa.Column('author_id', number, nullable=False),
        sa.Column('holder_id', number, nullable=False),
        sa.Column('text', sa.String(length=500), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['service_request_id'],
            ['service_requests.id'],
            name='fk_whispers_service_request_id_service_requests',
        ),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name='fk_whispers_account_id_accounts'),
        sa.ForeignKeyConstraint(['author_id'], ['operators.id'], name='fk_whispers_author_id_operators'),
        sa.ForeignKeyConstraint(['holder_id'], ['operators.id'], name='fk_whispers_holder_id_operators'),
        sa.PrimaryKeyConstraint('id', name='pk_whispers'),
    )
    op.create_index('ix_whispers_service_request_id_id', 'whispers', ['service_request_id', 'id'])
    for column in ('account_id', 'author_id', 'holder_id'):
        op.create_index(f'ix_whispers_{column}', 'whispers', [column])


def downgrade() -> None:
    op.drop_table('whispers')
