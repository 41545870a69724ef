"""The term before the seeded one: it is closed, and its marks are decided. The year that both are parts of is under way."""

import datetime as dt
from fractions import Fraction

from school.diary.term_mark_rows import nearest
from school.diary.term_models import TermClosing, TermMark, TermMarkRevision
from school.registry.calendar_models import Term, TermKind
from school.seed.campus import Campus, at
from school.seed.dice import Dice
from school.seed.writer import Writer

_ABOVE = 0.08
"""How often a teacher gives a little more than the average would."""


def end_term(campus: Campus, dice: Dice, writer: Writer) -> None:
    """Write it."""
    school_id, calendar = campus.school_id, campus.calendar
    decided_at = at(calendar.last_ended, dt.time(14))
    term_id, year_id = dice.id_at(decided_at), dice.id_at(decided_at)
    writer.add(Term, school_id=school_id, id=term_id, name="Прошлый триместр", kind=TermKind.TERM, starts_on=calendar.enrolled, ends_on=calendar.last_ended)
    writer.add(
        Term, school_id=school_id, id=year_id, name="Год", kind=TermKind.YEAR, starts_on=calendar.enrolled,
        ends_on=calendar.enrolled + dt.timedelta(days=280))
    secretary = next(worker for worker in campus.people.workers if worker.role == "office")
    writer.add(TermClosing, school_id=school_id, id=term_id, by=secretary.id, at=decided_at + dt.timedelta(hours=3))
    for course in campus.courses:
        for learner in campus.classmates[course.group] if course.marked else ():
            count = dice.randint(3, 9)
            sum_ = sum(max(2, min(5, round(dice.gauss(4.0 + 0.4 * learner.ability, 0.6)))) for _ in range(count))
            value = min(5, nearest(Fraction(sum_, count)) + (dice.random() < _ABOVE))
            decided = {
                "school_id": school_id, "term_id": term_id, "course_id": course.id, "pupil_id": learner.id, "revision": 1, "value": value, "comment": None,
                "average_numerator": sum_, "average_denominator": count}
            writer.add(TermMark, **decided, decided_by=course.teacher.id, decided_at=decided_at)
            writer.add(TermMarkRevision, **decided, reason=None, by=course.teacher.id, at=decided_at)
