"""What homework said before it was corrected."""

import sqlalchemy as sa
from alembic import op

from school.db import Json, Moment
from school.migrations.policies import Rows, as_role, either, protect, with_row

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "homework_revision",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("homework_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=True),
        sa.Column("links", Json, nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        *(sa.ForeignKeyConstraint(
            ["school_id", column], [f"{table}.school_id", f"{table}.id"], name=op.f(f"fk_homework_revision_school_id_{column}"))
          for column, table in (("homework_id", "homework"), ("by", "person"))),
        sa.PrimaryKeyConstraint("school_id", "homework_id", "revision", name=op.f("pk_homework_revision")),
    )
    if op.get_bind().dialect.name == "postgresql":
        protect("homework_revision", Rows(
            read=either(as_role("teacher", "office", "head"), with_row("homework", "id", "homework_id", "homework_revision")), add=as_role("teacher")))
