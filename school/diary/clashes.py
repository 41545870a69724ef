"""Clashes: two lessons at one time that want the same pupils, teacher or room. Pure: what is where, and who has to give way."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from school.diary.bell_times import Hours, overlap
from school.errors import Code
from school.ids import Ref

T = TypeVar("T")
Moment = tuple[int, dt.date, int]
"""A school, a date, a bell."""


class Place(NamedTuple):
    """A lesson in the timetable, as far as it can be in the way of another. `as_planned`: it is at the moment that the timetable gives it.

    Its hours are those of its bell by the schedule of its class on that day (None: the regular one): two buildings' lessons of different numbers may be
    at one time, and two of one number at different times. `pupil_group_id` and its `division` are null where the whole class has it.
    """

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
    hours: Hours
    schedule_id: UUID | None = None
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


class Around(Generic[T]):
    """What is where, by day and hours: what is at the time of a lesson is found without looking at the whole day."""

    def __init__(self) -> None:
        self._at: dict[tuple[int, dt.date], dict[Hours, list[tuple[Place, T]]]] = defaultdict(lambda: defaultdict(list))

    def add(self, place: Place, what: T) -> None:
        """It is there, too."""
        self._at[place.school_id, place.on_date][place.hours].append((place, what))

    def beside(self, place: Place) -> Iterator[tuple[Place, T]]:
        """All that is at the time of a lesson, or at a part of it."""
        for hours, there in self._at.get((place.school_id, place.on_date), {}).items():
            if overlap(hours, place.hours):
                yield from there


def same_pupils(one: Place, other: Place) -> bool:
    """Whether two lessons want the same children: those of one class do, but for two groups of one division, which share no pupil."""
    if one.class_group_id != other.class_group_id:
        return False
    return one.division is None or one.division != other.division or one.pupil_group_id == other.pupil_group_id


def clash(one: Place, other: Place) -> Code | None:
    """What two lessons both want, the class before the teacher before the room. What the timetable itself has put together (two groups of a class, two
    classes in one gym), and lessons that are held together, are in nobody's way."""
    same_day = (one.school_id, one.on_date) == (other.school_id, other.on_date)
    if one.cancelled or other.cancelled or not same_day or not overlap(one.hours, other.hours):
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
        still = _around(place for ref, place in now.items() if ref not in accepted)
        found = _first(accepted, still)
        if found is None:
            return refused
        refused[found[0]] = found[1]
        del accepted[found[0]]


def _around(places: Iterable[Place]) -> Around[None]:
    found = Around[None]()
    for place in places:
        found.add(place, None)
    return found


def _first(accepted: Mapping[Ref, Place], still: Around[None]) -> tuple[Ref, Code] | None:
    """The change that has to give way next."""
    for ref, place in accepted.items():
        for other, _ in still.beside(place):
            if (code := clash(place, other)) is not None:
                return ref, code
    before = Around[None]()
    for ref, place in accepted.items():
        for other, _ in before.beside(place):
            if (code := clash(place, other)) is not None:
                return ref, code
        before.add(place, None)  # of two, the later gives way
    return None
