"""Substitutions: lessons cancelled, given to another teacher, moved, given another room, merged, and all of that taken back."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, outbox
from school.batches import check_batch
from school.context import ADMINISTRATION, Viewer, act_in
from school.diary import bell_times, events
from school.diary.clashes import Place, settle
from school.diary.lessons import LESSON, LessonRow, check_open
from school.diary.models import Lesson, Substitution
from school.diary.policy import changes_lessons
from school.diary.texts import optional_text, required_text
from school.diary.timetable import Calendar, Known, around, lock, named, pupils_of
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref

LONGEST_REASON = 200
LATEST = 14
"""How many days back a lesson may still be said to have been given by somebody else, in another room, or not at all: plans are written down afterwards, too."""
LONGEST_ROOM = 20
_NOT_WITH = "a lesson is merged with one that is held at its own moment, by itself"
_TAKEN = {
    Code.CLASS_TAKEN: "the class has another lesson then", Code.TEACHER_TAKEN: "the teacher gives another lesson then",
    Code.ROOM_TAKEN: "another lesson is in the room then",
}


class Change(NamedTuple):
    """How a lesson shall differ from the timetable; what is not said is as planned, and nothing at all takes back whatever was changed.

    A cancelled lesson stays where it is. One that is merged is given by the other's teacher in the other's room.
    """

    cancelled: bool = False
    teacher: Ref | None = None
    on_date: dt.date | None = None
    bell: int | None = None
    room: str | None = None
    merge_with: Ref | None = None


@dataclass(frozen=True, slots=True)
class NewSubstitution:
    """A change to be made. The client made its id, so that it may ask again; `revision` is the lesson's that it saw."""

    id: UUID
    lesson: Ref
    revision: int
    change: Change
    reason: str


async def substitute_many(session: AsyncSession, viewer: Viewer, items: Sequence[NewSubstitution]) -> list[LessonRow | Refused]:
    """Change up to 100 lessons, as the office or the head; each is answered with the lesson as it is then, in the order of the items. Fourteen statements.

    All that can be is done at once: two lessons may change places. A repeat is answered with the lesson as it stands; saying what it is already changes
    nothing. Refused for an item: a lesson or a teacher not of the viewer's school (NOT_FOUND), a change made meanwhile, the same id with different content
    (CONFLICT), what somebody else has at that moment (CLASS_TAKEN, TEACHER_TAKEN, ROOM_TAKEN); a lesson of a past day that shall be at another moment, or
    lies more than 14 days back, a moment in the past, outside the terms or in the holidays, a bell that there is not, a lesson that was held and shall be
    elsewhere or not at all, one with which another is merged, a merger with a lesson that is cancelled, merged, of another moment or changed in the same
    batch (BAD_INPUT); a past lesson of a closed term (CLOSED). Refused as a whole: no item, one id or one lesson twice (BAD_INPUT), more than 100 (TOO_MANY).
    """
    check_batch([item.id for item in items], "items")
    check_batch([item.lesson for item in items], "items")
    schools, teachers = {item.lesson.school_id for item in items}, {item.change.teacher for item in items if item.change.teacher is not None}
    calendar = await lock(session, viewer, schools, teachers)
    calendar.bells = await bell_times.read(session, schools)
    refs = [item.lesson for item in items]
    await _hold(session, viewer, refs)
    known = await named(session, viewer, [*refs, *(item.change.merge_with for item in items if item.change.merge_with is not None)])
    stored = await _stored(session, viewer, items)
    refused, wanted = dict[Ref, Refused](), dict[Ref, Place]()
    for item in items:
        try:
            wanted[item.lesson] = _checked(item, known, stored.get(Ref(item.lesson.school_id, item.id)), calendar, refs)
        except Refused as refusal:
            refused[item.lesson] = refusal
    changes = {ref: place for ref, place in wanted.items() if place != known[ref].place}
    beside = await around(session, viewer, changes.values(), calendar)
    taken = settle(beside | {ref: known[ref].place for ref in refs if ref in known}, list(changes.values()))
    refused |= {ref: Refused(code, _TAKEN[code]) for ref, code in taken.items()}
    made = [item for item in items if item.lesson in changes and item.lesson not in refused]
    await _make(session, viewer, made, known, changes)
    rows = await _rows(session, viewer, refs)
    return [refused.get(ref) or rows[ref] for ref in refs]


async def _hold(session: AsyncSession, viewer: Viewer, refs: Sequence[Ref]) -> None:
    """Let no register or topic be written in these lessons meanwhile: whether one was held is known only then. In one order for all who lock lessons."""
    these = sa.tuple_(Lesson.school_id, Lesson.id).in_(sorted(set(refs)))
    await session.execute(
        sa.select(Lesson.id).where(these, changes_lessons(viewer, Lesson.school_id)).order_by(Lesson.school_id, Lesson.id).with_for_update(key_share=True))


