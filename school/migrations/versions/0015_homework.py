"""Homework for some pupils of a class, with minutes and links; who has done it, and handed in what; the hour until which it is set."""

import sqlalchemy as sa
from alembic import op

from school.db import Json, Moment
from school.migrations.policies import Rows, as_role, child, either, in_school, make_policies, protect, with_row

revision = "0015"
down_revision = "0017"

_DIARY, _TEACHER, _RULERS = as_role("teacher", "office", "head"), as_role("teacher"), as_role("office", "head")
_MINE = child("pupil_id", "diary")
TABLES = {
    "homework_for": Rows(read=either(_DIARY, _MINE), add=_TEACHER),
    "homework_done": Rows(read=either(_DIARY, _MINE), add=_MINE, change=_MINE, changing=("done", "by", "at")),
    "homework_submission": Rows(
        read=either(_DIARY, _MINE), add=_MINE, change=_TEACHER, changing=("state", "answer", "answered_by", "answered_at")),
    "homework_rule": Rows(read=in_school(), add=_RULERS, change=_RULERS, changing=("latest",)),
}
# What is set for some is no business of the other families.
HOMEWORK = Rows(
    read=either(_DIARY, f"({as_role('guardian', 'pupil')} AND NOT for_some)", with_row("homework_for", "homework_id", "id", "homework")),
    add=_TEACHER, change=_TEACHER)


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.add_column("homework", sa.Column("minutes", sa.SmallInteger(), nullable=True))
    op.add_column("homework", sa.Column("links", Json, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("homework", sa.Column("for_some", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("homework", sa.Column("revision", sa.Integer(), nullable=False, server_default=sa.text("1")))
    _make_tables()
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, rows in TABLES.items():
        protect(table, rows)
    for policy in ("service_does_all", "viewer_stays_within", "viewer_reads", "viewer_adds", "viewer_changes"):
        op.execute(f"DROP POLICY {policy} ON homework")
    make_policies("homework", HOMEWORK)
    op.execute("GRANT UPDATE (text, minutes, links, revision) ON homework TO school_viewer")


def _make_tables() -> None:
    op.create_table(
        "homework_for",
        *_of_a_pupil("homework_for"),
    )
    op.create_index(op.f("ix_homework_for_school_id_pupil_id"), "homework_for", ["school_id", "pupil_id"])
    op.create_table(
        "homework_done",
        *_of_a_pupil("homework_done"),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id", "by"], ["person.school_id", "person.id"], name=op.f("fk_homework_done_school_id_by")),
    )
    op.create_index(op.f("ix_homework_done_school_id_pupil_id"), "homework_done", ["school_id", "pupil_id"])
    op.create_table(
        "homework_submission",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("homework_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("state", sa.Enum(
            "submitted", "returned", "accepted", name="submission_state", native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'submitted') = (answered_at IS NULL)", name=op.f("ck_homework_submission_answered")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_homework_submission_school_id")),
        *(sa.ForeignKeyConstraint(
            ["school_id", column], [f"{table}.school_id", f"{table}.id"], name=op.f(f"fk_homework_submission_school_id_{column}"))
          for column, table in (("homework_id", "homework"), ("pupil_id", "pupil"), ("by", "person"), ("answered_by", "person"))),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_homework_submission")),
    )
    op.create_index(op.f("ix_homework_submission_school_id_homework_id_pupil_id"), "homework_submission", ["school_id", "homework_id", "pupil_id"])
    op.create_index(op.f("ix_homework_submission_school_id_pupil_id"), "homework_submission", ["school_id", "pupil_id"])
    op.create_table(
        "homework_rule",
        sa.Column("school_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("latest", sa.Time(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_homework_rule_school_id")),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_homework_rule")),
    )


def _of_a_pupil(table: str) -> list[sa.schema.SchemaItem]:
    """The key of a table by homework and pupil."""
    return [
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("homework_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["school_id", "homework_id"], ["homework.school_id", "homework.id"], name=op.f(f"fk_{table}_school_id_homework_id")),
        sa.ForeignKeyConstraint(["school_id", "pupil_id"], ["pupil.school_id", "pupil.id"], name=op.f(f"fk_{table}_school_id_pupil_id")),
        sa.PrimaryKeyConstraint("school_id", "homework_id", "pupil_id", name=op.f(f"pk_{table}")),
    ]
