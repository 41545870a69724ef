"""Marks of terms, and terms that are closed."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, as_role, child, either, protect

revision = "0017"
down_revision = "0012"

_ADMINISTRATION, _TEACHER, _STAFF = as_role("office", "head"), as_role("teacher"), as_role("teacher", "office", "head")
_READ = either(_STAFF, child("pupil_id", "diary"))
TABLES = {
    "term_mark": Rows(
        read=_READ, add=_TEACHER, change=_TEACHER,
        changing=("value", "comment", "average_numerator", "average_denominator", "revision", "decided_by", "decided_at")),
    "term_mark_revision": Rows(read=_READ, add=_TEACHER),
    "term_closing": Rows(read=as_role("teacher", "office", "head", "guardian", "pupil"), add=_ADMINISTRATION),
    "term_opening": Rows(read=_STAFF, add=_ADMINISTRATION),
}


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["school_id", column], [f"{to}.school_id", f"{to}.id"], name=op.f(f"fk_{table}_school_id_{column}"))


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    kind = sa.Enum("term", "year", name="term_kind", native_enum=False, create_constraint=True, length=24)
    with op.batch_alter_table("term") as term:
        term.add_column(sa.Column("kind", kind, nullable=False, server_default="term"))
    op.create_table(
        "term_mark",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.SmallInteger(), nullable=True),
        sa.Column("comment", sa.String(length=500), nullable=True),
        sa.Column("average_numerator", sa.BigInteger(), nullable=True),
        sa.Column("average_denominator", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("(average_numerator IS NULL) = (average_denominator IS NULL)", name=op.f("ck_term_mark_average")),
        *(_key("term_mark", *key) for key in (("term_id", "term"), ("course_id", "course"), ("pupil_id", "pupil"), ("decided_by", "person"))),
        sa.PrimaryKeyConstraint("school_id", "term_id", "course_id", "pupil_id", name=op.f("pk_term_mark")),
    )
    op.create_index(op.f("ix_term_mark_school_id_pupil_id_term_id"), "term_mark", ["school_id", "pupil_id", "term_id"])
    op.create_index(op.f("ix_term_mark_school_id_course_id_term_id"), "term_mark", ["school_id", "course_id", "term_id"])
    op.create_table(
        "term_mark_revision",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("value", sa.SmallInteger(), nullable=True),
        sa.Column("comment", sa.String(length=500), nullable=True),
        sa.Column("average_numerator", sa.BigInteger(), nullable=True),
        sa.Column("average_denominator", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "term_id", "course_id", "pupil_id"],
            ["term_mark.school_id", "term_mark.term_id", "term_mark.course_id", "term_mark.pupil_id"], name="fk_term_mark_revision_term_mark"),
        _key("term_mark_revision", "by", "person"),
        sa.PrimaryKeyConstraint("school_id", "term_id", "course_id", "pupil_id", "revision", name=op.f("pk_term_mark_revision")),
    )
    op.create_table(
        "term_closing",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        _key("term_closing", "id", "term"), _key("term_closing", "by", "person"),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_term_closing")),
    )
    op.create_table(
        "term_opening",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("until", Moment(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_term_opening_school_id")),
        *(_key("term_opening", *key) for key in (("term_id", "term"), ("course_id", "course"), ("by", "person"))),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_term_opening")),
    )
    op.create_index(op.f("ix_term_opening_school_id_term_id"), "term_opening", ["school_id", "term_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table, rows in TABLES.items():
            protect(table, rows)
