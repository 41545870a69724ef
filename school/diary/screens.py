"""GraphQL types of whole screens: a child's day, averages by subject, courses and the gradebook."""

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Self

import strawberry

from school.diary import days, queries
from school.diary import gradebook as gradebooks
from school.diary.averages import weighted
from school.diary.notice_types import AnnouncedAbsence
from school.diary.reason_types import AbsenceReason
from school.diary.types import Attendance, Average, GradingScale, Homework, Lesson, Mark, opaque
from school.diary.work_types import OwnWork
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.group_names import group_ref, load_pupil_group
from school.registry.loaders import load_person
from school.registry.names import full_name
from school.registry.types import ClassGroup, Person, PupilGroup, Subject


@rows(description="A lesson of one child's diary with what belongs to it.")
class DayLesson:
    """Lesson, homework due for it, the child's marks and register entry."""

    lesson: Lesson
    homework: list[Homework]
    marks: list[Mark]
    attendance: Attendance | None

    @classmethod
    def from_row(cls, row: days.DayLesson) -> Self:
        """From a lesson of `days.child_diary`."""
        return cls(
            lesson=Lesson.from_row(row.lesson), homework=[Homework.from_row(found) for found in row.homework],
            marks=[Mark.from_row(found) for found in row.marks], attendance=Attendance.from_row(row.attendance) if row.attendance else None,
        )


@rows(description="A school day of one child. `movedAway` are lessons that the timetable has on this day, and that are on another one now.")
class ChildDay:
    """A page of the diary."""

    child_id: strawberry.ID
    date: dt.date
    lessons: list[DayLesson]
    moved_away: list[Lesson]

    @classmethod
    def from_rows(cls, child_id: strawberry.ID, from_: dt.date, to: dt.date, found: Iterable[days.DayLesson]) -> list[Self]:
        """A page for each of these days, both included, from what `days.child_diary` has found of them."""
        pages = {date: cls(child_id=child_id, date=date, lessons=[], moved_away=[]) for date in (
            from_ + dt.timedelta(days=day) for day in range((to - from_).days + 1))}
        for row in found:
            if (page := pages.get(row.lesson.on_date)) is not None:
                page.lessons.append(DayLesson.from_row(row))
            planned = row.lesson.planned_on
            if planned is not None and planned != row.lesson.on_date and planned in pages:
                pages[planned].moved_away.append(Lesson.from_row(row.lesson))
        return list(pages.values())


@rows(description="A child's average in one subject on one scale.")
class SubjectAverage:
    """An average with what it was made from."""

    subject: Subject
    scale: GradingScale
    marks: int
    average: Average

    @classmethod
    def from_row(cls, row: queries.SubjectMarks) -> Self:
        """From the sums of one subject."""
        return cls(
            subject=Subject(id=opaque(Kind.SUBJECT, row.school_id, row.subject_id), name=row.subject_name),
            scale=GradingScale.of(row), marks=row.marks,
            average=Average.from_value(Fraction(int(row.weighted_sum), int(row.weights))),
        )


@rows(description="A course: what a teacher teaches to a class, or to a group of it. Without a scale it gives no marks.")
class Course:
    """A course."""

    id: strawberry.ID
    subject: Subject
    class_group: ClassGroup
    scale: GradingScale | None
    teacher_ref: strawberry.Private[Ref]
    group_ref: strawberry.Private[Ref | None]

    @classmethod
    def from_row(cls, row: gradebooks.CourseRow) -> Self:
        """From a course's row."""
        return cls(
            id=opaque(Kind.COURSE, row.school_id, row.id), subject=Subject(id=opaque(Kind.SUBJECT, row.school_id, row.subject_id), name=row.subject_name),
            class_group=ClassGroup.of(row.school_id, row.class_group_id, row.grade, row.letter),
            scale=None if row.scale_id is None else GradingScale.of(row), teacher_ref=Ref(row.school_id, row.teacher_id),
            group_ref=group_ref(row),
        )

    @query(ROWS)
    def teacher(self, info: Info) -> Person | None:
        """Who gives the course."""
        return load_person(info, self.teacher_ref)

    @query(ROWS)
    def group(self, info: Info) -> PupilGroup | None:
        """The group of the class that has it; null: the whole class."""
        return load_pupil_group(info, self.group_ref)


