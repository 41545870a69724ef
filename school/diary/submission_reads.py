"""What was handed in, as families and those who teach see it."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from school.clock import check_range
from school.context import Area, Viewer
from school.db import Rows
from school.diary.homework_models import Submission, SubmissionState
from school.diary.homework_rows import HOMEWORK
from school.diary.models import Homework, Lesson
from school.diary.policy import visible_courses
from school.diary.queries import IN_DAYS, LONGEST_RANGE, check_child, class_of, limited
from school.diary.submission_rows import SUBMISSION, SubmissionRow
from school.errors import not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Course
from school.registry.policy import family
from school.statements import THIS_PERSON, Asking, Read, given

MOST = 2000


@Read
def _of_child(viewer: Asking) -> Rows:
    """What a child has handed in for homework that is due on these days: for their family, and for who works with the course."""
    return (
        SUBMISSION
        .join(Homework, sa.and_(Homework.school_id == Submission.school_id, Homework.id == Submission.homework_id))
        .join(Lesson, sa.and_(Lesson.school_id == Homework.school_id, Lesson.id == Homework.due_lesson_id))
        .join(Course, sa.and_(Course.school_id == Homework.school_id, Course.id == Homework.course_id))
        .where(
            Submission.school_id == THIS_PERSON.school_id, Submission.pupil_id == THIS_PERSON.id, class_of(viewer).is_not(None), IN_DAYS,
            Homework.withdrawn_at.is_(None), sa.or_(family(viewer, Area.DIARY, Submission.school_id, Submission.pupil_id), visible_courses(viewer)))
        .order_by(Submission.at, Submission.id).limit(MOST + 1)
    )


async def child_submissions(reader: Reader, viewer: Viewer, child: Ref, from_: dt.date, to: dt.date) -> list[SubmissionRow]:
    """What a child has handed in for homework due in at most 31 days, in the order of handing in. Refused as absent: another's child."""
    check_range(from_, to, LONGEST_RANGE)
    found = await reader.all(_of_child, viewer, school_id=child.school_id, person_id=child.id, from_=from_, to=to)
    if not found:
        await check_child(reader, viewer, child)
    return limited([SubmissionRow(*row) for row in found], MOST)


@Read
def _homework(viewer: Asking) -> Rows:
    return HOMEWORK.where(Homework.school_id == given("school_id"), Homework.id == given("homework_id"), visible_courses(viewer))


@Read
def _of_homework(viewer: Asking) -> Rows:
    return (
        SUBMISSION
        .join(Homework, sa.and_(Homework.school_id == Submission.school_id, Homework.id == Submission.homework_id))
        .join(Course, sa.and_(Course.school_id == Homework.school_id, Course.id == Homework.course_id))
        .where(Homework.school_id == given("school_id"), Homework.id == given("homework_id"), visible_courses(viewer))
        .order_by(Submission.at, Submission.id).limit(MOST + 1)
    )


async def homework_submissions(reader: Reader, viewer: Viewer, ref: Ref) -> list[SubmissionRow]:
    """All that was handed in for a homework, in the order of handing in. Refused as absent: where the viewer neither teaches nor leads nor has the office."""
    there, found = await reader.each((_homework, _of_homework), viewer, school_id=ref.school_id, homework_id=ref.id)
    if not there:
        raise not_found()
    return limited([SubmissionRow(*row) for row in found], MOST)


def to_answer() -> sa.ScalarSelect[int]:
    """How many pupils' newest work for a homework waits for an answer. The statement has Homework."""
    newer = aliased(Submission)
    later = sa.exists().where(
        newer.school_id == Submission.school_id, newer.homework_id == Submission.homework_id, newer.pupil_id == Submission.pupil_id,
        sa.or_(newer.at > Submission.at, sa.and_(newer.at == Submission.at, newer.id > Submission.id)))
    return sa.select(sa.func.count()).select_from(Submission).where(
        Submission.school_id == Homework.school_id, Submission.homework_id == Homework.id, Submission.state == SubmissionState.SUBMITTED, ~later,
    ).correlate(Homework).scalar_subquery()
