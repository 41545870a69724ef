"""Giving marks, many at once; `corrections` changes and withdraws them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from school import clock, outbox
from school.batches import check_batch
from school.context import Viewer
from school.diary import events, works
from school.diary.inserts import insert, key_of
from school.diary.lessons import OwnLesson, attends, check_held, check_open, check_pupil, own_lessons, was_in_class
from school.diary.mark_rows import MARK, Content, MarkRow, checked, revision_of
from school.diary.models import Lesson, Mark, MarkAction, MarkRevision
from school.diary.policy import gives
from school.diary.terms import is_closed
from school.diary.works import WorkRow
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.membership import has
from school.registry.models import Pupil


@dataclass(frozen=True, slots=True)
class NewMark:
    """A mark to be given. The client made its id, so that it may ask again."""

    id: UUID
    pupil: Ref
    lesson: Ref
    content: Content
    retake_of: Ref | None = None
    replaces: bool = False
    usual_weight: bool = False
    """Whether it weighs what marks of its kind weigh: 1, unless the school's own kind says another."""
    kinds: dict[Ref, WorkRow] = field(default_factory=dict)
    """The school's own kinds of work, once they are read."""


async def give_many(session: AsyncSession, viewer: Viewer, items: Sequence[NewMark]) -> list[MarkRow | Refused]:
    """Give up to 100 marks; the answers stand in the order of the items, and one bad item does not hold up the others.

    Four statements, however many marks; one more finds the marks of which some are retakes, one the school's own kinds of work, and one what was there
    already when an item is a repeat or is refused. A repeat is answered with the mark as it stands.
    Refused for an item: a lesson that the viewer does not give or a pupil not of its class or group (NOT_FOUND), a value outside the scale
    (OUT_OF_SCALE), a cancelled or future lesson, a pupil who was not at the school that day (BAD_INPUT), the same id with different content
    (CONFLICT), a retake of a mark that is not the pupil's in this course (NOT_FOUND) or is withdrawn (ALREADY_WITHDRAWN), one that replaces a mark of a
    closed term (CLOSED) or one that another replaces (CONFLICT). Refused as a whole: no item, or one id twice (BAD_INPUT), more than 100 (TOO_MANY), what
    changes in this moment: a course's scale, a pupil's class, another retake (CONFLICT).
    """
    check_batch([item.id for item in items], "items")
    items = await _weighed(session, items)
    around, retaken = await _surroundings(session, viewer, items), await _retaken(session, items)
    fresh: dict[UUID, MarkRow] = {}
    refused: dict[UUID, Refused] = {}
    for item in sorted(items, key=lambda item: item.id):  # one order for all, so that raced batches do not wait for each other in a circle
        try:
            fresh[item.id] = _made(item, around, retaken, fresh.values())
        except Refused as refusal:
            refused[item.id] = refusal
    given = await _insert(session, fresh)
    await _record(session, given, retaken)
    stored = await _stored(session, viewer, [item for item in items if item.id not in given])
    return [given.get(item.id) or _repeat(item, stored.get(item.id), refused.get(item.id)) for item in items]


async def _weighed(session: AsyncSession, items: Sequence[NewMark]) -> list[NewMark]:
    """The items with what the school's own kinds of work say: which usual kind it is, and what it weighs. A kind that is not there is refused later."""
    known = await works.named(session, [Ref(item.lesson.school_id, item.content.work_id) for item in items if item.content.work_id is not None])
    made = []
    for item in items:
        own = None if item.content.work_id is None else known.get(Ref(item.lesson.school_id, item.content.work_id))
        weight = (1 if own is None else own.weight) if item.usual_weight else item.content.weight
        content = item.content._replace(weight=weight, work=item.content.work if own is None else own.work)
        made.append(replace(item, content=content, kinds=known))
    return made


_Around = dict[tuple[Ref, Ref | None], Any]


