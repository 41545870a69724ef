"""Reads of access, shaped for screens: one statement for each list, and one more where an absent subject must be told from an empty list."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.access import policy
from school.access.models import Door, DoorReader, DoorRule, Passage, Presence
from school.connections import Page, page, paged, read_page
from school.context import Viewer
from school.db import Rows
from school.errors import Refused, bad_input, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import ClassGroup, Device, DeviceKind, Person, Pupil, Tap
from school.statements import Read, given

DOOR = (Door.id.label("door_id"), Door.name.label("door_name"), Door.anti_passback)
_LARGEST_CLASS = 200


_NEWEST = (Passage.happened_at, Passage.id)


@Read
def _passages(viewer: Viewer, after: bool) -> Rows:
    statement = sa.select(
        Passage.school_id, Passage.id, Passage.direction, Passage.reason, Passage.data_version, Passage.happened_at, Passage.received_at, Passage.late,
        Passage.suspect, *DOOR,
    ).join(Door, sa.and_(Door.school_id == Passage.school_id, Door.id == Passage.door_id)).where(
        policy.visible_passages(viewer), Passage.school_id == given("school_id"), Passage.person_id == given("person_id"))
    return paged(statement, _NEWEST, after=after, descending=True)


@Read
def _watched(viewer: Viewer) -> Rows:
    return sa.select(Person.id).where(policy.watched_persons(viewer), Person.school_id == given("school_id"), Person.id == given("person_id"))


async def passages(reader: Reader, viewer: Viewer, person: Ref, *, first: int, after: str | None) -> Page:
    """Someone's passages, newest first. Refused as absent: a person whom the viewer may not watch."""
    key = {"school_id": person.school_id, "person_id": person.id}
    try:
        found = await read_page(reader, _passages, viewer, _NEWEST, first=first, after=after, **key)
    except Refused:  # whoever may not watch is not told more than that
        if not await reader.all(_watched, viewer, **key):
            raise not_found() from None
        raise
    if not found.rows and not await reader.all(_watched, viewer, **key):
        raise not_found()
    return found


async def taps(session: AsyncSession, viewer: Viewer, *, door: Ref | None, person: Ref | None, first: int, after: str | None) -> Page:
    """The taps at a door, or someone's at any gate, refused ones too, newest first. A tap at a door is one at a reader that stands for it now.

    Who stood at a till or a desk is no business of the doors.
    """
    if (door is None) == (person is None):
        raise bad_input("doorId or personId must be given, and not both")
    statement = sa.select(
        Tap.school_id, Tap.id, Tap.person_id, Tap.reader, Tap.outcome, Tap.reason, Tap.data_version, Tap.happened_at, Tap.received_at, Tap.late, Tap.suspect,
        DoorReader.direction, *DOOR,
    ).join(Device, sa.and_(Device.school_id == Tap.school_id, Device.id == Tap.device_id)).where(policy.visible_taps(viewer), Device.kind == DeviceKind.GATE)
    at_reader = sa.and_(DoorReader.school_id == Tap.school_id, DoorReader.device_id == Tap.device_id, DoorReader.reader == Tap.reader)
    at_door = sa.and_(Door.school_id == DoorReader.school_id, Door.id == DoorReader.door_id)
    if door is not None:
        await _check(session, Door, policy.visible_doors(viewer), door)
        statement = statement.join(DoorReader, at_reader).join(Door, at_door).where(Door.school_id == door.school_id, Door.id == door.id)
    elif person is not None:
        await _check_watched(session, viewer, person)
        statement = statement.outerjoin(DoorReader, at_reader).outerjoin(Door, at_door).where(Tap.school_id == person.school_id, Tap.person_id == person.id)
    return await page(session, statement, (Tap.happened_at, Tap.id), first=first, after=after, descending=True)


