"""Passages and the feed in parts, on PostgreSQL: what is kept for a time goes a part at a time. ADR 13 says why.

What there is becomes the first part, where it lies: nothing is copied. The parts are in a schema of their own, into which neither role may look:
rows are reached through the table alone, and so through its policies.
"""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from school.migrations.policies import SYSTEM, VIEWER, Rows, as_role, child, either, protect

revision = "0008"
down_revision = "0007"

FEED_PART = 100_000
"""Rows of the feed's first parts, until it is known what a month brings."""
_MS = 80
"""A UUIDv7 begins with its milliseconds: what stands behind them."""

_HEARD = f"""topic_kind = 'pupil' AND CASE split_part(kind, '.', 1)
    WHEN 'diary' THEN {child("topic_id", "diary")}
    WHEN 'meals' THEN {child("topic_id", "meals")}
    ELSE CASE WHEN starts_with(kind, 'registry.guardianship_') THEN {child("topic_id")} ELSE {child("topic_id", "access")} END END"""

TABLES = {
    "passage": Rows(read=either(as_role("guard", "office", "head"), child("person_id", "access"))),
    "feed": Rows(read=_HEARD),
}

MAKE_PART = """
CREATE FUNCTION public.make_part(parent text, part text, lower_bound text, upper_bound text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE key text; BEGIN
    key := CASE parent WHEN 'passage' THEN 'id' WHEN 'feed' THEN 'seq' END;
    IF key IS NULL OR part !~ ('^' || parent || '_[0-9a-z_]{1,40}$') THEN
        RAISE EXCEPTION 'not a part of passages or the feed: %', part USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('CREATE TABLE parts.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
    -- What came before there was a part for it has been kept aside, and moves. FORCE would hide it from the owner.
    EXECUTE format('ALTER TABLE parts.%I NO FORCE ROW LEVEL SECURITY', parent || '_other');
    EXECUTE format('WITH moved AS (DELETE FROM parts.%I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO parts.%I SELECT * FROM moved',
                   parent || '_other', key, lower_bound, key, upper_bound, part);
    EXECUTE format('ALTER TABLE parts.%I FORCE ROW LEVEL SECURITY', parent || '_other');
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION parts.%I FOR VALUES FROM (%L) TO (%L)', parent, part, lower_bound, upper_bound);
    EXECUTE format('ALTER TABLE parts.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
END $$"""

DROP_PART = """
CREATE FUNCTION public.drop_part(part text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE parent text; BEGIN
    SELECT inhparent::regclass::text INTO parent FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent IN ('public.passage'::regclass, 'public.feed'::regclass) AND relname = part AND relnamespace = 'parts'::regnamespace
            AND pg_get_expr(relpartbound, pg_class.oid) <> 'DEFAULT';
    IF parent IS NULL THEN
        RAISE EXCEPTION 'not a part of passages or the feed: %', part USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('ALTER TABLE %s DETACH PARTITION parts.%I', parent, part);
    EXECUTE format('DROP TABLE parts.%I', part);
END $$"""


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    if op.get_bind().dialect.name != "postgresql":
        with op.batch_alter_table("passage") as batch:
            batch.drop_constraint("uq_passage_school_id_device_id_sequence", type_="unique")
            batch.create_index("ix_passage_school_id_device_id_sequence", ["school_id", "device_id", "sequence"])
        return
    newest, head = _newest()
    op.execute("CREATE SCHEMA parts")
    op.execute("ALTER TABLE passage DROP CONSTRAINT uq_passage_school_id_device_id_sequence")  # the tap, whose key it is, decides repeats
    month = _month_after(max(dt.datetime.now(dt.UTC), newest))
    _divide("passage", "id", str(UUID(int=int(month.timestamp() * 1000) << _MS)))
    _divide("feed", "seq", str(head + FEED_PART))
    _key_passages()
    op.execute("ALTER TABLE feed ADD CONSTRAINT pk_feed PRIMARY KEY (seq)")
    op.execute("ALTER TABLE feed ADD CONSTRAINT fk_feed_school_id FOREIGN KEY (school_id) REFERENCES school (id)")
    op.execute("CREATE INDEX ix_feed_topic ON feed (school_id, topic_kind, topic_id, seq)")
    for table, rows in TABLES.items():
        protect(table, rows)
    for function in (MAKE_PART, DROP_PART):
        op.execute(function)
    for signature in ("make_part(text, text, text, text)", "drop_part(text)"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {SYSTEM}")


def _newest() -> tuple[dt.datetime, int]:
    """When the newest passage was stored, and the feed's last number. Who migrates may be the owner, whom FORCE lets see neither, and of no role."""
    for table in ("passage", "feed_head"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    newest: UUID | None = op.get_bind().scalar(sa.text("SELECT id FROM passage ORDER BY id DESC LIMIT 1"))
    head = op.get_bind().scalar(sa.text("SELECT seq FROM feed_head")) or 0
    for table in ("passage", "feed_head"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    return dt.datetime.fromtimestamp(0 if newest is None else (newest.int >> _MS) / 1000, dt.UTC), head


def _month_after(moment: dt.datetime) -> dt.datetime:
    return (moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=32)).replace(day=1)


def _divide(table: str, key: str, upper: str) -> None:
    """The table becomes a part, up to this bound, of a new one of its name. What no part is there for goes into another: nothing is refused."""
    first, other = f"parts.{table}_first", f"parts.{table}_other"
    for policy in ("service_does_all", "viewer_stays_within", "viewer_reads"):
        op.execute(f"DROP POLICY {policy} ON {table}")
    op.execute(f"REVOKE ALL ON {table} FROM {VIEWER}, {SYSTEM}")
    op.execute(f"ALTER TABLE {table} SET SCHEMA parts")
    op.execute(f"ALTER TABLE parts.{table} RENAME TO {table}_first")
    op.execute(f"CREATE TABLE {table} (LIKE {first} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE ({key})")
    op.execute(f"ALTER TABLE {table} ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO ('{upper}')")
    op.execute(f"CREATE TABLE {other} PARTITION OF {table} DEFAULT")
    op.execute(f"ALTER TABLE {other} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def _key_passages() -> None:
    """Keys and indexes by their names; the first part has them already, but for the last, and keeps what it has."""
    keys = {
        "school_id": "school (id)", "school_id, person_id": "person (school_id, id)", "school_id, door_id": "door (school_id, id)",
        "school_id, device_id, sequence": "tap (school_id, device_id, sequence)",
    }
    op.execute("ALTER TABLE passage ADD CONSTRAINT pk_passage PRIMARY KEY (school_id, id)")
    for columns, target in keys.items():
        op.execute(f"ALTER TABLE passage ADD CONSTRAINT fk_passage_{columns.replace(', ', '_')} FOREIGN KEY ({columns}) REFERENCES {target}")
    for columns in ("school_id, person_id, happened_at", "school_id, door_id, happened_at", "received_at", "school_id, device_id, sequence"):
        op.execute(f"CREATE INDEX ix_passage_{columns.replace(', ', '_')} ON passage ({columns})")
