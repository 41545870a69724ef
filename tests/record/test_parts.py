"""Parts of passages and the feed on a real PostgreSQL: made ahead, dropped whole when old, and nothing is lost where one is missing."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio
import sqlalchemy as sa

from school import clock
from school.access.models import Direction, DoorReader, Passage
from school.db import Database, migrate
from school.delivery import feed
from school.outbox import FeedHead, FeedRow
from school.record import parts, retention
from school.record.parts import LEAST, MONTH, drop_feed, drop_passages, id_at, make_ahead
from school.registry.models import Outcome, Tap
from tests.databases import fresh_database
from tests.postgres import PostgresServer
from tests.record.archive import Archive
from tests.record.test_retention import PAGE
from tests.security.test_database_roles import ask
from tests.world import build

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@pytest_asyncio.fixture
async def database(postgresql_url: str) -> AsyncIterator[Database]:
    """PostgreSQL alone has parts."""
    opened = Database(postgresql_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def archive(database: Database) -> Archive:
    """The small world."""
    return Archive(database, await build(database))


async def names(database: Database, table: str) -> list[str]:
    async with database.read() as session:
        return [part.name for part in await parts.parts(session, table)]


async def lie(database: Database, table: str) -> dict[str, int]:
    """How many rows lie in which part; as the tests' superuser, for no role may look there."""
    async with database.engine.connect() as connection:
        rows = await connection.execute(sa.text(
            f"SELECT relname, count(*) FROM {table} JOIN pg_class c ON c.oid = {table}.tableoid GROUP BY 1 ORDER BY 1"))  # noqa: S608 - a table of ours
        return {str(row[0]): int(row[1]) for row in rows}


async def passage(archive: Archive, sequence: int, at: dt.datetime, *, received: dt.datetime | None = None) -> UUID:
    """Anna goes in, by a tap of the gate; the passage's id is of `at`."""
    person = archive.world.people["anna"]
    own = UUID(int=id_at(at).int | 0x7000_8000_0000_0000_0000 | sequence)
    async with archive.database.begin() as session:
        door, device = (await session.execute(sa.select(DoorReader.door_id, DoorReader.device_id).where(DoorReader.school_id == 1).limit(1))).one()
        session.add(Tap(
            school_id=1, device_id=device, sequence=sequence, digest=b"d" * 32, reader="in", token=b"t" * 32, key_id="k", person_id=person, device_at=at,
            happened_at=at, received_at=received or at, late=False, suspect=False, outcome=Outcome.ADMIT, reason="OK", data_version=None))
        await session.flush()
        session.add(Passage(
            school_id=1, id=own, person_id=person, door_id=door, direction=Direction.IN, reason="OK", data_version=None, device_id=device,
            sequence=sequence, happened_at=at, received_at=received or at, late=False, suspect=False))
    return own


async def publish(archive: Archive, numbers: list[int], at: dt.datetime) -> None:
    async with archive.database.begin() as session:
        session.add_all([FeedRow(
            seq=seq, school_id=1, topic_kind="pupil", topic_id=archive.world.people["anna"], event_id=UUID(int=seq), kind="day.late_withdrawn", version=1,
            payload={"date": "2026-09-07", "minutes": 1}, occurred_at=at, late=False, published_at=at) for seq in numbers])
        await session.execute(sa.update(FeedHead).values(seq=max(numbers)))


async def test_parts_are_made_ahead_once(database: Database) -> None:
    assert await names(database, "passage") == ["passage_first"]
    made = await asyncio.gather(*(make_ahead(database, NOW) for _ in range(3)))  # processes look at the same time
    assert len(await names(database, "passage")) in {3, 4}
    assert await names(database, "feed") == ["feed_first", f"feed_{LEAST}"]
    together = [name for one in made for name in one]
    assert sorted(together) == sorted([*(await names(database, "passage"))[1:], f"feed_{LEAST}"])
    async with database.read() as session:
        found = await parts.parts(session, "passage")
    assert [part.lower for part in found[1:]] == [part.upper for part in found[:-1]]
    assert parts.moment_of(found[-1].upper) > NOW + 2 * MONTH
    assert {parts.moment_of(part.upper).day for part in found} == {1}
    assert await make_ahead(database, NOW) == []


async def test_a_row_without_a_part_is_kept_and_moves_when_it_is_made(archive: Archive) -> None:
    far = NOW + 100 * DAY
    own = await passage(archive, 1, far)
    await publish(archive, [1, LEAST + 5], NOW)
    assert (await lie(archive.database, "passage"), await lie(archive.database, "feed")) == ({"passage_other": 1}, {"feed_first": 1, "feed_other": 1})
    await make_ahead(archive.database, far)
    assert await lie(archive.database, "passage") == {f"passage_{far:%Y_%m}": 1}
    assert await lie(archive.database, "feed") == {"feed_first": 1, f"feed_{LEAST}": 1}
    assert (await names(archive.database, "feed"))[-1] != f"feed_{LEAST}"  # the feed has come to it: the next one is ahead
    async with archive.database.read() as session:
        assert (await session.scalars(sa.select(Passage.id))).all() == [own]


