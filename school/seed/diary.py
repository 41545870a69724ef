"""A seeded day of the diary: the register of every lesson, marks with their revisions, homework."""

import datetime as dt
from uuid import UUID

from school.diary.homework_models import HomeworkDone
from school.diary.models import Attendance, AttendanceKind, Homework, Mark, MarkAction, MarkRevision, WorkKind
from school.seed.absence import ILLNESS, NONE
from school.seed.campus import Campus, Hour
from school.seed.curriculum import ANY_HOMEWORK, FIRST_MARKED_GRADE, HOMEWORK, NO_HOMEWORK
from school.seed.dice import Dice
from school.seed.people import Learner
from school.seed.roll import Roll
from school.seed.writer import Writer

_MINUTE = dt.timedelta(minutes=1)
TICKED_DAYS = 18
"""Of the last of them pupils tick what they have done: older homework is in nobody's list."""
_TEST, _MARKED = 0.09, 0.255
"""How many lessons are tests, which mark everyone, and how many pupils are marked in any other lesson: some 60,000 marks in twelve weeks."""
_ORDINARY = ((WorkKind.ANSWER, 1), (WorkKind.CLASSWORK, 1), (WorkKind.HOMEWORK, 1))
_REASONS = ("Ошибка при вводе", "Работа пересмотрена", "Пересдача")
_COMMENTS = ("Молодец!", "Не хватило объяснения", "Аккуратнее с вычислениями", "Забыл тетрадь", "Отличный доклад")


class Diarist:
    """Writes the diary of a school, day by day."""

    def __init__(self, campus: Campus, dice: Dice, writer: Writer) -> None:
        self._campus = campus
        self._dice = dice
        self._writer = writer
        self._next = _following(campus)

    def write(self, roll: Roll) -> None:
        """One day."""
        for hour in self._campus.hours[roll.date]:
            if hour.cancelled:
                continue
            present = self._register(hour, roll)
            if hour.course.marked:
                self._mark(hour, present)
            self._set_homework(hour)

    def _register(self, hour: Hour, roll: Roll) -> list[Learner]:
        campus, writer, random = self._campus, self._writer, self._dice.random
        by, taken_at = hour.teacher.id, campus.begins_at(roll.date, hour.bell) + 6 * _MINUTE
        present = []
        for learner in campus.classmates[hour.course.group]:
            minutes, reason = None, None
            excused = roll.excused.get(learner.id)
            if excused is not None:
                kind = AttendanceKind.EXCUSED if excused else AttendanceKind.ABSENT
                reason = campus.reasons[ILLNESS if excused else NONE]
            else:
                present.append(learner)
                if hour.bell == 1:
                    minutes = roll.late.get(learner.id)
                elif random() < 0.004:
                    minutes = self._dice.randint(1, 6)
                kind = AttendanceKind.PRESENT if minutes is None else AttendanceKind.LATE
            writer.add(
                Attendance, school_id=campus.school_id, lesson_id=hour.id, pupil_id=learner.id, kind=kind, minutes_late=minutes, by=by, at=taken_at,
                reason_id=reason,
            )
        return present

    def _mark(self, hour: Hour, present: list[Learner]) -> None:
        test = self._dice.random() < _TEST
        given_at = self._campus.ends_at(hour.date, hour.bell) - 3 * _MINUTE
        for place, learner in enumerate(present):
            if test or self._dice.random() < _MARKED:
                work, weight = (WorkKind.TEST, 2) if test else self._dice.choice(_ORDINARY)
                self._give(hour, learner, work, weight, given_at + dt.timedelta(seconds=5 * place))

    def _give(self, hour: Hour, learner: Learner, work: WorkKind, weight: int, given_at: dt.datetime) -> None:
        """A mark and its history: one of a hundred is corrected in the evening, one of three hundred withdrawn."""
        dice, school_id, by = self._dice, self._campus.school_id, hour.teacher.id
        value = max(2, min(5, round(dice.gauss(4.0 + 0.4 * learner.ability, 0.7))))
        comment = dice.choice(_COMMENTS) if dice.random() < 0.02 else None
        fate = dice.random()
        action = MarkAction.CORRECTED if fate < 0.01 else MarkAction.WITHDRAWN if fate < 0.0133 else None
        later, mark_id = given_at + dice.uniform(20, 200) * _MINUTE, dice.id_at(given_at)
        stands = value if action is not MarkAction.CORRECTED else value + 1 if value < 5 else 4
        self._writer.add(
            Mark, school_id=school_id, id=mark_id, pupil_id=learner.id, lesson_id=hour.id, course_id=hour.course.id, value=stands, weight=weight,
            work=work, comment=comment, revision=1 if action is None else 2, given_by=by, given_at=given_at,
            withdrawn_at=later if action is MarkAction.WITHDRAWN else None,
        )
        revisions: list[tuple[MarkAction, int, str | None, dt.datetime]] = [(MarkAction.GIVEN, value, None, given_at)]
        if action is not None:
            revisions.append((action, stands, dice.choice(_REASONS), later))
        for number, (done, was, reason, moment) in enumerate(revisions, start=1):
            self._writer.add(
                MarkRevision, school_id=school_id, mark_id=mark_id, revision=number, action=done, value=was, weight=weight, work=work, comment=comment,
                reason=reason, by=by, at=moment,
            )

    def _set_homework(self, hour: Hour) -> None:
        """For the course's next lesson, after two lessons of three."""
        due, dice = self._next.get(hour.id), self._dice
        grade = self._campus.plan.classes[hour.course.group].grade
        if due is None or hour.course.subject in NO_HOMEWORK or grade < FIRST_MARKED_GRADE or dice.random() > 0.65:
            return
        page = dice.randint(8, 190)
        text = dice.choice(HOMEWORK.get(hour.course.subject, ANY_HOMEWORK)).format(a=page, b=page + dice.randint(1, 4), c=dice.randint(2, 40))
        set_at = self._campus.ends_at(hour.date, hour.bell) - _MINUTE
        id_ = dice.id_at(set_at)
        self._writer.add(
            Homework, school_id=self._campus.school_id, id=id_, course_id=hour.course.id, due_lesson_id=due, text=text, minutes=10 + page % 5 * 5, links=[],
            for_some=False, revision=1, set_by=hour.teacher.id, set_at=set_at, withdrawn_at=None,
        )
        if (self._campus.calendar.past[-1] - hour.date).days <= TICKED_DAYS:
            self._tick(id_, hour, set_at)

    def _tick(self, homework_id: UUID, hour: Hour, set_at: dt.datetime) -> None:
        """Most of a class have done it two hours after; who has not is told by the ids, so that nothing else of the school changes."""
        for learner in self._campus.classmates[hour.course.group]:
            if (learner.id.int ^ homework_id.int) % 7:
                self._writer.add(
                    HomeworkDone, school_id=self._campus.school_id, homework_id=homework_id, pupil_id=learner.id, done=True, by=learner.id,
                    at=set_at + 120 * _MINUTE)


def _following(campus: Campus) -> dict[UUID, UUID]:
    """For each lesson the next one of its course that takes place."""
    last: dict[UUID, UUID] = {}
    following: dict[UUID, UUID] = {}
    for date in sorted(campus.hours):
        for hour in campus.hours[date]:
            if not hour.cancelled:
                if hour.course.id in last:
                    following[last[hour.course.id]] = hour.id
                last[hour.course.id] = hour.id
    return following
