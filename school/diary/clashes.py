"""Clashes: two lessons of one moment that want the same pupils, teacher or room. Pure: what is where, and who has to give way."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from school.errors import Code
from school.ids import Ref

Moment = tuple[int, dt.date, int]
"""A school, a date, a bell."""


class Place(NamedTuple):
    """A lesson in the timetable, as far as it can be in the way of another. `as_planned`: it is at the moment that the timetable gives it. `pupil_group_id`
    and its `division` are null where the whole class has it."""

    school_id: int
    id: UUID
    class_group_id: UUID
    teacher_id: UUID
    on_date: dt.date
    bell: int
    room: str | None
    cancelled: bool
    merged_with_id: UUID | None
    own_teacher: bool
    own_room: bool
    as_planned: bool
    pupil_group_id: UUID | None = None
    division: str | None = None

    @property
    def ref(self) -> Ref:
        """Its key."""
        return Ref(self.school_id, self.id)

    @property
    def moment(self) -> Moment:
        """When it is."""
        return self.school_id, self.on_date, self.bell


def same_pupils(one: Place, other: Place) -> bool:
    """Whether two lessons want the same children: those of one class do, but for two groups of one division, which share no pupil."""
    if one.class_group_id != other.class_group_id:
        return False
    return one.division is None or one.division != other.division or one.pupil_group_id == other.pupil_group_id


def clash(one: Place, other: Place) -> Code | None:
    """What two lessons both want, the class before the teacher before the room. What the timetable itself has put together (two groups of a class, two
    classes in one gym), and lessons that are held together, are in nobody's way."""
    if one.moment != other.moment or one.cancelled or other.cancelled:
        return None
    settled = one.as_planned and other.as_planned
    if same_pupils(one, other) and not settled:
        return Code.CLASS_TAKEN
    if _merged(one, other):
        return None
    if one.teacher_id == other.teacher_id and not (settled and one.own_teacher and other.own_teacher):
        return Code.TEACHER_TAKEN
    if one.room is not None and one.room == other.room and not (settled and one.own_room and other.own_room):
        return Code.ROOM_TAKEN
    return None


def _merged(one: Place, other: Place) -> bool:
    ends = {one.id if one.merged_with_id is None else one.merged_with_id, other.id if other.merged_with_id is None else other.merged_with_id}
    return len(ends) == 1


def settle(now: Mapping[Ref, Place], wanted: Sequence[Place]) -> dict[Ref, Code]:
    """Which of these changes cannot be, each with what is taken; the others can all be made at once, whatever their order: two lessons may change places.

    `now` is everything around as it is, the lessons that are to change too. One that clashes with what does not change gives way, and takes its old place;
    then, of two that clash, the later.
    """
    accepted, refused = {place.ref: place for place in wanted}, dict[Ref, Code]()
    while True:
        still = _by_moment(place for ref, place in now.items() if ref not in accepted)
        found = _first(accepted, still)
        if found is None:
            return refused
        refused[found[0]] = found[1]
        del accepted[found[0]]


def _by_moment(places: Iterable[Place]) -> dict[Moment, list[Place]]:
    by_moment: dict[Moment, list[Place]] = defaultdict(list)
    for place in places:
        by_moment[place.moment].append(place)
    return by_moment


def _first(accepted: Mapping[Ref, Place], still: Mapping[Moment, Sequence[Place]]) -> tuple[Ref, Code] | None:
    """The change that has to give way next."""
    for ref, place in accepted.items():
        for other in still.get(place.moment, ()):
            if (code := clash(place, other)) is not None:
                return ref, code
    by_moment = _by_moment(accepted.values())
    for ref, place in accepted.items():
        for other in by_moment[place.moment]:
            if other.ref == ref:
                break  # the later ones are asked about it
            if (code := clash(place, other)) is not None:
                return ref, code
    return None
