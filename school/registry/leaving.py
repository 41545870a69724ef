"""Leaving: that somebody's time at the school ends, the office's to say; from that day on they are none of its pupils or staff, their card opens no door."""

import datetime as dt
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.context import MEMBERS, Role, Viewer, act_in
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.outbox import PASSES, Event
from school.registry.former_class_models import FormerClass
from school.registry.models import Pupil, School, Staff

Member = TypeVar("Member", Staff, Pupil)
KINDS: dict[type[Staff | Pupil], str] = {Staff: "registry.staff_ended", Pupil: "registry.pupil_ended"}
EARLIEST, LATEST = dt.timedelta(days=31), dt.timedelta(days=366)
"""How long after the day an office may still say so (papers are late), and how long before it."""


async def end_staff(session: AsyncSession, viewer: Viewer, person: Ref, on: dt.date) -> Staff:
    """From this day of the school's on, the person is none of its staff, by its office; another day corrects one that was said.

    Repeating is harmless. What they are beside it, a parent for example, they stay. Refused: NOT_FOUND (none of the staff of the viewer's office),
    NOT_ALLOWED (oneself: somebody has to stay who lets others in), BAD_INPUT (more than 31 days ago, or a year ahead), CONFLICT (left before that).
    """
    act_in(viewer, person.school_id, Role.OFFICE)
    if person in viewer.persons(*MEMBERS):
        raise Refused(Code.NOT_ALLOWED, "Nobody ends their own work at the school.")
    return await _end(session, Staff, person, on)


async def end_pupil(session: AsyncSession, viewer: Viewer, person: Ref, on: dt.date) -> Pupil:
    """From this day of the school's on, the person is none of its pupils, by its office; refused and repeated as `end_staff` is.

    What happened until then stays, and the family goes on reading it until retention or an erasure takes it away. BAD_INPUT also before the first day.
    """
    act_in(viewer, person.school_id, Role.OFFICE)
    return await _end(session, Pupil, person, on)


async def _end(session: AsyncSession, kind: type[Member], person: Ref, on: dt.date) -> Member:
    found = (await session.execute(
        sa.select(kind, School.time_zone).join(School, School.id == kind.school_id)
        .where(kind.school_id == person.school_id, kind.id == person.id).with_for_update(of=kind))).one_or_none()
    if found is None:
        raise not_found()
    row, today = found[0], clock.school_date(clock.now(), found.time_zone)
    if row.left_on == on:
        return row
    if not today - EARLIEST <= on <= today + LATEST:
        raise bad_input("on must be a day from 31 days ago to a year ahead")
    if isinstance(row, Pupil) and on < row.enrolled_on and on < await _first_day(session, row):
        raise bad_input("on must not lie before the day of enrolment")
    if row.left_on is not None and row.left_on < today - EARLIEST:
        raise conflict("this person left long ago")
    row.left_on = on
    await session.flush()
    await outbox.append(session, ended(kind, person, on, clock.now()))
    return row


async def _first_day(session: AsyncSession, pupil: Pupil) -> dt.date:
    """In whichever class: who goes over to a new school year has the first day in the next class before it comes."""
    before = await session.scalar(
        sa.select(sa.func.min(FormerClass.since)).where(FormerClass.school_id == pupil.school_id, FormerClass.pupil_id == pupil.id))
    return min(pupil.enrolled_on, before or pupil.enrolled_on)


def ended(kind: type[Staff | Pupil], person: Ref, on: dt.date, at: dt.datetime) -> Event:
    """Somebody is none of the school's from this day on: the gates hear of it."""
    return Event(KINDS[kind], person.school_id, (PASSES,), {"person_id": str(person.id), "on": on.isoformat()}, at, concerns=(person.id,))
