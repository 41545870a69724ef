"""Keys of devices and of cards that change."""

import sqlalchemy as sa
from alembic import op

from school import ids
from school.db import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.add_column("card_key", sa.Column("retired_at", Moment(timezone=True), nullable=True))
    op.add_column("card_key", sa.Column("reason", sa.String(length=200), nullable=True))
    op.create_table(
        "former_token",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(length=32), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("moved_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id", "card_id"], ["card.school_id", "card.id"], name=op.f("fk_former_token_school_id_card_id")),
        sa.ForeignKeyConstraint(["school_id", "key_id"], ["card_key.school_id", "card_key.id"], name=op.f("fk_former_token_school_id_key_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_former_token_school_id")),
        sa.PrimaryKeyConstraint("school_id", "token", name=op.f("pk_former_token")),
    )
    op.create_index(op.f("ix_former_token_school_id_card_id"), "former_token", ["school_id", "card_id"])
    for name, kind in (
        ("key_made_at", Moment(timezone=True)), ("next_key", sa.LargeBinary(length=32)), ("next_key_until", Moment(timezone=True)),
        ("rotation_asked_at", Moment(timezone=True)),
    ):
        op.add_column("device", sa.Column(name, kind, nullable=True))
    _number_the_codes()


def _number_the_codes() -> None:
    """An id for each order of a code, also for those that were made before orders had one."""
    for name, kind in (("id", sa.Uuid()), ("cancelled_at", Moment(timezone=True)), ("renews_id", sa.Uuid())):
        op.add_column("device_code", sa.Column(name, kind, nullable=True))
    codes = sa.table("device_code", sa.column("digest", sa.LargeBinary), sa.column("id", sa.Uuid))
    connection = op.get_bind()
    for digest in connection.scalars(sa.select(codes.c.digest)).all():
        connection.execute(sa.update(codes).where(codes.c.digest == digest).values(id=ids.new()))
    with op.batch_alter_table("device_code") as batch:
        batch.alter_column("id", existing_type=sa.Uuid(), nullable=False)
        batch.create_unique_constraint(op.f("uq_device_code_school_id_id"), ["school_id", "id"])
