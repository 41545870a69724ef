"""A small world for tests: two schools, two classes in the first, families with known ties, staff, cards, a till, doors, one lesson day."""

import datetime as dt
import hashlib
import hmac
import pickle
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from school import ids
from school.access.models import AntiPassback, Audience, Direction, Door, DoorReader, DoorRule
from school.context import Grant, Role, Viewer
from school.db import Base, Database
from school.diary.models import CourseScale, GradingScale, Lesson
from school.ids import Ref
from school.meals.models import AccountKind, MealAccount, Till, TillReader
from school.registry.account_models import Account, AccountRole
from school.registry.bell_models import Bell
from school.registry.calendar_models import Term
from school.registry.models import (
    Card,
    CardKey,
    CardState,
    ClassGroup,
    Course,
    Device,
    DeviceKind,
    Guardianship,
    Person,
    Pupil,
    Relation,
    School,
    Staff,
    Subject,
)
from school.registry.names import sort_key
from tests.databases import FURNISHED
from tests.session import of_the_session

MONDAY = dt.date(2026, 9, 7)
"""The one lesson day of this world."""
EARLY = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


@dataclass
class World:
    """Ids by plain names: `world.people["anna"]`, `world.viewers["parent"]`, `world.lessons["5A-1"]`."""

    people: dict[str, UUID] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)
    accounts: dict[str, UUID] = field(default_factory=dict)
    classes: dict[str, UUID] = field(default_factory=dict)
    courses: dict[str, UUID] = field(default_factory=dict)
    lessons: dict[str, UUID] = field(default_factory=dict)
    terms: dict[int, UUID] = field(default_factory=dict)
    meal_accounts: dict[str, UUID] = field(default_factory=dict)
    devices: dict[str, UUID] = field(default_factory=dict)
    doors: dict[str, UUID] = field(default_factory=dict)
    cards: dict[str, UUID] = field(default_factory=dict)
    tills: dict[str, UUID] = field(default_factory=dict)
    card_keys: dict[int, tuple[UUID, bytes]] = field(default_factory=dict)

    def token(self, name: str, school_id: int = 1) -> bytes:
        """The token of a person's card; its invented UID is the name's digest."""
        return hmac.new(self.card_keys[school_id][1], uid(name), hashlib.sha256).digest()


def uid(name: str) -> bytes:
    """The invented 7-byte UID of a person's card."""
    return b"\x04" + hashlib.sha256(name.encode()).digest()[:6]


PUPILS = {  # name: (school, class, guardians)
    "anna": (1, "5A", ("parent",)), "boris": (1, "5A", ("other_parent",)), "vera": (1, "6B", ("parent", "divorced")),
    "gleb": (2, "5A", ("parent2",)), "dina": (2, "5A", ("stranger",)),
}
STAFF = {  # name: (school, role); `teacher` teaches 5A algebra, `class_teacher` leads 5A and teaches 6B algebra
    "teacher": (1, Role.TEACHER), "class_teacher": (1, Role.TEACHER), "canteen": (1, Role.CANTEEN), "guard": (1, Role.GUARD), "office": (1, Role.OFFICE),
    "teacher2": (2, Role.TEACHER), "office2": (2, Role.OFFICE),
}
LOGINS = {  # login: persons behind it; `parent` has children in both schools
    "parent": ("parent", "parent2"), "other_parent": ("other_parent",), "divorced": ("divorced",), "stranger": ("stranger",), "anna": ("anna",),
    **{name: (name,) for name in STAFF},
}


async def build(database: Database) -> World:
    """Put the world into an empty database, unless it stands there."""
    kept, scripts = made()
    if database.url not in FURNISHED:
        async with database.begin() as session:
            driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
            if database.sqlite:
                await (await driver.executescript(scripts["sqlite"])).close()
            else:
                await driver.execute(scripts["postgresql"])
    world: World = pickle.loads(kept)  # noqa: S301 - of this process
    return world


@cache
def made() -> tuple[bytes, dict[str, str]]:
    """The world and its rows as one script for each database: thousands of tests begin with them."""
    return of_the_session("world", _make)


def _make() -> tuple[bytes, dict[str, str]]:
    world, rows = World(), Rows()
    for school_id in (1, 2):
        _school(rows, world, school_id)
    for name, (school_id, _) in STAFF.items():
        _person(rows, world, school_id, name)
        rows.add(Staff(school_id=school_id, id=world.people[name], position=name, left_on=None))
    _classes(rows, world)
    _families(rows, world)
    _access(rows, world)
    _meals(rows, world)
    _logins(rows, world)
    return pickle.dumps(world), {name: rows.script(sa.make_url(f"{name}://").get_dialect()()) for name in ("sqlite", "postgresql")}