async def inside(session: AsyncSession, viewer: Viewer, *, first: int, after: str | None) -> Page:
    """Who is inside now, by name."""
    statement = _located().join(Presence, _presence_of_person()).join(Door, _door_of_presence()).where(policy.visible_presence(viewer), Presence.inside)
    return await page(session, statement, (Person.sort_key, Person.school_id, Person.id), first=first, after=after)


async def class_presence(session: AsyncSession, viewer: Viewer, group: Ref) -> Sequence[Any]:
    """Where the pupils of a class are, by name. Refused as absent: a class whose pupils the viewer may not locate."""
    pupil = sa.and_(Pupil.school_id == ClassGroup.school_id, Pupil.class_group_id == ClassGroup.id, Pupil.left_on.is_(None))
    statement = (
        _located().select_from(ClassGroup).outerjoin(Pupil, pupil)
        .outerjoin(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
        .outerjoin(Presence, _presence_of_person()).outerjoin(Door, _door_of_presence())
        .where(policy.located_classes(viewer), ClassGroup.school_id == group.school_id, ClassGroup.id == group.id)
        .order_by(Person.sort_key, Person.id).limit(_LARGEST_CLASS)
    )
    rows = (await session.execute(statement)).all()
    if not rows:
        raise not_found()
    return [row for row in rows if row.id is not None]


async def pupil_presence(session: AsyncSession, viewer: Viewer, child: Ref) -> Any:
    """Where a pupil is: presence is null for one never seen. Refused as absent: whom the viewer may not locate."""
    statement = (
        _located().join(Pupil, sa.and_(Pupil.school_id == Person.school_id, Pupil.id == Person.id))
        .outerjoin(Presence, _presence_of_person()).outerjoin(Door, _door_of_presence())
        .where(policy.located_persons(viewer), Person.school_id == child.school_id, Person.id == child.id)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise not_found()
    return row


async def doors(session: AsyncSession, viewer: Viewer) -> Sequence[Any]:
    """The doors of the viewer's schools, by name."""
    statement = sa.select(Door.school_id, *DOOR)
    return (await session.execute(statement.where(policy.visible_doors(viewer)).order_by(Door.school_id, Door.name, Door.id).limit(1000))).all()


RULE = (
    DoorRule.school_id, DoorRule.id, DoorRule.direction, DoorRule.audience, DoorRule.class_group_id, DoorRule.person_id, DoorRule.weekdays, DoorRule.starts_at,
    DoorRule.ends_at, DoorRule.valid_from, DoorRule.valid_until, DoorRule.made_at, DoorRule.ended_at, DoorRule.door_id,
)


async def door_rules(session: AsyncSession, viewer: Viewer, *, ended: bool, first: int, after: str | None) -> Page:
    """The rules in force, or those ended, in the order they were made."""
    state = DoorRule.ended_at.is_not(None) if ended else DoorRule.ended_at.is_(None)
    statement = sa.select(*RULE).where(policy.visible_rules(viewer), state)
    return await page(session, statement, (DoorRule.made_at, DoorRule.school_id, DoorRule.id), first=first, after=after)


def _located() -> Rows:
    return sa.select(Person.school_id, Person.id, Presence.inside, Presence.changed_at, *DOOR)


def _presence_of_person() -> sa.ColumnElement[bool]:
    return sa.and_(Presence.school_id == Person.school_id, Presence.person_id == Person.id)


def _door_of_presence() -> sa.ColumnElement[bool]:
    return sa.and_(Door.school_id == Presence.school_id, Door.id == Presence.door_id)


async def _check_watched(session: AsyncSession, viewer: Viewer, person: Ref) -> None:
    await _check(session, Person, policy.watched_persons(viewer), person)


async def _check(session: AsyncSession, model: type[Door] | type[Person], clause: sa.ColumnElement[bool], ref: Ref) -> None:
    if not await session.scalar(sa.select(sa.exists().where(clause, model.school_id == ref.school_id, model.id == ref.id))):
        raise not_found()
