"""Erasure: a person who has left becomes nameless. What sums and figures need stays, under an id that leads to nobody any more.

Backups are not changed: they hold the data until they expire, and whoever restores one erases again.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import Area
from school.db import Base
from school.errors import conflict, not_found
from school.ids import Ref
from school.meals.models import MealAccount
from school.outbox import PASSES, Event, FeedRow, Topic, TopicKind
from school.record.entries import Entries, Entry
from school.record.export import accounts_of
from school.record.models import RecordAction
from school.record.personal import HOLDINGS, PSEUDONYM, Holding, Subject
from school.registry.account_models import AccountRole
from school.registry.events import person_erased
from school.registry.guardianship import ENDED
from school.registry.models import Guardianship, Person, Pupil, School, Staff
from school.registry.texts import line

LONGEST_REASON = 200


async def erase(session: AsyncSession, person: Ref, reason: str) -> Mapping[str, int]:
    """Erase a person, in the caller's transaction and as the service; how many rows of each table were removed or overwritten.

    Doing it again is harmless, and removes what came in meanwhile. Refused: NOT_FOUND; BAD_INPUT (no reason); CONFLICT with the cause: a pupil or a
    member of the staff who has not left, a guardian of somebody, an account with money or a debt.
    """
    reason = line(reason, "reason", LONGEST_REASON)
    found = (await session.execute(
        sa.select(Person.family_name, School.time_zone).join(School, School.id == Person.school_id)
        .where(Person.school_id == person.school_id, Person.id == person.id).with_for_update(of=Person))).one_or_none()
    if found is None:
        raise not_found()
    now = clock.now()
    await _check_left(session, person, clock.school_date(now, found.time_zone))
    subject = Subject(person, await _own_accounts(session, person))
    events = await _farewells(session, person, now)
    changed = {name: await _treat(session, Base.metadata.tables[name], holding, subject) for name, holding in HOLDINGS.items()}
    changed["feed"] += await _forget_events(session, person)
    if changed["card"] or changed["person"]:
        events.append(person_erased(person.school_id, now))
    await outbox.append(session, *events)
    if found.family_name != PSEUDONYM:
        await Entries().write(session, [Entry(
            school_id=person.school_id, person_id=person.id, area=Area.RECORD, action=RecordAction.ERASED, at=now, note=reason)])
    return {name: count for name, count in changed.items() if count}


async def _check_left(session: AsyncSession, person: Ref, today: dt.date) -> None:
    """Nobody vanishes who is still expected at school, or still has something to get or to give."""
    mine = {"school_id": person.school_id, "id": person.id}
    for who, noun in ((Pupil, "a pupil"), (Staff, "a member of the staff")):
        row = (await session.execute(sa.select(who.left_on).filter_by(**mine))).one_or_none()
        if row is not None and (row.left_on is None or row.left_on > today):
            raise conflict(f"This person is {noun} and has not left.")
    guards = sa.select(Guardianship.id).where(
        Guardianship.school_id == person.school_id, Guardianship.guardian_id == person.id, Guardianship.ended_at.is_(None)).limit(1)
    if await session.scalar(guards) is not None:
        raise conflict("This person is the guardian of a pupil: end that first.")
    balance = await session.scalar(
        sa.select(MealAccount.balance).where(MealAccount.school_id == person.school_id, MealAccount.person_id == person.id).with_for_update())
    if balance:
        raise conflict(f"There are {balance} minor units on this person's meal account: pay them out or in first.")


async def _own_accounts(session: AsyncSession, person: Ref) -> list[UUID]:
    """The logins that are nobody else: one with which a parent also is a person of another school stays, for that school."""
    accounts = await accounts_of(session, person)
    others = set(await session.scalars(sa.select(AccountRole.account_id).where(
        AccountRole.account_id.in_(accounts), sa.or_(AccountRole.school_id != person.school_id, AccountRole.person_id != person.id))))
    return [account for account in accounts if account not in others]


async def _farewells(session: AsyncSession, person: Ref, now: dt.datetime) -> list[Event]:
    """That the pupil's family hears nothing more of them: streams end by these events."""
    guardians = await session.scalars(sa.select(Guardianship).where(
        Guardianship.school_id == person.school_id, Guardianship.pupil_id == person.id, Guardianship.ended_at.is_(None)))
    topic = (Topic(TopicKind.PUPIL, person.id),)
    return [
        Event(ENDED, person.school_id, topic, {
            "guardianship_id": str(row.id), "guardian_id": str(row.guardian_id), "pupil_id": str(row.pupil_id), "relation": row.relation.value}, now)
        for row in guardians
    ]


async def _treat(session: AsyncSession, table: sa.Table, holding: Holding, subject: Subject) -> int:
    """One table by the list: its rows go, or are overwritten where they say something else."""
    whose = holding.whose(table, subject)
    if holding.concerning is not None:
        whose = sa.or_(whose, holding.concerning(table, subject))
    if holding.erased is None:
        return await _count(session, sa.delete(table).where(whose))
    if not holding.erased:
        return 0
    says = sa.or_(*(table.c[column].is_distinct_from(sa.literal(value, table.c[column].type)) for column, value in holding.erased.items()))
    return await _count(session, sa.update(table).where(whose, says).values(holding.erased))


async def _forget_events(session: AsyncSession, person: Ref) -> int:
    """Events about the person in others' topics: doors', tills', desks'. The gates' topic stays whole, for their lists are counted by it."""
    return await _count(session, sa.delete(FeedRow).where(
        FeedRow.school_id == person.school_id, FeedRow.topic_kind.not_in([TopicKind.PUPIL, PASSES.kind]),
        FeedRow.payload["person_id"].as_string() == str(person.id)))


async def _count(session: AsyncSession, statement: sa.Update | sa.Delete) -> int:
    result: Any = await session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)
