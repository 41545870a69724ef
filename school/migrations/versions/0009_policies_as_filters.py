"""The policies of row-level security anew, as `school.migrations.policies` writes them since: filters that the planner weighs rightly. ADR 6 says why."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

from school.migrations.policies import Rows, make_policies

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    if op.get_bind().dialect.name != "postgresql":
        return
    before = [import_module(f"school.migrations.versions.{name}") for name in ("0007_row_security", "0008_parts")]
    tables: dict[str, Rows] = {table: rows for one in before for table, rows in one.TABLES.items()}
    for table, policy in op.get_bind().execute(sa.text("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'")).all():
        op.execute(f"DROP POLICY {policy} ON {table}")
    for table, rows in tables.items():
        make_policies(table, rows)
