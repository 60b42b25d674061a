"""e-mail to our own people: addresses, what is to be sent, and how often

Revision: 0045
Follows: 0044
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
ADDRESSES, MAILS, NOTICES, SETTINGS = 'mail_addresses', 'mails', 'notifications', 'notification_settings'
WAITING = sa.text("state IN ('queued', 'sending')")
OPEN = sa.text("state = 'queued' AND purpose = 'notices'")


def _own(table: str) -> tuple[sa.SchemaItem, ...]:
    return (
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.Column('operator_id', number, nullable=False),
        sa.PrimaryKeyConstraint('id', name=f'pk_{table}'),
        sa.ForeignKeyConstraint(['operator_id'], ['operators.id'], name=f'fk_{table}_operator_id_operators'),
    )


def upgrade() -> None:
    op.create_table(
        ADDRESSES,
        *_own(ADDRESSES),
        sa.Column('address', sa.LargeBinary(), nullable=False),
        sa.Column('confirmed_at', moment, nullable=True),
        sa.Column('code', sa.LargeBinary(), nullable=True),
        sa.Column('code_until', moment, nullable=True),
        sa.Column('code_tries', sa.Integer(), nullable=False),
        sa.Column('failures', sa.Integer(), nullable=False),
        sa.Column('stopped_at', moment, nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.UniqueConstraint('operator_id', name=f'uq_{ADDRESSES}_operator_id'),
    )
    op.create_table(
        MAILS,
        *_own(MAILS),
        sa.Column('purpose', sa.String(length=20), nullable=False),
        sa.Column('state', sa.String(length=40), nullable=False),
        sa.Column('due_at', moment, nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('may_be_doubled', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('message_id', sa.String(length=120), nullable=False),
        sa.Column('reason', sa.String(length=40), nullable=True),
        sa.Column('answer', sa.String(length=300), nullable=True),
        sa.Column('ended_at', moment, nullable=True),
        sa.UniqueConstraint('message_id', name=f'uq_{MAILS}_message_id'),
    )
    op.create_index('ix_mails_due', MAILS, ['due_at', 'id'], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index(
        'uq_mails_open', MAILS, ['operator_id'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index('ix_mails_operator_id_id', MAILS, ['operator_id', 'id'])
    op.create_index('ix_mails_created_at', MAILS, ['created_at'])
    with op.batch_alter_table(NOTICES, schema=None) as batch_op:
        batch_op.add_column(sa.Column('mail_id', number, nullable=True))
        batch_op.create_foreign_key(
            f'fk_{NOTICES}_mail_id_mails', MAILS, ['mail_id'], ['id'], ondelete='SET NULL'
        )
        batch_op.create_index(f'ix_{NOTICES}_mail_id', ['mail_id'])
    with op.batch_alter_table(SETTINGS, schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('mail_pace', sa.String(length=40), server_default='at_once', nullable=False)
        )
        batch_op.add_column(sa.Column('mail_hour', sa.Integer(), server_default='9', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table(SETTINGS, schema=None) as batch_op:
        batch_op.drop_column('mail_hour')
        batch_op.drop_column('mail_pace')
    with op.batch_alter_table(NOTICES, schema=None) as batch_op:
        batch_op.drop_index(f'ix_{NOTICES}_mail_id')
        batch_op.drop_constraint(f'fk_{NOTICES}_mail_id_mails', type_='foreignkey')
        batch_op.drop_column('mail_id')
    op.drop_table(MAILS)
    op.drop_table(ADDRESSES)