async def _surroundings(session: AsyncSession, viewer: Viewer, items: Sequence[NewMark]) -> _Around:
    """In one statement, the items' lessons that are the viewer's own, each with those of its pupils who are in its class, or were on that day, and in its
    group then."""
    wanted = sorted({(item.lesson.school_id, item.lesson.id, item.pupil.id) for item in items if item.lesson.school_id == item.pupil.school_id})
    was = was_in_class(Pupil.school_id, Pupil.id, Lesson.class_group_id, Lesson.on_date)
    statement = own_lessons(viewer, [item.lesson for item in items]).outerjoin(Pupil, sa.and_(
        Pupil.school_id == Lesson.school_id, sa.or_(Pupil.class_group_id == Lesson.class_group_id, was),
        has(Lesson.pupil_group_id, Pupil.school_id, Pupil.id, Lesson.on_date),
        sa.tuple_(Lesson.school_id, Lesson.id, Pupil.id).in_(wanted) if wanted else sa.false(),
    )).add_columns(Pupil.id, Pupil.enrolled_on, Pupil.left_on, was)
    around: _Around = {}
    for *columns, pupil_id, enrolled_on, left_on, was_there in await session.execute(statement):
        lesson = OwnLesson(*columns)
        key = Ref(lesson.school_id, lesson.id)
        around[key, None] = lesson
        if pupil_id is not None:
            around[key, Ref(lesson.school_id, pupil_id)] = (lesson.on_date if was_there else enrolled_on, left_on)
    return around


class _Retaken(NamedTuple):
    mark: MarkRow
    closed: bool


async def _retaken(session: AsyncSession, items: Sequence[NewMark]) -> dict[Ref, _Retaken]:
    """The marks that the items try again. Whose they may be is said by the lesson of the retake: the same course, which the viewer gives there."""
    keys = sorted({(item.retake_of.school_id, item.retake_of.id) for item in items if item.retake_of is not None})
    if not keys:
        return {}
    statement = MARK.add_columns(is_closed(Mark.school_id, Mark.course_id, Lesson.on_date)).where(sa.tuple_(Mark.school_id, Mark.id).in_(keys))
    if any(item.replaces for item in items):  # of two that would replace one, the other is seen by `_record`
        statement = statement.order_by(Mark.school_id, Mark.id).with_for_update(of=Mark, key_share=True)
    return {Ref(row[0], row[1]): _Retaken(MarkRow(*row[:-1]), row[-1]) for row in await session.execute(statement)}


def _made(item: NewMark, around: _Around, retaken: Mapping[Ref, _Retaken], others: Iterable[MarkRow]) -> MarkRow:
    """The mark that this item makes beside the others; refused as `give_many` says."""
    lesson: OwnLesson | None = around.get((item.lesson, None))
    days = around.get((item.lesson, item.pupil))
    if lesson is None or days is None:
        raise not_found()
    check_held(lesson)
    check_pupil(lesson, *days)
    content = checked(item.content, lesson.lowest, lesson.highest)
    if content.work_id is not None:
        works.usable(item.kinds, lesson.school_id, content.work_id)
    _check_retake(item, lesson, retaken, others)
    return MarkRow(
        lesson.school_id, item.id, item.pupil.id, lesson.id, lesson.course_id, lesson.subject_id, lesson.on_date,
        *content[:4], revision=1, given_by=lesson.teacher_id, given_at=clock.now(), withdrawn_at=None, scale_id=lesson.scale_id,
        retake_of=None if item.retake_of is None else item.retake_of.id, replaces=item.replaces, work_id=content.work_id,
        labels=lesson.labels, steps=lesson.steps, other_labels=lesson.other_labels,
    )


def _check_retake(item: NewMark, lesson: OwnLesson, retaken: Mapping[Ref, _Retaken], others: Iterable[MarkRow]) -> None:
    if item.retake_of is None:
        if item.replaces:
            raise bad_input("only a retake replaces a mark")
        return
    found = retaken.get(item.retake_of)
    first = None if found is None else found.mark
    if found is None or first is None or (first.school_id, first.course_id, first.pupil_id) != (lesson.school_id, lesson.course_id, item.pupil.id):
        raise not_found()
    if first.withdrawn_at is not None:
        raise Refused(Code.ALREADY_WITHDRAWN, "The mark that is tried again is withdrawn.")
    if item.replaces:
        check_open(found.closed)
        if first.replaced or any(one.replaces and one.retake_of == first.id for one in others):
            raise conflict("another retake replaces this mark already")


async def _insert(session: AsyncSession, marks: Mapping[UUID, MarkRow]) -> dict[UUID, MarkRow]:
    """Insert what is not there yet; the marks that this call has given."""
    if not marks:
        return {}
    columns = [column.name for column in Mark.__table__.columns]
    statement = insert(session, Mark).on_conflict_do_nothing(index_elements=key_of(Mark)).returning(Mark.id)
    try:
        found = await session.scalars(statement, [{name: getattr(mark, name) for name in columns} for mark in marks.values()])
    except sa.exc.IntegrityError as error:
        if "fk_mark_course_scale" in str(error.orig):
            raise conflict("the course has got another scale meanwhile") from None
        raise
    new = set(found)
    return {id_: mark for id_, mark in marks.items() if id_ in new}


