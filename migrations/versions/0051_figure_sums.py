"""sums of days for figures, and triggers that mark a day when one of its rows changes

Revision: 0051
Follows: 0050
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None

# By moment: the table, its column, and what else of a row is summed. What changes none of them marks nothing.
SUMMED = {
    'opened': ('service_requests', 'opened_at', ('account_id', 'team_id', 'type', 'first_replied_at', 'first_due_at')),
    'resolved': ('service_requests', 'resolved_at', ('account_id', 'team_id', 'type', 'opened_at')),
    'judged': ('verdicts', 'created_at', ('account_id', 'outcome', 'rescued_at')),
    'ended': ('outbound_messages', 'finished_at', ('account_id', 'cargo', 'state')),
}
MARK = """
CREATE FUNCTION mark_figures(which text, at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO figure_marks (moment, day, maker)
    SELECT moment, day, pg_current_xact_id()::text::bigint FROM figure_days
    WHERE moment = which AND day = date_trunc('day', at AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai'
    ON CONFLICT DO NOTHING
$$
"""
FUNCTION = """
CREATE FUNCTION mark_figures_{moment}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM mark_figures('{moment}', OLD.{column});
    END IF;
    IF TG_OP <> 'DELETE' AND (TG_OP = 'INSERT' OR OLD.{column} IS DISTINCT FROM NEW.{column}) THEN
        PERFORM mark_figures('{moment}', NEW.{column});
    END IF;
    RETURN NULL;
END $$
"""
# The day of the office begins at four in the afternoon, UTC. Cut to the second: SQLite would round into the next day.
SQLITE_MARK = (
    "INSERT OR IGNORE INTO figure_marks (moment, day, maker) SELECT moment, day, 0 FROM figure_days"
    " WHERE moment = '{moment}' AND day = strftime('%Y-%m-%d 16:00:00.000000',"
    " substr({row}.{column}, 1, 19), '-16 hours');"
)


def _tables() -> None:
    op.create_table(
        'figure_days',
        sa.Column('moment', sa.String(20), nullable=False),
        sa.Column('day', sa.DateTime(timezone=True), nullable=False),
        sa.Column('listed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('counted_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('moment', 'day', name=op.f('pk_figure_days')),
    )
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table(
        'figure_marks',
        sa.Column('moment', sa.String(20), nullable=False),
        sa.Column('day', sa.DateTime(timezone=True), nullable=False),
        sa.Column('maker', number, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint('moment', 'day', 'maker', name=op.f('pk_figure_marks')),
    )
    op.create_table(
        'figure_sums',
        sa.Column('kind', sa.String(20), nullable=False),
        sa.Column('day', sa.DateTime(timezone=True), nullable=False),
        sa.Column('account_id', number, autoincrement=False, nullable=False),
        sa.Column('team_id', number, autoincrement=False, nullable=False),
        sa.Column('word', sa.String(40), nullable=False),
        sa.Column('flag', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('took', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            'kind', 'day', 'account_id', 'team_id', 'word', 'flag', 'took', name=op.f('pk_figure_sums')
        ),
    )


def upgrade() -> None:
    _tables()
    where = sa.text('first_replied_at IS NULL AND due_at IS NOT NULL')
    op.create_index(
        'ix_service_requests_unanswered',
        'service_requests',
        ['opened_at', 'account_id', 'team_id', 'assignee_id', 'type', 'priority', 'due_at'],
        sqlite_where=where,
        postgresql_where=where,
    )
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(MARK)
    for moment, (table, column, others) in SUMMED.items():
        differs = ' OR '.join(f'OLD.{name} IS DISTINCT FROM NEW.{name}' for name in (column, *others))
        if op.get_bind().dialect.name == 'postgresql':
            op.execute(FUNCTION.format(moment=moment, column=column))
            for act, when in (('INSERT OR DELETE', ''), ('UPDATE', f'WHEN ({differs})')):
                name = f"figures_{moment}_{act.split(' ', maxsplit=1)[0].lower()}"
                op.execute(
                    f'CREATE TRIGGER {name} AFTER {act} ON {table} FOR EACH ROW {when}'
                    f' EXECUTE FUNCTION mark_figures_{moment}()'
                )
        else:
            old, new = (SQLITE_MARK.format(moment=moment, row=row, column=column) for row in ('OLD', 'NEW'))
            differs = differs.replace('IS DISTINCT FROM', 'IS NOT')
            for act, when, marks in (
                ('INSERT', '', new),
                ('DELETE', '', old),
                ('UPDATE', f'WHEN {differs}', f'{old} {new}'),
            ):
                op.execute(
                    f'CREATE TRIGGER figures_{moment}_{act.lower()} AFTER {act} ON {table} FOR EACH ROW {when}'
                    f' BEGIN {marks} END'
                )


def downgrade() -> None:
    for moment, (table, _, _) in SUMMED.items():
        postgresql = op.get_bind().dialect.name == 'postgresql'
        for act in ('insert', 'update') if postgresql else ('insert', 'update', 'delete'):
            op.execute(f'DROP TRIGGER figures_{moment}_{act}' + (f' ON {table}' if postgresql else ''))
        if postgresql:
            op.execute(f'DROP FUNCTION mark_figures_{moment}()')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION mark_figures(text, timestamptz)')
    op.drop_index('ix_service_requests_unanswered', table_name='service_requests')
    for table in ('figure_sums', 'figure_marks', 'figure_days'):
        op.drop_table(table)
