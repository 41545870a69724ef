"""Registers as spreadsheets in GraphQL: a file is taken back, first to see what it would change. It is exported at `/registers/<course>/<term>.xlsx`."""

import binascii
import datetime as dt
from base64 import b64decode
from typing import Annotated, Self

import strawberry

from school import ids
from school.context import Area, Role
from school.diary import gradebook, register_file, register_import, term_sheets
from school.diary.press import PRESS
from school.diary.register_import import Change, ChangeKind, Fault, Plan
from school.diary.screens import person_of
from school.diary.types import opaque
from school.errors import Code, Refused, conflict
from school.fields import Code_, Info, Refusal, holds, mutation, rows
from school.ids import Kind, Ref
from school.registry.types import Person

ChangeKindName = strawberry.enum(ChangeKind, name="RegisterChangeKind", description="What becomes of a mark, or of an entry of the register.")


@strawberry.input(description="A register that was exported and changed: an XLSX in base64. `id` is a UUIDv7 of the client's: repeating is harmless.")
class ImportRegisterInput:
    """Without `seen` nothing is written: the answer tells what would change. With the `seen` of that answer, just that is done, for this reason."""

    id: str
    course_id: strawberry.ID
    term_id: strawberry.ID
    content: str
    seen: str | None = None
    reason: str | None = None


@rows(description="A mark or an entry that a file changes, as the cell tells it: before (null: none) and after (null: withdrawn).")
class RegisterChange:
    """One part of a changed cell."""

    cell: str
    kind: Annotated[ChangeKind, ChangeKindName]
    pupil: Person
    lesson_id: strawberry.ID
    date: dt.date
    bell: int
    old: str | None
    new: str | None

    @classmethod
    def from_row(cls, row: Change) -> Self:
        """From a change of a plan."""
        return cls(
            cell=row.cell, kind=row.kind, pupil=person_of(row.pupil), lesson_id=opaque(Kind.LESSON, row.lesson.school_id, row.lesson.id),
            date=row.lesson.on_date, bell=row.lesson.bell, old=row.old, new=row.new)


@rows(description="A cell that cannot be taken as it is. `message` is for developers; people are shown a translation of `code`.")
class RegisterFault:
    """Where it is and why."""

    cell: str
    row: int
    pupil: Person | None
    date: dt.date | None
    code: Annotated[Code, Code_]
    message: str

    @classmethod
    def from_row(cls, row: Fault) -> Self:
        """From a fault of a plan."""
        return cls(
            cell=row.cell, row=row.row, pupil=None if row.pupil is None else person_of(row.pupil), date=None if row.lesson is None else row.lesson.on_date,
            code=row.refused.code, message=row.refused.message)


@rows(description="What a file changes, or has changed (`applied`). With any fault nothing is written. `seen` is sent along to do it.")
class RegisterImport:
    """The preview, or what was done."""

    changes: list[RegisterChange]
    faults: list[RegisterFault]
    seen: str
    applied: bool


ImportResult = Annotated[RegisterImport | Refusal, strawberry.union("ImportRegisterResult")]


class _UndoneError(Exception):
    """The transaction is not kept."""


@strawberry.type
class RegisterFileMutation:
    """A register comes back."""

    @mutation(holds(Role.TEACHER), Area.DIARY)
    async def import_register(self, info: Info, input: ImportRegisterInput) -> ImportResult:  # noqa: A002 - public name
        """Take a register back that was exported and changed, or see what it would change.

        Refused: NOT_FOUND, TOO_LARGE, NOT_A_SPREADSHEET, OTHER_COURSE, HEADER_CHANGED, FORMULAS, MERGED_CELLS, TOO_MANY (500 changes), CONFLICT (the
        changes are not those that were seen), TOO_MANY_ATTEMPTS.
        """
        context, course, term_ref = info.context, ids.decode(Kind.COURSE, input.course_id), ids.decode(Kind.TERM, input.term_id)
        import_id, viewer = ids.client_id(input.id), context.viewer
        term = await term_sheets.term(context.reader, viewer, term_ref)
        book = await gradebook.gradebook(context.reader, viewer, course, term.starts_on, term.ends_on)
        sent = await PRESS.run(viewer.account_id, register_file.read, _decoded(input.content))
        if (sent.kept.course, sent.kept.term) != (input.course_id, input.term_id):
            raise Refused(Code.OTHER_COURSE, "This is the register of another course, or of another term.")
        plan = register_import.plan(sent, book)
        context.note(Area.DIARY, {Ref(one.pupil.school_id, one.pupil.id) for one in plan.changes})
        applied = True
        try:
            async with context.begin() as session:
                if input.seen is not None and plan.changes:  # as it stands once nobody else writes
                    await register_import.lock(session, viewer, plan.changes)
                    book = await gradebook.gradebook(context.reader, viewer, course, term.starts_on, term.ends_on)
                    plan = register_import.plan(sent, book)
                    _check_seen(plan, input.seen)
                plan.faults += await register_import.apply(session, viewer, import_id, plan.changes, book, input.reason)
                _require(input.seen is not None and not plan.faults)
        except _UndoneError:
            applied = False
        return _answer(plan, applied=applied)


def _check_seen(plan: Plan, seen: str) -> None:
    if plan.changes and seen != plan.seen:
        raise conflict("the changes are not those that were seen: look again")


def _require(kept: bool) -> None:
    if not kept:
        raise _UndoneError


def _decoded(content: str) -> bytes:
    if len(content) > register_file.MOST_BYTES * 4 // 3 + 4:
        raise Refused(Code.TOO_LARGE, f"A register has at most {register_file.MOST_BYTES} bytes.")
    try:
        return b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Code.NOT_A_SPREADSHEET, "The content is not base64.") from None


def _answer(plan: Plan, *, applied: bool) -> RegisterImport:
    return RegisterImport(
        changes=[RegisterChange.from_row(one) for one in plan.changes], faults=[RegisterFault.from_row(one) for one in plan.faults], seen=plan.seen,
        applied=applied)
