"""Calendar addresses: told once, kept as a digest, taken back, and never more than their account may at the moment."""

import asyncio
import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.context import Area, Scope, Viewer
from school.errors import Code, Refused
from school.identity import calendar_feeds, passwords
from school.ids import Kind
from school.outbox import OutboxRow
from school.registry.account_models import Account
from school.registry.accounts import digest_of
from school.registry.calendar_feed_models import CalendarFeed
from school.registry.models import Guardianship, School, Staff
from tests.identity.desk import Desk
from tests.registry.office import NO_SUCH, NOON, at
from tests.world import MONDAY

MAKE = """mutation($input: MakeCalendarFeedInput!) {makeCalendarFeed(input: $input) {
    ... on CalendarFeedMade {address feed {id personId language madeAt readAt}} ... on Refusal {code message}}}"""
MINE = "{myCalendarFeeds {id personId readAt}}"
REVOKE = "mutation($input: ID!) {revokeCalendarFeed(id: $input) {... on Done {done} ... on Refusal {code message}}}"


async def make(desk: Desk, viewer: Viewer, whose: str = "anna", **values: Any) -> Any:
    """A feed of somebody's lessons."""
    return await desk.result(viewer, MAKE, **({"id": str(ids.new()), "personId": desk.id(Kind.PERSON, whose), "language": "RU"} | values))


async def mine(desk: Desk, viewer: Viewer) -> list[str]:
    """The ids of the account's own."""
    return [one["id"] for one in (await desk.ask(viewer, MINE))["data"]["myCalendarFeeds"]]


def secret_of(made: Any) -> str:
    """The secret in an address."""
    return str(made["address"]).removeprefix("/calendar/").removesuffix(".ics")


async def opens(desk: Desk, made: Any) -> bool:
    """Whether an address shows something."""
    try:
        await calendar_feeds.find(desk.database.reader(), secret_of(made))
    except Refused as refused:
        return refused.code is not Code.NOT_FOUND or refused.message != NO_SUCH["message"]
    return True


async def test_an_address_is_told_once_and_kept_as_a_digest(desk: Desk) -> None:
    viewer, asked = await desk.enter("parent"), {"id": str(ids.new())}
    made = await make(desk, viewer, **asked)
    assert made["feed"] == {
        "id": made["feed"]["id"], "personId": desk.id(Kind.PERSON, "anna"), "language": "RU", "madeAt": NOON.isoformat(), "readAt": None}
    assert (made["address"], len(secret_of(made))) == (f"/calendar/{secret_of(made)}.ics", 43)
    row = await desk.row(CalendarFeed)
    assert (row["digest"], secret_of(made) in repr(row)) == (digest_of(secret_of(made)), False)
    assert await make(desk, viewer, **asked) == made | {"address": None}
    feed, reads = await calendar_feeds.find(desk.database.reader(), secret_of(made))
    assert (feed.person_id, feed.time_zone, reads.account_id, reads.session_id) == (desk.world.people["anna"], "Europe/Moscow", viewer.account_id, None)
    assert (reads.scopes, reads.children) == ({Scope(Area.DIARY, write=False)}, viewer.children)
    stranger = await desk.enter("stranger")
    for asker, values in ((viewer, {"language": "EN"}), (viewer, {"whose": "vera"})):
        assert (await make(desk, asker, **asked, **values))["code"] == "CONFLICT"
    for key in (made["feed"]["id"], ids.encode(Kind.CALENDAR_FEED, 1, ids.new())):
        assert (await desk.ask(stranger, REVOKE, input=key))["data"]["revokeCalendarFeed"] == NO_SUCH
    for _ in range(2):
        assert (await desk.ask(viewer, REVOKE, input=made["feed"]["id"]))["data"]["revokeCalendarFeed"] == {"done": True}
    assert (await opens(desk, made), await mine(desk, viewer)) == (False, [])
    told = [(row["kind"], row["concerns"]) for row in await desk.rows(OutboxRow) if row["kind"].startswith("identity.calendar")]
    anna = [str(desk.world.people["anna"])]
    assert told == [("identity.calendar_made", anna), ("identity.calendar_revoked", anna)]


