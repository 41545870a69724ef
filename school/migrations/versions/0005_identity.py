"""Sessions that can be listed, tokens of programs, second factors, outside identities, invitations."""

from typing import Any

import sqlalchemy as sa
from alembic import op

import school.db

revision = "0005"
down_revision = "0004"

_ROLES = ("guardian", "pupil", "teacher", "canteen", "guard", "office", "head", "district")
_SESSIONS = ("browser", "client", "program")
_TICKETS = ("second_factor", "passkey_new", "passkey", "password", "provider", "outside")
_OPEN = sa.text("used_at IS NULL AND void_at IS NULL")


def _moment(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, school.db.Moment(timezone=True), nullable=null)


def _account(*, null: bool = False, key: bool = False) -> sa.Column[Any]:
    return sa.Column("account_id", sa.Uuid(), nullable=null, primary_key=key)


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id"))


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.add_column("school", sa.Column("staff_factor_required", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("session") as batch:
        batch.add_column(sa.Column("kind", sa.String(length=24), nullable=False, server_default="client"))
        batch.add_column(sa.Column("name", sa.String(length=80), nullable=True))
        batch.add_column(sa.Column("scopes", school.db.Json, nullable=True))
        batch.add_column(sa.Column("strong", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("address", sa.String(length=64), nullable=False, server_default=""))
        batch.add_column(sa.Column("client", sa.String(length=200), nullable=False, server_default=""))
        batch.add_column(_moment("seen_at", null=True))
        batch.add_column(_moment("ends_at", null=True))
        batch.create_check_constraint(op.f("ck_session_session_kind"), sa.column("kind", sa.String).in_(_SESSIONS))
    _make_throttle_and_tickets()
    _make_invitations()
    _make_factors()


def _make_throttle_and_tickets() -> None:
    op.create_table(
        "throttle", sa.Column("key", sa.LargeBinary(length=32), nullable=False), sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    op.create_index(op.f("ix_throttle_until_ms"), "throttle", ["until_ms"])
    op.create_table(
        "ticket", sa.Column("digest", sa.LargeBinary(length=32), nullable=False), sa.Column("kind", _one_of(_TICKETS, op.f("ck_ticket_ticket_kind")), nullable=False),
        _account(null=True), sa.Column("payload", school.db.Json, nullable=False), _moment("expires_at"),
        _of_account("ticket"), sa.PrimaryKeyConstraint("digest", name=op.f("pk_ticket")),
    )
    op.create_index(op.f("ix_ticket_account_id"), "ticket", ["account_id"])
    op.create_index(op.f("ix_ticket_expires_at"), "ticket", ["expires_at"])


def _make_invitations() -> None:
    op.create_table(
        "invitation", sa.Column("school_id", sa.Integer(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False), sa.Column("role", _one_of(_ROLES, op.f("ck_invitation_role")), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False), sa.Column("made_by", sa.Uuid(), nullable=True), _moment("made_at"),
        _moment("expires_at"), _moment("void_at", null=True), _moment("used_at", null=True), _account(null=True),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_invitation_school_id")),
        sa.ForeignKeyConstraint(["school_id", "person_id"], ["person.school_id", "person.id"], name=op.f("fk_invitation_school_id_person_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_invitation")), sa.UniqueConstraint("digest", name=op.f("uq_invitation_digest")),
    )
    op.create_index("uq_invitation_open", "invitation", ["school_id", "person_id", "role"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)


def _make_factors() -> None:
    op.create_table(
        "totp", _account(), sa.Column("secret", sa.LargeBinary(length=400), nullable=False), _moment("made_at"), _moment("confirmed_at", null=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False), _of_account("totp"), sa.PrimaryKeyConstraint("account_id", name=op.f("pk_totp")),
    )
    op.create_table(
        "recovery_code", _account(), sa.Column("digest", sa.LargeBinary(length=32), nullable=False), _of_account("recovery_code"),
        sa.PrimaryKeyConstraint("account_id", "digest", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "passkey", sa.Column("id", sa.Uuid(), nullable=False), _account(), sa.Column("credential", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=2000), nullable=False), sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False), _moment("made_at"), _moment("used_at", null=True), _of_account("passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")), sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"])
    op.create_table(
        "outside_identity", sa.Column("issuer", sa.String(length=300), nullable=False), sa.Column("subject", sa.String(length=255), nullable=False),
        _account(), _moment("made_at"), _of_account("outside_identity"), sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_outside_identity")),
    )
    op.create_index(op.f("ix_outside_identity_account_id"), "outside_identity", ["account_id"])
