"""Who read or changed which child's record, for good; and how much of the feed has been removed for its age."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment

revision = "0006"
down_revision = "0005"

_AREAS = ("account", "people", "diary", "meals", "access", "devices", "record")
_ACTIONS = ("read", "changed", "exported", "erased")
_ROLES = ("guardian", "pupil", "teacher", "canteen", "guard", "office", "head", "district")


def _one_of(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    for table in ("tap", "passage"):
        op.create_index(op.f(f"ix_{table}_received_at"), table, ["received_at"])
    op.add_column("feed_head", sa.Column("floor", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "record",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("area", _one_of(_AREAS, op.f("ck_record_area")), nullable=False),
        sa.Column("action", _one_of(_ACTIONS, op.f("ck_record_record_action")), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("role", _one_of(_ROLES, op.f("ck_record_role")), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_record_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_record")),
    )
    op.create_index(op.f("ix_record_at"), "record", ["at"])
    op.create_index(op.f("ix_record_school_id_person_id_on_date"), "record", ["school_id", "person_id", "on_date"])
    if op.get_bind().dialect.name == "postgresql":
        _keep_on_postgresql()
    else:
        _keep_on_sqlite()


def _keep_on_postgresql() -> None:
    op.execute("""
        CREATE FUNCTION record_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'the record is only added to' USING ERRCODE = 'restrict_violation';
        END $$""")
    op.execute("CREATE TRIGGER record_is_kept BEFORE UPDATE OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION record_is_kept()")
    op.execute("CREATE TRIGGER record_is_not_emptied BEFORE TRUNCATE ON record FOR EACH STATEMENT EXECUTE FUNCTION record_is_kept()")


def _keep_on_sqlite() -> None:
    op.execute("CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END")
    op.execute("""
        CREATE TRIGGER record_is_kept BEFORE DELETE ON record WHEN OLD.at >= strftime('%Y-%m-%d %H:%M:%f', 'now', '-365 days')
        BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END""")
