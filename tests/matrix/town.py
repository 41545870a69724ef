"""A town for the matrix: the small world, grown until every field has something to show of every pupil, and everyone there is to ask.

Four pupils stand for what a viewer may be to a child: Boris is the own one, Anna his classmate (with another teacher's mark), Egor of another class,
Dina of another school. Each has a thing of every kind, with texts that stand nowhere else.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.access import passages
from school.access.models import AntiPassback, Audience, Direction, Door, DoorReader, DoorRule
from school.clock import Clock
from school.context import NOBODY, Area, Grant, Role, Viewer
from school.day import late_arrivals
from school.db import Database
from school.delivery.relay import Relay
from school.diary import attendance, corrections, homework, marks
from school.diary.mark_rows import Content
from school.diary.models import AttendanceKind, CourseScale, GradingScale, Lesson, WorkKind
from school.identity import codes
from school.identity.models import Invitation
from school.ids import Kind, Ref
from school.meals import accounts as meal_accounts
from school.meals import refunds, till, topups
from school.meals.models import Till, TillReader
from school.meals.topups import TopUpMethod
from school.money import Money
from school.outbox import Signal
from school.record.entries import Entries, Entry
from school.record.models import RecordAction
from school.registry import accounts, cards, guardianship
from school.registry.account_models import Account, AccountRole, Session, SessionKind
from school.registry.accounts import digest_of
from school.registry.models import (
    Card,
    CardKey,
    CardState,
    ClassGroup,
    Course,
    Device,
    DeviceCode,
    DeviceKind,
    Outcome,
    Person,
    Pupil,
    Relation,
    Staff,
    Subject,
    Tap,
)
from school.registry.names import sort_key
from school.registry.types import school_id as opaque_school
from school.settings import Mode
from tests.world import EARLY, MONDAY, World, build

NOON = dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)
"""What the clock says, and it stands still: noon in the first school on the one lesson day, two o'clock in the second."""
TARGETS = {"own": "boris", "classmate": "anna", "other class": "egor", "other school": "dina"}
NOUNS = {
    "child": Kind.PERSON, "guardian": Kind.PERSON, "spare": Kind.PERSON, "mark": Kind.MARK, "lesson": Kind.LESSON, "course": Kind.COURSE,
    "homework": Kind.HOMEWORK, "class": Kind.CLASS_GROUP, "card": Kind.CARD, "sale": Kind.TRANSFER, "till_tap": Kind.TAP, "desk_tap": Kind.TAP,
    "tap": Kind.TAP, "door": Kind.DOOR, "rule": Kind.DOOR_RULE, "till": Kind.TILL, "gate": Kind.DEVICE, "desk": Kind.DEVICE, "key": Kind.CARD_KEY,
    "code": Kind.DEVICE_CODE, "invitation": Kind.INVITATION,
}
"""What a question may name of a target, beside its school."""
ROLES = (
    "guardian", "without diary", "without meals", "without access", "pupil", "teacher", "class teacher", "canteen", "guard", "office", "head", "district",
    "former guardian", "former teacher", "token for nothing", "token for the diary", "nobody",
)
"""Who asks: the columns of the table of permissions."""
_STAFF = {"canteen2": (2, Role.CANTEEN), "teacher7": (1, Role.TEACHER), "leaver": (1, Role.TEACHER), "head": (1, Role.HEAD)}
_GUARDIANS = {"without diary": Area.DIARY, "without meals": Area.MEALS, "without access": Area.ACCESS}
CODES = {1: "AAAA-BBBB-CCCC", 2: "DDDD-EEEE-FFFF"}
"""The invitations' codes, by school."""
_numbers = count(1)

Ids = Mapping[str, str]
"""Opaque ids by noun."""


