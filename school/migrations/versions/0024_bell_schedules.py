"""Bell schedules: other hours for classes of another building, and for some days. Lessons name the schedule whose bell they have; none is the regular one."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, in_school, protect

revision = "0024"
down_revision = "0023"

TABLES = {table: Rows(read=in_school()) for table in ("bell_schedule", "schedule_bell", "bell_day")}
"""The service alone changes them: the hours of lessons change with them."""


def upgrade() -> None:
    """Forward; there is no way back but a backup. Whatever is there has regular bells."""
    _make_tables()
    with op.batch_alter_table("class_group") as batch:
        batch.add_column(sa.Column("bell_schedule_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            batch.f("fk_class_group_school_id_bell_schedule_id"), "bell_schedule", ["school_id", "bell_schedule_id"], ["school_id", "id"])
    with op.batch_alter_table("lesson") as batch:
        batch.add_column(sa.Column("schedule_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("planned_schedule_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("retimed", sa.Integer(), nullable=False, server_default="0"))
        for before in ("", "planned_"):
            columns = ["school_id", f"{before}schedule_id", f"{before}bell"]
            batch.create_foreign_key(batch.f(f"fk_lesson_{'_'.join(columns)}"), "schedule_bell", columns, ["school_id", "schedule_id", "number"])
    if op.get_bind().dialect.name == "postgresql":
        for table, rows in TABLES.items():
            protect(table, rows)
        op.execute("GRANT UPDATE (schedule_id, planned_schedule_id) ON lesson TO school_viewer")  # whoever moves a lesson to another day


def _key(table: str, column: str, to: str = "bell_schedule") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["school_id", column], [f"{to}.school_id", f"{to}.id"], name=op.f(f"fk_{table}_school_id_{column}"))


def _tenant(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("school_id", sa.Integer(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f(f"fk_{table}_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f(f"pk_{table}")),
    )


def _make_tables() -> None:
    op.create_table(
        "bell_schedule", *_tenant("bell_schedule"),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("closed_at", Moment(timezone=True), nullable=True),
    )
    op.create_table(
        "schedule_bell",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        _key("schedule_bell", "schedule_id"),
        sa.ForeignKeyConstraint(["school_id", "number"], ["bell.school_id", "bell.number"], name=op.f("fk_schedule_bell_school_id_number")),
        sa.PrimaryKeyConstraint("school_id", "schedule_id", "number", name=op.f("pk_schedule_bell")),
    )
    op.create_table(
        "bell_day", *_tenant("bell_day"),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("usual_id", sa.Uuid(), nullable=True),
        sa.Column("schedule_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        _key("bell_day", "usual_id"), _key("bell_day", "schedule_id"),
    )
    for name, columns, more in (("usual", ("on_date", "usual_id"), ""), ("regular", ("on_date",), " AND usual_id IS NULL")):
        stands = sa.text(f"withdrawn_at IS NULL{more}")
        op.create_index(op.f(f"uq_bell_day_{name}"), "bell_day", ["school_id", *columns], unique=True, sqlite_where=stands, postgresql_where=stands)
