"""service policies, and what became of the time that they give

Revision: 0049
Follows: 0048
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "service_policies",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("condition", json, nullable=False),
        sa.Column("first_minutes", sa.Integer(), nullable=False),
        sa.Column("next_minutes", sa.Integer(), nullable=False),
        sa.Column("resolve_minutes", sa.Integer(), nullable=True),
        sa.Column("warn_share", sa.Integer(), nullable=False),
        sa.Column("steps", json, nullable=False),
        sa.Column("is_on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_service_policies_agency_id_agencies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_policies")),
    )
    with op.batch_alter_table("service_policies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_policies_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "service_policy_states",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_service_policy_states_agency_id_agencies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_policy_states")),
        sa.UniqueConstraint("agency_id", name=op.f("uq_service_policy_states_agency_id")),
    )
    op.create_table(
        "service_marks",
        sa.Column("service_request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", json, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_service_marks_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["service_policies.id"], name=op.f("fk_service_marks_policy_id_service_policies")
        ),
        sa.ForeignKeyConstraint(
            ["service_request_id"],
            ["service_requests.id"],
            name=op.f("fk_service_marks_service_request_id_service_requests"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_marks")),
        sa.UniqueConstraint(
            "service_request_id",
            "kind",
            "began_at",
            name=op.f("uq_service_marks_service_request_id_kind_began_at"),
        ),
    )
    with op.batch_alter_table("service_marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_marks_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_service_marks_outcome", ["service_request_id", "kind", "missed_at", "ended_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_service_marks_policy_id"), ["policy_id"], unique=False)

    with op.batch_alter_table("service_requests", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("resolve_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("stopped_micros", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
        )
        batch_op.create_index(
            "ix_service_requests_level_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("policy_id IS NOT NULL AND waiting_since IS NOT NULL"),
            postgresql_where=sa.text("policy_id IS NOT NULL AND waiting_since IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_service_requests_resolve_due",
            ["resolve_due_at"],
            unique=False,
            sqlite_where=sa.text("resolve_due_at IS NOT NULL AND stopped_at IS NULL"),
            postgresql_where=sa.text("resolve_due_at IS NOT NULL AND stopped_at IS NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_service_requests_policy_id_service_policies"),
            "service_policies",
            ["policy_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("service_requests", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_service_requests_policy_id_service_policies"), type_="foreignkey"
        )
        batch_op.drop_index(
            "ix_service_requests_resolve_due",
            sqlite_where=sa.text("resolve_due_at IS NOT NULL AND stopped_at IS NULL"),
            postgresql_where=sa.text("resolve_due_at IS NOT NULL AND stopped_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_service_requests_level_due",
            sqlite_where=sa.text("policy_id IS NOT NULL AND waiting_since IS NOT NULL"),
            postgresql_where=sa.text("policy_id IS NOT NULL AND waiting_since IS NOT NULL"),
        )
        batch_op.drop_column("stopped_micros")
        batch_op.drop_column("stopped_at")
        batch_op.drop_column("resolve_due_at")
        batch_op.drop_column("policy_id")

    with op.batch_alter_table("service_marks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_marks_policy_id"))
        batch_op.drop_index("ix_service_marks_outcome")
        batch_op.drop_index(batch_op.f("ix_service_marks_account_id"))

    op.drop_table("service_marks")
    op.drop_table("service_policy_states")
    with op.batch_alter_table("service_policies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_policies_agency_id"))

    op.drop_table("service_policies")
