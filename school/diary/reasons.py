"""The school's own reasons of absence: added, renamed, retired. What counts as excused is said once, and never changed."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import ADMINISTRATION, Viewer, act_in
from school.db import Rows
from school.diary.absence_models import AbsenceReason
from school.diary.inserts import insert
from school.diary.models import AttendanceKind
from school.diary.policy import visible_reasons
from school.diary.texts import required_text
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.reading import Reader
from school.statements import Asking, Read, given

LONGEST_NAME, LONGEST_SIGN = 60, 3
MOST_REASONS = 100
"""Of one school, with those that are retired."""
USUAL = (
    ("Болезнь", "Б", True), ("Приём у врача", "В", True), ("Семейные обстоятельства", "С", True), ("Мероприятие или олимпиада", "М", True),
    ("Опоздание транспорта", "Т", True), ("Без причины", "Н", False),
)
"""With which a school begins: name, sign, whether it is excused."""


class ReasonRow(NamedTuple):
    """A reason: the columns of `REASON`, in order."""

    school_id: int
    id: UUID
    name: str
    sign: str
    excused: bool
    retired_at: dt.datetime | None

    @property
    def kind(self) -> AttendanceKind:
        """How a pupil attends who is absent for it."""
        return AttendanceKind.EXCUSED if self.excused else AttendanceKind.ABSENT


REASON: Rows = sa.select(
    AbsenceReason.school_id, AbsenceReason.id, AbsenceReason.name, AbsenceReason.sign, AbsenceReason.excused, AbsenceReason.retired_at)


@Read
def _reasons(viewer: Asking, retired: bool) -> Rows:
    mine = REASON.where(AbsenceReason.school_id == given("school_id"), visible_reasons(viewer))
    return (mine if retired else mine.where(AbsenceReason.retired_at.is_(None))).order_by(
        AbsenceReason.excused.desc(), AbsenceReason.name, AbsenceReason.id).limit(MOST_REASONS)


async def of_school(reader: Reader, viewer: Viewer, school_id: int, *, retired: bool) -> list[ReasonRow]:
    """A school's reasons by name, those that excuse first; of a school that is not the viewer's none."""
    return [ReasonRow(*row) for row in await reader.all(_reasons, viewer, retired, school_id=school_id)]


def usual(school_id: int) -> list[AbsenceReason]:
    """Those with which a school begins."""
    return [AbsenceReason(school_id=school_id, id=ids.new(), name=name, sign=sign, excused=excused, retired_at=None) for name, sign, excused in USUAL]


async def add(session: AsyncSession, viewer: Viewer, school_id: int, id_: UUID, *, name: str, sign: str, excused: bool) -> ReasonRow:
    """The office or the head adds a reason; the client made its id, and asking the same again is harmless.

    Refused: another school (NOT_FOUND), a name that is empty or longer than 60 characters, a sign that is not 1 to 3 letters (BAD_INPUT), a name or a
    sign that another one in use has, the same id with different content (CONFLICT), the 101st (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    row = ReasonRow(school_id, id_, required_text(name, "name", LONGEST_NAME), _sign(sign), excused, None)
    there = await session.scalar(sa.select(sa.func.count()).select_from(AbsenceReason).where(AbsenceReason.school_id == school_id)) or 0
    if there < MOST_REASONS:
        statement = insert(session, AbsenceReason).values(row._asdict()).on_conflict_do_nothing().returning(AbsenceReason.id)
        if (await session.execute(statement)).one_or_none() is not None:
            return row
    stored = await find(session, Ref(school_id, id_))
    if stored is None:
        raise _taken() if there < MOST_REASONS else Refused(Code.TOO_MANY, f"a school has at most {MOST_REASONS} reasons")
    if stored != row:
        raise conflict("another reason has this id")
    return stored


async def change(session: AsyncSession, viewer: Viewer, ref: Ref, *, name: str, sign: str, in_use: bool) -> ReasonRow:
    """The office or the head renames a reason, retires it or takes it into use again. Saying what is there already changes nothing.

    Refused as `add`; a reason of another school (NOT_FOUND).
    """
    act_in(viewer, ref.school_id, *ADMINISTRATION)
    name, sign = required_text(name, "name", LONGEST_NAME), _sign(sign)
    old = await find(session, ref, lock=True)
    if old is None:
        raise not_found()
    new = old._replace(name=name, sign=sign, retired_at=None if in_use else old.retired_at or clock.now())
    if new != old:
        values = {"name": new.name, "sign": new.sign, "retired_at": new.retired_at}
        try:
            async with session.begin_nested():
                await session.execute(
                    sa.update(AbsenceReason).where(AbsenceReason.school_id == ref.school_id, AbsenceReason.id == ref.id).values(values)
                    .execution_options(synchronize_session=False))
        except sa.exc.IntegrityError:
            raise _taken() from None
    return new


async def find(session: AsyncSession, ref: Ref, *, lock: bool = False) -> ReasonRow | None:
    """A reason by its key, retired or not."""
    statement = REASON.where(AbsenceReason.school_id == ref.school_id, AbsenceReason.id == ref.id)
    row = (await session.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else ReasonRow(*row)


async def in_use(session: AsyncSession, ref: Ref, school_id: int) -> ReasonRow:
    """A reason that a new entry of this school may have. Refused: one of another school (NOT_FOUND), a retired one (BAD_INPUT)."""
    found = await find(session, ref)
    if found is None or found.school_id != school_id:
        raise not_found()
    if found.retired_at is not None:
        raise bad_input("the reason is not in use any more")
    return found


def _sign(sign: str) -> str:
    sign = required_text(sign, "sign", LONGEST_SIGN)
    if not sign.isalpha():
        raise bad_input("sign is 1 to 3 letters")
    return sign


def _taken() -> Refused:
    return conflict("another reason in use has this name or this sign")
