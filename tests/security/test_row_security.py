"""PostgreSQL's second line: a WHERE clause that was forgotten shows nothing foreign, and a setting ends with its transaction."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from school import ids, row_security
from school.context import OF_A_CHILD, Role
from school.db import Database
from school.diary.models import Mark, MarkRevision
from school.meals.models import Posting, SaleItem, Transfer
from school.outbox import OutboxRow
from school.registry.models import Person, Pupil
from school.tables import metadata
from tests.security.everything import NOON, fill, viewers
from tests.security.sight import SIGHTS, Tables, faults, is_denied, shown, texts, transactions
from tests.world import World, build


@pytest_asyncio.fixture
async def database(postgresql_url: str) -> AsyncIterator[Database]:
    """PostgreSQL alone has a second line."""
    opened = Database(postgresql_url)
    yield opened
    await opened.close()


def test_every_table_has_its_place() -> None:
    assert set(SIGHTS) == {table.name for table in metadata.sorted_tables}


def test_the_roles_and_areas_are_those_of_the_viewer() -> None:
    assert set(row_security.ROLES) == set(Role)
    assert set(row_security.AREAS) == OF_A_CHILD


async def test_every_table_is_protected_from_its_owner_too(database: Database) -> None:
    async with database.engine.connect() as connection:
        found = await connection.execute(sa.text("""
            SELECT relname, relrowsecurity AND relforcerowsecurity, array(SELECT polname FROM pg_policy WHERE polrelid = pg_class.oid ORDER BY polname)
            FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"""))
        tables = {name: (protected, policies) for name, protected, policies in found}
    assert tables.pop("alembic_version") == (False, [])  # which version it is, is no secret
    assert tables == {name: (True, _policies(name)) for name in SIGHTS}


def _policies(table: str) -> list[str]:
    sight = SIGHTS[table]
    policies = {"viewer_adds": sight.add, "viewer_changes": sight.change, "viewer_reads": sight.read, "viewer_stays_within": sight.within}
    return ["service_does_all", *(name for name, words in policies.items() if words)]


async def test_a_forgotten_where_clause_shows_nothing_foreign(database: Database) -> None:
    """Every table, everybody, no WHERE: exactly what the declaration says, classmates and other schools never."""
    world = await fill(database)
    tables = await Tables.read(database)
    assert [name for name, rows in tables.rows.items() if not rows] == []
    assert await faults(database, tables, viewers(world)) == {}


async def test_the_proof_notices_each_table_that_is_left_open(database: Database) -> None:
    """A mutant of every table: with its policies off, somebody sees too much."""
    world = await fill(database)
    tables, everybody = await Tables.read(database), viewers(world)
    few = {name: everybody[name] for name in ("parent", "nobody", "office2")}
    for table in SIGHTS:
        if not SIGHTS[table].read:
            continue
        async with database.engine.begin() as connection:
            await connection.execute(sa.text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
        assert set(await faults(database, tables, few, [metadata.tables[table]])) == {table}
        async with database.engine.begin() as connection:
            await connection.execute(sa.text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
    assert await faults(database, tables, few) == {}


async def test_a_viewer_s_role_may_do_no_more_than_is_declared(database: Database) -> None:
    """Secrets are closed by the column, proofs by the table; nobody deletes or empties anything."""
    async with database.engine.connect() as connection:
        on_columns = {(table, column): granted for table, column, granted in await connection.execute(sa.text("""
            SELECT relname, attname, array(SELECT kind FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) kind
                WHERE has_column_privilege('school_viewer', pg_class.oid, attnum, kind) ORDER BY kind)
            FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
            WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"""))}
        assert (await connection.execute(sa.text("""
            SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
                AND has_table_privilege('school_viewer', oid, 'DELETE, TRUNCATE, TRIGGER, REFERENCES')"""))).all() == []
    declared = {}
    for table in metadata.sorted_tables:
        sight = SIGHTS[table.name]
        for column in table.columns:
            rights = {"INSERT": sight.add, "SELECT": sight.read and column.name not in sight.hidden, "UPDATE": column.name in sight.changing.split()}
            declared[table.name, column.name] = [right for right, given in rights.items() if given]
    assert on_columns == declared


async def test_nobody_changes_what_is_foreign(database: Database) -> None:
    """An UPDATE without a WHERE clause changes what the viewer may change, and nothing else."""
    world = await fill(database)
    before = await Tables.read(database)
    for name, viewer in viewers(world).items():
        for table in metadata.sorted_tables:
            sight = SIGHTS[table.name]
            if sight.change:
                same = {table.c[column]: table.c[column] for column in sight.changing.split() if column not in sight.hidden}
                statement = sa.update(table).values(same).returning(*shown(table))
                async with transactions(database, viewer).begin() as session:
                    changed = texts(table, [dict(row._mapping) for row in await session.execute(statement)])
                assert changed == texts(table, before.expected(viewer, table.name, sight.change)), (name, table.name)
    assert (await Tables.read(database)).rows == before.rows


async def test_nobody_adds_what_is_foreign(database: Database) -> None:
    """Of every table the first and the last row of each school once more: where it may be added, only the key is in the way."""
    world = await fill(database)
    before = await Tables.read(database)
    for name, viewer in viewers(world).items():
        for table in (table for table in metadata.sorted_tables if SIGHTS[table.name].add):
            allowed = before.expected(viewer, table.name, SIGHTS[table.name].add)
            for row in _samples(before.rows[table.name]):
                expected = sa.exc.IntegrityError if row in allowed else sa.exc.ProgrammingError
                with pytest.raises(sa.exc.DBAPIError) as raised:
                    async with transactions(database, viewer).begin() as session:
                        await session.execute(sa.insert(table).values(row).inline())
                assert type(raised.value) is expected, (name, table.name, row)
                assert row in allowed or is_denied(raised.value)
    assert (await Tables.read(database)).rows == before.rows


def _samples(rows: list[Any]) -> list[Any]:
    schools = {row.get("school_id") for row in rows}
    return [row for school in schools for of in [[row for row in rows if row.get("school_id") == school]] for row in (of[0], of[-1])]


@pytest.mark.parametrize(("as_whom", "school_id", "actor", "fine"), [
    ("parent", 1, "parent", True), ("parent", 2, "parent", True), ("parent", 1, "stranger", False), ("parent", 1, None, False),
    ("stranger", 1, "stranger", False), ("nobody", 1, None, False),
])
async def test_an_event_tells_of_its_own_author(database: Database, as_whom: str, school_id: int, actor: str | None, *, fine: bool) -> None:
    world = await build(database)
    told = sa.insert(OutboxRow).values(
        school_id=school_id, event_id=ids.new(), kind="access.passed", version=1, topics=[], payload={}, occurred_at=NOON, late=False, appended_at=NOON,
        actor_id=actor and world.accounts[actor], actor_role=None).inline()
    denied = False
    try:
        async with transactions(database, viewers(world)[as_whom]).begin() as session:
            await session.execute(told)
    except sa.exc.ProgrammingError as error:
        denied = is_denied(error)
    async with database.read() as session:
        assert (not denied, await session.scalar(sa.select(sa.func.count()).select_from(OutboxRow))) == (fine, int(fine))


PUPILS = sa.select(sa.func.count()).select_from(Pupil)


async def test_a_viewer_ends_with_the_transaction(postgresql_url: str) -> None:
    """One connection, one after another: after a commit, a rollback, an error of SQL and one of Python nothing of the viewer is left."""
    database = Database(postgresql_url, pool_size=1)
    world = await build(database)
    parent = transactions(database, world.viewers["parent"])

    async def nothing_is_left() -> None:
        async with database.engine.connect() as connection:
            assert (await connection.execute(sa.text("SELECT current_user = session_user"))).scalar_one()
            for name in row_security.SETTINGS:
                assert not await connection.scalar(sa.text(f"SELECT current_setting('app.{name}', true)")), name
        async with transactions(database, viewers(world)["nobody"]).read() as session:
            assert await session.scalar(PUPILS) == 0
        async with database.read() as session:
            assert await session.scalar(PUPILS) == 5

    async with parent.begin() as session:
        assert await session.scalar(PUPILS) == 3
    await nothing_is_left()
    async with parent.read() as session:
        assert await session.scalar(PUPILS) == 3
        await session.rollback()
        assert await session.scalar(PUPILS) == 3  # a new transaction of the same session is the same viewer's
    await nothing_is_left()
    with pytest.raises(sa.exc.DBAPIError):
        async with parent.begin() as session:
            await session.execute(sa.text("SELECT 1 / 0"))
    await nothing_is_left()
    with contextlib.suppress(LookupError):
        async with parent.begin() as session:
            assert await session.scalar(PUPILS) == 3
            raise LookupError
    await nothing_is_left()
    await database.close()


async def test_a_savepoint_keeps_the_viewer(database: Database) -> None:
    world = await build(database)
    async with transactions(database, world.viewers["parent"]).begin() as session:
        async with session.begin_nested():
            assert await session.scalar(PUPILS) == 3
        with pytest.raises(sa.exc.DBAPIError):
            async with session.begin_nested():
                await session.execute(sa.text("SELECT 1 / 0"))
        assert await session.scalar(PUPILS) == 3


async def test_what_a_viewer_causes_may_be_done_by_the_service(database: Database) -> None:
    """All is seen, and the outbox still knows whose doing it is."""
    world = await build(database)
    async with transactions(database, world.viewers["parent"]).begin(as_service=True) as session:
        assert await session.scalar(PUPILS) == 5
        assert session.info["identity"].account_id == world.accounts["parent"]


async def test_policies_leave_the_indexes_to_the_statement(database: Database) -> None:
    """What a policy asks is read once for a statement, and is a filter: as a condition of an index it would make each look-up seem ten times as dear."""
    world: World = await fill(database)
    plan = await _plan(database, world, sa.select(Mark.id).where(Mark.school_id == 1, Mark.pupil_id == world.people["anna"]))
    assert "ix_mark_school_id_pupil_id_given_at" in plan
    conditions = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert (conditions.count("school_id = 1"), conditions.count("pupil_id = '"), conditions.count("ANY")) == (1, 1, 0)
    assert "InitPlan" in plan


@pytest.mark.parametrize("table", [Transfer, Posting, SaleItem, Person, MarkRevision])
async def test_a_row_that_belongs_to_another_s_is_looked_up(database: Database, table: Any) -> None:
    """A list of all rows that the viewer may read would be made of a whole city's accounts, for one child's."""
    world: World = await fill(database)
    plan = await _plan(database, world, sa.select(table).where(table.school_id == 1))
    assert "SubPlan" in plan
    assert "hashed" not in plan


async def _plan(database: Database, world: World, statement: sa.Select[Any]) -> str:
    async with transactions(database, world.viewers["parent"]).read() as session:
        await session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        text = statement.compile(dialect=database.engine.dialect, compile_kwargs={"literal_binds": True})
        return "\n".join(await session.scalars(sa.text(f"EXPLAIN {text}")))
