"""a right of its own to watch, for every role that could; why somebody took over, in their words

Revision: 0063
Follows: 0062
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0063'
down_revision = '0062'
branch_labels = None
depends_on = None

_COULD, _MAY = "service_requests:assign", "service_requests:watch"


def upgrade() -> None:
    op.add_column('request_changes', sa.Column('said', sa.String(length=200), nullable=True))
    # A set of words in one text, with a blank around each.
    give = sa.text(
        "UPDATE roles SET rights = rights || :word, version = version + 1"
        " WHERE rights LIKE :could AND rights NOT LIKE :may"
    )
    words = {"word": f"{_MAY} ", "could": f"% {_COULD} %", "may": f"% {_MAY} %"}
    op.get_bind().execute(give, words)


def downgrade() -> None:
    take = sa.text("UPDATE roles SET rights = replace(rights, :word, ' ') WHERE rights LIKE :may")
    op.get_bind().execute(take, {"word": f" {_MAY} ", "may": f"% {_MAY} %"})
    op.drop_column('request_changes', 'said')
