"""Reads that are compiled once: two viewers of one shape see each their own, in one round trip, and a failure is everybody's who shares it."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from school import read_pool, row_security
from school.context import NOBODY, OF_A_CHILD, Area, Scope, Viewer
from school.db import Database, Rows, is_away
from school.ids import Ref
from school.registry import queries
from school.registry.models import Person, Pupil
from school.registry.policy import family
from school.statements import MOST_KEPT, SERVICE, Asking, Many, OfViewer, Read, any_of, given
from tests.statements import counted
from tests.world import World, build


@pytest_asyncio.fixture
async def house(database_url: str) -> Any:
    database = Database(database_url)
    try:
        yield database, await build(database)
    finally:
        await database.close()


def children(world: World, login: str) -> set[UUID]:
    return {child.id for child in world.viewers[login].children}


async def test_two_viewers_of_one_shape_see_each_their_own(house: tuple[Database, World]) -> None:
    database, world = house
    built: list[Asking] = []

    @Read
    def own(viewer: Asking) -> Rows:
        built.append(viewer)
        return sa.select(Pupil.school_id, Pupil.id).where(family(viewer, Area.PEOPLE, Pupil.school_id, Pupil.id))

    for login in ("parent", "other_parent", "parent", "stranger"):
        viewer = world.viewers[login]
        assert {row.id for row in await database.reader(viewer.identity()).all(own, viewer)} == children(world, login) != set(), login
    assert built == [world.viewers["parent"]]
    office = world.viewers["office"]
    assert (await database.reader(office.identity()).all(own, office), len(built)) == ([], 2)


def test_what_is_used_least_is_forgotten_first() -> None:
    """The many kinds of viewers who come once do not have the usual one's statement built anew."""
    built: list[object] = []

    @Read
    def read(_viewer: Asking, how: int) -> Rows:
        built.append(how)
        return sa.select(sa.literal(1))

    for how in range(2 * MOST_KEPT):
        for one in (-1, how):
            read.prepare(SERVICE, None, (one,), sqlite.dialect())
    assert built == [-1, *range(2 * MOST_KEPT)]


async def test_what_opens_is_what_a_child_is_found_for(house: tuple[Database, World]) -> None:
    """What a statement is built by says the same as the values that it is given."""
    viewers = [NOBODY, *house[1].viewers.values()]
    for viewer in viewers:
        courts = [frozenset[tuple[Ref, Area]](), *(frozenset({(child, area)}) for child in viewer.children for area in OF_A_CHILD),
                  frozenset((child, area) for child in viewer.children for area in OF_A_CHILD)]
        for withheld in courts:
            for scopes in (None, frozenset({Scope(Area.DIARY, write=False)}), frozenset({Scope(Area.MEALS, write=True)})):
                one = replace(viewer, withheld=withheld, scopes=scopes)
                assert [one.opens(area) for area in Area] == [bool(one.family(area)) for area in Area]


async def test_reads_of_one_moment_make_one_round_trip(house: tuple[Database, World]) -> None:
    database, world = house
    viewer = world.viewers["parent"]

    @Read
    def named(_viewer: Asking) -> Rows:
        return sa.select(Person.id, Person.family_name).where(Person.school_id == given("school_id"), any_of(Person.id, given("ids", Many(UUID))))

    reader = database.reader(viewer.identity())
    anna = world.people["anna"]
    with counted(database) as sent:
        mine, one, none, login = await asyncio.gather(
            queries.children(reader, viewer), reader.all(named, viewer, school_id=1, ids=[anna]), reader.all(named, viewer, school_id=1, ids=[]),
            queries.login(reader, viewer))
    assert len(sent) == 1
    assert {row.id for row in mine} == children(world, "parent")
    assert [row.id for row in one] == [anna]
    assert (none, login) == ([], "parent")


