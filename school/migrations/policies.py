"""PostgreSQL's policies in a few words, for migrations: who reads, adds and changes which rows of a table. ADR 6 says why.

A migration that makes a table protects it here, or it belongs to nobody but its owner; a test compares the catalogue with the tables.
Once used in a release, a word keeps its meaning: migrations are history (arrays and `with_row` changed before
there was one, so 0009 makes all policies anew). `app.…` are the settings of `school.row_security`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from alembic import op

VIEWER, SYSTEM = "school_viewer", "school_system"
INTEGERS, UUIDS = "int[]", "uuid[]"


def _setting(name: str, kind: str) -> str:
    return f"nullif(current_setting('app.{name}', true), '')::{kind}"


def _among(column: str, values: str, kind: str) -> str:
    """The values are read in a sub-select: once for a statement, not once for each row.

    They are a filter, and no condition of an index (`coalesce`): a statement has its own. The planner takes values that it does not know for ten, so every
    look-up by a key would seem ten times as dear as it is, and whole tables would be read instead.
    """
    return f"coalesce({column} = ANY ((SELECT {values})::{kind}), false)"


def as_role(*roles: str, column: str = "school_id") -> str:
    """Rows of the schools where the viewer is one of these."""
    return _among(column, " || ".join(_setting(role, INTEGERS) for role in roles), INTEGERS)


def in_school(column: str = "school_id") -> str:
    """Rows of the schools to which the viewer belongs."""
    return as_role("schools", column=column)


def own(column: str) -> str:
    """Rows about a person that the viewer is."""
    return _among(column, _setting("selves", UUIDS), UUIDS)


def child(column: str, area: str | None = None) -> str:
    """Rows about a child of the viewer's family; with an area, one of whom this kind of data is not withheld."""
    return _among(column, _setting(f"children_{area}" if area else "children", UUIDS), UUIDS)


def account(column: str) -> str:
    """Rows about the viewer's account."""
    return f"{column} = (SELECT {_setting('account', 'uuid')})"


def signed_in() -> str:
    """All rows, for whoever has signed in: figures that tell of nobody."""
    return f"(SELECT {_setting('account', 'uuid')}) IS NOT NULL"


def with_row(table: str, key: str, column: str, of: str) -> str:
    """Rows of a table (`of`) that belong to a row of another one which the viewer may read; both are named, for their columns are called alike.

    Each row is looked up by its key (`OFFSET 0`): of a list of all rows that the viewer may read, the whole table would have to be read.
    """
    return f"EXISTS (SELECT FROM {table} WHERE {table}.school_id = {of}.school_id AND {table}.{key} = {of}.{column} OFFSET 0)"


def either(*clauses: str) -> str:
    """Any of them."""
    return " OR ".join(clauses)


_SERVICE = f"(SELECT {_setting('service', 'text')}) IS NOT NULL"
"""All rows, for the service itself. It also has to say so: a login that inherits the role, and forgets to take it, sees nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a viewer may do with a table; what is not given, not at all, and nothing is ever deleted.

    `within` holds beside whatever else lets: the viewer's schools. `shown` are the columns that may be read, where it is not all; `changing` those
    that may be changed.
    """

    within: str | None = in_school()
    read: str | None = None
    shown: Sequence[str] = ()
    add: str | None = None
    change: str | None = None
    changing: Sequence[str] = ()


def make_roles() -> None:
    """The roles, which all databases of a server share: whoever migrates first makes them, and may act as them, but does not inherit what they may."""
    # Two databases may be migrated at once: the second waits for the whole of the first, and finds the roles made. It keeps nobody else waiting meanwhile.
    op.execute("SELECT set_config('app.lock_timeout', current_setting('lock_timeout'), true), set_config('lock_timeout', '10min', true)")
    for role in (VIEWER, SYSTEM):
        op.execute(f"""
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} NOLOGIN NOINHERIT;
                END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$""")
        op.execute(f"""
            DO $$ BEGIN
                IF NOT pg_has_role(current_user, '{role}', 'SET') THEN
                    GRANT {role} TO current_user WITH INHERIT FALSE, SET TRUE;
                END IF;
            EXCEPTION WHEN insufficient_privilege THEN NULL; -- a superuser has made the roles, and grants them
            END $$""")
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    op.execute("SELECT set_config('lock_timeout', current_setting('app.lock_timeout'), true)")


def protect(table: str, rows: Rows) -> None:
    """Row-level security for a table, for its owner too: all of it for the service, these rows for a viewer."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {SYSTEM}")
    if rows.read is not None:
        _grant(table, "SELECT", rows.shown)
    if rows.add is not None:
        _grant(table, "INSERT")
    if rows.change is not None:
        _grant(table, "UPDATE", rows.changing)
    make_policies(table, rows)


def make_policies(table: str, rows: Rows) -> None:
    """The policies of a table that has none."""
    _make_policy(table, "service_does_all", f"FOR ALL TO {SYSTEM} USING ({_SERVICE}) WITH CHECK ({_SERVICE})")
    if rows.within is not None and (rows.read, rows.add, rows.change) != (None, None, None):
        _make_policy(table, "viewer_stays_within", f"AS RESTRICTIVE FOR ALL TO {VIEWER} USING ({rows.within}) WITH CHECK ({rows.within})")
    if rows.read is not None:
        _make_policy(table, "viewer_reads", f"FOR SELECT TO {VIEWER} USING ({rows.read})")
    if rows.add is not None:
        _make_policy(table, "viewer_adds", f"FOR INSERT TO {VIEWER} WITH CHECK ({rows.add})")
    if rows.change is not None:
        _make_policy(table, "viewer_changes", f"FOR UPDATE TO {VIEWER} USING ({rows.change}) WITH CHECK ({rows.change})")


def _make_policy(table: str, name: str, terms: str) -> None:
    op.execute(f"CREATE POLICY {name} ON {table} {terms}")


def _grant(table: str, privilege: str, columns: Sequence[str] = ()) -> None:
    some = f" ({', '.join(columns)})" if columns else ""
    op.execute(f"GRANT {privilege}{some} ON {table} TO {VIEWER}")


def count_with(sequence: str) -> None:
    """Let both roles draw numbers."""
    op.execute(f"GRANT USAGE ON SEQUENCE {sequence} TO {VIEWER}, {SYSTEM}")
