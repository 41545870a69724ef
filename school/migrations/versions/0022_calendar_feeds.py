"""Calendar feeds: secret addresses of timetables."""

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, protect

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "calendar_feed",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("language", sa.Enum("ru", "en", name="calendar_language", native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("strong", sa.Boolean(), nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("read_at", Moment(timezone=True), nullable=True),
        sa.Column("revoked_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_calendar_feed_school_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id")),
        sa.ForeignKeyConstraint(["school_id", "person_id"], ["person.school_id", "person.id"], name=op.f("fk_calendar_feed_school_id_person_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feed_digest")),
    )
    op.create_index(op.f("ix_calendar_feed_account_id"), "calendar_feed", ["account_id"])
    op.create_index(op.f("ix_calendar_feed_school_id_person_id"), "calendar_feed", ["school_id", "person_id"])
    if op.get_bind().dialect.name == "postgresql":
        protect("calendar_feed", Rows())  # a proof: the service alone looks at it
