"""Documents that an operator has admitted."""

import sqlalchemy as sa
from alembic import op

import school.db

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "trusted_document",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("admitted_at", school.db.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_trusted_document")),
    )
