"""one account in use, any number of former rows

An account that another agency takes over gets a row of its own; the removed one keeps what was said.

Revision: 0016
Follows: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

IN_USE = sa.text("status != 'removed'")


def upgrade() -> None:
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.drop_constraint('uq_accounts_platform_external_id', type_='unique')
    op.create_index(
        'uq_accounts_in_use',
        'accounts',
        ['platform', 'external_id'],
        unique=True,
        sqlite_where=IN_USE,
        postgresql_where=IN_USE,
    )


def downgrade() -> None:
    op.drop_index('uq_accounts_in_use', table_name='accounts')
    # The old constraint knows no former rows: all but the newest of an account get a name of their own.
    op.execute(
        "UPDATE accounts SET external_id = substr(external_id, 1, 100) || '#' || id WHERE EXISTS "
        "(SELECT 1 FROM accounts AS newer WHERE newer.platform = accounts.platform "
        "AND newer.external_id = accounts.external_id AND newer.id > accounts.id)"
    )
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.create_unique_constraint('uq_accounts_platform_external_id', ['platform', 'external_id'])
