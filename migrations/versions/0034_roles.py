"""roles as rows, of which a person may have several; the five that were constants become the first

Revision: 0034
Follows: 0033
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)

# The rights of each as they were when roles were constants; later versions of the program add what they bring.
_SERVE = """session:use service_requests:read service_requests:claim service_requests:update
    conversations:read replies:send notes:write contacts:read operators:read""".split()
_LISTEN = "inbound_items:read monitors:read topics:read publications:read".split()
_JUDGE = "inbound_items:rescue inbound_items:correct".split()
_LEAD = """saved_views:share service_requests:assign accounts:read monitors:manage models:read
    alerts:acknowledge publications:send people:read people:set_capacity overview:read""".split()
_WATCH = """session:use service_requests:read conversations:read contacts:read operators:read
    accounts:read models:read people:read overview:read""".split()
_ADMINISTER = "accounts:manage operators:manage audit:read operation:read models:manage".split()
_PHONE = ["contact.phone"]
ROLES = (
    ("operator", [*_SERVE, *_LISTEN, *_JUDGE], "team", "team", _PHONE, 8),
    ("agency_operator", _SERVE, "team", "own", _PHONE, 8),
    ("supervisor", [*_SERVE, *_LISTEN, *_JUDGE, *_LEAD], "agency", "all", [], 0),
    ("manager", [*_WATCH, *_LISTEN], "all", "all", _PHONE, 0),
    ("administrator", [*_SERVE, *_LISTEN, *_JUDGE, *_LEAD, *_ADMINISTER], "all", "all", [], 0),
)
LEAST = "agency_operator"


def upgrade() -> None:
    roles = op.create_table(
        'roles',
        sa.Column('key', sa.String(length=40), nullable=True),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('agency_id', number, nullable=True),
        sa.Column('rights', sa.Text(), nullable=False),
        sa.Column('account_reach', sa.String(length=40), nullable=False),
        sa.Column('request_reach', sa.String(length=40), nullable=False),
        sa.Column('masked', sa.Text(), nullable=False),
        sa.Column('capacity', sa.Integer(), nullable=False),
        sa.Column('offered', sa.Text(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.ForeignKeyConstraint(['agency_id'], ['agencies.id'], name='fk_roles_agency_id_agencies'),
        sa.PrimaryKeyConstraint('id', name='pk_roles'),
        sa.UniqueConstraint('key', name='uq_roles_key'),
        sa.UniqueConstraint('agency_id', 'name', name='uq_roles_agency_id_name'),
    )
    op.create_index('ix_roles_agency_id', 'roles', ['agency_id'])
    op.create_table(
        'operator_roles',
        sa.Column('operator_id', number, nullable=False),
        sa.Column('role_id', number, nullable=False),
        sa.Column('id', number, autoincrement=True, nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.ForeignKeyConstraint(
            ['operator_id'], ['operators.id'], name='fk_operator_roles_operator_id_operators'
        ),
        sa.ForeignKeyConstraint(['role_id'], ['roles.id'], name='fk_operator_roles_role_id_roles'),
        sa.PrimaryKeyConstraint('id', name='pk_operator_roles'),
        sa.UniqueConstraint('operator_id', 'role_id', name='uq_operator_roles_operator_id_role_id'),
    )
    op.create_index('ix_operator_roles_role_id', 'operator_roles', ['role_id'])
    op.bulk_insert(roles, [_row(*role) for role in ROLES])
    op.execute(
        "INSERT INTO operator_roles (operator_id, role_id, created_at)"
        " SELECT operators.id, roles.id, operators.created_at FROM operators JOIN roles"
        " ON roles.key = operators.role ORDER BY operators.id"
    )
    op.drop_column('operators', 'role')


def _row(
    key: str, rights: list[str], accounts: str, requests: str, masked: list[str], capacity: int
) -> dict[str, object]:
    words = _words(rights)
    return {
        "key": key,
        "name": "",
        "rights": words,
        "account_reach": accounts,
        "request_reach": requests,
        "masked": _words(masked),
        "capacity": capacity,
        "offered": words,
        "version": 1,
        "created_at": datetime.now(UTC),
    }


def _words(words: list[str]) -> str:
    return f" {' '.join(sorted(words))} " if words else ""


def downgrade() -> None:
    """Everybody keeps the widest of the first five that they have; who has none of them gets the narrowest."""
    op.add_column('operators', sa.Column('role', sa.String(length=40), nullable=True))
    op.execute(
        "UPDATE operators SET role = coalesce((SELECT key FROM roles WHERE id ="
        " (SELECT max(roles.id) FROM roles JOIN operator_roles ON operator_roles.role_id = roles.id"
        f" WHERE operator_roles.operator_id = operators.id AND roles.key IS NOT NULL)), '{LEAST}')"
    )
    with op.batch_alter_table('operators') as batch_op:
        batch_op.alter_column('role', existing_type=sa.String(length=40), nullable=False)
    op.drop_table('operator_roles')
    op.drop_table('roles')
