"""Taking a register back: what a spreadsheet changes against what was exported, and the same done by the verbs that a teacher's page uses."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from school.batches import MOST as BATCH
from school.context import Viewer
from school.diary import corrections, marks, register_cells
from school.diary.attendance import ABSENCES, NewEntry, record_many
from school.diary.attendance_rows import AttendanceRow
from school.diary.gradebook import Gradebook, PupilRow
from school.diary.lessons import LessonRow, own_lessons
from school.diary.mark_rows import Content, MarkRow
from school.diary.marks import NewMark
from school.diary.models import Lesson
from school.diary.register_cells import Cell, Sign, Told, UnreadableError
from school.diary.register_file import Sent
from school.diary.register_sheet import Place, contents
from school.diary.scale_rows import Labels
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry.calendar_feed_models import Language

T = TypeVar("T")
MOST_CHANGES = 500
"""Of one file; corrections are three statements each."""


class ChangeKind(StrEnum):
    """What one part of a changed cell is."""

    GIVE = "give"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Change:
    """A mark or a register entry that becomes another one: as the cell tells it, before and after. `cell` is its place in the sheet, as C5."""

    kind: ChangeKind
    cell: str
    pupil: PupilRow
    lesson: LessonRow
    old: str | None
    new: str | None
    mark: MarkRow | None = None
    told: Told | None = None
    sign: Sign | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be taken as it is, and why."""

    cell: str
    row: int
    pupil: PupilRow | None
    lesson: LessonRow | None
    refused: Refused


@dataclass(slots=True)
class Plan:
    """What a file changes, in the order of its cells, and what is wrong in it. `seen` tells one plan from another."""

    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """The same for the same changes of the same rows."""
        told = [(one.kind, one.cell, one.pupil.id.hex, one.lesson.id.hex, one.old, one.new, one.mark and one.mark.revision) for one in self.changes]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def plan(sent: Sent, book: Gradebook) -> Plan:
    """What the file changes against what it was exported as, weighed against the gradebook as it is now.

    A cell that says what it was exported with is left alone, whatever has become of it; so is one that says what stands there already. Wrong in it: what
    cannot be read (BAD_INPUT), a cell that was changed here since the export (CONFLICT), a lesson or a pupil that is there no more (NOT_FOUND), an entry
    of the register that was emptied (BAD_INPUT). Refused as a whole: more than 500 changes (TOO_MANY).
    """
    made, now = Plan(), contents(book)
    pupils, lessons = {row.pupil.id: row.pupil for row in book.pupils}, {lesson.id: lesson for lesson in book.lessons}
    language = Language(sent.kept.language)
    for row, texts in enumerate(sent.rows):
        for column, text in enumerate(texts):
            before, kept_marks = sent.kept.cells.get(f"{row}:{column}", ("", []))
            if text == before:
                continue
            place: Place = UUID(sent.kept.pupils[row]), UUID(sent.kept.lessons[column])
            cell, pupil, lesson = f"{_letters(column + 1)}{row + 2}", pupils.get(place[0]), lessons.get(place[1])
            try:
                if pupil is None or lesson is None:
                    raise not_found()
                there, rows, _ = now.get(place, (Cell(), [], None))
                wanted = _read(text, book.course.labels)
                if wanted == _read(before) or wanted == there:
                    continue
                if there != _read(before) or [(mark.id.hex, mark.revision) for mark in rows] != kept_marks:
                    raise conflict("this cell was changed in the gradebook since the export")
                made.changes += _changes(cell, pupil, lesson, there, rows, wanted, language)
            except Refused as refused:
                made.faults.append(Fault(cell, row + 2, pupil, lesson, refused))
    if len(made.changes) > MOST_CHANGES:
        raise Refused(Code.TOO_MANY, f"a file changes at most {MOST_CHANGES} marks and entries")
    return made


def _read(text: str, labels: Labels | None = None) -> Cell:
    """What was exported tells no words."""
    try:
        return register_cells.read(text, labels)
    except UnreadableError as error:
        raise bad_input(f"not understood: {error}") from None


