"""Marks of terms and of the year: a teacher's decision beside the exact average, many at once, with a history that only grows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.batches import check_batch
from school.context import Viewer
from school.diary import events
from school.diary.corrections import MOST_REVISIONS
from school.diary.inserts import insert, key_of
from school.diary.lessons import check_open, was_in_class
from school.diary.mark_rows import LONGEST_COMMENT, check_scale
from school.diary.models import GradingScale
from school.diary.policy import teaches
from school.diary.scale_rows import SHOWN, with_scale
from school.diary.term_mark_rows import TermMarkRow, sums
from school.diary.term_models import TermMark, TermMarkRevision
from school.diary.terms import LONGEST_REASON, stands_closed
from school.diary.texts import optional_text
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.calendar_models import Term
from school.registry.membership import has
from school.registry.models import Course, Pupil, School


@dataclass(frozen=True, slots=True)
class Decision:
    """What a pupil gets for a term; no value: not assessed. `revision` is the one that the teacher saw, 0 where there was none."""

    pupil: Ref
    value: int | None
    comment: str | None
    revision: int
    reason: str | None


class _Known(NamedTuple):
    """A pupil of the course's class, now or at the term's end: the sums of the term, and what was decided before."""

    pupil_id: UUID
    enrolled_on: dt.date
    left_on: dt.date | None
    was_there: bool
    sum: int | None
    weights: int | None
    value: int | None
    comment: str | None
    average_numerator: int | None
    average_denominator: int | None
    revision: int | None
    decided_by: UUID | None
    decided_at: dt.datetime | None


async def decide_many(session: AsyncSession, viewer: Viewer, term: Ref, course: Ref, items: Sequence[Decision]) -> list[TermMarkRow | Refused]:
    """Decide the marks of a term for up to 100 pupils, answered in their order. Four statements, however many pupils.

    What says what is there already changes nothing. Refused for an item: a pupil not of the course's class (NOT_FOUND) or not at the school in the term
    (BAD_INPUT), a value outside the scale (OUT_OF_SCALE), another decision made meanwhile (CONFLICT), a hundred changes (TOO_MANY). Refused as a whole: a
    course that is not the viewer's or a term of another school (NOT_FOUND), a term that has not begun (BAD_INPUT) or is closed (CLOSED), no item or two for
    one pupil (BAD_INPUT), more than 100 (TOO_MANY).
    """
    check_batch([item.pupil for item in items], "items")
    around, known = await _surroundings(session, viewer, term, course, items)
    answers: list[TermMarkRow | Refused] = []
    for item in items:
        try:
            answers.append(_decided(item, around, known.get(item.pupil)))
        except Refused as refusal:
            answers.append(refusal)
    changed = {
        answer.pupil_id: answer for answer in answers if isinstance(answer, TermMarkRow) and answer.revision != _revision(known, answer)}
    written = await _write(session, list(changed.values()))
    reasons = {item.pupil.id: optional_text(item.reason, "reason", LONGEST_REASON) for item in items if item.pupil.id in written}
    made = [changed[pupil_id] for pupil_id in changed if pupil_id in written]
    await _record(session, made, reasons)
    await outbox.append(session, *(events.term_mark_decided(new, known[Ref(new.school_id, new.pupil_id)].value) for new in made))
    late = conflict("another decision was made meanwhile")
    return [late if isinstance(answer, TermMarkRow) and answer.pupil_id in changed and answer.pupil_id not in written else answer for answer in answers]


def _revision(known: dict[Ref, _Known], mark: TermMarkRow) -> int:
    return known[Ref(mark.school_id, mark.pupil_id)].revision or 0


async def _surroundings(
    session: AsyncSession, viewer: Viewer, term: Ref, course: Ref, items: Sequence[Decision],
) -> tuple[Any, dict[Ref, _Known]]:
    """In one statement: the course with its scale and the term, and those of the pupils who are in its class, or were at the term's end, each with the sums
    and the decision of before."""
    if term.school_id != course.school_id:
        raise not_found()
    of_term, was_there = sums(course.school_id, course.id, term.id), was_in_class(Pupil.school_id, Pupil.id, Course.class_group_id, Term.ends_on)
    wanted = sorted(item.pupil.id for item in items if item.pupil.school_id == course.school_id)
    found: Sequence[Any] = (await session.execute(with_scale(
        sa.select(
            Course.school_id, Course.id, Course.subject_id, Course.teacher_id, Term.id.label("term_id"), Term.starts_on, Term.ends_on, School.time_zone,
            GradingScale.lowest, GradingScale.highest, *SHOWN, stands_closed(Course.id).label("closed"),
            Pupil.id.label("pupil_id"), Pupil.enrolled_on, Pupil.left_on, was_there,
            of_term.c.sum, of_term.c.weights, TermMark.value, TermMark.comment, TermMark.average_numerator, TermMark.average_denominator, TermMark.revision,
            TermMark.decided_by, TermMark.decided_at)
        .join(School, School.id == Course.school_id).join(Term, sa.and_(Term.school_id == Course.school_id, Term.id == term.id)))
        .outerjoin(Pupil, sa.and_(
            Pupil.school_id == Course.school_id, sa.or_(Pupil.class_group_id == Course.class_group_id, was_there),
            has(Course.pupil_group_id, Pupil.school_id, Pupil.id, Term.ends_on),
            Pupil.id.in_(wanted) if wanted else sa.false()))
        .outerjoin(of_term, of_term.c.pupil_id == Pupil.id)
        .outerjoin(TermMark, sa.and_(
            TermMark.school_id == Course.school_id, TermMark.term_id == Term.id, TermMark.course_id == Course.id, TermMark.pupil_id == Pupil.id))
        .where(Course.school_id == course.school_id, Course.id == course.id, teaches(viewer)))).all()
    if not found:
        raise not_found()
    around = found[0]
    if around.starts_on > clock.school_date(clock.now(), around.time_zone):
        raise bad_input("the term has not begun")
    check_open(around.closed)
    return around, {Ref(course.school_id, row.pupil_id): _Known(*row[14:]) for row in found if row.pupil_id is not None}


def _decided(item: Decision, around: Any, known: _Known | None) -> TermMarkRow:
    """The mark that an item makes, or the one that says so already; refused as `decide_many` says."""
    if known is None:
        raise not_found()
    is_late = known.enrolled_on > around.ends_on and not known.was_there
    if is_late or (known.left_on is not None and known.left_on <= around.starts_on):
        raise bad_input("the pupil was not at the school in the term")
    comment = optional_text(item.comment, "comment", LONGEST_COMMENT)
    optional_text(item.reason, "reason", LONGEST_REASON)
    check_scale(item.value, around.lowest, around.highest)
    before = known.revision or 0
    row = TermMarkRow(
        around.school_id, around.term_id, around.id, known.pupil_id, around.subject_id, known.value, known.comment, known.average_numerator,
        known.average_denominator, before, known.decided_by or around.teacher_id, known.decided_at or clock.now(),
        around.labels, around.steps, around.other_labels)
    if before and (known.value, known.comment) == (item.value, comment):
        return row
    if item.revision != before:
        raise conflict(f"the decision has changed meanwhile: it is at revision {before}")
    if before >= MOST_REVISIONS:
        raise Refused(Code.TOO_MANY, f"a term's mark changes at most {MOST_REVISIONS} times")
    return row._replace(
        value=item.value, comment=comment, average_numerator=known.sum, average_denominator=known.weights, revision=before + 1,
        decided_by=around.teacher_id, decided_at=clock.now())


async def _write(session: AsyncSession, marks: Sequence[TermMarkRow]) -> set[UUID]:
    """Add or replace the decisions, each if it is still as it was read; whose were."""
    if not marks:
        return set()
    statement = insert(session, TermMark)
    names = [column.name for column in TermMark.__table__.columns]
    replaced = {name: statement.excluded[name] for name in names if name not in {"school_id", "term_id", "course_id", "pupil_id"}}
    upsert = statement.on_conflict_do_update(
        index_elements=key_of(TermMark), set_=replaced, where=TermMark.__table__.c.revision == statement.excluded.revision - 1).returning(TermMark.pupil_id)
    values = [{name: getattr(mark, name) for name in names} for mark in sorted(marks, key=lambda mark: mark.pupil_id)]
    return set(await session.scalars(upsert, values))


async def _record(session: AsyncSession, marks: Sequence[TermMarkRow], reasons: dict[UUID, str | None]) -> None:
    """A row of the history for each decision."""
    if not marks:
        return
    await session.execute(insert(session, TermMarkRevision), [{
        "school_id": mark.school_id, "term_id": mark.term_id, "course_id": mark.course_id, "pupil_id": mark.pupil_id, "revision": mark.revision,
        "value": mark.value, "comment": mark.comment, "average_numerator": mark.average_numerator, "average_denominator": mark.average_denominator,
        "reason": reasons[mark.pupil_id], "by": mark.decided_by, "at": mark.decided_at} for mark in marks])
