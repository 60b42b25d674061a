"""topics and alerts

Revision: 0006
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table('alert_rules',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('sensitivity', sa.String(length=40), nullable=False),
    sa.Column('cool_down_minutes', sa.Integer(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_alert_rules_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_rules')),
    sa.UniqueConstraint('account_id', 'kind', name=op.f('uq_alert_rules_account_id_kind'))
    )
    with op.batch_alter_table('alert_rules', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alert_rules_account_id'), ['account_id'], unique=False)

    op.create_table('hourly_volumes',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('hour', sa.DateTime(timezone=True), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('negative', sa.Integer(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_hourly_volumes_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hourly_volumes')),
    sa.UniqueConstraint('account_id', 'hour', name=op.f('uq_hourly_volumes_account_id_hour'))
    )
    with op.batch_alter_table('hourly_volumes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hourly_volumes_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_hourly_volumes_hour'), ['hour'], unique=False)

    op.create_table('topics',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('is_named', sa.Boolean(), nullable=False),
    sa.Column('terms', json, nullable=False),
    sa.Column('pairs', json, nullable=False),
    sa.Column('item_count', sa.Integer(), nullable=False),
    sa.Column('negative_count', sa.Integer(), nullable=False),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_topics_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topics'))
    )
    with op.batch_alter_table('topics', schema=None) as batch_op:
        batch_op.create_index('ix_topics_account_id_last_seen_at', ['account_id', 'last_seen_at'], unique=False)

    op.create_table('alerts',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('hour', sa.DateTime(timezone=True), nullable=False),
    sa.Column('value', sa.Double(), nullable=False),
    sa.Column('baseline', sa.Double(), nullable=False),
    sa.Column('posts', sa.Integer(), nullable=False),
    sa.Column('negative', sa.Integer(), nullable=False),
    sa.Column('cools_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_alerts_account_id_accounts')),
    sa.ForeignKeyConstraint(['acknowledged_by_id'], ['operators.id'], name=op.f('fk_alerts_acknowledged_by_id_operators')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_alerts_topic_id_topics')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alerts'))
    )
    with op.batch_alter_table('alerts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alerts_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_alerts_acknowledged_by_id'), ['acknowledged_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_alerts_topic_id'), ['topic_id'], unique=False)

    op.create_table('topic_items',
    sa.Column('topic_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('inbound_item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_topic_items_account_id_accounts')),
    sa.ForeignKeyConstraint(['inbound_item_id'], ['inbound_items.id'], name=op.f('fk_topic_items_inbound_item_id_inbound_items')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_topic_items_topic_id_topics')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topic_items')),
    sa.UniqueConstraint('inbound_item_id', name=op.f('uq_topic_items_inbound_item_id'))
    )
    with op.batch_alter_table('topic_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_topic_items_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_topic_items_topic_id'), ['topic_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('topic_items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_topic_items_topic_id'))
        batch_op.drop_index(batch_op.f('ix_topic_items_account_id'))

    op.drop_table('topic_items')
    with op.batch_alter_table('alerts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_alerts_topic_id'))
        batch_op.drop_index(batch_op.f('ix_alerts_acknowledged_by_id'))
        batch_op.drop_index(batch_op.f('ix_alerts_account_id'))

    op.drop_table('alerts')
    with op.batch_alter_table('topics', schema=None) as batch_op:
        batch_op.drop_index('ix_topics_account_id_last_seen_at')

    op.drop_table('topics')
    with op.batch_alter_table('hourly_volumes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hourly_volumes_hour'))
        batch_op.drop_index(batch_op.f('ix_hourly_volumes_account_id'))

    op.drop_table('hourly_volumes')
    with op.batch_alter_table('alert_rules', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_alert_rules_account_id'))

    op.drop_table('alert_rules')