async def test_a_part_of_the_feed_holds_what_a_month_brings(archive: Archive) -> None:
    await publish(archive, [1], NOW - 10 * DAY)
    await publish(archive, [1_000_001], NOW)
    await make_ahead(archive.database, NOW)
    async with archive.database.read() as session:
        sizes = [part.upper - (part.lower or 0) for part in await parts.parts(session, "feed")]
    assert sizes[0] == LEAST
    assert max(sizes) == 3_000_000


async def test_old_passages_go_with_their_part_and_the_receipt_still_decides(archive: Archive) -> None:
    months = [NOW + months * MONTH for months in (0, 2, 4)]
    await make_ahead(archive.database, months[-1])
    kept = [await passage(archive, number, at) for number, at in enumerate(months, start=1)][1:]
    cut = months[0] + 40 * DAY
    async with archive.database.read() as session:
        young = [part.name for part in await parts.parts(session, "passage") if part.upper > id_at(cut).int]
    assert await drop_passages(archive.database, cut) == 1
    assert await names(archive.database, "passage") == young
    async with archive.database.read() as session:
        assert sorted(await session.scalars(sa.select(Passage.id))) == sorted(kept)
        assert await session.scalar(sa.select(sa.func.count()).select_from(Tap).where(Tap.sequence.in_([1, 2, 3]))) == 3
    with pytest.raises(sa.exc.IntegrityError):
        await passage(archive, 1, months[1])  # of the tap whose passage went
    assert sum((await lie(archive.database, "passage")).values()) == 2
    await passage(archive, 4, months[0])  # an id of a month that is gone: kept aside
    assert (await lie(archive.database, "passage"))["passage_other"] == 1


async def test_a_part_with_something_new_in_it_stays(archive: Archive) -> None:
    await make_ahead(archive.database, NOW + 2 * MONTH)
    await passage(archive, 1, NOW)
    await passage(archive, 2, NOW, received=NOW + 50 * DAY)
    assert await drop_passages(archive.database, NOW + 40 * DAY) == 0
    assert await lie(archive.database, "passage") == {"passage_first": 2}
    assert await drop_passages(archive.database, NOW + 51 * DAY) == 2
    assert "passage_first" not in await names(archive.database, "passage")


async def test_a_table_that_others_hold_is_left_for_another_night(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_ahead(archive.database, NOW)
    await passage(archive, 1, NOW)
    before = await names(archive.database, "passage")
    prepare = parts._prepare

    async def hurry(session: object) -> None:
        await prepare(session)  # type: ignore[arg-type]
        await session.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))  # type: ignore[attr-defined]

    monkeypatch.setattr(parts, "_prepare", hurry)
    async with archive.database.read() as reader:
        await reader.scalar(sa.select(sa.func.count()).select_from(Passage))
        assert await drop_passages(archive.database, NOW + 40 * DAY) == 0
    assert await names(archive.database, "passage") == before
    assert await drop_passages(archive.database, NOW + 40 * DAY) == 1


async def test_the_feed_goes_by_parts_and_its_floor_rises(archive: Archive) -> None:
    await publish(archive, [1, 2], NOW - 500 * DAY)
    await publish(archive, [LEAST, LEAST + 1], NOW - 1 * DAY)
    await make_ahead(archive.database, NOW)
    old = NOW - 400 * DAY
    assert await drop_feed(archive.database, old, LEAST - 2) == 0  # a consumer has not read all of it
    assert await drop_feed(archive.database, old, LEAST + 1) == 2
    assert await lie(archive.database, "feed") == {f"feed_{LEAST}": 2}
    async with archive.database.read() as session:
        assert (await session.scalars(sa.select(FeedHead.floor))).one() == LEAST - 1
    assert await archive.refusal("parent", PAGE, after=feed.encode_cursor(2)) == "CURSOR_TOO_OLD"
    page = await archive.ask("parent", PAGE, after=feed.encode_cursor(LEAST - 1))
    assert [update["cursor"] for update in page["updates"]] == [feed.encode_cursor(LEAST), feed.encode_cursor(LEAST + 1)]


async def test_retention_drops_parts_and_removes_the_rest_row_by_row(archive: Archive) -> None:
    await publish(archive, [1, 2], NOW - 500 * DAY)
    await publish(archive, [LEAST], NOW - 450 * DAY)
    await publish(archive, [LEAST + 1], NOW - 1 * DAY)
    await make_ahead(archive.database, NOW + 14 * MONTH)
    await passage(archive, 1, NOW)
    await passage(archive, 2, NOW + 30 * DAY)
    later = NOW + 366 * DAY + 31 * DAY
    first = (await names(archive.database, "passage"))[0]
    removed = {one.table: one.rows async for one in retention.apply(archive.database, {"feed": 1100}, later)}
    assert (removed["passage"], removed["tap"], removed["feed"]) == (2, 2, 0)
    assert first not in await names(archive.database, "passage")
    removed = {one.table: one.rows async for one in retention.apply(archive.database, {}, clock.now())}
    assert removed["feed"] == 3
    assert await lie(archive.database, "feed") == {f"feed_{LEAST}": 1}


