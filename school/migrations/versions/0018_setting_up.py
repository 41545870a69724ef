"""A school is set up by its office: people, classes, subjects and courses are added, and pupils move between classes."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, as_role, child, either, in_school, make_policies, own, protect, with_row

revision = "0018"
down_revision = "0016"

_STAFF = as_role("teacher", "canteen", "guard", "office", "head")
_ADMINISTRATION, _OFFICE = as_role("office", "head"), as_role("office")
TABLES = {"former_class": Rows(read=either(_STAFF, child("pupil_id")), add=_ADMINISTRATION)}
ANEW = {
    "person": Rows(
        read=either(_STAFF, own("id"), child("id"), with_row("staff", "id", "id", "person")), add=_ADMINISTRATION, change=_OFFICE, changing=("sort_key",)),
    "staff": Rows(read=in_school(), add=_ADMINISTRATION, change=_OFFICE, changing=("left_on",)),
    "pupil": Rows(
        read=either(_STAFF, child("id")), add=_ADMINISTRATION, change=_ADMINISTRATION, changing=("left_on", "class_group_id", "enrolled_on")),
    "class_group": Rows(read=in_school(), add=_ADMINISTRATION, change=_ADMINISTRATION, changing=("teacher_id",)),
    "subject": Rows(read=in_school(), add=_ADMINISTRATION, change=_ADMINISTRATION, changing=("name", "retired_at")),
    "course": Rows(read=in_school(), add=_ADMINISTRATION, change=_ADMINISTRATION, changing=("teacher_id", "closed_at")),
}
_POLICIES = "SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = :table"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_index("uq_person_id", "person", ["id"], unique=True)  # clients make them from now on: no school takes another's
    op.add_column("subject", sa.Column("retired_at", Moment(timezone=True), nullable=True))
    op.add_column("course", sa.Column("closed_at", Moment(timezone=True), nullable=True))
    op.create_table(
        "former_class",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("class_group_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("since < until", name=op.f("ck_former_class_days")),
        sa.ForeignKeyConstraint(["school_id", "pupil_id"], ["pupil.school_id", "pupil.id"], name=op.f("fk_former_class_school_id_pupil_id")),
        sa.ForeignKeyConstraint(
            ["school_id", "class_group_id"], ["class_group.school_id", "class_group.id"], name=op.f("fk_former_class_school_id_class_group_id")),
        sa.PrimaryKeyConstraint("school_id", "pupil_id", "since", name=op.f("pk_former_class")),
    )
    op.create_index(op.f("ix_former_class_school_id_class_group_id"), "former_class", ["school_id", "class_group_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table, rows in TABLES.items():
            protect(table, rows)
        for table, rows in ANEW.items():
            for policy in op.get_bind().scalars(sa.text(_POLICIES), {"table": table}).all():
                op.execute(f"DROP POLICY {policy} ON {table}")
            op.execute(f"GRANT INSERT ON {table} TO school_viewer")
            if rows.changing:
                op.execute(f"GRANT UPDATE ({', '.join(rows.changing)}) ON {table} TO school_viewer")
            make_policies(table, rows)