async def _stored(session: AsyncSession, viewer: Viewer, items: Sequence[NewSubstitution]) -> dict[Ref, Substitution]:
    """The substitutions that are there under these ids."""
    keys = sorted({(item.lesson.school_id, item.id) for item in items})
    found = await session.scalars(sa.select(Substitution).where(
        sa.tuple_(Substitution.school_id, Substitution.id).in_(keys), changes_lessons(viewer, Substitution.school_id)))
    return {Ref(row.school_id, row.id): row for row in found}


def _checked(
    item: NewSubstitution, known: Mapping[Ref, Known], stored: Substitution | None, calendar: Calendar, batch: Collection[Ref],
) -> Place:
    """Where the item wants its lesson; where it is, for a repeat. Refused as `substitute_many` says, but for clashes."""
    reason = required_text(item.reason, "reason", LONGEST_REASON)
    lesson = known.get(item.lesson)
    if lesson is None:
        raise not_found()
    if stored is not None:
        if _says(stored, item, lesson, reason):
            return lesson.place
        raise conflict("another substitution has this id")
    if item.revision != lesson.revision:
        raise conflict(f"the lesson has changed meanwhile: it is at revision {lesson.revision}")
    place = _wanted(item.change, lesson, known, batch)
    if place == lesson.place:
        return place
    place = _on_its_day(lesson, place, calendar)
    if place.merged_with_id is not None and known[Ref(place.school_id, place.merged_with_id)].place.hours != place.hours:
        raise bad_input(_NOT_WITH)
    if item.change.teacher is not None and not calendar.works(item.change.teacher, place.on_date):
        raise not_found()
    if lesson.host:
        raise bad_input("another lesson is merged with this one: take that back first")
    if lesson.held and (place.cancelled or place.moment != lesson.place.moment or place.merged_with_id != lesson.place.merged_with_id):
        raise bad_input("the lesson has been held: marks or a register are written in it")
    return place


def _on_its_day(lesson: Known, place: Place, calendar: Calendar) -> Place:
    """The place with the hours that its class has on that day; a lesson that is held and not moved keeps its own."""
    if min(lesson.place.on_date, place.on_date) < lesson.today:
        _check_past(lesson, place)
    if not calendar.in_term(place.school_id, place.on_date):
        raise bad_input("the date lies outside the terms")
    if calendar.in_holidays(place.school_id, place.on_date):
        raise bad_input("the date lies in the holidays")
    if place.moment == lesson.place.moment and (place.cancelled or not lesson.place.cancelled):
        return place
    rung = calendar.bells[place.school_id].at(lesson.usual_id, place.on_date, place.bell)
    if rung is None:
        raise bad_input("the class has no such bell on that day")
    return place._replace(hours=rung.hours, schedule_id=rung.schedule_id)


def _check_past(lesson: Known, place: Place) -> None:
    """What was on a day is written down until two weeks later, unless the term is closed; nothing is moved to a day that is over, or away from it."""
    if place.moment != lesson.place.moment:
        raise bad_input("the day lies in the past")
    if (lesson.today - place.on_date).days > LATEST:
        raise bad_input(f"the day lies more than {LATEST} days back")
    check_open(lesson.closed)


def _wanted(change: Change, lesson: Known, known: Mapping[Ref, Known], batch: Collection[Ref]) -> Place:
    """The place that a change gives a lesson. Refused (BAD_INPUT): what does not go together."""
    if (change.cancelled or change.merge_with is not None) and change not in (Change(cancelled=True), Change(merge_with=change.merge_with)):
        raise bad_input("a lesson that is cancelled or merged is nothing else besides")
    if change.cancelled:
        return lesson.at(cancelled=True, merged_with_id=None)
    if change.merge_with is None:
        return _apart(change, lesson)
    other = _host(change.merge_with, lesson, known, batch)
    return lesson.at(
        cancelled=False, on_date=lesson.planned.on_date, bell=lesson.planned.bell, teacher_id=other.teacher_id, room=other.room, merged_with_id=other.id)


def _apart(change: Change, lesson: Known) -> Place:
    """The place of a lesson that is held by itself."""
    room, planned = optional_text(change.room, "room", LONGEST_ROOM), lesson.planned
    if change.teacher is not None and change.teacher.school_id != lesson.place.school_id:
        raise not_found()
    return lesson.at(
        cancelled=False, merged_with_id=None, teacher_id=change.teacher.id if change.teacher is not None else lesson.course_teacher_id,
        room=room or planned.room, on_date=change.on_date or planned.on_date, bell=planned.bell if change.bell is None else change.bell)


