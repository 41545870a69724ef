"""The school year: holidays, timetables of classes with their slots, terms that the office makes, and what finds a lesson that is taken away."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, as_role, in_school, make_policies, protect

revision = "0019"
down_revision = "0018"

_ADMINISTRATION = as_role("office", "head")
TABLES = {
    "holiday": Rows(read=in_school(), add=_ADMINISTRATION, change=_ADMINISTRATION, changing=("withdrawn_at",)),
    "timetable": Rows(read=_ADMINISTRATION, add=_ADMINISTRATION),
    "timetable_slot": Rows(read=_ADMINISTRATION, add=_ADMINISTRATION),
}
ANEW = {
    # Its days are the service's to change: lessons may have to go.
    "term": Rows(read=in_school(), add=_ADMINISTRATION, change=_ADMINISTRATION, changing=("name",)),
    "bell": Rows(read=in_school(), add=_ADMINISTRATION, change=_ADMINISTRATION, changing=("starts_at", "ends_at")),
}
INDEXES = (("substitution", "merged_with_id"), ("substitution", "old_merged_with_id"), ("remark", "lesson_id"), ("late_arrival", "lesson_id"))
"""By which a lesson that goes is known to be in nobody's way: without them each would be looked for in all rows of the school."""

_POLICIES = "SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = :table"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    _make_tables()
    for table, column in INDEXES:
        op.create_index(op.f(f"ix_{table}_school_id_{column}"), table, ["school_id", column])
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, rows in TABLES.items():
        protect(table, rows)
    for table, rows in ANEW.items():
        for policy in op.get_bind().scalars(sa.text(_POLICIES), {"table": table}).all():
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"GRANT INSERT, UPDATE ({', '.join(rows.changing)}) ON {table} TO school_viewer")
        make_policies(table, rows)


def _key(table: str, column: str, to: str, id_: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["school_id", column], [f"{to}.school_id", f"{to}.{id_}"], name=op.f(f"fk_{table}_school_id_{column}"))


def _tenant(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("school_id", sa.Integer(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f(f"fk_{table}_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f(f"pk_{table}")),
    )


def _make_tables() -> None:
    op.create_table(
        "holiday", *_tenant("holiday"),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_holiday_dates")),
    )
    op.create_index(op.f("ix_holiday_school_id_ends_on"), "holiday", ["school_id", "ends_on"])
    op.create_table(
        "timetable", *_tenant("timetable"),
        sa.Column("class_group_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        _key("timetable", "class_group_id", "class_group"), _key("timetable", "by", "person"),
    )
    op.create_index(op.f("ix_timetable_school_id_class_group_id_starts_on"), "timetable", ["school_id", "class_group_id", "starts_on"])
    op.create_table(
        "timetable_slot",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("timetable_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("bell", sa.SmallInteger(), nullable=False),
        sa.Column("room", sa.String(length=20), nullable=True),
        sa.Column("weeks", sa.Enum("every", "odd", "even", name="weeks", native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_timetable_slot_weekday")),
        _key("timetable_slot", "timetable_id", "timetable"), _key("timetable_slot", "course_id", "course"), _key("timetable_slot", "bell", "bell", "number"),
        sa.PrimaryKeyConstraint("school_id", "timetable_id", "number", name=op.f("pk_timetable_slot")),
    )
