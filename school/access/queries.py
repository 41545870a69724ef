"""Reads of access, shaped for screens: one statement for each list, and one more where an absent subject must be told from an empty list."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from school.access import policy
from school.access.models import Door, DoorReader, DoorRule, Passage, Presence
from school.connections import Page, paged, read_page
from school.context import Viewer
from school.db import Column, Rows
from school.errors import Refused, bad_input, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import ClassGroup, Device, DeviceKind, Person, Pupil, Tap
from school.statements import THIS_PERSON, Asking, Read, given

DOOR = (Door.id.label("door_id"), Door.name.label("door_name"), Door.anti_passback)
_LARGEST_CLASS = 200
_NEWEST = (Passage.happened_at, Passage.id)


@Read
def _passages(viewer: Asking, after: bool) -> Rows:
    statement = sa.select(
        Passage.school_id, Passage.id, Passage.direction, Passage.reason, Passage.data_version, Passage.happened_at, Passage.received_at, Passage.late,
        Passage.suspect, *DOOR,
    ).outerjoin(Door, sa.and_(Door.school_id == Passage.school_id, Door.id == Passage.door_id)).where(
        policy.visible_passages(viewer, *THIS_PERSON), Passage.school_id == THIS_PERSON.school_id, Passage.person_id == THIS_PERSON.id)
    return paged(statement, _NEWEST, after=after, descending=True)


@Read
def _watched(viewer: Asking) -> Rows:
    return sa.select(Person.id).where(policy.watched_persons(viewer), Person.school_id == given("school_id"), Person.id == given("person_id"))


async def passages(
    reader: Reader, viewer: Viewer, person: Ref, *, first: int, after: str | None, columns: frozenset[str] | None = None,
) -> Page:
    """Someone's passages, newest first. Refused as absent: a person whom the viewer may not watch."""
    return await _page_of(
        reader, viewer, _passages, _NEWEST, _watched, first=first, after=after, columns=columns, school_id=person.school_id, person_id=person.id)


_NEWEST_TAPS = (Tap.happened_at, Tap.id)


@Read
def _taps(viewer: Asking, after: bool, at_door: bool) -> Rows:
    statement = sa.select(
        Tap.school_id, Tap.id, Tap.person_id, Tap.reader, Tap.outcome, Tap.reason, Tap.data_version, Tap.happened_at, Tap.received_at, Tap.late, Tap.suspect,
        DoorReader.direction, *DOOR,
    ).join(Device, sa.and_(Device.school_id == Tap.school_id, Device.id == Tap.device_id)).where(policy.visible_taps(viewer), Device.kind == DeviceKind.GATE)
    of_reader = sa.and_(DoorReader.school_id == Tap.school_id, DoorReader.device_id == Tap.device_id, DoorReader.reader == Tap.reader)
    of_door = sa.and_(Door.school_id == DoorReader.school_id, Door.id == DoorReader.door_id)
    if at_door:
        statement = statement.join(DoorReader, of_reader).join(Door, of_door).where(Door.school_id == given("school_id"), Door.id == given("door_id"))
    else:
        statement = statement.outerjoin(DoorReader, of_reader).outerjoin(Door, of_door).where(
            Tap.school_id == given("school_id"), Tap.person_id == given("person_id"))
    return paged(statement, _NEWEST_TAPS, after=after, descending=True)


@Read
def _door(viewer: Asking) -> Rows:
    return sa.select(Door.id).where(policy.visible_doors(viewer), Door.school_id == given("school_id"), Door.id == given("door_id"))


async def taps(reader: Reader, viewer: Viewer, *, door: Ref | None, person: Ref | None, first: int, after: str | None) -> Page:
    """The taps at a door, or someone's at any gate, refused ones too, newest first. A tap at a door is one at a reader that stands for it now.

    Who stood at a till or a desk is no business of the doors.
    """
    if door is not None and person is None:
        return await _page_of(reader, viewer, _taps, _NEWEST_TAPS, _door, True, first=first, after=after, school_id=door.school_id, door_id=door.id)
    if person is not None and door is None:
        return await _page_of(reader, viewer, _taps, _NEWEST_TAPS, _watched, False, first=first, after=after, school_id=person.school_id, person_id=person.id)
    raise bad_input("doorId or personId must be given, and not both")


_BY_NAME = (Person.sort_key, Person.school_id, Person.id)


@Read
def _inside(viewer: Asking, after: bool) -> Rows:
    statement = _located().join(Presence, _presence_of_person()).join(Door, _door_of_presence()).where(policy.visible_presence(viewer), Presence.inside)
    return paged(statement, _BY_NAME, after=after)