def _host(ref: Ref, lesson: Known, known: Mapping[Ref, Known], batch: Collection[Ref]) -> Place:
    """The lesson with which another is to be held. Refused as `substitute_many` says."""
    other = known.get(ref)
    if other is None or ref.school_id != lesson.place.school_id:
        raise not_found()
    if ref in batch:
        raise bad_input("the lesson that it is to be merged with changes, too")
    if other.place.cancelled or other.place.merged_with_id is not None or (other.place.on_date, other.place.bell) != lesson.planned[:2]:
        raise bad_input(_NOT_WITH)
    return other.place


def _says(stored: Substitution, item: NewSubstitution, lesson: Known, reason: str) -> bool:
    """Whether a substitution is what this item made. Where a lesson was that was cancelled or merged is not for the item to say."""
    change, said = item.change, (stored.lesson_id, stored.revision - 1, stored.reason, stored.cancelled, stored.merged_with_id)
    if said != (item.lesson.id, item.revision, reason, change.cancelled, change.merge_with.id if change.merge_with is not None else None):
        return False
    if change.cancelled or change.merge_with is not None:
        return True
    place = _apart(change, lesson)
    return (stored.teacher_id, stored.on_date, stored.bell, stored.room) == (place.teacher_id, place.on_date, place.bell, place.room)


async def _make(
    session: AsyncSession, viewer: Viewer, items: Sequence[NewSubstitution], known: Mapping[Ref, Known], changes: Mapping[Ref, Place],
) -> None:
    """The lessons as they are from now on, the history, and the news for the pupils."""
    if not items:
        return
    now, lessons, history, told = clock.now(), list[dict[str, Any]](), list[dict[str, Any]](), list[outbox.Event]()
    pupils = await pupils_of(session, [changes[item.lesson] for item in items])
    for item in items:
        lesson, new = known[item.lesson], changes[item.lesson]
        old, by = lesson.place, act_in(viewer, item.lesson.school_id, *ADMINISTRATION)
        lessons.append(_lesson(lesson, new, now))
        was, becomes = ({name: getattr(place, name) for name in _SAID} for place in (old, new))
        history.append({
            "school_id": new.school_id, "id": item.id, "lesson_id": new.id, "revision": lesson.revision + 1, "reason": item.reason.strip(), "by": by, "at": now,
            **becomes, **{f"old_{name}": value for name, value in was.items()}})
        days = sorted((old.on_date, new.on_date))
        here = sorted({
            pupil.id for pupil in pupils.get(Ref(new.school_id, new.pupil_group_id or new.class_group_id), ())
            if pupil.enrolled_on <= days[1] and (pupil.left_on is None or pupil.left_on > days[0])})
        told.append(events.lesson_changed(lesson.course_id, lesson.subject_id, old, new, here, now))
    table: Any = Lesson.__table__
    past: Any = Substitution.__table__  # the ORM would group the rows by what is null in them, a statement for each group
    here_is = (table.c.school_id == sa.bindparam("key_school"), table.c.id == sa.bindparam("key_id"))
    await session.execute(sa.update(table).where(*here_is), lessons)
    await session.execute(sa.insert(past), history)
    await outbox.append(session, *told)


_SAID = ("cancelled", "teacher_id", "on_date", "bell", "room", "merged_with_id")


def _lesson(lesson: Known, new: Place, now: dt.datetime) -> dict[str, Any]:
    """The columns of a lesson's row after a change, with its key."""
    return {
        "key_school": new.school_id, "key_id": new.id, "on_date": new.on_date, "bell": new.bell, "room": new.room, "merged_with_id": new.merged_with_id,
        "substitute_id": None if new.own_teacher else new.teacher_id, "cancelled_at": now if new.cancelled else None, "planned_on": lesson.planned.on_date,
        "planned_bell": lesson.planned.bell, "planned_room": lesson.planned.room, "revision": lesson.revision + 1, "schedule_id": new.schedule_id,
        "planned_schedule_id": lesson.planned.schedule_id,
    }


async def _rows(session: AsyncSession, viewer: Viewer, refs: Sequence[Ref]) -> dict[Ref, LessonRow]:
    statement = LESSON.where(sa.tuple_(Lesson.school_id, Lesson.id).in_(sorted(set(refs))), changes_lessons(viewer, Lesson.school_id))
    return {Ref(row.school_id, row.id): LessonRow(*row) for row in await session.execute(statement)}
