"""Grading scales of a school: added, given to a course that has no marks yet, and what marks of one are on another."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Rows
from school.diary.gradebook import COURSE, CourseRow
from school.diary.inserts import insert, key_of
from school.diary.models import CourseScale, GradingScale, Mark, ScaleConversion
from school.diary.policy import visible_scales
from school.diary.scale_rows import SCALE, Labels, Steps
from school.diary.term_models import TermMark
from school.diary.texts import required_text
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.reading import Reader
from school.registry.models import Course
from school.statements import Asking, Read, given

LONGEST_NAME, LONGEST_LABEL = 60, 12
HIGHEST = 1000
MOST_SCALES = 50
MOST_STEPS, MOST_LABELS = 100, 100
"""Both come with every mark of a scale."""


class ScaleRow(NamedTuple):
    """A scale: its school and the columns of `SCALE`, in order."""

    school_id: int
    scale_id: UUID
    scale_name: str
    lowest: int
    highest: int
    scale_counts: bool
    labels: Labels


class ConversionRow(NamedTuple):
    """What the marks of the scale `id` are on another: the columns of the read, in order."""

    school_id: int
    id: UUID
    to_scale_id: UUID
    steps: Steps


_ROW: Rows = sa.select(GradingScale.school_id, *SCALE)


@Read
def _scales(viewer: Asking) -> Rows:
    return _ROW.where(GradingScale.school_id == given("school_id"), visible_scales(viewer, GradingScale.school_id)).order_by(
        GradingScale.name, GradingScale.id).limit(MOST_SCALES)


@Read
def _conversions(viewer: Asking) -> Rows:
    one = ScaleConversion
    return sa.select(one.school_id, one.id, one.to_scale_id, one.steps).where(
        one.school_id == given("school_id"), visible_scales(viewer, one.school_id)).order_by(one.id).limit(MOST_SCALES)


async def of_school(reader: Reader, viewer: Viewer, school_id: int) -> list[ScaleRow]:
    """A school's scales by name; of a school that is not the viewer's none."""
    return [ScaleRow(*row) for row in await reader.all(_scales, viewer, school_id=school_id)]


async def conversions(reader: Reader, viewer: Viewer, school_id: int) -> list[ConversionRow]:
    """What a school has said of its scales, at most one of each; of a school that is not the viewer's none."""
    return [ConversionRow(*row) for row in await reader.all(_conversions, viewer, school_id=school_id)]