async def test_each_read_of_a_moment_gets_its_own_rows_in_their_order_and_types(house: tuple[Database, World]) -> None:
    """Values of one type share columns of the merged statement, whatever their order; a column that a page goes on from comes once under both its names."""
    database, world = house

    @Read
    def backwards(_viewer: Asking) -> Rows:
        return sa.select(Person.id.label("key_0"), Person.sort_key, Person.family_name, Person.school_id, Person.id).where(
            Person.school_id == 1).order_by(Person.id.desc())

    @Read
    def texts(_viewer: Asking) -> Rows:
        return sa.select(Person.given_name, Person.patronymic, Person.school_id).where(Person.school_id == 1).order_by(Person.id)

    @Read
    def none(_viewer: Asking) -> Rows:
        return sa.select(Pupil.enrolled_on, Pupil.id).where(Pupil.school_id == 99)

    viewer = world.viewers["office"]
    reader = database.reader(viewer.identity())
    together = await asyncio.gather(*(reader.all(read, viewer) for read in (backwards, none, texts, backwards)))
    assert together == [await reader.all(read, viewer) for read in (backwards, none, texts, backwards)]
    async with database.read(viewer.identity()) as session:
        people = (await session.scalars(sa.select(Person).where(Person.school_id == 1).order_by(Person.id))).all()
    assert [(row.id, row.key_0, row.sort_key, row.family_name, row.school_id) for row in together[0]] == [
        (one.id, one.id, one.sort_key, one.family_name, 1) for one in reversed(people)]
    assert [tuple(row) for row in together[2]] == [(one.given_name, one.patronymic, 1) for one in people]
    with counted(database) as sent:
        await reader.all(backwards, viewer)
    assert sent[0][0].split("FROM")[0].count("person.id") == 1


async def test_what_is_summed_up_makes_no_decimals_of_its_neighbours_numbers(house: tuple[Database, World]) -> None:
    """PostgreSQL's sum of BIGINTs is a NUMERIC, of which SQLAlchemy does not know: a column that both shared would be one for the ids, too."""
    database, world = house

    @Read
    def summed(_viewer: Asking) -> Rows:
        return sa.select(sa.func.sum(sa.cast(Person.school_id, sa.BigInteger)), sa.func.coalesce(sa.func.sum(sa.func.length(Person.family_name)), 0))

    @Read
    def told(_viewer: Asking) -> Rows:
        return sa.select(Person.school_id, sa.cast(Person.school_id, sa.BigInteger), sa.cast(Person.school_id, sa.SmallInteger))

    viewer = world.viewers["office"]
    reader = database.reader(viewer.identity())
    for reads in ((summed, told), (told, summed)):
        found = await asyncio.gather(*(reader.all(read, viewer) for read in reads))
        assert {type(value) for rows in found for row in rows for value in row} == {int}


async def test_a_failure_is_told_to_all_who_share_it_and_the_next_read_is_a_new_one(house: tuple[Database, World]) -> None:
    database, world = house
    viewer = world.viewers["parent"]

    @Read
    def broken(_viewer: Asking) -> Rows:
        return sa.select(sa.column("what", sa.Integer())).select_from(sa.table("no_such_table"))

    reader = database.reader(viewer.identity())
    results = await asyncio.gather(reader.all(broken, viewer), queries.children(reader, viewer), return_exceptions=True)
    assert len({str(result) for result in results}) == 1
    assert [("no_such_table" in str(result)) for result in results] == [True, True], results
    assert {row.id for row in await queries.children(reader, viewer)} == children(world, "parent")


async def test_a_read_that_lacks_a_value_is_a_bug_and_asks_nothing(house: tuple[Database, World]) -> None:
    database, world = house

    @Read
    def lacking(_viewer: Asking) -> Rows:
        return sa.select(Person.id).where(Person.id == given("person_id"))

    with counted(database) as sent, pytest.raises(KeyError, match="person_id"):
        await database.reader().all(lacking, world.viewers["parent"])
    assert sent == []


