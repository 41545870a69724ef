"""Groups within classes: who is in which, from when until when; courses and lessons of a group instead of the whole class."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, as_role, child, either, make_policies, protect, with_row

revision = "0023"
down_revision = "0022"

_ADMINISTRATION = as_role("office", "head")
_DIARY, _TEACHER, _FAMILY = as_role("teacher", "office", "head"), as_role("teacher"), as_role("guardian", "pupil")
TABLES = {
    "group_member": Rows(
        read=either(_DIARY, child("pupil_id", "diary")), add=_ADMINISTRATION, change=_ADMINISTRATION, changing=("until",)),
    "pupil_group": Rows(
        read=either(_DIARY, with_row("group_member", "group_id", "id", "pupil_group")), add=_ADMINISTRATION, change=_ADMINISTRATION,
        changing=("name", "closed_at")),
}
ANEW = {
    # What a group has is no business of the families whose children are not in it.
    "lesson": Rows(
        read=either(_DIARY, f"({_FAMILY} AND pupil_group_id IS NULL)", with_row("group_member", "group_id", "pupil_group_id", "lesson")), change=_DIARY),
    "homework": Rows(
        read=either(
            _DIARY, f"({_FAMILY} AND NOT for_some AND {with_row('lesson', 'id', 'due_lesson_id', 'homework')})",
            with_row("homework_for", "homework_id", "id", "homework")),
        add=_TEACHER, change=_TEACHER),
}
_CLASS = ["school_id", "class_group_id", "subject_id", "teacher_id"]
_WHOLE, _PART = sa.text("pupil_group_id IS NULL"), sa.text("pupil_group_id IS NOT NULL")
_POLICIES = "SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = :table"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    _make_tables()
    with op.batch_alter_table("course") as course:
        course.drop_constraint(op.f("uq_course_school_id_class_group_id_subject_id_teacher_id"), type_="unique")
        course.add_column(sa.Column("pupil_group_id", sa.Uuid(), nullable=True))
        course.create_foreign_key(op.f("fk_course_school_id_pupil_group_id"), "pupil_group", ["school_id", "pupil_group_id"], ["school_id", "id"])
    op.create_index("uq_course_of_class", "course", _CLASS, unique=True, sqlite_where=_WHOLE, postgresql_where=_WHOLE)
    op.create_index("uq_course_of_group", "course", [*_CLASS, "pupil_group_id"], unique=True, sqlite_where=_PART, postgresql_where=_PART)
    with op.batch_alter_table("lesson", copy_from=_lesson()) as lesson:
        lesson.add_column(sa.Column("pupil_group_id", sa.Uuid(), nullable=True))
        lesson.create_foreign_key(op.f("fk_lesson_school_id_pupil_group_id"), "pupil_group", ["school_id", "pupil_group_id"], ["school_id", "id"])
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, rows in TABLES.items():
        protect(table, rows)
    for table, rows in ANEW.items():
        for policy in op.get_bind().scalars(sa.text(_POLICIES), {"table": table}).all():
            op.execute(f"DROP POLICY {policy} ON {table}")
        make_policies(table, rows)


def _make_tables() -> None:
    op.create_table(
        "pupil_group",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_group_id", sa.Uuid(), nullable=False),
        sa.Column("division", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("closed_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_pupil_group_school_id")),
        sa.ForeignKeyConstraint(
            ["school_id", "class_group_id"], ["class_group.school_id", "class_group.id"], name=op.f("fk_pupil_group_school_id_class_group_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_pupil_group")),
        sa.UniqueConstraint(
            "school_id", "class_group_id", "division", "name", name=op.f("uq_pupil_group_school_id_class_group_id_division_name")),
    )
    op.create_table(
        "group_member",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until >= since", name=op.f("ck_group_member_days")),
        sa.ForeignKeyConstraint(["school_id", "group_id"], ["pupil_group.school_id", "pupil_group.id"], name=op.f("fk_group_member_school_id_group_id")),
        sa.ForeignKeyConstraint(["school_id", "pupil_id"], ["pupil.school_id", "pupil.id"], name=op.f("fk_group_member_school_id_pupil_id")),
        sa.PrimaryKeyConstraint("school_id", "group_id", "pupil_id", "since", name=op.f("pk_group_member")),
    )
    op.create_index(op.f("ix_group_member_school_id_pupil_id"), "group_member", ["school_id", "pupil_id"])


def _lesson() -> sa.Table:
    """The table as it was, for SQLite, which writes it anew: it tells nobody of its checks."""
    keys = (
        ("course_id", "course", "id"), ("class_group_id", "class_group", "id"), ("bell", "bell", "number"), ("substitute_id", "staff", "id"),
        ("merged_with_id", "lesson", "id"), ("planned_bell", "bell", "number"))
    return sa.Table(
        "lesson", sa.MetaData(),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("class_group_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("bell", sa.SmallInteger(), nullable=False),
        sa.Column("room", sa.String(length=20), nullable=True),
        sa.Column("topic", sa.String(length=200), nullable=True),
        sa.Column("cancelled_at", Moment(timezone=True), nullable=True),
        sa.Column("substitute_id", sa.Uuid(), nullable=True),
        sa.Column("merged_with_id", sa.Uuid(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("planned_bell", sa.SmallInteger(), nullable=True),
        sa.Column("planned_room", sa.String(length=20), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="0"),
        sa.CheckConstraint("(planned_on IS NULL) = (revision = 0) AND (planned_bell IS NULL) = (revision = 0)", name=op.f("ck_lesson_plan")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_lesson_school_id")),
        *(sa.ForeignKeyConstraint(["school_id", column], [f"{table}.school_id", f"{table}.{id_}"], name=op.f(f"fk_lesson_school_id_{column}"))
          for column, table, id_ in keys),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_lesson")),
        *(sa.Index(op.f(f"ix_lesson_school_id_{'_'.join(columns)}"), "school_id", *columns) for columns in (
            ("class_group_id", "on_date", "bell"), ("course_id", "on_date"), ("on_date", "bell"), ("planned_on",), ("substitute_id",), ("merged_with_id",))),
    )
