"""A school while it is being seeded: what its registry says, kept in memory for the days that are then lived through."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from school.clock import school_moment
from school.seed.curriculum import FIRST_MARKED_GRADE, PRIMARY_OWN, hours
from school.seed.people import DEMO_CLASS, Human, Learner, People, Worker
from school.seed.plan import TIME_ZONE, Calendar, Plan
from school.seed.timetable import Week

Entropy = Callable[[int], bytes]
"""Secret bytes: `secrets.token_bytes`, but in a test that compares two seeds."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """A course of a class, by the class's place in the plan."""

    id: UUID
    group: int
    subject: str
    teacher: Worker
    hours: int
    marked: bool


@dataclass(frozen=True, slots=True)
class Hour:
    """A lesson of a day."""

    id: UUID
    course: Teaching
    date: dt.date
    bell: int
    cancelled: bool
    substitute: Worker | None = None

    @property
    def teacher(self) -> Worker:
        """Who gives it."""
        return self.substitute or self.course.teacher


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A card that a person holds."""

    id: UUID
    token: bytes
    blocked: bool


@dataclass
class Campus:
    """One school. `groups` are in the plan's order; `hours` are the lessons of each day in the order of bell and class."""

    plan: Plan
    calendar: Calendar
    people: People
    key_id: UUID
    groups: list[UUID] = field(default_factory=list)
    leaders: list[Worker] = field(default_factory=list)
    courses: list[Teaching] = field(default_factory=list)
    week: Week = field(default_factory=dict)
    hours: dict[dt.date, list[Hour]] = field(default_factory=dict)
    cards: dict[UUID, IssuedCard] = field(default_factory=dict)
    lost_cards: dict[UUID, IssuedCard] = field(default_factory=dict)
    doors: list[UUID] = field(default_factory=list)
    tills: list[UUID] = field(default_factory=list)
    reasons: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.classmates: list[list[Learner]] = [[] for _ in self.plan.classes]
        for learner in self.people.learners:
            self.classmates[learner.group].append(learner)

    @property
    def school_id(self) -> int:
        """The school's id."""
        return self.plan.school_id

    def begins_at(self, date: dt.date, bell: int) -> dt.datetime:
        """When a lesson begins."""
        return at(date, self.plan.bells[bell - 1][0])

    def ends_at(self, date: dt.date, bell: int) -> dt.datetime:
        """When a lesson ends."""
        return at(date, self.plan.bells[bell - 1][1])

    def last_bell(self, group: int, date: dt.date) -> int:
        """The number of a class's last lesson of a day."""
        return max(bell for place, day, bell in self.week if place == group and day == date.weekday())

    def demo_group(self) -> int:
        """The place of the demo's class."""
        return next(place for place, row in enumerate(self.plan.classes) if (row.grade, row.letter) == DEMO_CLASS)

    def mathematician(self) -> Human:
        """Who teaches algebra to the demo's class."""
        group = self.demo_group()
        return next(course.teacher.human for course in self.courses if course.group == group and course.subject == "Алгебра")


@cache
def at(date: dt.date, time: dt.time) -> dt.datetime:
    """The moment of a school-local time."""
    return school_moment(date, time, TIME_ZONE)


def share_out(campus: Campus, new_id: Callable[[], UUID]) -> None:
    """Give every subject of every class a teacher, the one with the fewest lessons; related subjects of a class go to the same."""
    load: dict[int, int] = {}
    kept: dict[tuple[int, tuple[str, ...]], Worker] = {}
    for group, row in enumerate(campus.plan.classes):
        for subject, count in hours(row.grade).items():
            if row.grade <= 4 and subject in PRIMARY_OWN:
                teacher = next(worker for worker in campus.people.workers if worker.group == group)
            else:
                able = [worker for worker in campus.people.workers if subject in worker.subjects]
                teacher = kept.setdefault((group, able[0].subjects), min(able, key=lambda worker: load.get(id(worker), 0)))
            load[id(teacher)] = load.get(id(teacher), 0) + count
            campus.courses.append(Teaching(new_id(), group, subject, teacher, count, row.grade >= FIRST_MARKED_GRADE))


def choose_leaders(campus: Campus) -> None:
    """A class teacher for each class: the primary teacher, else one who teaches it, leads no other class, and is no mathematician."""
    for group in range(len(campus.plan.classes)):
        own = [worker for worker in campus.people.workers if worker.group == group]
        teaching = [course.teacher for course in campus.courses if course.group == group and "Алгебра" not in course.teacher.subjects]
        free = [teacher for teacher in teaching if not any(teacher is leader for leader in campus.leaders)]
        campus.leaders.append((own or free or teaching)[0])
