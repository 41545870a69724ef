"""Retention: what is older than its period goes, in small steps; sums, cursors and consumers are not harmed."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.access.models import Passage
from school.context import Role
from school.delivery import feed
from school.diary.models import Mark, MarkRevision
from school.errors import Code, Refused
from school.identity.models import Invitation, Ticket, TicketKind
from school.meals.models import Posting
from school.outbox import Checkpoint, FeedHead, FeedRow
from school.record import retention
from school.record.models import Record
from school.record.retention import KEPT, PERIODS, Removed
from school.registry.account_models import Session
from school.registry.models import DeviceCode, DeviceKind, Tap
from school.tables import metadata
from tests.record.archive import Archive

DAY = dt.timedelta(days=1)
PAGE = "query($after: String) { updates(after: $after) { updates { cursor } cursor hasMore } }"


def now() -> dt.datetime:
    """The database's own guard goes by the real clock: so do these tests."""
    return clock.now()


async def apply(archive: Archive, batch: int = 5000, days: Mapping[str, int] | None = None, *, dry_run: bool = False) -> dict[str, int]:
    """The rows that went, by table."""
    removed = [one async for one in retention.apply(archive.database, days or {}, now(), batch=batch, dry_run=dry_run)]
    assert [(one.noun, one.table) for one in removed] == [(noun, model.__tablename__) for noun, period in PERIODS.items() for model, _ in period.tables]
    return {one.table: one.rows for one in removed if one.rows}


async def publish(archive: Archive, ages: list[int]) -> None:
    """Rows of the feed about Anna, so many days old."""
    async with archive.database.begin() as session:
        seq = (await session.scalar(sa.select(FeedHead.seq))) or 0
        for age in ages:
            seq += 1
            session.add(FeedRow(
                seq=seq, school_id=1, topic_kind="pupil", topic_id=archive.world.people["anna"], event_id=ids.new(), kind="day.late_withdrawn", version=1,
                payload={"date": "2026-09-07", "minutes": seq}, occurred_at=now() - age * DAY, late=False, published_at=now() - age * DAY))
        await session.execute(sa.update(FeedHead).values(seq=seq))


async def feed_is(archive: Archive) -> tuple[list[int], int]:
    """What is left of the feed, and its floor."""
    async with archive.database.read() as session:
        return list(await session.scalars(sa.select(FeedRow.seq).order_by(FeedRow.seq))), (await session.scalars(sa.select(FeedHead.floor))).one()


async def test_the_feed_loses_its_oldest_rows(archive: Archive) -> None:
    await publish(archive, [500, 450, 401, 399, 1])
    assert await apply(archive, batch=2, dry_run=True) == {"feed": 3}
    assert await feed_is(archive) == ([1, 2, 3, 4, 5], 0)
    assert await apply(archive, batch=2) == {"feed": 3}
    assert await feed_is(archive) == ([4, 5], 3)
    assert await apply(archive, batch=2) == {}
    assert await feed_is(archive) == ([4, 5], 3)


async def test_the_floor_never_sinks(archive: Archive) -> None:
    """Another run has come further meanwhile: who would resume below it misses something."""
    await publish(archive, [500, 450, 401, 1])
    async with archive.database.begin() as session:
        await session.execute(sa.update(FeedHead).values(floor=4))
    assert await apply(archive, batch=2) == {"feed": 3}
    assert await feed_is(archive) == ([4], 4)


async def test_a_cursor_below_what_is_kept_is_told_so(archive: Archive) -> None:
    await publish(archive, [500, 450, 401, 399, 1])
    await apply(archive)
    assert await archive.refusal("parent", PAGE, after=feed.encode_cursor(2)) == "CURSOR_TOO_OLD"
    assert await archive.refusal("parent", PAGE, after=feed.encode_cursor(6)) == "BAD_CURSOR"
    for after in (None, feed.encode_cursor(3)):  # nothing was missed behind the floor itself
        page = await archive.ask("parent", PAGE, after=after)
        assert [update["cursor"] for update in page["updates"]] == [feed.encode_cursor(4), feed.encode_cursor(5)]
    page = await archive.ask("stranger", PAGE)  # who has no news begins at the floor, and may go on from there
    assert page == {"updates": [], "cursor": feed.encode_cursor(3), "hasMore": False}
    assert (await archive.ask("stranger", PAGE, after=page["cursor"]))["updates"] == []


