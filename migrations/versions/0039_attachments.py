"""files that people bring: lying ready, or hung on what carries them

Revision: 0039
Follows: 0038
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
TABLE = 'attachments'
KEYS = {'operator_id': 'operators', 'file_id': 'stored_files'}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column('operator_id', number, nullable=False),
        sa.Column('file_id', number, nullable=False),
        sa.Column('carrier', sa.String(length=40), nullable=True),
        sa.Column('carrier_id', number, nullable=True),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('mime_type', sa.String(length=100), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('width', sa.Integer(), nullable=True),
        sa.Column('height', sa.Integer(), nullable=True),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f'{table}.id'], name=f'fk_{TABLE}_{column}_{table}')
            for column, table in KEYS.items()
        ),
        sa.PrimaryKeyConstraint('id', name=f'pk_{TABLE}'),
        sa.UniqueConstraint('carrier', 'carrier_id', 'position', name=f'uq_{TABLE}_carrier_carrier_id_position'),
    )
    for column in KEYS:
        op.create_index(f'ix_{TABLE}_{column}', TABLE, [column])


def downgrade() -> None:
    op.drop_table(TABLE)
