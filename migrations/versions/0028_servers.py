"""the server that gives out an account's and a listed author's ids

On platforms of many servers the same id is somebody else on each. Rows that there are get the server of their
account's address; a listed author of an agency with accounts on several servers stays listed on each of them.

Revision: 0028
Follows: 0027
"""

from __future__ import annotations

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

IN_USE = sa.text("status != 'removed'")
LONG_NAME = 'uq_special_list_entries_agency_id_list_platform_author_external_id'
MANY_SERVERS = 'mastodon'
json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
accounts = sa.table(
    'accounts',
    sa.column('id'),
    sa.column('agency_id'),
    sa.column('platform'),
    sa.column('base_urls', json),
    sa.column('server'),
)
LISTED = ('agency_id', 'list', 'platform', 'author_external_id')
KEPT = ('created_at', *LISTED, 'author_name', 'note', 'expires_at', 'created_by_id', 'version')
entries = sa.table(
    'special_list_entries',
    sa.column('id'),
    sa.column('server'),
    *(sa.column(name) for name in KEPT),
)


def upgrade() -> None:
    op.add_column('accounts', sa.Column('server', sa.String(length=255), server_default='', nullable=False))
    op.drop_index('uq_accounts_in_use', table_name='accounts')
    op.create_index(
        'uq_accounts_in_use',
        'accounts',
        ['platform', 'server', 'external_id'],
        unique=True,
        sqlite_where=IN_USE,
        postgresql_where=IN_USE,
    )
    with op.batch_alter_table('special_list_entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('server', sa.String(length=255), server_default='', nullable=False))
        batch_op.drop_constraint(op.f(LONG_NAME), type_='unique')
        batch_op.create_unique_constraint(
            'uq_special_list_entries_author', ['agency_id', 'list', 'platform', 'server', 'author_external_id']
        )
    _name_servers()


def _name_servers() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(accounts.c.id, accounts.c.agency_id, accounts.c.base_urls).where(accounts.c.platform == MANY_SERVERS)
    ).all()
    by_agency: dict[int, set[str]] = {}
    for account_id, agency_id, base_urls in rows:
        server = _server((base_urls or {}).get('api', ''))
        by_agency.setdefault(agency_id, set()).add(server)
        connection.execute(sa.update(accounts).where(accounts.c.id == account_id).values(server=server))
    for agency_id, servers in by_agency.items():
        of_agency = (entries.c.agency_id == agency_id) & (entries.c.platform == MANY_SERVERS)
        first, *others = sorted(servers)
        for server in others:
            copied = sa.select(sa.literal(server), *(entries.c[name] for name in KEPT)).where(
                of_agency, entries.c.server == ''
            )
            connection.execute(sa.insert(entries).from_select(['server', *KEPT], copied))
        connection.execute(sa.update(entries).where(of_agency, entries.c.server == '').values(server=first))


def _server(address: str) -> str:
    parts = urlsplit(address)
    return f'{parts.netloc}{parts.path}'.lower().rstrip('/')[:255]


def downgrade() -> None:
    connection = op.get_bind()
    kept = sa.select(sa.func.min(entries.c.id)).group_by(*(entries.c[name] for name in LISTED))
    connection.execute(sa.delete(entries).where(entries.c.id.not_in(kept)))
    with op.batch_alter_table('special_list_entries', schema=None) as batch_op:
        batch_op.drop_constraint('uq_special_list_entries_author', type_='unique')
        batch_op.create_unique_constraint(
            op.f(LONG_NAME), list(LISTED)
        )
        batch_op.drop_column('server')
    op.drop_index('uq_accounts_in_use', table_name='accounts')
    # The old index knows no servers: of accounts with one id on several the later ones get a name of their own.
    op.execute(
        "UPDATE accounts SET external_id = substr(external_id, 1, 100) || '#' || id WHERE status != 'removed' "
        "AND EXISTS (SELECT 1 FROM accounts AS earlier WHERE earlier.platform = accounts.platform "
        "AND earlier.external_id = accounts.external_id AND earlier.status != 'removed' AND earlier.id < accounts.id)"
    )
    op.create_index(
        'uq_accounts_in_use',
        'accounts',
        ['platform', 'external_id'],
        unique=True,
        sqlite_where=IN_USE,
        postgresql_where=IN_USE,
    )
    op.drop_column('accounts', 'server')