@pytest.mark.parametrize(("login", "whose"), [
    ("parent", "boris"), ("anna", "boris"), ("teacher", "anna"), ("teacher", "class_teacher"), ("office", "anna"), ("office", "office"), ("parent", "parent"),
])
async def test_whoever_is_not_one_s_own_is_absent(desk: Desk, login: str, whose: str) -> None:
    viewer = await desk.enter(login)
    before = await desk.everything()
    assert await make(desk, viewer, whose) == NO_SUCH
    assert await desk.everything() == before


async def test_each_reading_asks_what_the_account_may_now(desk: Desk) -> None:
    parent, teacher, divorced = [await desk.enter(login) for login in ("parent", "teacher", "divorced")]
    of_vera, own, restricted = await make(desk, parent, "vera"), await make(desk, teacher, "teacher"), await make(desk, divorced, "vera")
    of_anna = await make(desk, parent)
    assert [await opens(desk, made) for made in (of_vera, own, restricted, of_anna)] == [True] * 4
    pair = (Guardianship.guardian_id == desk.world.people["divorced"],)
    async with desk.database.begin() as session:
        await session.execute(sa.update(Guardianship).where(*pair).values(diary=False))
        await session.execute(sa.update(Guardianship).where(
            Guardianship.guardian_id == desk.world.people["parent"], Guardianship.pupil_id == desk.world.people["vera"]).values(ended_at=NOON))
        await session.execute(sa.update(Staff).where(Staff.id == desk.world.people["teacher"]).values(left_on=MONDAY))
    assert [await opens(desk, made) for made in (of_vera, own, restricted, of_anna)] == [False, False, False, True]
    async with desk.database.begin() as session:
        await session.execute(sa.update(Guardianship).where(*pair).values(diary=True))
        await session.execute(sa.update(Staff).values(left_on=None))
        await session.execute(sa.update(School).values(staff_factor_required=True))
    assert [await opens(desk, made) for made in (own, restricted)] == [False, True], "a teacher owes the school a second factor"
    async with desk.database.begin() as session:
        await session.execute(sa.update(Account).where(Account.id == parent.account_id).values(disabled_at=NOON))
    assert not await opens(desk, of_anna)
    assert not await opens(desk, {"address": "/calendar/short.ics"})


async def test_who_takes_an_account_back_takes_its_addresses_too(desk: Desk) -> None:
    parent, other = await desk.enter("parent"), await desk.enter("divorced")
    made, another = await make(desk, parent), await make(desk, other, "vera")
    assert parent.account_id is not None
    async with desk.database.begin() as session:
        await passwords.take_away(session, parent.account_id)
    assert [await opens(desk, one) for one in (made, another)] == [False, True]


async def test_an_account_has_five_of_a_person_however_many_are_made_at_once(desk: Desk) -> None:
    viewer = await desk.enter("parent")
    key = str(ids.new())
    answers = await asyncio.gather(*(make(desk, viewer, id=key if number < 3 else str(ids.new())) for number in range(9)))
    assert sorted(answer.get("code", "MADE") for answer in answers) == ["MADE"] * 7 + ["TOO_MANY"] * 2
    assert len({answer["feed"]["id"] for answer in answers if "feed" in answer}) == 5 == len(await mine(desk, viewer))
    assert (await make(desk, viewer, "vera"))["address"], "of another child there may be as many"


async def test_the_last_reading_is_kept_to_five_minutes(desk: Desk) -> None:
    viewer = await desk.enter("parent")
    made = await make(desk, viewer)
    for minutes, seen in ((0, 0), (4, 0), (5, 5)):
        at(NOON + dt.timedelta(minutes=minutes))
        feed, _ = await calendar_feeds.find(desk.database.reader(), secret_of(made))
        if calendar_feeds.is_due(feed):
            async with desk.database.begin() as session:
                await calendar_feeds.touch(session, feed)
        assert (await desk.row(CalendarFeed))["read_at"] == NOON + dt.timedelta(minutes=seen)
    assert clock.now() == NOON + dt.timedelta(minutes=5)
