"""lengths of a day packed in one value for each account and team; sums are counted anew

Revision: 0053
Follows: 0052
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0053'
down_revision = '0052'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def _table(*more: sa.Column, keys: tuple[str, ...] = ()) -> None:
    """Sums say what rows say: a table of another shape begins empty, and figures come from rows meanwhile."""
    op.drop_table('figure_sums')
    op.execute('UPDATE figure_days SET counted_at = NULL')
    op.create_table(
        'figure_sums',
        sa.Column('kind', sa.String(20), nullable=False),
        sa.Column('day', sa.DateTime(timezone=True), nullable=False),
        sa.Column('account_id', number, autoincrement=False, nullable=False),
        sa.Column('team_id', number, autoincrement=False, nullable=False),
        sa.Column('word', sa.String(40), nullable=False),
        sa.Column('flag', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        *more,
        sa.PrimaryKeyConstraint(
            'kind', 'day', 'account_id', 'team_id', 'word', 'flag', *keys, name=op.f('pk_figure_sums')
        ),
    )


def upgrade() -> None:
    _table(sa.Column('lengths', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    _table(sa.Column('took', sa.Integer(), autoincrement=False, nullable=False), keys=('took',))