async def add(
    session: AsyncSession, viewer: Viewer, school_id: int, id_: UUID, *, name: str, lowest: int, highest: int, counts: bool, labels: Sequence[tuple[int, str]],
) -> ScaleRow:
    """The office or the head adds a scale; the client made its id, and asking the same again is harmless. Its grades never change: marks were given on them.

    Refused: another school (NOT_FOUND); a name that is empty or longer than 60 characters; values that are not 0 ≤ lowest < highest ≤ 1000; a label of a
    value that the scale does not have, two of one value, two that differ in case alone, one with digits or of more than 12 characters (BAD_INPUT); the
    same id with different content (CONFLICT); more than 100 labels, the 51st scale (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    if len(labels) > MOST_LABELS:
        raise Refused(Code.TOO_MANY, f"a scale has at most {MOST_LABELS} labels")
    if not 0 <= lowest < highest <= HIGHEST:
        raise bad_input(f"a scale goes from 0 or more to at most {HIGHEST}, and has two grades or more")
    row = ScaleRow(school_id, id_, required_text(name, "name", LONGEST_NAME), lowest, highest, counts, checked_labels(labels, lowest, highest))
    stored = await _find(session, Ref(school_id, id_))
    if stored is None:
        there = await session.scalar(sa.select(sa.func.count()).select_from(GradingScale).where(GradingScale.school_id == school_id)) or 0
        if there >= MOST_SCALES:
            raise Refused(Code.TOO_MANY, f"a school has at most {MOST_SCALES} scales")
        values = {"school_id": school_id, "id": id_, "name": row.scale_name, "lowest": lowest, "highest": highest, "counts": counts, "labels": row.labels}
        await session.execute(insert(session, GradingScale).values(values).on_conflict_do_nothing(index_elements=key_of(GradingScale)))
        stored = await _find(session, Ref(school_id, id_))  # ours, or that of who asked at the same moment
    if stored != row:
        raise conflict("another scale has this id")
    return row


async def give(session: AsyncSession, viewer: Viewer, course: Ref, scale: Ref) -> CourseRow:
    """The office or the head says on which scale a course is marked. Saying what is there already changes nothing.

    Refused: a course or a scale of another school (NOT_FOUND), a retired scale (BAD_INPUT), a course in which marks were given, also one that was withdrawn,
    or a term's mark decided: they are told on the scale of then (HAS_MARKS).
    """
    act_in(viewer, course.school_id, *ADMINISTRATION)
    of_course = (Course.school_id == course.school_id, Course.id == course.id)
    found = (await session.execute(
        sa.select(
            CourseScale.scale_id,
            sa.exists().where(GradingScale.school_id == Course.school_id, GradingScale.id == scale.id).label("there"),
            sa.exists().where(GradingScale.school_id == Course.school_id, GradingScale.id == scale.id, GradingScale.retired_at.is_not(None)).label("retired"),
            sa.or_(*(sa.exists().where(table.school_id == Course.school_id, table.course_id == Course.id) for table in (Mark, TermMark))).label("marked"))
        .select_from(Course).outerjoin(CourseScale, sa.and_(CourseScale.school_id == Course.school_id, CourseScale.id == Course.id))
        .where(*of_course))).one_or_none()
    if found is None or not found.there or scale.school_id != course.school_id:
        raise not_found()
    if found.scale_id != scale.id:
        if found.marked:
            raise _has_marks()
        if found.retired:
            raise bad_input("the scale is not in use any more")
        statement = insert(session, CourseScale).values(school_id=course.school_id, id=course.id, scale_id=scale.id)
        try:
            async with session.begin_nested():
                await session.execute(statement.on_conflict_do_update(index_elements=key_of(CourseScale), set_={"scale_id": scale.id}))
        except sa.exc.IntegrityError:  # a mark was given at this moment
            raise _has_marks() from None
    return CourseRow(*(await session.execute(COURSE.where(*of_course))).one())


async def convert(session: AsyncSession, viewer: Viewer, scale: Ref, other: Ref, steps: Sequence[tuple[int, int, int]]) -> ConversionRow:
    """The office or the head says what the marks of a scale are on another one: exactly what is said, and nothing between. It replaces what was said before.

    Refused: a scale of another school (NOT_FOUND); a scale's conversion into itself, no step, steps with values that the scales do not have, or of which
    two have the same value (BAD_INPUT); more than 100 (TOO_MANY).
    """
    act_in(viewer, scale.school_id, *ADMINISTRATION)
    if len(steps) > MOST_STEPS:
        raise Refused(Code.TOO_MANY, f"a conversion has at most {MOST_STEPS} steps")
    from_, to = await _find(session, scale), await _find(session, other)
    if from_ is None or to is None or scale.school_id != other.school_id:
        raise not_found()
    if from_ == to:
        raise bad_input("a scale is converted into another one")
    row = ConversionRow(scale.school_id, scale.id, other.id, _steps(steps, from_, to))
    statement = insert(session, ScaleConversion).values(row._asdict())
    await session.execute(statement.on_conflict_do_update(
        index_elements=key_of(ScaleConversion), set_={"to_scale_id": statement.excluded.to_scale_id, "steps": statement.excluded.steps}))
    return row


async def _find(session: AsyncSession, ref: Ref) -> ScaleRow | None:
    row = (await session.execute(_ROW.where(GradingScale.school_id == ref.school_id, GradingScale.id == ref.id))).one_or_none()
    return None if row is None else ScaleRow(*row)


def checked_labels(labels: Sequence[tuple[int, str]], lowest: int, highest: int) -> list[list[Any]]:
    """Labels as they are kept: `[value, label]`, by value. Refused as `add` says (BAD_INPUT)."""
    made = sorted((value, required_text(label, "label", LONGEST_LABEL)) for value, label in labels)
    if any(not lowest <= value <= highest for value, _ in made):
        raise bad_input(f"a label belongs to a value from {lowest} to {highest}")
    if any(letter.isdigit() or letter.isspace() for _, label in made for letter in label):
        raise bad_input("a label is one word without digits")
    if len({value for value, _ in made}) < len(made) or len({label.casefold() for _, label in made}) < len(made):
        raise bad_input("a value has one label, and a label one value")
    return [list(one) for one in made]


def _steps(steps: Sequence[tuple[int, int, int]], from_: ScaleRow, to: ScaleRow) -> list[list[int]]:
    made = sorted(list(step) for step in steps)
    if not made:
        raise bad_input("steps must not be empty")
    if any(not from_.lowest <= lowest <= highest <= from_.highest or not to.lowest <= value <= to.highest for lowest, highest, value in made):
        raise bad_input("a step is of values that the two scales have")
    if any(one[1] >= other[0] for one, other in pairwise(made)):
        raise bad_input("two steps have the same value")
    return made


def _has_marks() -> Refused:
    return Refused(Code.HAS_MARKS, "marks were given in the course: its scale stays")
