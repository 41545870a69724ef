"""Who comes to school on a day, and when: the one source from which a day's passages, register, marks and meals are drawn, so that they agree."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from school.seed.campus import Campus, at
from school.seed.dice import Dice
from school.seed.people import Learner

_MINUTE = dt.timedelta(minutes=1)


@dataclass(slots=True)
class Stay:
    """Someone's hours at school: in and out, and perhaps a break outside."""

    person: UUID
    comes: dt.datetime
    goes: dt.datetime
    outside: tuple[dt.datetime, dt.datetime] | None = None


@dataclass(slots=True)
class Roll:
    """A day's stays by person. Of the absent pupils: whether it was excused. Of the late ones: the minutes into the first lesson, at least 1."""

    date: dt.date
    stays: dict[UUID, Stay] = field(default_factory=dict)
    excused: dict[UUID, bool] = field(default_factory=dict)
    late: dict[UUID, int] = field(default_factory=dict)


class Health:
    """Who is ill until when; an illness takes two days to a week."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._until: dict[UUID, dt.date] = {}

    def absent(self, learner: Learner, date: dt.date) -> bool | None:
        """None when the pupil comes; else whether the absence is excused."""
        if date < self._until.get(learner.id, date):
            return True
        if self._dice.random() < 0.009 * learner.frailty:
            self._until[learner.id] = date + dt.timedelta(days=self._dice.randint(2, 7))
            return True
        return False if self._dice.random() < 0.006 else None


def call_roll(campus: Campus, date: dt.date, health: Health, dice: Dice) -> Roll:
    """Draw a day: three of a hundred come late, and a few of the older ones go out for a while."""
    roll = Roll(date)
    opens, closes = campus.begins_at(date, 1), campus.ends_at(date, 6)
    ends = [campus.ends_at(date, campus.last_bell(group, date)) for group in range(len(campus.plan.classes))]
    latest = at(date, dt.time(20, 40))
    for learner in campus.people.learners:
        excused = health.absent(learner, date)
        if excused is not None:
            roll.excused[learner.id] = excused
            continue
        minutes = min(-2.0, max(-48.0, dice.gauss(-17 - 3 * learner.punctuality, 6)))
        if dice.random() < 0.03 - 0.01 * learner.punctuality:
            minutes = 1 + dice.expovariate(1 / 7)
        comes = opens + minutes * _MINUTE
        goes = ends[learner.group] + dice.uniform(2, 22) * _MINUTE
        grade = campus.plan.classes[learner.group].grade
        if grade <= 4 and dice.random() < 0.35:
            goes += dice.uniform(50, 150) * _MINUTE  # after-school care
        stay = roll.stays[learner.id] = Stay(learner.id, comes, min(goes, latest))
        if grade >= 7 and dice.random() < 0.05:
            leaves = campus.ends_at(date, 3) + dice.uniform(1, 6) * _MINUTE
            stay.outside = (leaves, leaves + dice.uniform(4, 12) * _MINUTE)
        if comes >= opens + _MINUTE:
            roll.late[learner.id] = (comes - opens) // _MINUTE
    for worker in campus.people.workers:
        if dice.random() < 0.97:
            comes = opens - dice.uniform(15, 70) * _MINUTE
            roll.stays[worker.id] = Stay(worker.id, comes, min(latest, closes + dice.uniform(-40, 150) * _MINUTE))
    return roll