async def inside(reader: Reader, viewer: Viewer, *, first: int, after: str | None) -> Page:
    """Who is inside now, by name."""
    return await read_page(reader, _inside, viewer, _BY_NAME, first=first, after=after)


@Read
def _class_presence(viewer: Asking) -> Rows:
    pupil = sa.and_(Pupil.school_id == ClassGroup.school_id, Pupil.class_group_id == ClassGroup.id, Pupil.left_on.is_(None))
    return (
        _located().select_from(ClassGroup).outerjoin(Pupil, pupil)
        .outerjoin(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
        .outerjoin(Presence, _presence_of_person()).outerjoin(Door, _door_of_presence())
        .where(policy.located_classes(viewer), ClassGroup.school_id == given("school_id"), ClassGroup.id == given("group_id"))
        .order_by(Person.sort_key, Person.id).limit(_LARGEST_CLASS)
    )


async def class_presence(reader: Reader, viewer: Viewer, group: Ref) -> Sequence[Any]:
    """Where the pupils of a class are, by name. Refused as absent: a class whose pupils the viewer may not locate."""
    found = await reader.all(_class_presence, viewer, school_id=group.school_id, group_id=group.id)
    if not found:
        raise not_found()
    return [row for row in found if row.id is not None]


@Read
def _pupil_presence(viewer: Asking) -> Rows:
    return (
        _located().join(Pupil, sa.and_(Pupil.school_id == Person.school_id, Pupil.id == Person.id))
        .outerjoin(Presence, _presence_of_person()).outerjoin(Door, _door_of_presence())
        .where(policy.located_persons(viewer), Person.school_id == given("school_id"), Person.id == given("child_id"))
    )


async def pupil_presence(reader: Reader, viewer: Viewer, child: Ref) -> Any:
    """Where a pupil is: presence is null for one never seen. Refused as absent: whom the viewer may not locate."""
    found = await reader.all(_pupil_presence, viewer, school_id=child.school_id, child_id=child.id)
    if not found:
        raise not_found()
    return found[0]


@Read
def _doors(viewer: Asking) -> Rows:
    return sa.select(Door.school_id, *DOOR).where(policy.visible_doors(viewer)).order_by(Door.school_id, Door.name, Door.id).limit(1000)


async def doors(reader: Reader, viewer: Viewer) -> Sequence[Any]:
    """The doors of the viewer's schools, by name."""
    return await reader.all(_doors, viewer)


RULE = (
    DoorRule.school_id, DoorRule.id, DoorRule.direction, DoorRule.audience, DoorRule.class_group_id, DoorRule.person_id, DoorRule.weekdays, DoorRule.starts_at,
    DoorRule.ends_at, DoorRule.valid_from, DoorRule.valid_until, DoorRule.made_at, DoorRule.ended_at, DoorRule.door_id,
)


_AS_MADE = (DoorRule.made_at, DoorRule.school_id, DoorRule.id)


@Read
def _door_rules(viewer: Asking, after: bool, ended: bool) -> Rows:
    state = DoorRule.ended_at.is_not(None) if ended else DoorRule.ended_at.is_(None)
    return paged(sa.select(*RULE).where(policy.visible_rules(viewer), state), _AS_MADE, after=after)


async def door_rules(reader: Reader, viewer: Viewer, *, ended: bool, first: int, after: str | None) -> Page:
    """The rules in force, or those ended, in the order they were made."""
    return await read_page(reader, _door_rules, viewer, _AS_MADE, ended, first=first, after=after)


def _located() -> Rows:
    return sa.select(Person.school_id, Person.id, Presence.inside, Presence.changed_at, *DOOR)


def _presence_of_person() -> sa.ColumnElement[bool]:
    return sa.and_(Presence.school_id == Person.school_id, Presence.person_id == Person.id)


def _door_of_presence() -> sa.ColumnElement[bool]:
    return sa.and_(Door.school_id == Presence.school_id, Door.id == Presence.door_id)


async def _page_of(
    reader: Reader, viewer: Viewer, read: Read, key: Sequence[Column], subject: Read, *how: Any, first: int, after: str | None, **of: Any,
) -> Page:
    """A page about a subject, which the other read finds. Refused as absent where it does not: whoever may not see it is not told more than that."""
    try:
        found = await read_page(reader, read, viewer, key, *how, first=first, after=after, **of)
    except Refused:
        if not await reader.all(subject, viewer, **of):
            raise not_found() from None
        raise
    if not found.rows and not await reader.all(subject, viewer, **of):
        raise not_found()
    return found
