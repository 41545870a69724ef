"""Reads of access, shaped for screens: one statement for each list, and one more where an absent subject must be told from an empty list."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from school.access import policy
from school.access.models import Door, DoorReader, DoorRule, Passage, Presence
from school.connections import Page, paged, read_page
from school.context import Viewer
from school.db import Column, Moment, Rows
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


_TAP = (
    Tap.school_id, Tap.id, Tap.person_id, Tap.reader, Tap.outcome, Tap.reason, Tap.data_version, Tap.happened_at, Tap.received_at, Tap.late, Tap.suspect,
)
_OF_READER = sa.and_(DoorReader.school_id == Tap.school_id, DoorReader.device_id == Tap.device_id, DoorReader.reader == Tap.reader)
_OF_DOOR = sa.and_(Door.school_id == DoorReader.school_id, Door.id == DoorReader.door_id)


@Read
def _taps_of_person(viewer: Asking, after: bool) -> Rows:
    statement = (
        sa.select(*_TAP, DoorReader.direction, *DOOR).join(Device, sa.and_(Device.school_id == Tap.school_id, Device.id == Tap.device_id))
        .outerjoin(DoorReader, _OF_READER).outerjoin(Door, _OF_DOOR)
        .where(Tap.school_id == given("school_id"), Tap.person_id == given("person_id"), Device.kind == DeviceKind.GATE, policy.visible_taps(viewer))
    )
    return paged(statement, _NEWEST_TAPS, after=after, descending=True)


@Read
def _taps_at_door(viewer: Asking, after: bool) -> Rows:
    """A gate has years of taps and a page shows a few: of each reader of the door no more are looked at than the page could show."""
    one = aliased(Tap)
    key, of_reader = (one.happened_at, one.id), sa.and_(
        one.school_id == DoorReader.school_id, one.device_id == DoorReader.device_id, one.reader == DoorReader.reader)
    own = sa.select(one.happened_at).where(of_reader, policy.visible_taps(viewer, one.school_id, one.person_id))
    if after:
        own = own.where(sa.tuple_(*key) < sa.tuple_(*(given(f"after_{place}", column.type) for place, column in enumerate(key))))
    last = own.order_by(*(column.desc() for column in key)).limit(1).offset(given("limit", sa.Integer()) - 1).scalar_subquery()
    begins = sa.func.coalesce(last, sa.literal(dt.datetime.min.replace(tzinfo=dt.UTC), Moment())).label("begins")
    readers = (
        sa.select(DoorReader.school_id, DoorReader.device_id, DoorReader.reader, DoorReader.direction, *DOOR, begins).join(Door, _OF_DOOR)
        .join(Device, sa.and_(Device.school_id == DoorReader.school_id, Device.id == DoorReader.device_id))
        .where(Door.school_id == given("school_id"), Door.id == given("door_id"), Device.kind == DeviceKind.GATE).cte("readers").prefix_with("MATERIALIZED")
    )
    at = readers.c
    statement = sa.select(*_TAP, at.direction, at.door_id, at.door_name, at.anti_passback).join(readers, sa.and_(
        at.school_id == Tap.school_id, at.device_id == Tap.device_id, at.reader == Tap.reader, Tap.happened_at >= at.begins)).where(policy.visible_taps(viewer))
    return paged(statement, _NEWEST_TAPS, after=after, descending=True)


@Read
def _door(viewer: Asking) -> Rows:
    return sa.select(Door.id).where(policy.visible_doors(viewer), Door.school_id == given("school_id"), Door.id == given("door_id"))


@Read
def _watched_door(viewer: Asking) -> Rows:
    return sa.select(Door.id).where(policy.watched_doors(viewer), Door.school_id == given("school_id"), Door.id == given("door_id"))


async def check_door(reader: Reader, viewer: Viewer, door: Ref) -> None:
    """Refused as absent: a door of no school where the viewer is a guard, of the office or the head."""
    if not await reader.all(_watched_door, viewer, school_id=door.school_id, door_id=door.id):
        raise not_found()


async def taps(
    reader: Reader, viewer: Viewer, *, door: Ref | None, person: Ref | None, first: int, after: str | None, columns: frozenset[str] | None = None,
) -> Page:
    """The taps at a door, or someone's at any gate, refused ones too, newest first. A tap at a door is one at a reader that stands for it now.

    Who stood at a till or a desk is no business of the doors.
    """
    if door is not None and person is None:
        place = {"school_id": door.school_id, "door_id": door.id}
        return await _page_of(reader, viewer, _taps_at_door, _NEWEST_TAPS, _door, first=first, after=after, columns=columns, **place)
    if person is not None and door is None:
        whose = {"school_id": person.school_id, "person_id": person.id}
        return await _page_of(reader, viewer, _taps_of_person, _NEWEST_TAPS, _watched, first=first, after=after, columns=columns, **whose)
    raise bad_input("doorId or personId must be given, and not both")


BY_NAME = (Person.sort_key, Person.school_id, Person.id)


@Read
def _inside(viewer: Asking, after: bool) -> Rows:
    statement = located().join(Presence, presence_of_person()).join(*door_of_presence()).where(policy.visible_presence(viewer), Presence.inside)
    return paged(statement, BY_NAME, after=after)


async def inside(reader: Reader, viewer: Viewer, *, first: int, after: str | None, columns: frozenset[str] | None = None) -> Page:
    """Who is inside now, by name."""
    return await read_page(reader, _inside, viewer, BY_NAME, first=first, after=after, columns=columns)


@Read
def _class_presence(viewer: Asking) -> Rows:
    pupil = sa.and_(Pupil.school_id == ClassGroup.school_id, Pupil.class_group_id == ClassGroup.id, Pupil.left_on.is_(None))
    return (
        located().select_from(ClassGroup).outerjoin(Pupil, pupil)
        .outerjoin(Person, sa.and_(Person.school_id == Pupil.school_id, Person.id == Pupil.id))
        .outerjoin(Presence, presence_of_person()).outerjoin(*door_of_presence())
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
        located().join(Pupil, sa.and_(Pupil.school_id == Person.school_id, Pupil.id == Person.id))
        .outerjoin(Presence, presence_of_person()).outerjoin(*door_of_presence())
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


def located() -> Rows:
    """Persons with what is known of where they are, once their presence and its door are joined."""
    return sa.select(Person.school_id, Person.id, Presence.inside, Presence.changed_at, *DOOR)


def presence_of_person() -> sa.ColumnElement[bool]:
    """Somebody's presence."""
    return sa.and_(Presence.school_id == Person.school_id, Presence.person_id == Person.id)


def door_of_presence() -> tuple[type[Door], sa.ColumnElement[bool]]:
    """The door of the newest passage, to be joined."""
    return Door, sa.and_(Door.school_id == Presence.school_id, Door.id == Presence.door_id)


async def _page_of(
    reader: Reader, viewer: Viewer, read: Read, key: Sequence[Column], subject: Read, *, first: int, after: str | None, columns: frozenset[str] | None,
    **of: Any,
) -> Page:
    """A page about a subject, which the other read finds. Refused as absent where it does not: whoever may not see it is not told more than that."""
    try:
        found = await read_page(reader, read, viewer, key, first=first, after=after, columns=columns, **of)
    except Refused:
        if not await reader.all(subject, viewer, **of):
            raise not_found() from None
        raise
    if not found.rows and not await reader.all(subject, viewer, **of):
        raise not_found()
    return found