@dataclass
class Town:
    """Everyone and everything by name. `markers` are texts and ids that belong to a pupil: what kind of thing each is of, and of whom."""

    database: Database
    world: World
    targets: dict[str, dict[str, str]] = field(default_factory=dict)
    viewers: dict[str, Viewer] = field(default_factory=dict)
    markers: dict[str, tuple[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def ref(self, name: str) -> Ref:
        """The key of a person."""
        return Ref(2 if name in {"dina", "gleb", "office2", "teacher2", "canteen2", "stranger", "spare2"} else 1, self.world.people[name])

    def absent(self, target: str) -> Ids:
        """What is as a target's, and does not exist."""
        school = 2 if target == "other school" else 1
        return {noun: ids.encode(kind, school, ids.new()) for noun, kind in NOUNS.items()} | {"school": opaque_school(7)}

    def mark(self, kind: str, of: str, *texts: str) -> None:
        """Remember whose texts these are."""
        self.markers.update(dict.fromkeys(texts, (kind, of)))


async def found(database: Database) -> Town:
    """Build the town in an empty database. The clock stands at noon from now on."""
    clock.use(Clock(NOON, NOON, 0))
    town = Town(database, await build(database))
    async with database.begin() as session:
        await _staff(session, town)
        await _school_two(session, town)
        await _courses(session, town)
        await _office(session, town)
    for target, name in TARGETS.items():
        async with database.begin() as session:
            town.targets[target] = await _live(session, town, name)
    async with database.begin() as session:
        await _families(session, town)
        await _accounts(session, town)
        await _record(session, town)
    relay = Relay(database, Signal())
    while await relay.publish():
        pass
    for name, token in town.tokens.items():
        async with database.read() as session:
            town.viewers[name] = await accounts.viewer_of(session, token)
    town.viewers["nobody"] = NOBODY
    return town


async def _person(session: AsyncSession, town: Town, school_id: int, name: str) -> UUID:
    text = f"{name.title().replace(' ', '')}ова"
    person = Person(school_id=school_id, id=ids.new(), family_name=text, given_name=name.title(), patronymic=None, sort_key=sort_key(text, name))
    session.add(person)
    await session.flush()
    town.world.people[name] = person.id
    return person.id


async def _staff(session: AsyncSession, town: Town) -> None:
    for name, (school_id, _) in _STAFF.items():
        await _person(session, town, school_id, name)
        session.add(Staff(school_id=school_id, id=town.world.people[name], position=name, left_on=MONDAY if name == "leaver" else None))
    await _person(session, town, 1, "district")
    for name, school_id in (("spare", 1), ("spare2", 2)):
        await _person(session, town, school_id, name)
    await session.flush()


async def _school_two(session: AsyncSession, town: Town) -> None:
    """What the small world has in its first school only."""
    world = town.world
    for name, kind in (("gate", DeviceKind.GATE), ("canteen", DeviceKind.CANTEEN), ("desk", DeviceKind.DESK)):
        device = Device(
            school_id=2, id=ids.new(), kind=kind, name=f"{name}2", public_key=hashlib.sha256(f"{name}2".encode()).digest(), enrolled_at=EARLY,
            revoked_at=None, counter=0, counter_window=0, seen_at=None, software="test", queue_depth=0, rejected=0, clock_offset_ms=0, last_tap_at=None)
        session.add(device)
        world.devices[f"{name}2"] = device.id
    door, place = Door(school_id=2, id=ids.new(), name="Вход чужой школы", anti_passback=AntiPassback.HARD), Till(school_id=2, id=ids.new(), name="Чужой буфет")
    session.add_all([door, place])
    world.doors["main2"], world.tills["till2"] = door.id, place.id
    await session.flush()
    for reader, direction in (("in", Direction.IN), ("out", Direction.OUT)):
        session.add(DoorReader(school_id=2, device_id=world.devices["gate2"], reader=reader, door_id=door.id, direction=direction))
    session.add(TillReader(school_id=2, device_id=world.devices["canteen2"], reader="till", till_id=place.id))
    town.mark("place", "dina", "Вход чужой школы", "Чужой буфет", ids.encode(Kind.DOOR, 2, door.id), ids.encode(Kind.TILL, 2, place.id))
    await session.flush()


async def _courses(session: AsyncSession, town: Town) -> None:
    """Physics for 5A and for a class of its own, by a teacher who is not the one of algebra; the leaver once taught 5A too."""
    world = town.world
    group = ClassGroup(school_id=1, id=ids.new(), grade=7, letter="B", teacher_id=None)
    physics, chemistry = (Subject(school_id=1, id=ids.new(), name=name) for name in ("Физика", "Химия"))
    scale = GradingScale(school_id=1, id=ids.new(), name="5", lowest=2, highest=5)
    session.add_all([group, physics, chemistry, scale])
    world.classes["7B"] = group.id
    await session.flush()
    for key, group_id, subject, teacher in (
        ("physics", world.classes["5A"], physics, "teacher7"), ("7B", group.id, physics, "teacher7"), ("chemistry", world.classes["5A"], chemistry, "leaver"),
    ):
        course = Course(school_id=1, id=ids.new(), class_group_id=group_id, subject_id=subject.id, teacher_id=world.people[teacher])
        session.add(course)
        await session.flush()
        session.add(CourseScale(school_id=1, id=course.id, scale_id=scale.id))
        lesson = Lesson(
            school_id=1, id=ids.new(), course_id=course.id, class_group_id=group_id, on_date=MONDAY, bell=1 if key == "7B" else len(world.courses),
            room=f"room {key}", topic=None, cancelled_at=None)
        session.add(lesson)
        world.courses[key], world.lessons[f"{key}-1"] = course.id, lesson.id
    await _person(session, town, 1, "egor")
    session.add(Pupil(school_id=1, id=world.people["egor"], class_group_id=group.id, enrolled_on=EARLY.date(), left_on=None))
    await session.flush()
    card = Card(
        school_id=1, id=ids.new(), person_id=world.people["egor"], token=world.token("egor"), key_id=world.card_keys[1][0], state=CardState.ACTIVE,
        issued_at=EARLY, blocked_at=None)
    session.add(card)
    world.cards["egor"] = card.id
    await session.flush()


async def _office(session: AsyncSession, town: Town) -> None:
    """For each school: an older card key with a card under it, an invitation, a device's code, a card on the desk's reader, rules of every audience."""
    world = town.world
    for school_id, end in ((1, ""), (2, "2")):
        key = CardKey(school_id=school_id, id=ids.new(), secret=bytes(32), made_at=EARLY - dt.timedelta(days=1))
        session.add(key)
        await session.flush()
        teacher = world.people[f"teacher{end}"]
        session.add(Card(
            school_id=school_id, id=ids.new(), person_id=teacher, token=bytes([school_id]) * 32, key_id=key.id, state=CardState.ACTIVE, issued_at=EARLY,
            blocked_at=None))
        invitation = Invitation(
            school_id=school_id, id=ids.new(), person_id=world.people[f"spare{end}"], role=Role.GUARDIAN, made_by=None,
            digest=digest_of(codes.canonical(CODES[school_id])),
            made_at=NOON, expires_at=NOON + dt.timedelta(days=14), void_at=None, used_at=None, account_id=None)
        code = DeviceCode(
            digest=bytes([school_id]) * 32, school_id=school_id, id=ids.new(), kind=DeviceKind.GATE, name="Новый пост", made_at=NOON,
            bindings=[{"reader": "in", "door": str(world.doors[f"main{end}"]), "direction": "in"}], expires_at=NOON + dt.timedelta(days=1),
            cancelled_at=None, renews_id=world.devices[f"gate{end}"], device_id=None)
        world.card_keys[-school_id] = (key.id, bytes(32))
        session.add_all([invitation, code])
        tap = await _tap(session, town, school_id, f"desk{end}", "desk", None)
        await _tap(session, town, school_id, f"desk{end}", "desk", f"teacher{end}")
        ended = DoorRule(
            school_id=school_id, id=ids.new(), door_id=world.doors[f"main{end}"], direction=Direction.IN, audience=Audience.CLASS_GROUP, person_id=None,
            class_group_id=world.classes["5A" if school_id == 1 else "2-5A"], weekdays=63, starts_at=dt.time(7), ends_at=dt.time(20), valid_from=MONDAY,
            valid_until=MONDAY, made_at=EARLY, ended_at=None)
        session.add(ended)
        await session.flush()
        nouns = {
            "school": opaque_school(school_id), "spare": _id(Kind.PERSON, school_id, world.people[f"spare{end}"]),
            "desk_tap": _id(Kind.TAP, school_id, tap.id), "door": _id(Kind.DOOR, school_id, world.doors[f"main{end}"]),
            "till": _id(Kind.TILL, school_id, world.tills[f"till{end}"]), "gate": _id(Kind.DEVICE, school_id, world.devices[f"gate{end}"]),
            "desk": _id(Kind.DEVICE, school_id, world.devices[f"desk{end}"]), "key": _id(Kind.CARD_KEY, school_id, key.id),
            "code": _id(Kind.DEVICE_CODE, school_id, code.id), "invitation": _id(Kind.INVITATION, school_id, invitation.id),
        }
        town.targets[str(school_id)] = nouns


def _id(kind: Kind, school_id: int, id_: UUID) -> str:
    return ids.encode(kind, school_id, id_)


async def _tap(session: AsyncSession, town: Town, school_id: int, device: str, reader: str, name: str | None, at: dt.datetime = NOON) -> Tap:
    """A card is presented: of somebody, or of nobody yet."""
    number = next(_numbers)
    tap = Tap(
        school_id=school_id, device_id=town.world.devices[device], sequence=number, id=ids.new(), digest=bytes(32), reader=reader,
        token=town.world.token(name, school_id) if name else hashlib.sha256(f"blank {number}".encode()).digest(),
        key_id=str(town.world.card_keys[school_id][0]), person_id=town.world.people[name] if name else None, device_at=at, happened_at=at, received_at=at,
        late=False, suspect=False, outcome=Outcome.ADMIT if name else Outcome.REFUSE, reason="OK" if name else "UNKNOWN_CARD", data_version="1")
    session.add(tap)
    await session.flush()
    return tap


async def _live(session: AsyncSession, town: Town, name: str) -> dict[str, str]:
    """A pupil's day: what each domain keeps of it. What a question may name of it."""
    world, pupil = town.world, town.ref(name)
    school_id, end = pupil.school_id, "" if pupil.school_id == 1 else "2"
    common = town.targets[str(school_id)]
    town.mark("name", name, f"{name.title()}ова")
    town.mark("id", name, _id(Kind.PERSON, school_id, pupil.id))
    diary = await _diary(session, town, name, pupil)
    money = await _money(session, town, name, pupil)
    gate = await _tap(session, town, school_id, f"gate{end}", "in", name, NOON - dt.timedelta(minutes=90))
    passage = await passages.record(session, gate)
    assert passage is not None
    late = await late_arrivals.notice(session, pupil, gate.happened_at, late=False)
    assert late is not None
    refused = await _tap(session, town, school_id, f"gate{end}", "in", name)
    refused.outcome, refused.reason = Outcome.REFUSE, "ALREADY_INSIDE"
    await passages.record(session, refused)
    rule = DoorRule(
        school_id=school_id, id=ids.new(), door_id=None, direction=None, audience=Audience.PERSON, class_group_id=None, person_id=pupil.id, weekdays=1,
        starts_at=dt.time(7), ends_at=dt.time(20), valid_from=None, valid_until=None, made_at=EARLY, ended_at=None)
    session.add(rule)
    await session.flush()
    card = Ref(school_id, world.cards[name])
    office = _staff_viewer(town, f"office{end}", Role.OFFICE)
    await cards.block(session, office, card)
    await cards.unblock(session, office, card)
    spare = _id(Kind.CARD, school_id, card.id)
    town.mark("card", name, spare)
    town.mark("tap", name, _id(Kind.TAP, school_id, gate.id))
    town.mark("passage", name, _id(Kind.PASSAGE, school_id, passage.id))
    town.mark("rule", name, _id(Kind.DOOR_RULE, school_id, rule.id))
    return {
        **common, **diary, **money, "tap": _id(Kind.TAP, school_id, gate.id), "child": _id(Kind.PERSON, school_id, pupil.id), "card": spare,
        "rule": _id(Kind.DOOR_RULE, school_id, rule.id),
        "class": _id(Kind.CLASS_GROUP, school_id, world.classes[{"egor": "7B", "dina": "2-5A"}.get(name, "5A")]),
        "guardian": _id(Kind.PERSON, school_id, world.people[{"boris": "other_parent", "anna": "parent", "dina": "stranger"}.get(name, "spare")]),
    }


def _staff_viewer(town: Town, name: str, role: Role) -> Viewer:
    person = town.ref(name)
    return Viewer(ids.new(), ids.new(), (Grant(person.school_id, person.id, role),))


async def _diary(session: AsyncSession, town: Town, name: str, pupil: Ref) -> dict[str, str]:
    """Marks given, corrected and withdrawn, a register entry, homework, in the course that stands for this pupil."""
    key, teacher = {"boris": ("5A", "teacher"), "anna": ("physics", "teacher7"), "egor": ("7B", "teacher7"), "dina": ("2-5A", "teacher2")}[name]
    lesson, viewer = Ref(pupil.school_id, town.world.lessons[f"{key}-1"]), _staff_viewer(town, teacher, Role.TEACHER)
    fresh = [marks.NewMark(ids.new(), pupil, lesson, Content(4, 1, WorkKind.TEST, f"comment {number} of {name}")) for number in range(3)]
    await marks.give_many(session, viewer, fresh)
    refs = [Ref(pupil.school_id, mark.id) for mark in fresh]
    await corrections.correct(session, viewer, refs[0], 1, Content(5, 1, WorkKind.TEST, f"comment 0 of {name}"), f"reason of {name}")
    await corrections.withdraw(session, viewer, refs[2], 1, None)
    await attendance.record_many(session, viewer, lesson, [attendance.NewEntry(pupil, AttendanceKind.LATE, 7)])
    tasks = [await homework.set_homework(session, viewer, ids.new(), lesson, f"task {number} of {key}") for number in range(2)]
    await homework.withdraw_homework(session, viewer, Ref(pupil.school_id, tasks[1].id))
    town.mark(f"marks of {key}", name, *(_id(Kind.MARK, ref.school_id, ref.id) for ref in refs), f"comment 0 of {name}", f"comment 1 of {name}")
    town.mark(f"homework of {key}", name, f"task 0 of {key}", _id(Kind.HOMEWORK, pupil.school_id, tasks[0].id))
    return {
        "mark": _id(Kind.MARK, pupil.school_id, fresh[0].id), "lesson": _id(Kind.LESSON, lesson.school_id, lesson.id),
        "course": _id(Kind.COURSE, pupil.school_id, town.world.courses[key]), "homework": _id(Kind.HOMEWORK, pupil.school_id, tasks[0].id),
    }


async def _money(session: AsyncSession, town: Town, name: str, pupil: Ref) -> dict[str, str]:
    """Cash at the office, two sales at the till of which one is taken back, and a card that lies there now."""
    world, school_id, end = town.world, pupil.school_id, "" if pupil.school_id == 1 else "2"
    if name == "egor":
        world.meal_accounts[name] = await meal_accounts.open_account(session, _staff_viewer(town, "office", Role.OFFICE), pupil)
    office, canteen = _staff_viewer(town, f"office{end}", Role.OFFICE), _staff_viewer(town, f"canteen{end}", Role.CANTEEN)
    place = Ref(school_id, world.tills[f"till{end}"])
    paid = await topups.top_up(session, office, ids.new(), pupil, Money(90_000, "RUB"), TopUpMethod.CASH, mode=Mode.PRODUCTION, note=f"note of {name}")
    sold = []
    for number in range(2):
        tap = await _tap(session, town, school_id, f"canteen{end}", "till", name)
        await till.card_presented(session, tap)
        dish = till.Item(f"dish {number} of {name}", 1, 5_000 + number)
        sold.append(await till.sell(session, canteen, ids.new(), place, Ref(school_id, tap.id), [dish], Money(dish.price, "RUB")))
        town.mark("till tap", name, _id(Kind.TAP, school_id, tap.id))
        town.mark("sale", name, _id(Kind.TRANSFER, school_id, sold[-1].ref.id), dish.name)
    refunded = await refunds.refund(session, canteen, ids.new(), sold[1].ref)
    waiting = await _tap(session, town, school_id, f"canteen{end}", "till", name)
    town.mark("till tap", name, _id(Kind.TAP, school_id, waiting.id))
    town.mark("money", name, _id(Kind.TRANSFER, school_id, paid.ref.id), f"note of {name}", _id(Kind.TRANSFER, school_id, refunded.ref.id))
    town.mark("account", name, _id(Kind.MEAL_ACCOUNT, school_id, world.meal_accounts[name]))
    return {"sale": _id(Kind.TRANSFER, school_id, sold[0].ref.id), "till_tap": _id(Kind.TAP, school_id, waiting.id)}


async def _families(session: AsyncSession, town: Town) -> None:
    """Guardians from whom a court has withheld something, one who is a guardian no more, and one for each pupil without."""
    office, boris = _staff_viewer(town, "office", Role.OFFICE), town.ref("boris")
    for name in (*_GUARDIANS, "former guardian"):
        guardian = Ref(1, await _person(session, town, 1, name))
        await guardianship.grant(session, office, guardian, boris, Relation.OTHER)
        if name in _GUARDIANS:
            await guardianship.restrict(session, office, guardian, boris, set(_GUARDIANS.values()) - {_GUARDIANS[name]}, "решение суда")
        else:
            await guardianship.end(session, office, guardian, boris)
    await guardianship.grant(session, office, town.ref("spare"), town.ref("egor"), Relation.OTHER)


async def _accounts(session: AsyncSession, town: Town) -> None:
    """Everyone who asks, each behind a session; `several` is two of the others at once."""
    holders: dict[str, tuple[tuple[str, Role], ...]] = {
        "guardian": (("other_parent", Role.GUARDIAN),), "pupil": (("boris", Role.PUPIL),), "teacher": (("teacher", Role.TEACHER),),
        "class teacher": (("class_teacher", Role.TEACHER),), "canteen": (("canteen", Role.CANTEEN),), "guard": (("guard", Role.GUARD),),
        "office": (("office", Role.OFFICE),), "head": (("head", Role.HEAD),), "district": (("district", Role.DISTRICT),),
        "former teacher": (("leaver", Role.TEACHER),), "stranger": (("stranger", Role.GUARDIAN),), "physicist": (("teacher7", Role.TEACHER),),
        "several": (("stranger", Role.GUARDIAN), ("teacher7", Role.TEACHER)),
        "egor": (("egor", Role.PUPIL),), "dina": (("dina", Role.PUPIL),),
        **{name: ((name, Role.GUARDIAN),) for name in (*_GUARDIANS, "former guardian")},
        "token for nothing": (("other_parent", Role.GUARDIAN),), "token for the diary": (("other_parent", Role.GUARDIAN),),
    }
    scopes: dict[str, list[Any]] = {"token for nothing": [], "token for the diary": [[Area.DIARY.value, False]]}
    for name, held in holders.items():
        account = Account(id=ids.new(), login=f"of {name}", password_hash=None, made_at=EARLY, disabled_at=None)
        session.add(account)
        await session.flush()
        session.add_all(AccountRole(
            account_id=account.id, school_id=town.ref(person).school_id, person_id=town.ref(person).id, role=role) for person, role in held)
        session.add(Session(
            id=ids.new(), account_id=account.id, digest=digest_of(name), kind=SessionKind.PROGRAM if name in scopes else SessionKind.CLIENT,
            name=name, scopes=scopes.get(name), strong=True, made_at=NOON, expires_at=NOON + dt.timedelta(days=1), revoked_at=None))
        town.tokens[name] = name
    await session.flush()


async def _record(session: AsyncSession, town: Town) -> None:
    """Somebody has read every pupil's record."""
    for name in TARGETS.values():
        person = town.ref(name)
        await Entries().write(session, [Entry(
            school_id=person.school_id, person_id=person.id, area=area, action=RecordAction.READ, at=NOON, account_id=town.world.accounts["teacher"],
            role=Role.TEACHER) for area in (Area.DIARY, Area.PEOPLE)])
