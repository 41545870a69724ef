"""A sale says whether the buyer had no card with them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """What was sold so far, was sold by a card."""
    op.add_column("transfer", sa.Column("without_card", sa.Boolean(), nullable=False, server_default=sa.false()))
