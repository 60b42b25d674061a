"""when the first answer of a request was due, as it stood when it was written

Requests that were answered before keep what their changes tell; where there is no such change, what was
counted until now: the time of the present priority, by the clock, from the opening on.

Revision: 0050
Follows: 0049
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None

NAME, TABLE = 'ix_service_requests_by_opening', 'service_requests'
COLUMNS = ['opened_at', 'account_id', 'team_id', 'assignee_id', 'type', 'priority', 'first_replied_at']
MINUTES = 'CASE priority WHEN 1 THEN 15 WHEN 2 THEN 30 WHEN 3 THEN 120 ELSE 480 END'
# A moment stands in a change as ISO text, in a column of SQLite's with a blank and six decimals.
MOMENT = {
    'postgresql': "CAST({member} AS TIMESTAMP WITH TIME ZONE)",
    'sqlite': "replace(substr({member}, 1, 19), 'T', ' ') || '.' ||"
    " CASE substr({member}, 20, 1) WHEN '.' THEN substr({member}, 21, 6) ELSE '000000' END",
}
MEMBER = {'postgresql': "{column} ->> '{name}'", 'sqlite': "json_extract({column}, '$.{name}')"}
LATER = {
    'postgresql': f"opened_at + {MINUTES} * INTERVAL '1 minute'",
    'sqlite': f"strftime('%Y-%m-%d %H:%M:%f', opened_at, '+' || {MINUTES} || ' minutes') || '000'",
}


def upgrade() -> None:
    op.add_column(TABLE, sa.Column('first_due_at', sa.DateTime(timezone=True), nullable=True))
    dialect = op.get_bind().dialect.name
    replied = MEMBER[dialect].format(column='c.after', name='first_replied_at')
    due = MEMBER[dialect].format(column='c.before', name='due_at')
    answers = (
        f"FROM request_changes c WHERE c.service_request_id = {TABLE}.id AND c.kind = 'answered'"
        f" AND {replied} IS NOT NULL"
    )
    told = f"(SELECT {MOMENT[dialect].format(member=due)} {answers} ORDER BY c.version DESC LIMIT 1)"
    op.execute(
        f"UPDATE {TABLE} SET first_due_at = CASE WHEN EXISTS (SELECT 1 {answers}) THEN {told}"
        f" ELSE {LATER[dialect]} END WHERE first_replied_at IS NOT NULL"
    )
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, [*COLUMNS, 'first_due_at', 'due_at'])


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.drop_column(TABLE, 'first_due_at')
    op.create_index(NAME, TABLE, [*COLUMNS, 'due_at'])
