"""Files: materials of homework, work that is handed in, documents of absence."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, as_role, either, own, protect, with_row

revision = "0021"
down_revision = "0020"

_KINDS = ("pdf", "jpeg", "png", "webp", "docx", "xlsx", "pptx", "odt", "text")
_PARENTS = {"homework_id": "homework", "submission_id": "homework_submission", "notice_id": "absence_notice"}
# Whoever may read what a file hangs on may read the file; until it hangs on something it is nobody's but its own.
FILES = Rows(
    read=either(own("by"), *(with_row(table, "id", column, "stored_file") for column, table in _PARENTS.items())),
    add=own("by"), change=either(own("by"), f"({as_role('teacher')} AND homework_id IS NOT NULL)"),
    changing=("name", "kind", "place", "digest", "sent", "kept_size", "homework_id", "submission_id", "notice_id", "pupil_id", "removed_at"))


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "stored_file",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("kind", sa.Enum(*_KINDS, name="file_kind", native_enum=False, create_constraint=True, length=24), nullable=True),
        sa.Column("place", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sent", sa.LargeBinary(length=32), nullable=True),
        sa.Column("kept_size", sa.Integer(), nullable=True),
        sa.Column("homework_id", sa.Uuid(), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("pupil_id", sa.Uuid(), nullable=True),
        sa.Column("removed_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(homework_id IS NULL OR submission_id IS NULL) AND (homework_id IS NULL OR notice_id IS NULL) "
            "AND (submission_id IS NULL OR notice_id IS NULL)", name=op.f("ck_stored_file_one_thing")),
        sa.CheckConstraint(
            "(kind IS NULL) = (sent IS NULL) AND (kind IS NULL) = (digest IS NULL) AND (kind IS NULL) = (kept_size IS NULL)",
            name=op.f("ck_stored_file_whole")),
        sa.CheckConstraint("kind IS NULL OR (place IS NULL) = (removed_at IS NOT NULL)", name=op.f("ck_stored_file_kept")),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_file_size")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_stored_file_school_id")),
        sa.ForeignKeyConstraint(["school_id", "by"], ["person.school_id", "person.id"], name=op.f("fk_stored_file_school_id_by")),
        sa.ForeignKeyConstraint(["school_id", "pupil_id"], ["pupil.school_id", "pupil.id"], name=op.f("fk_stored_file_school_id_pupil_id")),
        *(sa.ForeignKeyConstraint(
            ["school_id", column], [f"{table}.school_id", f"{table}.id"], name=op.f(f"fk_stored_file_school_id_{column}"), ondelete="CASCADE")
          for column, table in _PARENTS.items()),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("school_id", "place", name=op.f("uq_stored_file_school_id_place")),
    )
    op.create_index(op.f("ix_stored_file_school_id_by_made_at"), "stored_file", ["school_id", "by", "made_at"])
    for column in (*_PARENTS, "pupil_id"):
        op.create_index(op.f(f"ix_stored_file_school_id_{column}"), "stored_file", ["school_id", column])
    if op.get_bind().dialect.name == "postgresql":
        protect("stored_file", FILES)