async def _record(session: AsyncSession, given: Mapping[UUID, MarkRow], retaken: Mapping[Ref, _Retaken]) -> None:
    """The first revision and the event of each new mark. Refused (CONFLICT): one that is none any more, now that it keeps its pupil where they are."""
    if not given:
        return
    rows = [revision_of(mark, MarkAction.GIVEN, None, mark.given_by, mark.given_at) for mark in given.values()]
    statement: Any = insert(session, MarkRevision)
    if session.get_bind().dialect.name == "postgresql":  # on SQLite there is one writer
        for row in (await session.execute(statement.returning(_in_place().label("in_place"), _is_alone().label("alone")), rows)).all():
            if not row.in_place:
                raise conflict("a pupil has moved to another class or group meanwhile")
            if not row.alone:
                raise conflict("another retake replaces this mark already")
    else:
        await session.execute(statement, rows)
    first = {ref.id: of.mark for ref, of in retaken.items()}
    await outbox.append(session, *(events.mark_given(mark, first.get(mark.retake_of) if mark.retake_of else None) for mark in given.values()))


_NEW = (sa.literal_column("mark_revision.school_id", sa.Integer()), sa.literal_column("mark_revision.mark_id", sa.Uuid()))


def _in_place() -> sa.Exists:
    """Whether the pupil of a revision's mark is in the lesson's class and group, or was in the class on that day."""
    return sa.exists().where(
        Mark.school_id == _NEW[0], Mark.id == _NEW[1], Lesson.school_id == Mark.school_id, Lesson.id == Mark.lesson_id, Pupil.school_id == Mark.school_id,
        Pupil.id == Mark.pupil_id, sa.or_(Pupil.left_on.is_(None), Pupil.left_on > Lesson.on_date),
        sa.or_(attends(), was_in_class(Pupil.school_id, Pupil.id, Lesson.class_group_id, Lesson.on_date)))


def _is_alone() -> sa.ColumnElement[bool]:
    """Whether no other retake stands that replaces the same mark as a revision's."""
    other = aliased(Mark)
    return ~sa.exists().where(
        Mark.school_id == _NEW[0], Mark.id == _NEW[1], Mark.replaces, other.school_id == Mark.school_id, other.retake_of == Mark.retake_of, other.replaces,
        other.withdrawn_at.is_(None), other.id != Mark.id)


async def _stored(session: AsyncSession, viewer: Viewer, items: Sequence[NewMark]) -> dict[UUID, tuple[MarkRow, Content]]:
    """The marks of the lessons that the viewer gives that are there under these ids, each with what it was when it was given."""
    if not items:
        return {}
    keys = sorted({(item.lesson.school_id, item.id) for item in items})
    first = sa.and_(MarkRevision.school_id == Mark.school_id, MarkRevision.mark_id == Mark.id, MarkRevision.revision == 1)
    statement = MARK.join(MarkRevision, first).where(sa.tuple_(Mark.school_id, Mark.id).in_(keys), gives(viewer)).add_columns(
        MarkRevision.value, MarkRevision.weight, MarkRevision.work, MarkRevision.comment, MarkRevision.work_id)
    size = len(MarkRow._fields)
    return {row[1]: (MarkRow(*row[:size]), Content(*row[size:])) for row in await session.execute(statement)}


def _repeat(item: NewMark, stored: tuple[MarkRow, Content] | None, refused: Refused | None) -> MarkRow | Refused:
    """The answer for an item that made no mark: the mark that it made before, or why not."""
    if stored is not None:
        mark, first = stored
        comment = (item.content.comment or "").strip() or None
        if item.usual_weight:  # a kind may weigh something else by now
            first = first._replace(weight=item.content.weight)
        retake = (None if item.retake_of is None else item.retake_of.id, item.replaces)
        if (mark.pupil_id, mark.lesson_id, first, (mark.retake_of, mark.replaces)) == (
                item.pupil.id, item.lesson.id, item.content._replace(comment=comment), retake):
            return mark
    return refused or conflict("another mark has this id")