class Rows:
    """New rows by table."""

    def __init__(self) -> None:
        self._of: dict[sa.Table, list[dict[str, Any]]] = defaultdict(list)

    def add(self, *made: Base) -> None:
        """Keep what is set in these, and what their columns are by default."""
        for row in made:
            table = type(row).__table__
            assert isinstance(table, sa.Table)
            mapper = sa.inspect(type(row))
            values = {column: getattr(row, mapper.get_property_by_column(column).key) for column in table.columns}
            self._of[table].append({column.name: _default(column) if value is None else value for column, value in values.items()})

    def script(self, dialect: sa.Dialect) -> str:
        """All of them, in an order that their foreign keys allow."""
        tables = [table for table in Base.metadata.sorted_tables if table in self._of]
        return ";\n".join(_insert(table, self._of[table], dialect) for table in tables)


def _default(column: sa.Column[Any]) -> Any:
    default: Any = column.default if column.server_default is None else None  # which an older schema may lack
    return None if default is None else default.arg(None) if default.is_callable else default.arg


def _insert(table: sa.Table, rows: list[dict[str, Any]], dialect: sa.Dialect) -> str:
    # What no row has a value of may not be there: tests of migrations write the world into older schemas.
    columns = [table.columns[name] for name in rows[0] if any(row[name] is not None for row in rows)]
    values = (", ".join(_literal(row[column.name], column.type, dialect) for column in columns) for row in rows)
    names = ", ".join(column.name for column in columns)
    return f"INSERT INTO {table.name} ({names}) VALUES {', '.join(f'({one})' for one in values)}"  # noqa: S608 - of this file


