"""queues and rules of routing, what people can do, and where a request waits and why

Revision: 0048
Follows: 0047
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "skills",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_skills_agency_id_agencies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills")),
        sa.UniqueConstraint("agency_id", "name", name=op.f("uq_skills_agency_id_name")),
    )
    with op.batch_alter_table("skills", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_skills_agency_id"), ["agency_id"], unique=False)

    op.create_table(
        "routing_queues",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("strategy", sa.String(length=40), nullable=False),
        sa.Column("settings", json, nullable=False),
        sa.Column("ring_minutes", sa.Integer(), nullable=True),
        sa.Column("overflow_queue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("overflow_minutes", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_routing_queues_agency_id_agencies")
        ),
        sa.ForeignKeyConstraint(
            ["overflow_queue_id"],
            ["routing_queues.id"],
            name=op.f("fk_routing_queues_overflow_queue_id_routing_queues"),
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_routing_queues_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_queues")),
    )
    with op.batch_alter_table("routing_queues", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_queues_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_routing_queues_overflow_queue_id"), ["overflow_queue_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_routing_queues_team_id"), ["team_id"], unique=False)
        batch_op.create_index(
            "uq_routing_queues_name",
            ["agency_id", "name"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.create_table(
        "routing_rules",
        sa.Column("agency_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("condition", json, nullable=False),
        sa.Column("queue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("skills", json, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("is_on", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agencies.id"], name=op.f("fk_routing_rules_agency_id_agencies")
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["routing_queues.id"], name=op.f("fk_routing_rules_queue_id_routing_queues")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rules")),
    )
    with op.batch_alter_table("routing_rules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routing_rules_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_routing_rules_queue_id"), ["queue_id"], unique=False)

    op.create_table(
        "operator_skills",
        sa.Column("operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("skill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_operator_skills_operator_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["skills.id"], name=op.f("fk_operator_skills_skill_id_skills"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_skills")),
        sa.UniqueConstraint("operator_id", "skill_id", name=op.f("uq_operator_skills_operator_id_skill_id")),
    )
    with op.batch_alter_table("operator_skills", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_operator_skills_skill_id"), ["skill_id"], unique=False)

    with op.batch_alter_table("assignment_decisions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("queue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("ring", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_index(batch_op.f("ix_assignment_decisions_chosen_operator_id"))
        batch_op.create_index(
            "ix_assignment_decisions_chosen_operator_id", ["chosen_operator_id", "id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_assignment_decisions_queue_id_routing_queues"),
            "routing_queues",
            ["queue_id"],
            ["id"],
        )

    with op.batch_alter_table("service_requests", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("queue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("routed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("wanted_skills", json, server_default="[]", nullable=False))
        batch_op.create_index(batch_op.f("ix_service_requests_queue_id"), ["queue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_requests_routed_by_id"), ["routed_by_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_service_requests_queue_id_routing_queues"), "routing_queues", ["queue_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_service_requests_routed_by_id_routing_rules"),
            "routing_rules",
            ["routed_by_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("service_requests", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_service_requests_routed_by_id_routing_rules"), type_="foreignkey"
        )
        batch_op.drop_constraint(
            batch_op.f("fk_service_requests_queue_id_routing_queues"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_service_requests_routed_by_id"))
        batch_op.drop_index(batch_op.f("ix_service_requests_queue_id"))
        batch_op.drop_column("wanted_skills")
        batch_op.drop_column("routed_by_id")
        batch_op.drop_column("queued_at")
        batch_op.drop_column("queue_id")

    with op.batch_alter_table("assignment_decisions", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_assignment_decisions_queue_id_routing_queues"), type_="foreignkey"
        )
        batch_op.drop_index("ix_assignment_decisions_chosen_operator_id")
        batch_op.create_index(
            batch_op.f("ix_assignment_decisions_chosen_operator_id"), ["chosen_operator_id"], unique=False
        )
        batch_op.drop_column("ring")
        batch_op.drop_column("queue_id")

    with op.batch_alter_table("operator_skills", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_operator_skills_skill_id"))

    op.drop_table("operator_skills")
    with op.batch_alter_table("routing_rules", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_rules_queue_id"))
        batch_op.drop_index(batch_op.f("ix_routing_rules_agency_id"))

    op.drop_table("routing_rules")
    with op.batch_alter_table("routing_queues", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_routing_queues_name",
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_routing_queues_team_id"))
        batch_op.drop_index(batch_op.f("ix_routing_queues_overflow_queue_id"))
        batch_op.drop_index(batch_op.f("ix_routing_queues_agency_id"))

    op.drop_table("routing_queues")
    with op.batch_alter_table("skills", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_skills_agency_id"))

    op.drop_table("skills")
