"""any cargo

The ledger names what it carries by kind and id, so that a new kind needs no column of its own.

Revision: 0020
Follows: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table('outbound_messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cargo', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('cargo_id', number, nullable=True))

    op.execute(
        "UPDATE outbound_messages SET"
        " cargo = CASE WHEN message_id IS NOT NULL THEN 'reply' ELSE 'publication' END,"
        " cargo_id = coalesce(message_id, publication_id)"
    )
    with op.batch_alter_table('outbound_messages', schema=None) as batch_op:
        batch_op.alter_column('cargo', existing_type=sa.String(length=40), nullable=False)
        batch_op.alter_column('cargo_id', existing_type=number, nullable=False)
        batch_op.create_unique_constraint(batch_op.f('uq_outbound_messages_cargo_cargo_id'), ['cargo', 'cargo_id'])
        batch_op.drop_constraint(batch_op.f('ck_outbound_messages_one_cargo'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_outbound_messages_message_id_messages'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_outbound_messages_publication_id_publications'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_outbound_messages_message_id'), type_='unique')
        batch_op.drop_constraint(batch_op.f('uq_outbound_messages_publication_id'), type_='unique')
        batch_op.drop_column('message_id')
        batch_op.drop_column('publication_id')


def downgrade() -> None:
    # The older schema has no place for anything else.
    other = "cargo NOT IN ('reply', 'publication')"
    op.execute(
        "DELETE FROM outbound_attempts WHERE outbound_message_id IN"
        f" (SELECT id FROM outbound_messages WHERE {other})"
    )
    op.execute(f"DELETE FROM outbound_messages WHERE {other}")
    with op.batch_alter_table('outbound_messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('message_id', number, nullable=True))
        batch_op.add_column(sa.Column('publication_id', number, nullable=True))

    op.execute("UPDATE outbound_messages SET message_id = cargo_id WHERE cargo = 'reply'")
    op.execute("UPDATE outbound_messages SET publication_id = cargo_id WHERE cargo = 'publication'")
    with op.batch_alter_table('outbound_messages', schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f('uq_outbound_messages_message_id'), ['message_id'])
        batch_op.create_unique_constraint(batch_op.f('uq_outbound_messages_publication_id'), ['publication_id'])
        batch_op.create_foreign_key(batch_op.f('fk_outbound_messages_message_id_messages'), 'messages', ['message_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_outbound_messages_publication_id_publications'), 'publications', ['publication_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_outbound_messages_one_cargo'), '(message_id IS NULL) <> (publication_id IS NULL)')
        batch_op.drop_constraint(batch_op.f('uq_outbound_messages_cargo_cargo_id'), type_='unique')
        batch_op.drop_column('cargo_id')
        batch_op.drop_column('cargo')
