"""The record of changes: written by the relay with the feed's rows, once, and without a statement more for each."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.access.events import rules_changed
from school.access.models import DoorRule
from school.context import Area, Grant, Role
from school.db import Database
from school.delivery import relay
from school.delivery.relay import Relay
from school.ids import Ref
from school.meals import accounts
from school.meals.models import MealAccount
from school.outbox import Event, FeedRow, Signal, Topic, TopicKind, append
from school.record.entries import Entries
from school.record.models import RecordAction
from school.registry import cards
from tests.record.archive import Archive
from tests.statements import counted

CHANGED = RecordAction.CHANGED


async def tell(archive: Archive, login: str | None, kind: str, *pupils: str, times: int = 1) -> None:
    """An account, or the service itself, causes events about pupils, a door and the gates."""
    identity = archive.viewer(login).identity() if login else None
    topics = (*(Topic(TopicKind.PUPIL, archive.world.people[pupil]) for pupil in pupils), Topic(TopicKind.DOOR, archive.world.doors["main"]))
    async with archive.database.begin(identity) as session:
        for _ in range(times):
            await append(session, Event(kind, 1, topics, {}, clock.now()))


async def test_each_pupil_of_an_event_gets_an_entry(archive: Archive) -> None:
    await tell(archive, "teacher", "diary.homework_set", "anna", "boris")
    await tell(archive, "office", "meals.topped_up", "vera")
    await tell(archive, "parent", "registry.card_blocked", "anna")
    await tell(archive, "office", "registry.guardianship_ended", "anna")
    await tell(archive, None, "access.passed", "anna")  # a gate's
    assert await archive.rows() == []
    await archive.publish()
    logins = archive.world.accounts
    assert await archive.written() == [
        (logins["teacher"], Role.TEACHER, "anna", Area.DIARY, CHANGED, "diary.homework_set"),
        (logins["teacher"], Role.TEACHER, "boris", Area.DIARY, CHANGED, "diary.homework_set"),
        (logins["office"], Role.OFFICE, "vera", Area.MEALS, CHANGED, "meals.topped_up"),
        (logins["parent"], Role.GUARDIAN, "anna", Area.ACCESS, CHANGED, "registry.card_blocked"),
        (logins["office"], Role.OFFICE, "anna", Area.PEOPLE, CHANGED, "registry.guardianship_ended"),
    ]


async def test_what_is_told_to_nobody_is_in_the_record_of_whom_it_concerns(archive: Archive) -> None:
    """By the verbs themselves: a meal account, a rule for one person. The feed has nothing of it for the family."""
    world, office = archive.world, archive.viewer("office")
    async with archive.database.begin() as session:  # Anna has none yet
        await session.execute(sa.delete(MealAccount).where(MealAccount.person_id == world.people["anna"]))
    async with archive.database.begin(office.identity()) as session:
        await accounts.open_account(session, office, archive.ref("anna"), overdraft=500)
        await accounts.open_account(session, office, archive.ref("anna"), overdraft=500)
        await append(session, rules_changed(DoorRule(school_id=1, id=ids.new(), person_id=world.people["vera"], ended_at=None), clock.now()))
        await append(session, rules_changed(DoorRule(school_id=1, id=ids.new(), person_id=None, ended_at=None), clock.now()))
    await archive.publish()
    assert await archive.written() == [
        (world.accounts["office"], Role.OFFICE, "anna", Area.MEALS, CHANGED, "meals.account_opened"),
        (world.accounts["office"], Role.OFFICE, "vera", Area.ACCESS, CHANGED, "access.rules_changed"),
    ]
    async with archive.database.read() as session:
        assert set(await session.scalars(sa.select(FeedRow.topic_kind))) == {TopicKind.PASSES}


async def test_who_is_staff_and_family_changes_as_what_they_act(archive: Archive) -> None:
    """A member of the office blocks her own child's card as its mother."""
    office = archive.viewer("office")
    mother = replace(office, grants=(*office.grants, Grant(1, archive.world.people["parent"], Role.GUARDIAN)), children=frozenset({archive.ref("anna")}))
    async with archive.database.begin(mother.identity()) as session:
        for child in ("anna", "vera"):
            await cards.block(session, mother, Ref(1, archive.world.cards[child]))
    await archive.publish()
    assert {(role, person) for _, role, person, *_ in await archive.written()} == {(Role.GUARDIAN, "anna"), (Role.OFFICE, "vera")}


async def test_a_batch_costs_one_statement_more_however_many_changes(archive: Archive) -> None:
    notebook, counts = Relay(archive.database, Signal(), lease_seconds=0), []
    await tell(archive, "teacher", "diary.mark_given", "anna")
    await notebook.publish()  # it meets the school
    for login, times in ((None, 1), ("teacher", 1), ("teacher", 50)):
        await tell(archive, login, "diary.mark_given", "anna", "boris", times=times)
        with counted(archive.database) as statements:
            assert await notebook.publish() == times
        counts.append(len(statements))
    assert counts == [counts[0], counts[0] + 1, counts[0] + 1]
    assert len(await archive.rows()) == 1 + 2 + 100


async def test_a_batch_that_fails_leaves_neither_and_the_next_writes_both_once(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    await tell(archive, "teacher", "diary.mark_given", "anna")
    advance, before = relay._advance, await archive.all_rows()

    async def fail(*_arguments: object) -> None:
        raise ZeroDivisionError

    write = Entries.write
    for broken in (relay, Entries):  # before the feed's rows, and after them
        with monkeypatch.context() as patch:
            patch.setattr(broken, "_advance" if broken is relay else "write", fail)
            with pytest.raises(ZeroDivisionError):
                await archive.publish()
    assert (relay._advance, Entries.write) == (advance, write)
    after = await archive.all_rows()
    assert {name for name, rows in after.items() if rows != before[name]} <= {"lease"}
    await archive.publish()
    await archive.publish()
    assert len(await archive.rows()) == 1
    assert [len((await archive.all_rows())[table]) for table in ("outbox", "feed")] == [0, 2]


async def test_two_relays_write_each_change_once(archive: Archive, database_url: str) -> None:
    other = Database(database_url)
    relays = [Relay(database, Signal(), lease_seconds=0, batch=7) for database in (archive.database, other)]
    await tell(archive, "teacher", "diary.mark_given", "anna", times=50)
    while sum([await one.publish() for one in relays]):
        pass
    await other.close()
    assert len(await archive.rows()) == 50
