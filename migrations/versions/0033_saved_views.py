"""views that people keep: a condition under a name, for oneself or shared

Revision: 0033
Follows: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
TABLE = 'saved_views'
KEYS = {'owner_id': 'operators', 'agency_id': 'agencies', 'team_id': 'teams'}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column('subject', sa.String(length=40), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('condition', json, nullable=False),
        sa.Column('sort', sa.String(length=20), nullable=True),
        sa.Column('owner_id', number, nullable=False),
        sa.Column('agency_id', number, nullable=False),
        sa.Column('sharing', sa.String(length=40), nullable=False),
        sa.Column('team_id', number, nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f'{table}.id'], name=f'fk_{TABLE}_{column}_{table}')
            for column, table in KEYS.items()
        ),
        sa.PrimaryKeyConstraint('id', name=f'pk_{TABLE}'),
    )
    for column in KEYS:
        op.create_index(f'ix_{TABLE}_{column}', TABLE, [column])


def downgrade() -> None:
    op.drop_table(TABLE)
