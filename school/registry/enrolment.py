"""Who comes to a school: its staff, its pupils and their guardians, many at once, by its office."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, outbox
from school.batches import check_batch
from school.context import ADMINISTRATION, Role, Viewer, act_in
from school.db import Base
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Ref
from school.registry import events
from school.registry.guardianship import GRANTED, told
from school.registry.models import ClassGroup, Guardianship, Person, Pupil, Relation, School, Staff
from school.registry.names import sort_key
from school.registry.texts import line

FURTHEST = dt.timedelta(days=366)
"""How long ago, or ahead, a pupil's first day may lie."""
FULLEST = 100
"""Pupils of one class: lists of a class are made for no more, with those who have left it."""
LONGEST_NAME, LONGEST_POSITION, LONGEST_KEY = 80, 80, 300


class Name(NamedTuple):
    """A person's name, in three parts."""

    family_name: str
    given_name: str
    patronymic: str | None

    def checked(self) -> "Name":
        """Without outer spaces; refused (BAD_INPUT): a part that is empty (but the patronymic), longer than 80 characters, or no line of text."""
        patronymic = (self.patronymic or "").strip()
        return Name(line(self.family_name, "family name", LONGEST_NAME), line(self.given_name, "given name", LONGEST_NAME),
                    line(patronymic, "patronymic", LONGEST_NAME) if patronymic else None)


class PersonRow(NamedTuple):
    """Who was added, or was there."""

    school_id: int
    id: UUID
    family_name: str
    given_name: str
    patronymic: str | None


@dataclass(frozen=True, slots=True)
class NewStaff:
    """One of the staff to be. The client made the id, so that it may ask again."""

    id: UUID
    name: Name
    position: str


@dataclass(frozen=True, slots=True)
class NewPupil:
    """A pupil to be, in a class from a day on."""

    id: UUID
    name: Name
    group: Ref
    enrolled_on: dt.date


@dataclass(frozen=True, slots=True)
class NewGuardian:
    """Who answers for a pupil from now on, and what they are to the child."""

    id: UUID
    name: Name
    pupil: Ref
    relation: Relation


