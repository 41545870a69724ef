"""Several grading scales side by side: words for grades, scales that make no average, what a mark is on another scale; marks of a second try; own kinds of work."""

import sqlalchemy as sa
from alembic import op

from school.db import Json, Moment
from school.migrations.policies import Rows, as_role, make_policies, protect

revision = "0020"
down_revision = "0019"

_SCHOOL, _TIMETABLE = as_role("office", "head"), as_role("teacher", "office", "head", "guardian", "pupil")
_RETAKE = sa.text("retake_of IS NOT NULL")
_IN_USE = sa.text("retired_at IS NULL")
_ACTIONS = ("given", "corrected", "withdrawn")
_WORKS = ("answer", "classwork", "homework", "test", "exam")
OLD_TABLES = {
    "grading_scale": Rows(read=_TIMETABLE, add=_SCHOOL),
    "course_scale": Rows(read=_TIMETABLE, add=_SCHOOL, change=_SCHOOL, changing=("scale_id",)),
}
TABLES = {
    "scale_conversion": Rows(read=_TIMETABLE, add=_SCHOOL, change=_SCHOOL, changing=("to_scale_id", "steps")),
    "own_work": Rows(read=_TIMETABLE, add=_SCHOOL, change=_SCHOOL, changing=("name", "weight", "retired_at")),
}


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.add_column("grading_scale", sa.Column("counts", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("grading_scale", sa.Column("labels", Json, nullable=False, server_default=sa.text("'[]'")))
    op.create_index("uq_course_scale_school_id_id_scale_id", "course_scale", ["school_id", "id", "scale_id"], unique=True)
    op.create_table(
        "scale_conversion",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("to_scale_id", sa.Uuid(), nullable=False),
        sa.Column("steps", Json, nullable=False),
        sa.ForeignKeyConstraint(["school_id", "id"], ["grading_scale.school_id", "grading_scale.id"], name=op.f("fk_scale_conversion_school_id_id")),
        sa.ForeignKeyConstraint(
            ["school_id", "to_scale_id"], ["grading_scale.school_id", "grading_scale.id"], name=op.f("fk_scale_conversion_school_id_to_scale_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_scale_conversion")),
    )
    _make_works()
    with op.batch_alter_table("mark_revision", copy_from=_mark_revision()) as history:
        history.add_column(sa.Column("work_id", sa.Uuid(), nullable=True))
        history.create_foreign_key(op.f("fk_mark_revision_school_id_work_id"), "own_work", ["school_id", "work_id"], ["school_id", "id"])
    with op.batch_alter_table("mark", copy_from=_mark()) as mark:
        mark.add_column(sa.Column("scale_id", sa.Uuid(), nullable=True))
        mark.add_column(sa.Column("retake_of", sa.Uuid(), nullable=True))
        mark.add_column(sa.Column("replaces", sa.Boolean(), nullable=False, server_default=sa.false()))
        mark.create_foreign_key("fk_mark_course_scale", "course_scale", ["school_id", "course_id", "scale_id"], ["school_id", "id", "scale_id"])
        mark.add_column(sa.Column("work_id", sa.Uuid(), nullable=True))
        mark.create_foreign_key(op.f("fk_mark_school_id_work_id"), "own_work", ["school_id", "work_id"], ["school_id", "id"])
        mark.create_foreign_key(op.f("fk_mark_school_id_retake_of"), "mark", ["school_id", "retake_of"], ["school_id", "id"])
        mark.create_check_constraint(op.f("ck_mark_retake"), "retake_of IS NOT NULL OR NOT replaces")
    op.create_index(op.f("ix_mark_school_id_retake_of"), "mark", ["school_id", "retake_of"], sqlite_where=_RETAKE, postgresql_where=_RETAKE)
    if op.get_bind().dialect.name == "postgresql":
        _protect()


def _protect() -> None:
    for table, rows in OLD_TABLES.items():
        for policy in ("service_does_all", "viewer_stays_within", "viewer_reads"):
            op.execute(f"DROP POLICY {policy} ON {table}")
        make_policies(table, rows)
        op.execute(f"GRANT INSERT ON {table} TO school_viewer")
    op.execute("GRANT UPDATE (scale_id) ON course_scale TO school_viewer")
    op.execute("GRANT UPDATE (work_id) ON mark TO school_viewer")
    for table, rows in TABLES.items():
        protect(table, rows)


def _make_works() -> None:
    op.create_table(
        "own_work",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("work", sa.Enum(*_WORKS, name="work_kind", native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("retired_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("weight BETWEEN 1 AND 10", name=op.f("ck_own_work_weight")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_own_work_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_own_work")),
    )
    op.create_index("uq_own_work_name", "own_work", ["school_id", "name"], unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE)


def _mark_revision() -> sa.Table:
    return sa.Table(
        "mark_revision", sa.MetaData(),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("mark_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.Enum(
            *_ACTIONS, name=op.f("ck_mark_revision_mark_action"), native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("value", sa.SmallInteger(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("work", sa.Enum(*_WORKS, name=op.f("ck_mark_revision_work_kind"), native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id", "by"], ["person.school_id", "person.id"], name=op.f("fk_mark_revision_school_id_by")),
        sa.ForeignKeyConstraint(["school_id", "mark_id"], ["mark.school_id", "mark.id"], name=op.f("fk_mark_revision_school_id_mark_id")),
        sa.PrimaryKeyConstraint("school_id", "mark_id", "revision", name=op.f("pk_mark_revision")),
    )


def _mark() -> sa.Table:
    """The table as it was, for SQLite, which writes it anew: it tells nobody of its checks."""
    return sa.Table(
        "mark", sa.MetaData(),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.SmallInteger(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("work", sa.Enum(*_WORKS, name=op.f("ck_mark_work_kind"), native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", Moment(timezone=True), nullable=False),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("weight BETWEEN 1 AND 10", name=op.f("ck_mark_weight")),
        sa.ForeignKeyConstraint(["school_id", "course_id"], ["course.school_id", "course.id"], name=op.f("fk_mark_school_id_course_id")),
        sa.ForeignKeyConstraint(["school_id", "given_by"], ["person.school_id", "person.id"], name=op.f("fk_mark_school_id_given_by")),
        sa.ForeignKeyConstraint(["school_id", "lesson_id"], ["lesson.school_id", "lesson.id"], name=op.f("fk_mark_school_id_lesson_id")),
        sa.ForeignKeyConstraint(["school_id", "pupil_id"], ["pupil.school_id", "pupil.id"], name=op.f("fk_mark_school_id_pupil_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_mark_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_mark")),
        sa.Index(op.f("ix_mark_school_id_course_id_pupil_id"), "school_id", "course_id", "pupil_id"),
        sa.Index(op.f("ix_mark_school_id_lesson_id"), "school_id", "lesson_id"),
        sa.Index(op.f("ix_mark_school_id_pupil_id_given_at"), "school_id", "pupil_id", "given_at"),
    )
