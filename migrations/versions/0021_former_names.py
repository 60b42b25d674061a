"""former names of people; the search index written anew

Numbers are indexed by their digits and `WiFi 6` in one piece too, so every text is cut anew. SQLite's index keeps
no texts: to change one row later it must be told exactly what it holds, hence nothing may stay as it was cut.

Revision: 0021
Follows: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.search.index import Indexed
from app.search.rebuild import rebuild

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
SOURCES = {
    Indexed.ITEMS: "SELECT id, author_name || ' ' || text FROM inbound_items",
    Indexed.MESSAGES: "SELECT id, text FROM messages",
    Indexed.CONTACTS: "SELECT id, name || ' ' || external_id FROM contact_identities",
}


def upgrade() -> None:
    op.add_column('contact_identities', sa.Column('former_names', json, nullable=False, server_default='[]'))
    op.add_column('contact_identities', sa.Column('former_until', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_contact_identities_former_until', 'contact_identities', ['former_until'])
    rebuild(op.get_bind(), SOURCES)


def downgrade() -> None:
    op.drop_index('ix_contact_identities_former_until', table_name='contact_identities')
    with op.batch_alter_table('contact_identities', schema=None) as batch_op:
        batch_op.drop_column('former_until')
        batch_op.drop_column('former_names')
