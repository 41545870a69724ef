"""Photos of persons: who has one. The pictures themselves are in the store of files (ADR 16)."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, as_role, child, either, own, protect

revision = "0011"
down_revision = "0010"

_OFFICE = as_role("office")
TABLES = {
    "photo": Rows(
        read=either(as_role("teacher", "canteen", "guard", "office", "head"), own("person_id"), child("person_id")), add=_OFFICE, change=_OFFICE,
        changing=("name", "digest", "size", "set_by", "set_at")),
}


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "photo",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("(name IS NULL) = (digest IS NULL) AND (name IS NULL) = (size IS NULL)", name=op.f("ck_photo_whole")),
        sa.ForeignKeyConstraint(["school_id", "person_id"], ["person.school_id", "person.id"], name=op.f("fk_photo_school_id_person_id")),
        sa.ForeignKeyConstraint(["school_id", "set_by"], ["person.school_id", "person.id"], name=op.f("fk_photo_school_id_set_by")),
        sa.PrimaryKeyConstraint("school_id", "person_id", name=op.f("pk_photo")),
        sa.UniqueConstraint("school_id", "name", name=op.f("uq_photo_school_id_name")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, rows in TABLES.items():
            protect(table, rows)