def _literal(value: Any, kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'" if dialect.name == "sqlite" else f"'\\x{value.hex()}'"
    return str(sa.literal(value, kind).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _school(rows: Rows, world: World, school_id: int) -> None:
    zone = "Europe/Moscow" if school_id == 1 else "Asia/Yekaterinburg"
    rows.add(School(id=school_id, name=f"Школа № {school_id}", short_name=f"Ш{school_id}", time_zone=zone, currency="RUB"))
    secret = hashlib.sha256(f"card key {school_id}".encode()).digest()
    key = CardKey(school_id=school_id, id=ids.new(), secret=secret, made_at=EARLY)
    world.card_keys[school_id] = (key.id, secret)
    rows.add(key)
    term = Term(school_id=school_id, id=ids.new(), name="I", starts_on=dt.date(2026, 9, 1), ends_on=dt.date(2026, 12, 30))
    rows.add(term)
    world.terms[school_id] = term.id
    rows.add(*(Bell(school_id=school_id, number=number, starts_at=dt.time(7 + number, 30), ends_at=dt.time(8 + number, 15)) for number in range(1, 8)))
    rows.add(*(
        MealAccount(school_id=school_id, kind=kind, person_id=None, currency="RUB", balance=None, floor=0, opened_at=EARLY)
        for kind in (AccountKind.FUNDING, AccountKind.SALES)
    ))


def _person(rows: Rows, world: World, school_id: int, name: str) -> None:
    person = Person(
        school_id=school_id, id=ids.new(), family_name=f"{name.title()}ова", given_name=name.title(), patronymic=None,
        sort_key=sort_key(f"{name.title()}ова", name.title()),
    )
    rows.add(person)
    world.people[name] = person.id


def _classes(rows: Rows, world: World) -> None:
    taught: dict[int, tuple[UUID, UUID]] = {}
    groups = (("5A", 1, 5, "class_teacher", "teacher"), ("6B", 1, 6, None, "class_teacher"), ("2-5A", 2, 5, None, "teacher2"))
    for key, school_id, grade, leader, teacher in groups:
        group = ClassGroup(school_id=school_id, id=ids.new(), grade=grade, letter=key[-1], teacher_id=world.people[leader] if leader else None)
        rows.add(group)
        world.classes[key] = group.id
        if school_id not in taught:
            subject = Subject(school_id=school_id, id=ids.new(), name="Алгебра")
            scale = GradingScale(school_id=school_id, id=ids.new(), name="5", lowest=2, highest=5)
            rows.add(subject, scale)
            taught[school_id] = subject.id, scale.id
        subject_id, scale_id = taught[school_id]
        course = Course(school_id=school_id, id=ids.new(), class_group_id=group.id, subject_id=subject_id, teacher_id=world.people[teacher])
        rows.add(course)
        rows.add(CourseScale(school_id=school_id, id=course.id, scale_id=scale_id))
        world.courses[key] = course.id
        for bell in (1, 2):
            lesson = Lesson(
                school_id=school_id, id=ids.new(), course_id=course.id, class_group_id=group.id, on_date=MONDAY, bell=bell, room="101", topic=None,
                cancelled_at=None,
            )
            rows.add(lesson)
            world.lessons[f"{key}-{bell}"] = lesson.id


def _families(rows: Rows, world: World) -> None:
    for name, (school_id, group, guardians) in PUPILS.items():
        _person(rows, world, school_id, name)
        key = group if school_id == 1 else f"2-{group}"
        rows.add(Pupil(school_id=school_id, id=world.people[name], class_group_id=world.classes[key], enrolled_on=EARLY.date(), left_on=None))
        for guardian in guardians:
            if guardian not in world.people:
                _person(rows, world, school_id, guardian)
            rows.add(Guardianship(
                school_id=school_id, guardian_id=world.people[guardian], pupil_id=world.people[name], relation=Relation.MOTHER, since=EARLY, ended_at=None,
            ))
    for name in (*PUPILS, *STAFF):
        school_id = PUPILS[name][0] if name in PUPILS else STAFF[name][0]
        card = Card(
            school_id=school_id, id=ids.new(), person_id=world.people[name], token=world.token(name, school_id), key_id=world.card_keys[school_id][0],
            state=CardState.ACTIVE, issued_at=EARLY, blocked_at=None,
        )
        rows.add(card)
        world.cards[name] = card.id


def _access(rows: Rows, world: World) -> None:
    for name, kind in (("gate", DeviceKind.GATE), ("canteen", DeviceKind.CANTEEN), ("desk", DeviceKind.DESK)):
        device = Device(
            school_id=1, id=ids.new(), kind=kind, name=name, public_key=hashlib.sha256(name.encode()).digest(), enrolled_at=EARLY, revoked_at=None,
            counter=0, counter_window=0, seen_at=None, software="test", queue_depth=0, rejected=0, clock_offset_ms=0, last_tap_at=None,
        )
        rows.add(device)
        world.devices[name] = device.id
    door = Door(school_id=1, id=ids.new(), name="Главный вход", anti_passback=AntiPassback.HARD)
    rows.add(door)
    world.doors["main"] = door.id
    for reader, direction in (("in", Direction.IN), ("out", Direction.OUT)):
        rows.add(DoorReader(school_id=1, device_id=world.devices["gate"], reader=reader, door_id=door.id, direction=direction))
    for audience in (Audience.PUPILS, Audience.STAFF):
        rows.add(DoorRule(
            school_id=1, id=ids.new(), door_id=None, direction=None, audience=audience, class_group_id=None, person_id=None, weekdays=63,
            starts_at=dt.time(7), ends_at=dt.time(20), valid_from=None, valid_until=None, made_at=EARLY, ended_at=None,
        ))


def _meals(rows: Rows, world: World) -> None:
    till = Till(school_id=1, id=ids.new(), name="Буфет")
    rows.add(till)
    world.tills["till"] = till.id
    rows.add(TillReader(school_id=1, device_id=world.devices["canteen"], reader="till", till_id=till.id))
    for name in PUPILS:
        account = MealAccount(
            school_id=PUPILS[name][0], id=ids.new(), kind=AccountKind.PERSON, person_id=world.people[name], currency="RUB", balance=0, floor=0, opened_at=EARLY,
        )
        rows.add(account)
        world.meal_accounts[name] = account.id


def _logins(rows: Rows, world: World) -> None:
    for login, persons in LOGINS.items():
        account = Account(id=ids.new(), login=login, password_hash=None, made_at=EARLY, disabled_at=None)
        rows.add(account)
        world.accounts[login] = account.id
        grants, children = [], set()
        for name in persons:
            guardian = (2 if name in {"parent2", "stranger"} else 1, Role.GUARDIAN)
            school_id, role = STAFF.get(name) or ((PUPILS[name][0], Role.PUPIL) if name in PUPILS else guardian)
            grants.append(Grant(school_id, world.people[name], role))
            rows.add(AccountRole(account_id=account.id, school_id=school_id, person_id=world.people[name], role=role))
            children |= {Ref(PUPILS[child][0], world.people[child]) for child in PUPILS if name in PUPILS[child][2] or name == child}
        world.viewers[login] = Viewer(account.id, ids.new(), tuple(grants), frozenset(children))