def _letters(column: int) -> str:
    """A column as spreadsheets call it, from 0: A."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _changes(
    cell: str, pupil: PupilRow, lesson: LessonRow, there: Cell, rows: Sequence[MarkRow], wanted: Cell, language: Language,
) -> list[Change]:
    """Marks that stay are those that the cell still tells; of the others the first becomes the first new one, and so on."""
    made = list[Change]()
    if wanted.sign != there.sign:
        if wanted.sign is None:
            raise bad_input("an entry of the register is changed, and not emptied")
        old = None if there.sign is None else register_cells.write_sign(there.sign, language)
        made.append(Change(ChangeKind.REGISTER, cell, pupil, lesson, old, register_cells.write_sign(wanted.sign, language), sign=wanted.sign))
    stays = Counter(there.marks) & Counter(wanted.marks)
    gone, new = list[MarkRow](), list[Told]()
    spare = stays.copy()
    for mark, told in zip(rows, there.marks, strict=True):
        if spare[told]:
            spare[told] -= 1
        else:
            gone.append(mark)
    for told in wanted.marks:
        if stays[told]:
            stays[told] -= 1
        else:
            new.append(told)
    for place in range(max(len(gone), len(new))):
        was, told_ = gone[place] if place < len(gone) else None, new[place] if place < len(new) else None
        kind = ChangeKind.GIVE if was is None else ChangeKind.WITHDRAW if told_ is None else ChangeKind.CORRECT
        old = None if was is None else register_cells.write_mark(Told(was.value, was.work, was.weight), language)
        made.append(Change(
            kind, cell, pupil, lesson, old, None if told_ is None else register_cells.write_mark(told_, language), mark=was, told=told_))
    return made


async def lock(session: AsyncSession, viewer: Viewer, changes: Sequence[Change]) -> None:
    """Of two who take back a file, or write a register, in one of these lessons at once, one waits; new marks are not held up."""
    lessons = {Ref(one.lesson.school_id, one.lesson.id) for one in changes}
    await session.execute(own_lessons(viewer, lessons).order_by(Lesson.school_id, Lesson.id).with_for_update(of=Lesson, key_share=True))


async def apply(session: AsyncSession, viewer: Viewer, import_id: UUID, changes: Sequence[Change], book: Gradebook, reason: str | None) -> list[Fault]:
    """Do all of it in the transaction that is open: give, correct, withdraw, record. What the verbs refuse comes back as faults; then nothing may be kept.

    New marks' ids come from the import's, so that the same import twice, or at once, gives none of them twice. Statements: four for each hundred new marks,
    six at most for each lesson whose register changes, three for each mark that is corrected or withdrawn.
    """
    faults = list[Fault]()
    for lesson, entries in _by_lesson(changes).items():
        items = [_entry(one, book) for one in entries]
        faults += await _batch(entries, lambda lesson=lesson, items=items: record_many(session, viewer, lesson, items))  # type: ignore[misc]
    given = [one for one in changes if one.kind is ChangeKind.GIVE]
    for begin in range(0, len(given), BATCH):
        some = given[begin:begin + BATCH]
        new = [_new_mark(import_id, begin + number, one) for number, one in enumerate(some)]
        faults += await _batch(some, lambda new=new: marks.give_many(session, viewer, new))  # type: ignore[misc]
    for one in changes:
        if one.mark is not None:
            try:
                await _correct(session, viewer, one, one.mark, reason)
            except Refused as refused:
                faults.append(_fault(one, refused))
    return faults


def _by_lesson(changes: Sequence[Change]) -> dict[Ref, list[Change]]:
    """Entries of the register, lesson by lesson, in one order for all who write at once."""
    found = defaultdict[Ref, list[Change]](list)
    for one in changes:
        if one.sign is not None:
            found[Ref(one.lesson.school_id, one.lesson.id)].append(one)
    return dict(sorted(found.items()))


def _entry(change: Change, book: Gradebook) -> NewEntry:
    """The reason by its sign, one in use before one that is not; a sign that the school does not have is refused as a reason that is not there."""
    pupil, sign = Ref(change.pupil.school_id, change.pupil.id), change.sign
    if sign is None:
        raise ValueError("no entry of a register")
    if sign.reason is None:
        return NewEntry(pupil, sign.kind, sign.minutes)
    named = sorted((one for one in book.reasons if one.sign == sign.reason and sign.kind in ABSENCES), key=lambda one: one.retired_at is not None)
    reason = Ref(pupil.school_id, named[0].id if named else UUID(int=0))
    return NewEntry(pupil, sign.kind, sign.minutes, reason)


def _new_mark(import_id: UUID, number: int, change: Change) -> NewMark:
    if change.told is None:
        raise ValueError("no new mark")
    pupil, lesson = Ref(change.pupil.school_id, change.pupil.id), Ref(change.lesson.school_id, change.lesson.id)
    chance = hashlib.sha256(import_id.bytes + pupil.id.bytes + lesson.id.bytes + number.to_bytes(4)).digest()
    # A UUIDv7 of the import's own time: version and variant stand where RFC 9562 has them.
    id_ = UUID(bytes=import_id.bytes[:6] + bytes([0x70 | chance[0] & 0x0F, chance[1], 0x80 | chance[2] & 0x3F]) + chance[3:10])
    return NewMark(id_, pupil, lesson, Content(change.told.value, change.told.weight, change.told.work, None))


async def _correct(session: AsyncSession, viewer: Viewer, change: Change, mark: MarkRow, reason: str | None) -> None:
    """A comment stays with its mark, and a kind of the school's own while the usual kind is the same: a cell does not tell them."""
    ref = Ref(mark.school_id, mark.id)
    if change.told is None:
        await corrections.withdraw(session, viewer, ref, mark.revision, reason)
    else:
        own = mark.work_id if change.told.work is mark.work else None
        content = Content(change.told.value, change.told.weight, change.told.work, mark.comment, own)
        await corrections.correct(session, viewer, ref, mark.revision, content, reason)


async def _batch(changes: Sequence[Change], write: Callable[[], Awaitable[Sequence[AttendanceRow | MarkRow | Refused]]]) -> list[Fault]:
    """The faults of a verb that answers item by item; what it refuses as a whole, it refuses for each."""
    try:
        answers = await write()
    except Refused as refused:
        return [_fault(one, refused) for one in changes]
    return [_fault(one, answer) for one, answer in zip(changes, answers, strict=True) if isinstance(answer, Refused)]


def _fault(change: Change, refused: Refused) -> Fault:
    return Fault(change.cell, int(change.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), change.pupil, change.lesson, refused)