async def test_a_viewer_s_read_leaves_nothing_to_the_next_on_the_connection(postgresql_url: str) -> None:
    database = Database(postgresql_url, pool_size=1)
    try:
        world = await build(database)

        @Read
        def who(_viewer: Asking) -> Rows:
            return sa.select(*(
                sa.func.coalesce(sa.func.current_setting(name, True), "", type_=sa.String()).label(name)
                for name in ("role", "app.service", "transaction_read_only", *(f"app.{name}" for name in row_security.SETTINGS))))

        for viewer in (*world.viewers.values(), Viewer(), *reversed(world.viewers.values())):
            found, = await database.reader(viewer.identity()).all(who, viewer)
            assert tuple(found) == ("school_viewer", "", "on", *row_security.values(viewer.identity()))
            as_service, = await database.reader().all(who, viewer)
            assert tuple(as_service) == ("school_system", "yes", "on", *[""] * len(row_security.SETTINGS))
    finally:
        await database.close()


async def test_a_read_that_is_cancelled_leaves_its_connection_as_it_was(database_url: str) -> None:
    database = Database(database_url, pool_size=1)
    try:
        world = await build(database)
        viewer = world.viewers["parent"]
        for moments in range(60):
            asked = asyncio.ensure_future(queries.children(database.reader(viewer.identity()), viewer))
            for _ in range(moments):
                await asyncio.sleep(0)
            asked.cancel()
            await asyncio.wait([asked])
        assert {row.id for row in await queries.children(database.reader(viewer.identity()), viewer)} == children(world, "parent")
        nobody = Viewer()
        assert await database.reader(nobody.identity()).all(queries._children, nobody) == []
        assert await queries.login(database.reader(), viewer) == "parent"  # as the service again
    finally:
        await database.close()


async def test_a_read_that_does_not_end_does_not_keep_the_database_from_closing(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_pool, "CLOSE_SECONDS", 0.1)
    database = Database(postgresql_url)
    viewer = (await build(database)).viewers["parent"]

    @Read
    def endless(_viewer: Asking) -> Rows:
        return sa.select(sa.func.pg_sleep(60))

    assert await queries.login(database.reader(), viewer) == "parent"
    asked = asyncio.ensure_future(database.reader().all(endless, viewer))
    async with asyncio.timeout(10):
        while not await sleeps(database):  # noqa: ASYNC110 - the server does not announce what has begun
            await asyncio.sleep(0.01)
        await database.close()
        assert isinstance((await asyncio.gather(asked, return_exceptions=True))[0], Exception)


async def sleeps(database: Database) -> bool:
    """Whether a statement sleeps; as the login, for a role of the service does not see what others wait for."""
    async with database.engine.begin() as connection:
        found = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()")
        return bool(await connection.scalar(found))


async def test_one_reader_tells_two_viewers_apart(house: tuple[Database, World]) -> None:
    database, world = house
    reader = database.reader()
    for login in ("parent", "other_parent", "parent"):
        assert {row.id for row in await queries.children(reader, world.viewers[login])} == children(world, login)


async def test_a_clause_says_the_same_in_a_session(house: tuple[Database, World]) -> None:
    database, world = house
    for login in ("parent", "other_parent"):
        clause = any_of(Pupil.id, OfViewer("ids", lambda viewer: sorted(child.id for child in viewer.children), world.viewers[login], Many(UUID)))
        async with database.read() as session:
            assert set(await session.scalars(sa.select(Pupil.id).where(clause))) == children(world, login)


async def test_a_connection_that_was_cut_while_nobody_used_it_is_a_database_that_is_away(postgresql_url: str) -> None:
    """It is told at the next read, of whichever kind: the driver may not have noticed yet. The read after that has another connection."""
    database = Database(postgresql_url)
    try:
        viewer = (await build(database)).viewers["parent"]
        for identity in (None, viewer.identity()):
            for moments in range(3):
                assert await database.reader(identity).all(queries._children, viewer)
                async with database.engine.begin() as connection:
                    await connection.execute(sa.text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"))
                for _ in range(moments):
                    await asyncio.sleep(0)
                read = asyncio.ensure_future(database.reader(identity).all(queries._children, viewer))
                await asyncio.wait([read])
                assert read.exception() is None or is_away(read.exception())
    finally:
        await database.close()
