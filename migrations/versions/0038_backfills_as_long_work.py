"""runs of monitors over what is stored are long work like any other

Revision: 0038
Follows: 0037
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
STATES = {'waiting': 'queued', 'running': 'running', 'done': 'done', 'cancelled': 'cancelled'}
KIND = 'monitor.backfill'


def _table(named: str, /, **columns: sa.types.TypeEngine) -> sa.TableClause:
    return sa.table(named, *(sa.column(column, type_) for column, type_ in columns.items()))


BACKFILLS = _table(
    'backfills', id=number, created_at=moment, monitor_id=number, since=moment, state=sa.String(),
    last_item_id=number, until_item_id=number, scanned=sa.Integer(), hits=sa.Integer(), kept=sa.Integer(),
    requested_by_id=number, finished_at=moment,
)
MONITORS = _table('monitors', id=number, agency_id=number, name=sa.String())
WORKS = _table(
    'long_works', id=number, created_at=moment, kind=sa.String(), owner_id=number, agency_id=number,
    about_id=number, label=sa.String(), locale=sa.String(), arguments=json, reach=json, state=sa.String(),
    position=json, total=sa.Integer(), done=sa.Integer(), skipped=sa.Integer(), failed=sa.Integer(),
    worked_seconds=sa.Float(), error_detail=json, attempts=sa.Integer(), started_at=moment,
    finished_at=moment, figures=json, version=sa.Integer(),
)


def _iso(value: datetime) -> str:
    return value.isoformat() + ('' if value.tzinfo else '+00:00')


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace('Z', '+00:00'))


def upgrade() -> None:
    bind = op.get_bind()
    named = {row.id: row for row in bind.execute(sa.select(MONITORS))}
    rows = bind.execute(sa.select(BACKFILLS).order_by(BACKFILLS.c.id)).all()
    for row in rows:
        monitor = named[row.monitor_id]
        is_over = row.finished_at is not None
        bind.execute(
            WORKS.insert().values(
                created_at=row.created_at,
                kind=KIND,
                owner_id=row.requested_by_id,
                agency_id=monitor.agency_id,
                about_id=row.monitor_id,
                label=monitor.name,
                locale='zh-CN',
                arguments={
                    'monitor_id': row.monitor_id,
                    'since': _iso(row.since),
                    'until_item_id': row.until_item_id,
                },
                reach={},
                state=STATES[row.state],
                position={'after': row.last_item_id, 'is_over': is_over} if row.scanned or is_over else {},
                total=row.scanned if is_over else None,
                done=row.scanned,
                skipped=0,
                failed=0,
                worked_seconds=0.0,
                error_detail={},
                attempts=0,
                started_at=row.created_at if row.scanned else None,
                finished_at=row.finished_at,
                figures={'hits': row.hits, 'kept': row.kept},
                version=1,
            )
        )
    op.drop_table('backfills')


def downgrade() -> None:
    op.create_table(
        'backfills',
        sa.Column('monitor_id', number, nullable=False),
        sa.Column('since', moment, nullable=False),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('last_item_id', number, nullable=False),
        sa.Column('until_item_id', number, nullable=False),
        sa.Column('scanned', sa.Integer(), nullable=False),
        sa.Column('hits', sa.Integer(), nullable=False),
        sa.Column('kept', sa.Integer(), nullable=False),
        sa.Column('requested_by_id', number, nullable=True),
        sa.Column('finished_at', moment, nullable=True),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['monitor_id'], ['monitors.id'], name='fk_backfills_monitor_id_monitors'),
        sa.ForeignKeyConstraint(
            ['requested_by_id'], ['operators.id'], name='fk_backfills_requested_by_id_operators'
        ),
        sa.PrimaryKeyConstraint('id', name='pk_backfills'),
    )
    for column in ('monitor_id', 'requested_by_id', 'state'):
        op.create_index(f'ix_backfills_{column}', 'backfills', [column])
    bind = op.get_bind()
    known = {row.id for row in bind.execute(sa.select(MONITORS.c.id))}
    before = {'queued': 'waiting', 'running': 'running', 'done': 'done'}
    for row in bind.execute(sa.select(WORKS).where(WORKS.c.kind == KIND).order_by(WORKS.c.id)).all():
        if row.about_id not in known:
            continue
        bind.execute(
            BACKFILLS.insert().values(
                created_at=row.created_at,
                monitor_id=row.about_id,
                since=_moment(row.arguments['since']),
                state=before.get(row.state, 'cancelled'),
                last_item_id=row.position.get('after') or 0,
                until_item_id=row.arguments.get('until_item_id', 0),
                scanned=row.done,
                hits=row.figures.get('hits', 0),
                kept=row.figures.get('kept', 0),
                requested_by_id=row.owner_id,
                finished_at=row.finished_at,
            )
        )
    bind.execute(WORKS.delete().where(WORKS.c.kind == KIND))
