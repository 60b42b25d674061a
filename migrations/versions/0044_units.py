"""the tree of units, and where in it people belong

Revision: 0044
Follows: 0043

The first agency of the brand's own becomes the root (without one, the first agency), the others stand directly below it,
teams below their agencies, and people directly in theirs.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
KEYS = {'agency_id': 'agencies', 'parent_id': 'units', 'team_id': 'teams'}
PERSON = 'fk_operators_unit_id_units'


def upgrade() -> None:
    op.create_table(
        'units',
        sa.Column('agency_id', number, nullable=False),
        sa.Column('parent_id', number, nullable=True),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('own_name', sa.String(length=80), nullable=False),
        sa.Column('path', sa.String(length=120), nullable=False),
        sa.Column('team_id', number, nullable=True),
        sa.Column('closed_at', moment, nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f'{other}.id'], name=f'fk_units_{column}_{other}')
            for column, other in KEYS.items()
        ),
        sa.PrimaryKeyConstraint('id', name='pk_units'),
        sa.UniqueConstraint('team_id', name='uq_units_team_id'),
    )
    for column in ('agency_id', 'parent_id'):
        op.create_index(f'ix_units_{column}', 'units', [column])
    with op.batch_alter_table('operators', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unit_id', number, nullable=True))
        batch_op.add_column(
            sa.Column('leads_unit', sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_foreign_key(PERSON, 'units', ['unit_id'], ['id'])
        batch_op.create_index('ix_operators_unit_id', ['unit_id'])
    _plant()


def _plant() -> None:
    """What there is gets its places."""
    first = "SELECT id FROM agencies ORDER BY CASE kind WHEN 'in_house' THEN 0 ELSE 1 END, id LIMIT 1"
    columns = 'agency_id, parent_id, kind, own_name, path, team_id, version, created_at'
    own = "own.team_id IS NULL AND own.agency_id = teams.agency_id"
    for statement in (
        f"INSERT INTO units ({columns}) SELECT id, NULL, 'enterprise', '', '', NULL, 1, created_at"
        f" FROM agencies WHERE id = ({first})",
        f"INSERT INTO units ({columns}) SELECT agencies.id, root.id, 'agency', '', '', NULL, 1, agencies.created_at"
        " FROM agencies CROSS JOIN units AS root WHERE agencies.id <> root.agency_id ORDER BY agencies.id",
        f"INSERT INTO units ({columns}) SELECT teams.agency_id, own.id, 'team', '', '', teams.id, 1, teams.created_at"
        f" FROM teams JOIN units AS own ON {own} ORDER BY teams.id",
        "UPDATE units SET path = '/' || id || '/' WHERE parent_id IS NULL",
        "UPDATE units SET path = (SELECT up.path FROM units AS up WHERE up.id = units.parent_id)"
        " || id || '/' WHERE kind = 'agency'",
        "UPDATE units SET path = (SELECT up.path FROM units AS up WHERE up.id = units.parent_id)"
        " || id || '/' WHERE kind = 'team'",
    ):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table('operators', schema=None) as batch_op:
        batch_op.drop_constraint(PERSON, type_='foreignkey')
        batch_op.drop_index('ix_operators_unit_id')
        batch_op.drop_column('leads_unit')
        batch_op.drop_column('unit_id')
    op.drop_table('units')
