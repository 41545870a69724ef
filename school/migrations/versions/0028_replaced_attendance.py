"""What registers said before: an entry that another replaces is kept."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, as_role, child, either, protect

revision = "0028"
down_revision = "0027"

_KINDS = ("present", "absent", "late", "excused")


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    kind = sa.Enum(*_KINDS, name="attendance_kind", native_enum=False, create_constraint=True, length=24)
    keys = (("lesson_id", "lesson"), ("pupil_id", "pupil"), ("by", "person"), ("reason_id", "absence_reason"))
    op.create_table(
        "replaced_attendance",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("minutes_late", sa.SmallInteger(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("reason_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_replaced_attendance_school_id")),
        *(sa.ForeignKeyConstraint(
            ["school_id", column], [f"{table}.school_id", f"{table}.id"], name=op.f(f"fk_replaced_attendance_school_id_{column}")) for column, table in keys),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_replaced_attendance")),
    )
    for columns in (("lesson_id", "pupil_id"), ("pupil_id",)):
        op.create_index(op.f(f"ix_replaced_attendance_school_id_{'_'.join(columns)}"), "replaced_attendance", ["school_id", *columns])
    if op.get_bind().dialect.name == "postgresql":
        protect("replaced_attendance", Rows(
            read=either(as_role("teacher", "office", "head"), child("pupil_id", "diary")), add=as_role("teacher", "office")))