def person_of(pupil: gradebooks.PupilRow) -> Person:
    """The name of a pupil of a gradebook."""
    return Person(
        id=opaque(Kind.PERSON, pupil.school_id, pupil.id), family_name=pupil.family_name, given_name=pupil.given_name, patronymic=pupil.patronymic,
        name=full_name(pupil.family_name, pupil.given_name, pupil.patronymic),
    )


@rows(description="A gradebook's row: one pupil. Marks and register entries stand in the order of the lessons.")
class GradebookRow:
    """`average` is over the marks shown here; null without marks, and on a scale that makes none."""

    person: Person
    left_on: dt.date | None
    marks: list[Mark]
    attendance: list[Attendance]
    average: Average | None

    @classmethod
    def from_row(cls, row: gradebooks.PupilMarks, course: gradebooks.CourseRow) -> Self:
        """From a pupil of `gradebook.gradebook`."""
        average = weighted((mark.value, mark.weight) for mark in row.marks if mark.counted) if course.scale_counts else None
        return cls(
            person=person_of(row.pupil), left_on=row.pupil.left_on, marks=[Mark.from_row(mark) for mark in row.marks],
            attendance=[Attendance.from_row(entry) for entry in row.attendance], average=Average.from_value(average) if average is not None else None,
        )


@rows(description="A mark of a gradebook that is a retake of another one.")
class Retake:
    """Few marks are: they are told beside the pupils'."""

    mark_id: strawberry.ID
    retake_of: strawberry.ID
    replaces: bool


@rows(description="A mark of a gradebook that is of the school's own kind of work.")
class OwnWorkMark:
    """The same."""

    mark_id: strawberry.ID
    own_work_id: strawberry.ID


@rows(description="A course's lessons and its pupils by name.")
class Gradebook:
    """The teacher's page of the class register."""

    course: Course
    lessons: list[Lesson]
    pupils: list[GradebookRow]
    announced: list[AnnouncedAbsence]
    reasons: list[AbsenceReason] = strawberry.field(description="All of the school's, also those that are not in use any more.")
    of_own_work: list[OwnWorkMark]
    retakes: list[Retake]
    replaced: list[strawberry.ID] = strawberry.field(description="Marks that do not count, for a retake stands instead of them.")
    works: list[OwnWork] = strawberry.field(description="All of the school's own kinds of work, likewise.")

    @classmethod
    def from_row(cls, row: gradebooks.Gradebook) -> Self:
        """From `gradebook.gradebook`."""
        marks = [mark for pupil in row.pupils for mark in pupil.marks]
        return cls(
            course=Course.from_row(row.course), lessons=[Lesson.from_row(lesson) for lesson in row.lessons],
            pupils=[GradebookRow.from_row(pupil, row.course) for pupil in row.pupils], announced=[AnnouncedAbsence.from_row(one) for one in row.announced],
            reasons=[AbsenceReason.from_row(one) for one in row.reasons], works=[OwnWork.from_row(one) for one in row.works],
            of_own_work=[
                OwnWorkMark(mark_id=opaque(Kind.MARK, one.school_id, one.id), own_work_id=opaque(Kind.OWN_WORK, one.school_id, one.work_id))
                for one in marks if one.work_id is not None],
            retakes=[
                Retake(mark_id=opaque(Kind.MARK, one.school_id, one.id), retake_of=opaque(Kind.MARK, one.school_id, one.retake_of), replaces=one.replaces)
                for one in marks if one.retake_of is not None],
            replaced=[opaque(Kind.MARK, one.school_id, one.id) for one in marks if one.replaced],
        )