async def test_what_a_consumer_has_not_read_yet_stays(archive: Archive) -> None:
    await publish(archive, [500, 450, 401])
    async with archive.database.begin() as session:
        session.add_all([Checkpoint(consumer="slow", seq=1), Checkpoint(consumer="quick", seq=3)])
    assert await apply(archive, dry_run=True) == {"feed": 1}
    assert await apply(archive) == {"feed": 1}
    assert await feed_is(archive) == ([2, 3], 1)


async def test_a_row_whose_clock_was_wrong_keeps_what_comes_after_it(archive: Archive) -> None:
    await publish(archive, [500, 1, 450])
    assert await apply(archive) == {"feed": 1}
    assert await feed_is(archive) == ([2, 3], 1)


async def test_the_record_goes_after_three_years(archive: Archive) -> None:
    ages = (2000, 1097, 1095, 400, 0)
    await archive.add(*(archive.entry("teacher", Role.TEACHER, "anna", at=now() - age * DAY) for age in ages))
    assert await apply(archive, batch=1) == {"record": 2}
    assert len(await archive.rows()) == 3
    assert await apply(archive, days={"record": 366}) == {"record": 2}
    with pytest.raises(sa.exc.DBAPIError):  # whatever a command is told, the database keeps a year
        async with archive.database.begin() as session:
            await session.execute(sa.delete(Record))
    assert len(await archive.rows()) == 1


async def test_logins_go_a_month_after_their_end(archive: Archive) -> None:
    account = archive.world.accounts["parent"]
    person = archive.world.people["parent"]
    ended: list[dict[str, dt.datetime | None]] = [
        {"expires_at": now() - 31 * DAY, "revoked_at": None}, {"expires_at": now() + DAY, "revoked_at": now() - 31 * DAY},
        {"expires_at": now() - 29 * DAY, "revoked_at": None}, {"expires_at": now() + DAY, "revoked_at": None},
    ]
    async with archive.database.begin() as session:
        for moments in ended:
            at, end = moments["expires_at"], moments["revoked_at"]
            session.add(Session(account_id=account, digest=ids.new().bytes * 2, made_at=now() - 90 * DAY, expires_at=at, revoked_at=end))
            session.add(Ticket(digest=ids.new().bytes * 2, kind=TicketKind.PASSWORD, account_id=account, payload={}, expires_at=end or at))
            session.add(Invitation(
                school_id=1, person_id=person, role=Role.GUARDIAN, digest=ids.new().bytes * 2, made_by=None, made_at=now() - 90 * DAY, expires_at=at,
                void_at=end or now(), used_at=None, account_id=None))
            session.add(DeviceCode(
                digest=ids.new().bytes * 2, school_id=1, kind=DeviceKind.DESK, name="desk", bindings=[], made_at=now() - 90 * DAY, expires_at=at,
                cancelled_at=end, renews_id=None, device_id=None))
    assert await apply(archive) == {"session": 2, "ticket": 2, "invitation": 2, "device_code": 2}
    assert await apply(archive) == {}


async def test_passages_go_after_a_year_and_what_was_paid_by_card_stays(archive: Archive) -> None:
    await archive.live("anna", 1, now() - 367 * DAY)
    await archive.live("anna", 2, now())
    before = await archive.all_rows()
    assert await apply(archive, dry_run=True) == {"late_arrival": 1, "passage": 1, "tap": 1}
    assert await archive.all_rows() == before
    assert await apply(archive, batch=1) == {"late_arrival": 1, "passage": 1, "tap": 1}
    after = await archive.all_rows()
    assert [len(after[table]) for table in ("passage", "tap", "presence")] == [1, 3, 1]
    assert {table for table in before if after[table] != before[table]} == {"late_arrival", "passage", "tap"}
    async with archive.database.read() as session:
        assert await session.scalar(sa.select(sa.func.sum(Posting.amount))) == 0
        assert (await session.scalars(sa.select(Tap.received_at).where(Tap.received_at < now() - DAY))).all() != []


