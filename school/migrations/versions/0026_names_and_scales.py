"""Names of persons are corrected, with what they were; grading scales are renamed and retired, and have a pass mark."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, as_role, make_policies, protect

revision = "0026"
down_revision = "0025"

_ADMINISTRATION, _OFFICE = as_role("office", "head"), as_role("office")
_SCALE = Rows(
    read=as_role("teacher", "office", "head", "guardian", "pupil"), add=_ADMINISTRATION, change=_ADMINISTRATION,
    changing=("name", "labels", "pass_mark", "retired_at"))
_POLICIES = "SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = 'grading_scale'"
_NAMES = ("family_name", "given_name", "patronymic")


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "name_change",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        *(sa.Column(f"{when}{name}", sa.String(length=80), nullable=name == "patronymic") for when in ("old_", "") for name in _NAMES),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_name_change_school_id")),
        sa.ForeignKeyConstraint(["school_id", "person_id"], ["person.school_id", "person.id"], name=op.f("fk_name_change_school_id_person_id")),
        sa.ForeignKeyConstraint(["school_id", "by"], ["person.school_id", "person.id"], name=op.f("fk_name_change_school_id_by")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_name_change")),
    )
    op.create_index(op.f("ix_name_change_school_id_person_id_at"), "name_change", ["school_id", "person_id", "at"])
    op.add_column("grading_scale", sa.Column("pass_mark", sa.SmallInteger(), nullable=True))
    op.add_column("grading_scale", sa.Column("retired_at", Moment(timezone=True), nullable=True))
    if op.get_bind().dialect.name != "postgresql":
        return
    protect("name_change", Rows(read=_ADMINISTRATION, add=_OFFICE))
    op.execute(f"GRANT UPDATE ({', '.join(_NAMES)}) ON person TO school_viewer")
    for policy in op.get_bind().scalars(sa.text(_POLICIES)).all():
        op.execute(f"DROP POLICY {policy} ON grading_scale")
    op.execute(f"GRANT UPDATE ({', '.join(_SCALE.changing)}) ON grading_scale TO school_viewer")
    make_policies("grading_scale", _SCALE)
