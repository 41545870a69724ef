"""Substitutions: lessons that differ from the timetable, who changed them, when, how and why. The office and the head change lessons."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, as_role, in_school, make_policies, protect

revision = "0013"
down_revision = "0014"

_ADMINISTRATION = as_role("office", "head")
CHANGING = ("substitute_id", "merged_with_id", "on_date", "bell", "room", "planned_on", "planned_bell", "planned_room", "revision", "cancelled_at")
TABLES = {"substitution": Rows(read=_ADMINISTRATION, add=_ADMINISTRATION)}
ANEW = {
    # Which of the columns a role changes is the verbs' to mind: a policy knows rows.
    "lesson": Rows(
        read=as_role("teacher", "office", "head", "guardian", "pupil"), change=as_role("teacher", "office", "head"), changing=("topic", *CHANGING)),
    # Who changes lessons locks the school's terms meanwhile: one at a time.
    "term": Rows(read=in_school(), change=_ADMINISTRATION, changing=("name",)),
}

_POLICIES = "SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = :table"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    _grow_lessons()
    _make_substitutions()
    if op.get_bind().dialect.name == "postgresql":
        for table, rows in TABLES.items():
            protect(table, rows)
        for table, rows in ANEW.items():
            for policy in op.get_bind().scalars(sa.text(_POLICIES), {"table": table}).all():
                op.execute(f"DROP POLICY {policy} ON {table}")
            op.execute(f"GRANT UPDATE ({', '.join(rows.changing)}) ON {table} TO school_viewer")
            make_policies(table, rows)


def _grow_lessons() -> None:
    with op.batch_alter_table("lesson") as batch:
        batch.add_column(sa.Column("substitute_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("merged_with_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("planned_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("planned_bell", sa.SmallInteger(), nullable=True))
        batch.add_column(sa.Column("planned_room", sa.String(length=20), nullable=True))
        batch.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        batch.create_foreign_key(batch.f("fk_lesson_school_id_substitute_id"), "staff", ["school_id", "substitute_id"], ["school_id", "id"])
        batch.create_foreign_key(batch.f("fk_lesson_school_id_merged_with_id"), "lesson", ["school_id", "merged_with_id"], ["school_id", "id"])
        batch.create_foreign_key(batch.f("fk_lesson_school_id_planned_bell"), "bell", ["school_id", "planned_bell"], ["school_id", "number"])
        batch.create_check_constraint(
            batch.f("ck_lesson_plan"), "(planned_on IS NULL) = (revision = 0) AND (planned_bell IS NULL) = (revision = 0)")
    for columns in (("on_date", "bell"), ("planned_on",), ("substitute_id",), ("merged_with_id",)):
        op.create_index(op.f(f"ix_lesson_school_id_{'_'.join(columns)}"), "lesson", ["school_id", *columns])


def _key(column: str, table: str, id_: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["school_id", column], [f"{table}.school_id", f"{table}.{id_}"], name=op.f(f"fk_substitution_school_id_{column}"))


def _make_substitutions() -> None:
    op.create_table(
        "substitution",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(column for old in ("old_", "") for column in (
            sa.Column(f"{old}cancelled", sa.Boolean(), nullable=False), sa.Column(f"{old}teacher_id", sa.Uuid(), nullable=False),
            sa.Column(f"{old}on_date", sa.Date(), nullable=False), sa.Column(f"{old}bell", sa.SmallInteger(), nullable=False),
            sa.Column(f"{old}room", sa.String(length=20), nullable=True), sa.Column(f"{old}merged_with_id", sa.Uuid(), nullable=True))),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_substitution_revision")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_substitution_school_id")),
        _key("lesson_id", "lesson"), _key("old_teacher_id", "staff"), _key("teacher_id", "staff"), _key("by", "person"),
        _key("old_bell", "bell", "number"), _key("bell", "bell", "number"), _key("old_merged_with_id", "lesson"), _key("merged_with_id", "lesson"),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_substitution")),
        sa.UniqueConstraint("school_id", "lesson_id", "revision", name=op.f("uq_substitution_school_id_lesson_id_revision")),
    )
    for columns in (("on_date",), ("old_on_date",)):
        op.create_index(op.f(f"ix_substitution_school_id_{'_'.join(columns)}"), "substitution", ["school_id", *columns])
