"""People are found by the beginning of their name: its sorting key compares by code point whatever the database's collation, and has an index."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """SQLite compares so anyway."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("person", "sort_key", type_=sa.String(300, collation="C"))
    op.create_index(op.f("ix_person_school_id_sort_key"), "person", ["school_id", "sort_key"])
