"""Announcements know of which school year's classes they are: those of a grade are for the children who were in it then."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.add_column("announcement", sa.Column("year_on", sa.Date(), nullable=True))
