"""long work: what takes minutes, with its position, its counts, its file and the rows that failed

Revision: 0035
Follows: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
TABLE, ERRORS = 'long_works', 'long_work_errors'
KEYS = {
    'owner_id': ('operators', None),
    'agency_id': ('agencies', None),
    'retry_of_id': ('long_works', 'SET NULL'),
    'result_file_id': ('stored_files', None),
}


def _resize_type(size: int, before: int) -> None:
    """A spreadsheet's type has 65 characters."""
    with op.batch_alter_table('stored_files', schema=None) as batch_op:
        batch_op.alter_column(
            'mime_type',
            type_=sa.String(length=size),
            existing_type=sa.String(length=before),
            existing_nullable=False,
            postgresql_using=f'substr(mime_type, 1, {size})',
        )


def upgrade() -> None:
    _resize_type(100, 60)
    op.create_table(
        TABLE,
        sa.Column('kind', sa.String(length=60), nullable=False),
        sa.Column('owner_id', number, nullable=True),
        sa.Column('agency_id', number, nullable=True),
        sa.Column('about_id', number, nullable=True),
        sa.Column('label', sa.String(length=200), nullable=False),
        sa.Column('locale', sa.String(length=10), nullable=False),
        sa.Column('arguments', json, nullable=False),
        sa.Column('reach', json, nullable=False),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('position', json, nullable=False),
        sa.Column('total', sa.Integer(), nullable=True),
        sa.Column('done', sa.Integer(), nullable=False),
        sa.Column('skipped', sa.Integer(), nullable=False),
        sa.Column('failed', sa.Integer(), nullable=False),
        sa.Column('worked_seconds', sa.Float(), nullable=False),
        sa.Column('error', sa.String(length=60), nullable=True),
        sa.Column('error_detail', json, nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('lease_token', sa.String(length=40), nullable=True),
        sa.Column('lease_until', moment, nullable=True),
        sa.Column('told_at', moment, nullable=True),
        sa.Column('started_at', moment, nullable=True),
        sa.Column('finished_at', moment, nullable=True),
        sa.Column('retried_at', moment, nullable=True),
        sa.Column('retry_of_id', number, nullable=True),
        sa.Column('result_file_id', number, nullable=True),
        sa.Column('result_name', sa.String(length=200), nullable=True),
        sa.Column('figures', json, nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f'{table}.id'], name=f'fk_{TABLE}_{column}_{table}', ondelete=gone)
            for column, (table, gone) in KEYS.items()
        ),
        sa.PrimaryKeyConstraint('id', name=f'pk_{TABLE}'),
    )
    for column in KEYS:
        op.create_index(f'ix_{TABLE}_{column}', TABLE, [column])
    op.create_index(f'ix_{TABLE}_about', TABLE, ['kind', 'about_id'])
    still_open = sa.text('finished_at IS NULL')
    op.create_index(f'ix_{TABLE}_open', TABLE, ['id'], sqlite_where=still_open, postgresql_where=still_open)
    op.create_table(
        ERRORS,
        sa.Column('long_work_id', number, nullable=False),
        sa.Column('row', number, nullable=False),
        sa.Column('row_id', number, nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('column', sa.String(length=60), nullable=False),
        sa.Column('reason', sa.String(length=60), nullable=False),
        sa.Column('detail', json, nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.ForeignKeyConstraint(
            ['long_work_id'], [f'{TABLE}.id'], name=f'fk_{ERRORS}_long_work_id_{TABLE}', ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=f'pk_{ERRORS}'),
    )
    op.create_index(f'ix_{ERRORS}_long_work_id', ERRORS, ['long_work_id'])


def downgrade() -> None:
    op.drop_table(ERRORS)
    op.drop_table(TABLE)
    _resize_type(60, 100)