@pytest.mark.parametrize("model", [Tap, Passage])
async def test_what_is_old_is_found_by_its_index(archive: Archive, model: type[Tap] | type[Passage]) -> None:
    """A city's taps of a year are not read through for each batch of those before it."""
    [old] = [old for table, old in PERIODS["passages"].tables if table is model]
    dialect = archive.database.engine.dialect
    table = metadata.tables[model.__tablename__]
    statement = retention.some(table, old(now()), 5).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    async with archive.database.read() as session:
        if not archive.database.sqlite:
            await session.execute(sa.text("SET LOCAL enable_seqscan = off"))  # of few rows it would read all
        words = "EXPLAIN QUERY PLAN" if archive.database.sqlite else "EXPLAIN"
        plan = [str(row[-1]) for row in await session.execute(sa.text(f"{words} {statement}".replace(":", r"\:")))]
    assert any(f"ix_{table.name}_received_at" in line for line in plan)
    assert [line for line in plan if "SCAN" in line or "Seq Scan" in line] == []


async def test_the_diary_goes_five_years_after_the_pupil_has_left(archive: Archive) -> None:
    for name in ("anna", "boris", "vera"):
        await archive.live(name)
    today = now().date()
    await archive.leave("anna", today - 1828 * DAY)
    await archive.leave("boris", today - 1826 * DAY)
    assert await apply(archive, batch=1) == {"mark_revision": 1, "mark": 1, "attendance": 1}
    async with archive.database.read() as session:
        left = {archive.world.people["boris"], archive.world.people["vera"]}
        assert set(await session.scalars(sa.select(Mark.pupil_id))) == left
        assert await session.scalar(sa.select(sa.func.count()).select_from(MarkRevision)) == 2


async def test_it_goes_on_where_it_was_interrupted(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    await archive.add(*(archive.entry("teacher", Role.TEACHER, "anna", at=now() - 2000 * DAY) for _ in range(5)))
    remove, calls = retention._remove, iter(range(10))

    async def fail(*arguments: object, **more: object) -> int:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return await remove(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(retention, "_remove", fail)
    with pytest.raises(KeyboardInterrupt):
        await apply(archive, batch=2)
    assert len(await archive.rows()) == 1
    monkeypatch.undo()
    assert await apply(archive, batch=2) == {"record": 1}


@pytest.mark.parametrize(("days", "message"), [
    ({"marks": 5}, f"retention_days: there is no period of 'marks'; there are {', '.join(PERIODS)}"),
    ({"feed": 400, "record": 365}, "retention_days: record must lie between 366 and 3660 days"),
    ({"feed": 1101}, "retention_days: feed must lie between 30 and 1100 days"),
])
async def test_a_period_has_limits(archive: Archive, days: dict[str, int], message: str) -> None:
    await publish(archive, [2000])
    with pytest.raises(Refused) as caught:
        await apply(archive, days=days)
    assert (caught.value.code, caught.value.message) == (Code.BAD_INPUT, message)
    assert await feed_is(archive) == ([1], 0)


def unplaced(tables: Iterable[str]) -> list[str]:
    """The tables of which it is not said, once, how long they are kept."""
    said = Counter([model.__tablename__ for period in PERIODS.values() for model, _ in period.tables])
    said.update(table for kept in KEPT.values() for table in kept.tables)
    return sorted([*(set(tables) ^ set(said)), *(f"{table} twice" for table, times in said.items() if times > 1)])


def test_every_table_has_a_period_or_is_kept_for_a_reason() -> None:
    assert unplaced(metadata.tables) == []
    assert unplaced([*metadata.tables, "diagnosis"]) == ["diagnosis"]
    assert [noun for noun, kept in KEPT.items() if not kept.reason or noun in PERIODS] == []


def test_the_periods_lie_within_their_limits() -> None:
    assert [noun for noun, period in PERIODS.items() if not period.shortest <= period.days <= period.longest] == []
    assert Removed("feed", "feed", 1).rows == 1