class _New(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> Name: ...


New = TypeVar("New", bound=_New)
Answers = list[PersonRow | Refused]


async def add_staff(session: AsyncSession, viewer: Viewer, school_id: int, items: Sequence[NewStaff]) -> Answers:
    """Up to 100 of the staff, by office or head; the answers stand in the order of the items, and one bad item does not hold up the others.

    Three statements, however many; a fourth reads what was there already. Repeating is harmless. Refused for an item: a name or a position that is none
    (BAD_INPUT), the same id with other content (CONFLICT). As a whole: another school (NOT_FOUND), no item, one id twice (BAD_INPUT), over 100 (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    check_batch([item.id for item in items], "items")
    values: dict[UUID, dict[str, Any]] = {}

    def checked(item: NewStaff) -> None:
        values[item.id] = {"school_id": school_id, "id": item.id, "position": line(item.position, "position", LONGEST_POSITION), "left_on": None}

    named, refused = _checked(items, checked)
    fresh = await _add(session, school_id, named)
    await _insert(session, Staff, [values[id_] for id_ in fresh])
    now = clock.now()
    await outbox.append(session, *(events.staff_added(school_id, id_, now) for id_ in fresh))
    old = await _stored(session, school_id, Staff, (Staff.position,), [item.id for item in items if item.id not in fresh])
    return [_answer(school_id, item.id, named, refused, fresh, old, (values.get(item.id, {}).get("position"),)) for item in items]


async def enrol_many(session: AsyncSession, viewer: Viewer, school_id: int, items: Sequence[NewPupil]) -> Answers:
    """Up to 100 pupils, by office or head; as `add_staff`, in two statements more.

    Refused for an item also: a class of another school (NOT_FOUND), a first day more than a year away (BAD_INPUT). What somebody was enrolled with
    is no longer the same content once they have moved. As a whole also: more than 100 pupils in a class (TOO_MANY).
    """
    act_in(viewer, school_id, *ADMINISTRATION)
    check_batch([item.id for item in items], "items")
    groups, today = await _classes(session, school_id, {item.group.id for item in items})
    values: dict[UUID, dict[str, Any]] = {}

    def checked(item: NewPupil) -> None:
        if item.group.school_id != school_id or item.group.id not in groups:
            raise not_found()
        if not today - FURTHEST <= item.enrolled_on <= today + FURTHEST:
            raise bad_input("enrolledOn lies within a year of today")
        values[item.id] = {
            "school_id": school_id, "id": item.id, "class_group_id": item.group.id, "enrolled_on": item.enrolled_on, "left_on": None}

    named, refused = _checked(items, checked)
    fresh = await _add(session, school_id, named)
    if any(sum(values[id_]["class_group_id"] == group for id_ in fresh) + there > FULLEST for group, there in groups.items()):
        raise Refused(Code.TOO_MANY, f"a class has at most {FULLEST} pupils")
    await _insert(session, Pupil, [values[id_] for id_ in fresh])
    now = clock.now()
    await outbox.append(session, *(
        events.pupil_enrolled(school_id, id_, values[id_]["class_group_id"], values[id_]["enrolled_on"], now) for id_ in fresh))
    old = await _stored(session, school_id, Pupil, (Pupil.class_group_id, Pupil.enrolled_on), [item.id for item in items if item.id not in fresh])
    return [_answer(school_id, item.id, named, refused, fresh, old, (item.group.id, item.enrolled_on)) for item in items]


async def add_guardians(session: AsyncSession, viewer: Viewer, school_id: int, items: Sequence[NewGuardian]) -> Answers:
    """Up to 100 people who answer for a pupil each, by the office; as `add_staff`, in a statement more. Who is known already is granted it instead.

    Refused for an item also: a pupil of another school (NOT_FOUND).
    """
    act_in(viewer, school_id, Role.OFFICE)
    check_batch([item.id for item in items], "items")
    pupils = set(await session.scalars(
        sa.select(Pupil.id).where(Pupil.school_id == school_id, Pupil.id.in_(sorted({item.pupil.id for item in items})))))
    now = clock.now()
    ties: dict[UUID, Guardianship] = {}

    def checked(item: NewGuardian) -> None:
        if item.pupil.school_id != school_id or item.pupil.id not in pupils:
            raise not_found()
        ties[item.id] = Guardianship(
            school_id=school_id, id=ids.new(), guardian_id=item.id, pupil_id=item.pupil.id, relation=item.relation, since=now, ended_at=None)

    named, refused = _checked(items, checked)
    fresh = await _add(session, school_id, named)
    columns = ("school_id", "id", "guardian_id", "pupil_id", "relation", "since")
    await _insert(session, Guardianship, [{name: getattr(ties[id_], name) for name in columns} for id_ in fresh])
    await outbox.append(session, *(told(GRANTED, ties[id_]) for id_ in fresh))
    missing = [item.id for item in items if item.id not in fresh]
    old = await _stored(session, school_id, Guardianship, (Guardianship.pupil_id, Guardianship.relation), missing, key=Guardianship.guardian_id)
    return [_answer(school_id, item.id, named, refused, fresh, old, (item.pupil.id, item.relation)) for item in items]


def _checked(items: Iterable[New], check: Callable[[New], None]) -> tuple[dict[UUID, Name], dict[UUID, Refused]]:
    """The names of the good ones, in one order for all, so that raced batches do not wait for each other in a circle; and why others are refused."""
    named: dict[UUID, Name] = {}
    refused: dict[UUID, Refused] = {}
    for item in sorted(items, key=lambda item: item.id):
        try:
            name = item.name.checked()
            check(item)
            named[item.id] = name
        except Refused as refusal:
            refused[item.id] = refusal
    return named, refused


async def _classes(session: AsyncSession, school_id: int, wanted: Collection[UUID]) -> tuple[dict[UUID, int], dt.date]:
    """Those of the school's year among these classes, with how many pupils each has, and its date. Until the end nobody else comes into one of them."""
    one = sa.and_(ClassGroup.school_id == School.id, ClassGroup.id.in_(sorted(wanted)), ClassGroup.closed_on.is_(None))
    await session.execute(
        sa.select(ClassGroup.id).where(ClassGroup.school_id == school_id, ClassGroup.id.in_(sorted(wanted)))
        .order_by(ClassGroup.id).with_for_update(key_share=True))
    statement = sa.select(School.time_zone, ClassGroup.id, in_class().label("pupils")).outerjoin(ClassGroup, one).where(School.id == school_id)
    found = (await session.execute(statement)).all()
    return {row.id: row.pupils for row in found if row.id is not None}, clock.school_date(clock.now(), found[0].time_zone)


def in_class() -> sa.ScalarSelect[int]:
    """How many pupils a class has; for a statement that has joined ClassGroup."""
    return sa.select(sa.func.count()).where(
        Pupil.school_id == ClassGroup.school_id, Pupil.class_group_id == ClassGroup.id, Pupil.left_on.is_(None)).correlate(ClassGroup).scalar_subquery()


async def _add(session: AsyncSession, school_id: int, named: Mapping[UUID, Name]) -> list[UUID]:
    """Insert the persons that are not there yet; who that are."""
    return await _insert(session, Person, [
        {"school_id": school_id, "id": id_, **name._asdict(), "sort_key": sort_key(*name)[:LONGEST_KEY]} for id_, name in named.items()])


async def _insert(session: AsyncSession, table: type[Base], values: Sequence[Mapping[str, Any]]) -> list[UUID]:
    if not values:
        return []
    make: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = make(table.__table__).on_conflict_do_nothing().returning(table.__table__.c.id)
    return sorted(await session.scalars(statement, list(values)))


_Stored = dict[UUID, list[tuple[Name, tuple[Any, ...]]]]


async def _stored(
    session: AsyncSession, school_id: int, table: Any, columns: Sequence[Any], wanted: Sequence[UUID], key: Any = None,
) -> _Stored:
    """Who is there under these ids, with what they are at the school."""
    if not wanted:
        return {}
    joined = sa.and_(table.school_id == Person.school_id, (table.id if key is None else key) == Person.id)
    found: _Stored = {}
    for id_, family, given, patronymic, *content in await session.execute(
            sa.select(Person.id, Person.family_name, Person.given_name, Person.patronymic, *columns).outerjoin(table, joined)
            .where(Person.school_id == school_id, Person.id.in_(sorted(wanted)))):
        found.setdefault(id_, []).append((Name(family, given, patronymic), tuple(content)))
    return found


def _answer(
    school_id: int, id_: UUID, named: Mapping[UUID, Name], refused: Mapping[UUID, Refused], fresh: Collection[UUID], old: _Stored, content: tuple[Any, ...],
) -> PersonRow | Refused:
    if id_ in refused:
        return refused[id_]
    name = named[id_]
    if id_ in fresh or (name, content) in old.get(id_, ()):
        return PersonRow(school_id, id_, *name)
    return conflict("another person has this id")


async def hire(session: AsyncSession, school_id: int, name: Name, position: str) -> Ref:
    """The first of a school's staff, by whoever operates the service. Refused: BAD_INPUT, as in `add_staff`."""
    name, position, id_ = name.checked(), line(position, "position", LONGEST_POSITION), ids.new()
    await _add(session, school_id, {id_: name})
    await _insert(session, Staff, [{"school_id": school_id, "id": id_, "position": position, "left_on": None}])
    return Ref(school_id, id_)
