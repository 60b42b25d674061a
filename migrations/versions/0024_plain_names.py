"""names that mean one thing: samples of the filter, labels that train the model

Revision: 0024
Follows: 0023

Tables are made anew and filled: so constraints and indexes carry their names too, on both databases.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    _move('labels', 'training_labels', _labels)
    _move('review_draws', 'filter_samples', _samples)
    _move('review_items', 'sampled_items', _sampled('filter_sample_id', 'filter_samples', 'sample'))
    op.drop_table('review_items')
    op.drop_table('review_draws')
    op.drop_table('labels')


def downgrade() -> None:
    _move('training_labels', 'labels', _labels)
    _move('filter_samples', 'review_draws', _samples)
    _move('sampled_items', 'review_items', _sampled('review_draw_id', 'review_draws', 'draw'))
    op.drop_table('sampled_items')
    op.drop_table('filter_samples')
    op.drop_table('training_labels')


def _move(old: str, new: str, create: Callable[[str], tuple[str, ...]]) -> None:
    """Make `new`, copy every row; `create` names the columns, the first of which may have another name in `old`."""
    columns = create(new)
    first = columns[0]
    if first in ('filter_sample_id', 'review_draw_id'):
        first = 'review_draw_id' if first == 'filter_sample_id' else 'filter_sample_id'
    names = ', '.join(f'"{name}"' for name in columns)
    taken = ', '.join(f'"{name}"' for name in (first, *columns[1:]))
    op.execute(f'INSERT INTO {new} ({names}) SELECT {taken} FROM {old}')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{new}', 'id'), COALESCE(MAX(id), 0) + 1, false) FROM {new}"
        )


def _labels(table: str) -> tuple[str, ...]:
    made = op.create_table(
        table,
        sa.Column('inbound_item_id', Id, nullable=False),
        sa.Column('account_id', Id, nullable=False),
        sa.Column('operator_id', Id, nullable=True),
        sa.Column('source', sa.String(length=40), nullable=False),
        sa.Column('old', Json, nullable=False),
        sa.Column('intent', sa.String(length=20), nullable=False),
        sa.Column('sentiment', sa.Integer(), nullable=False),
        sa.Column('urgency', sa.Integer(), nullable=False),
        sa.Column('needs_service', sa.Boolean(), nullable=False),
        sa.Column('weight', sa.Double(), nullable=False),
        sa.Column('is_disagreement', sa.Boolean(), nullable=False),
        sa.Column('model_version', sa.String(length=40), nullable=True),
        *_kept_by_every_row(),
        _points(table, 'account_id', 'accounts'),
        _points(table, 'inbound_item_id', 'inbound_items'),
        _points(table, 'operator_id', 'operators'),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
    )
    op.create_index(op.f(f'ix_{table}_account_id'), table, ['account_id'])
    op.create_index(f'ix_{table}_inbound_item_id_id', table, ['inbound_item_id', 'id'])
    op.create_index(op.f(f'ix_{table}_operator_id'), table, ['operator_id'])
    return tuple(made.columns.keys())


def _samples(table: str) -> tuple[str, ...]:
    made = op.create_table(
        table,
        sa.Column('agency_id', Id, nullable=False),
        sa.Column('requested_by_id', Id, nullable=True),
        sa.Column('since', Moment, nullable=False),
        sa.Column('until', Moment, nullable=False),
        sa.Column('seed', sa.Integer(), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('account_ids', Json, nullable=False),
        sa.Column('strata', Json, nullable=False),
        *_kept_by_every_row(),
        _points(table, 'agency_id', 'agencies'),
        _points(table, 'requested_by_id', 'operators'),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
    )
    op.create_index(op.f(f'ix_{table}_agency_id'), table, ['agency_id'])
    op.create_index(op.f(f'ix_{table}_requested_by_id'), table, ['requested_by_id'])
    return tuple(made.columns.keys())


def _sampled(column: str, samples: str, word: str) -> Callable[[str], tuple[str, ...]]:
    def create(table: str) -> tuple[str, ...]:
        made = op.create_table(
            table,
            sa.Column(column, Id, nullable=False),
            sa.Column('inbound_item_id', Id, nullable=False),
            sa.Column('account_id', Id, nullable=False),
            sa.Column('stratum', sa.String(length=60), nullable=False),
            sa.Column('is_right', sa.Boolean(), nullable=True),
            sa.Column('reviewed_at', Moment, nullable=True),
            sa.Column('reviewed_by_id', Id, nullable=True),
            *_kept_by_every_row(),
            _points(table, 'account_id', 'accounts'),
            _points(table, 'inbound_item_id', 'inbound_items'),
            _points(table, column, samples),
            _points(table, 'reviewed_by_id', 'operators'),
            sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
            sa.UniqueConstraint(column, 'inbound_item_id', name=op.f(f'uq_{table}_{column}_inbound_item_id')),
        )
        op.create_index(f'ix_{table}_{word}_open', table, [column, 'reviewed_at', 'id'])
        op.create_index(op.f(f'ix_{table}_inbound_item_id'), table, ['inbound_item_id'])
        op.create_index(op.f(f'ix_{table}_reviewed_by_id'), table, ['reviewed_by_id'])
        return tuple(made.columns.keys())

    return create


def _kept_by_every_row() -> tuple[sa.Column[int], sa.Column[object]]:
    return (
        sa.Column('id', Id, autoincrement=True, nullable=False),
        sa.Column('created_at', Moment, nullable=False),
    )


def _points(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{other}.id'], name=op.f(f'fk_{table}_{column}_{other}'))