@pytest.mark.parametrize("role", ["school_viewer", "school_system"])
async def test_no_role_reaches_the_rows_around_the_policies(archive: Archive, role: str) -> None:
    await make_ahead(archive.database, NOW)
    await passage(archive, 1, NOW)
    for statement in ("SELECT * FROM parts.passage_first", "DELETE FROM parts.feed_first", "DROP TABLE parts.passage_first", "CREATE TABLE parts.mine ()"):
        async with archive.database.engine.connect() as connection:
            await connection.execute(sa.text(f"SET ROLE {role}"))
            await connection.execute(sa.text("SELECT set_config('app.service', 'yes', true)"))
            with pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner"):
                await connection.execute(sa.text(statement))
    async with archive.database.engine.connect() as connection:
        assert (await connection.execute(sa.text("""
            SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'parts'::regnamespace AND (
                NOT relrowsecurity OR NOT relforcerowsecurity OR EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)
                OR has_table_privilege('school_viewer', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
                OR has_table_privilege('school_system', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'))"""))).all() == []


@pytest.mark.parametrize("call", [
    "make_part('pupil', 'pupil_1', '1', '2')", "make_part('feed', 'passage_1', '1', '2')", "make_part('feed', 'feed_1; DROP TABLE tap', '1', '2')",
    "drop_part('feed_other')", "drop_part('pupil')", "drop_part('feed')", "drop_part('feed_none')",
])
async def test_only_parts_are_made_and_dropped(database: Database, call: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="not a part of passages or the feed"):
        async with database.begin() as session:
            await session.execute(sa.text(f"SELECT {call}"))
    async with database.engine.connect() as connection:
        assert await connection.scalar(sa.text("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'parts'::regnamespace")) == 4


async def test_a_viewer_makes_and_drops_nothing(database: Database) -> None:
    for call in ("make_part('feed', 'feed_1', '1', '2')", "drop_part('feed_first')"):
        async with database.engine.connect() as connection:
            await connection.execute(sa.text("SET ROLE school_viewer"))
            with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
                await connection.execute(sa.text(f"SELECT {call}"))


def before_parts(url: str) -> None:
    migrate(url, "0007")


async def test_the_migration_carries_over_what_there_is(private_postgres: PostgresServer) -> None:
    """By an owner who is no superuser, and whom FORCE lets see no row; who may make and drop parts as the service afterwards."""
    admin = private_postgres.url()
    await ask(admin, "CREATE ROLE owner LOGIN CREATEROLE PASSWORD 'o'", "CREATE DATABASE one OWNER owner")
    url = sa.make_url(admin).set(username="owner", password="o", database="one").render_as_string(hide_password=False)
    await asyncio.to_thread(before_parts, url)
    database = Database(url)
    archive = Archive(database, await build(database))
    kept = [await passage(archive, number, NOW - number * DAY) for number in (1, 2, 3)]
    await publish(archive, [1, 2, 250_000], NOW)
    await database.close()
    await asyncio.to_thread(migrate, url)
    archive = Archive(Database(url), archive.world)
    async with archive.database.read() as session:
        assert sorted(await session.scalars(sa.select(Passage.id))) == sorted(kept)
        assert list(await session.scalars(sa.select(FeedRow.seq).order_by(FeedRow.seq))) == [1, 2, 250_000]
        assert [part.upper for part in await parts.parts(session, "feed")] == [350_000]
    made = await make_ahead(archive.database, NOW)
    assert "feed_350000" in made
    async with archive.database.begin() as session:
        await session.execute(sa.text(f"SELECT drop_part('{made[0]}')"))
    await passage(archive, 4, NOW)
    await archive.database.close()


async def test_sqlite_has_plain_tables(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    archive = Archive(database, await build(database))
    await passage(archive, 1, NOW)
    assert (await make_ahead(database, NOW), await drop_passages(database, NOW + 500 * DAY), await drop_feed(database, NOW, 5)) == ([], 0, 0)
    async with database.read() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(Passage)) == 1
    await database.close()


async def test_sqlite_keeps_its_passages_when_it_is_migrated() -> None:
    async with fresh_database("sqlite", migrate=before_parts) as url:
        database = Database(url)
        archive = Archive(database, await build(database))
        own = await passage(archive, 1, NOW)
        await database.close()
        await asyncio.to_thread(migrate, url)
        database = Database(url)
        async with database.read() as session:
            assert list(await session.scalars(sa.select(Passage.id))) == [own]
        await database.close()
