"""What a guardian may see of a child, the roles head and district, and who did what in the outbox."""

import sqlalchemy as sa
from alembic import op

import school.db

revision = "0002"
down_revision = "0001"

_ROLES = ("guardian", "pupil", "teacher", "canteen", "guard", "office", "head", "district")


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    for area in ("diary", "meals", "access"):
        op.add_column("guardianship", sa.Column(area, sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("guardianship", sa.Column("reason", sa.String(length=200), nullable=True))
    op.add_column("outbox", sa.Column("actor_id", sa.Uuid(), nullable=True))
    op.add_column("outbox", sa.Column("actor_role", sa.String(length=24), nullable=True))
    op.add_column("outbox", sa.Column("concerns", school.db.Json, nullable=False, server_default="[]"))
    role = sa.column("role", sa.String)
    with op.batch_alter_table("account_role") as batch:
        batch.drop_constraint(op.f("ck_account_role_role"), type_="check")
        batch.create_check_constraint(op.f("ck_account_role_role"), role.in_(_ROLES))
