"""Seeded substitutions: who gives a lesson for whom, and why; cancelled lessons have theirs, too."""

import datetime as dt

from school.context import Role
from school.diary.models import Substitution
from school.seed.campus import Campus, Teaching, at
from school.seed.dice import Dice
from school.seed.people import Worker
from school.seed.writer import Writer

_REASONS = ("Болезнь", "Курсы повышения квалификации", "Командировка", "По семейным обстоятельствам")
_ONE_OF = 61
_EVENING = dt.timedelta(hours=11)


class Substitutes:
    """Finds a free teacher for one lesson of 61, and writes down what was changed. Of its own chance: nothing else of the seed moves by it."""

    def __init__(self, campus: Campus, writer: Writer) -> None:
        self._campus, self._writer = campus, writer
        self._dice = Dice(campus.school_id, "substitutions")
        workers = campus.people.workers
        self._office = next((worker for role in (Role.OFFICE, Role.HEAD) for worker in workers if worker.role is role), workers[0])
        self._teachers = list({worker.id: worker for worker in (course.teacher for course in campus.courses)}.values())
        self._busy: dict[tuple[int, int], set[object]] = {}
        for (_, day, bell), place in campus.week.items():
            self._busy.setdefault((day, bell), set()).add(campus.courses[place].teacher.id)
        self._taken: set[tuple[dt.date, int, object]] = set()

    def find(self, course: Teaching, date: dt.date, bell: int) -> Worker | None:
        """Who gives this lesson instead; mostly nobody. No mathematician is ever away: one of them is the demo's own teacher."""
        if self._dice.randrange(_ONE_OF) or "Алгебра" in course.teacher.subjects:
            return None
        busy = self._busy[date.weekday(), bell]
        free = [worker for worker in self._teachers if worker.id not in busy and (date, bell, worker.id) not in self._taken]
        able = [worker for worker in free if course.subject in worker.subjects] or free
        if not able:
            return None
        chosen = self._dice.choice(able)
        self._taken.add((date, bell, chosen.id))
        return chosen

    def write(self, lesson_id: object, course: Teaching, date: dt.date, bell: int, room: str, substitute: Worker | None) -> None:
        """The change: to this teacher, or cancelled where there is none. It was made the evening before, or on the last evening that the seed knows."""
        decided = min(at(date, dt.time(7)), at(self._campus.calendar.ahead[0], dt.time(7))) - _EVENING
        same = {"on_date": date, "bell": bell, "room": room, "merged_with_id": None}
        self._writer.add(
            Substitution, school_id=self._campus.school_id, id=self._dice.id_at(decided), lesson_id=lesson_id, revision=1, reason=self._dice.choice(_REASONS),
            by=self._office.id, at=decided, old_cancelled=False, cancelled=substitute is None, old_teacher_id=course.teacher.id,
            teacher_id=(substitute or course.teacher).id, **{f"old_{name}": value for name, value in same.items()}, **same)
