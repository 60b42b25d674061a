"""past periods dealt out again

Revision: 0061
Follows: 0060
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "what_ifs",
        sa.Column("agency_id", number, nullable=False),
        sa.Column("made_by_id", number, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("scenario", json, nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("reach", json, nullable=False),
        sa.Column("long_work_id", number, nullable=True),
        sa.Column("result", json, nullable=True),
        sa.Column("finished_at", moment, nullable=True),
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_what_ifs_agency_id_agencies")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["operators.id"], name=op.f("fk_what_ifs_made_by_id_operators")
        ),
        sa.ForeignKeyConstraint(
            ["long_work_id"],
            ["long_works.id"],
            name=op.f("fk_what_ifs_long_work_id_long_works"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_what_ifs")),
    )
    op.create_index("ix_what_ifs_agency_id_id", "what_ifs", ["agency_id", "id"])
    op.create_index(op.f("ix_what_ifs_made_by_id"), "what_ifs", ["made_by_id"])
    op.create_index(op.f("ix_what_ifs_long_work_id"), "what_ifs", ["long_work_id"])


def downgrade() -> None:
    op.drop_table("what_ifs")
