"""School years: classes are of one year, and their names may be had again by those of the next."""

import sqlalchemy as sa
from alembic import op

from school.db import Json, Moment
from school.migrations.policies import Rows, as_role, protect

revision = "0025"
down_revision = "0024"

_OPEN = sa.text("closed_on IS NULL")


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    with op.batch_alter_table("class_group") as group:
        group.add_column(sa.Column("opened_on", sa.Date(), nullable=True))
        group.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        group.drop_constraint(op.f("uq_class_group_school_id_grade_letter"), type_="unique")
    op.create_index(
        "uq_class_group_open", "class_group", ["school_id", "grade", "letter"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "school_year",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("last_grade", sa.SmallInteger(), nullable=False),
        sa.Column("new_classes", Json, nullable=False),
        sa.Column("with_courses", sa.Boolean(), nullable=False),
        sa.Column("classes", sa.Integer(), nullable=False),
        sa.Column("pupils", sa.Integer(), nullable=False),
        sa.Column("leavers", sa.Integer(), nullable=False),
        sa.Column("courses", sa.Integer(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_year_school_id")),
        sa.ForeignKeyConstraint(["school_id", "by"], ["person.school_id", "person.id"], name=op.f("fk_school_year_school_id_by")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_school_year")),
    )
    op.create_index(op.f("ix_school_year_school_id_starts_on"), "school_year", ["school_id", "starts_on"])
    if op.get_bind().dialect.name == "postgresql":
        protect("school_year", Rows(read=as_role("office", "head")))  # the service makes it: with it change classes, pupils and courses
