"""Founding the town: the small world grows, every pupil lives a day, and everyone who asks gets a session."""

import datetime as dt
import hashlib
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.access.models import AntiPassback, Audience, Direction, Door, DoorReader, DoorRule
from school.clock import Clock
from school.context import NOBODY, Area, Role
from school.db import Database
from school.delivery.relay import Relay
from school.diary.absence_models import AbsenceReason
from school.diary.homework_models import HomeworkRule
from school.diary.models import CourseScale, GradingScale, Lesson, ScaleConversion, WorkKind
from school.diary.term_models import TermClosing, TermOpening
from school.diary.work_models import OwnWork
from school.identity import codes
from school.identity.models import Invitation
from school.ids import Kind, Ref
from school.meals.models import Till, TillReader
from school.outbox import Signal
from school.record.entries import Entries, Entry
from school.record.models import RecordAction
from school.registry import guardianship, viewers
from school.registry.account_models import Account, AccountRole, Session, SessionKind
from school.registry.accounts import digest_of
from school.registry.calendar_models import Term, TermKind
from school.registry.models import (
    Card,
    CardKey,
    CardState,
    ClassGroup,
    Course,
    Device,
    DeviceCode,
    DeviceKind,
    Person,
    Pupil,
    Relation,
    Staff,
    Subject,
)
from school.registry.names import sort_key
from school.registry.types import school_id as opaque_school
from tests.databases import FURNISHED
from tests.matrix.lives import acting, live, opaque, present
from tests.matrix.setting_up import add_schedules, add_spare, change_classes, make_year
from tests.matrix.town import CODES, NOON, TARGETS, Town
from tests.session import current
from tests.world import EARLY, MONDAY, build

_STAFF = {"canteen2": (2, Role.CANTEEN), "teacher7": (1, Role.TEACHER), "leaver": (1, Role.TEACHER), "head": (1, Role.HEAD)}
_GUARDIANS = {"without diary": Area.DIARY, "without meals": Area.MEALS, "without access": Area.ACCESS}


async def found(database: Database) -> Town:
    """Build the town in an empty database, unless it stands there. The clock stands at noon from now on."""
    clock.use(Clock(NOON, NOON, 0))
    if FURNISHED.get(database.url) != "town":
        return await _build(database)
    town: Town = pickle.loads(_kept(database.url).read_bytes())  # noqa: S301 - of this session
    town.viewers["nobody"] = NOBODY
    return replace(town, database=database)


async def keep(url: str) -> None:
    """Build it in a database that is then copied: it takes a second, and most tests of the matrix begin with it."""
    database = Database(url)
    town = await found(database)
    await database.close()
    clock.use(Clock())
    _kept(url).write_bytes(pickle.dumps(replace(town, database=None)))  # type: ignore[arg-type]


def _kept(url: str) -> Path:
    return current()[0] / f"town-{sa.make_url(url).get_backend_name()}"


async def _build(database: Database) -> Town:
    town = Town(database, await build(database))
    async with database.begin() as session:
        await _staff(session, town)
        await _school_two(session, town)
        await _courses(session, town)
        await _office(session, town)
        await change_classes(session, town)
    for target, name in TARGETS.items():
        async with database.begin() as session:
            town.targets[target] = {**await live(session, town, name), "name": f"{name.title()}ова"}
    async with database.begin() as session:
        await _families(session, town)
        await _accounts(session, town)
        await _record(session, town)
    relay = Relay(database, Signal(), lease_seconds=0)
    while await relay.publish():
        pass
    for name, token in town.tokens.items():
        town.viewers[name] = await viewers.viewer_of(database.reader(), token)
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
        reason = AbsenceReason(school_id=school_id, id=ids.new(), name="Болезнь", sign="Б", excused=True, retired_at=None)
        own = OwnWork(school_id=school_id, id=ids.new(), name="Проект", work=WorkKind.TEST, weight=2, retired_at=None)
        other = GradingScale(school_id=school_id, id=ids.new(), name="Зачёт", lowest=0, highest=1, counts=False, labels=[[0, "незачёт"], [1, "зачёт"]])
        session.add_all([invitation, code, reason, HomeworkRule(school_id=school_id, latest=dt.time(18)), other, own])
        await session.flush()
        scale = await session.scalar(sa.select(CourseScale.scale_id).where(CourseScale.id == world.courses["5A" if school_id == 1 else "2-5A"]))
        session.add(ScaleConversion(school_id=school_id, id=other.id, to_scale_id=scale, steps=[[1, 1, 5]]))
        tap = await present(session, town, school_id, f"desk{end}", "desk", None)
        for device, reader in (("desk", "desk"), ("gate", "in")):
            await present(session, town, school_id, f"{device}{end}", reader, f"teacher{end}")
        ended = DoorRule(
            school_id=school_id, id=ids.new(), door_id=world.doors[f"main{end}"], direction=Direction.IN, audience=Audience.CLASS_GROUP, person_id=None,
            class_group_id=world.classes["5A" if school_id == 1 else "2-5A"], weekdays=63, starts_at=dt.time(7), ends_at=dt.time(20), valid_from=MONDAY,
            valid_until=MONDAY, made_at=EARLY, ended_at=None)
        session.add(ended)
        await session.flush()
        past = Term(
            school_id=school_id, id=ids.new(), name=f"closed {school_id}", kind=TermKind.TERM, starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2026, 5, 31))
        session.add(past)
        await session.flush()
        secretary = world.people[f"office{end}"]
        holiday = await make_year(session, school_id, secretary)
        session.add(TermClosing(school_id=school_id, id=past.id, by=secretary, at=EARLY))
        session.add(TermOpening(
            school_id=school_id, id=ids.new(), term_id=past.id, course_id=None, until=NOON, reason=f"opened {school_id}", by=secretary, at=EARLY))
        nouns = {
            "past": opaque(Kind.TERM, school_id, past.id), "term": opaque(Kind.TERM, school_id, world.terms[school_id]),
            "school": opaque_school(school_id), "spare": opaque(Kind.PERSON, school_id, world.people[f"spare{end}"]),
            "worker": opaque(Kind.PERSON, school_id, teacher),
            "desk_tap": opaque(Kind.TAP, school_id, tap.id), "door": opaque(Kind.DOOR, school_id, world.doors[f"main{end}"]),
            "till": opaque(Kind.TILL, school_id, world.tills[f"till{end}"]), "gate": opaque(Kind.DEVICE, school_id, world.devices[f"gate{end}"]),
            "desk": opaque(Kind.DEVICE, school_id, world.devices[f"desk{end}"]), "key": opaque(Kind.CARD_KEY, school_id, key.id),
            "code": opaque(Kind.DEVICE_CODE, school_id, code.id), "invitation": opaque(Kind.INVITATION, school_id, invitation.id),
            "reason": opaque(Kind.ABSENCE_REASON, school_id, reason.id), "scale": opaque(Kind.GRADING_SCALE, school_id, scale),
            "other scale": opaque(Kind.GRADING_SCALE, school_id, other.id), "own work": opaque(Kind.OWN_WORK, school_id, own.id),
            "holiday": opaque(Kind.HOLIDAY, school_id, holiday.id),
            "helper": opaque(Kind.PERSON, school_id, world.people[f"canteen{end}"]),
            **await add_spare(session, town, school_id), **await add_schedules(session, school_id),
        }
        town.targets[str(school_id)] = nouns


async def _families(session: AsyncSession, town: Town) -> None:
    """Guardians from whom a court has withheld something, one who is a guardian no more, and one for each pupil without."""
    office, boris = acting(town, "office", Role.OFFICE), town.ref("boris")
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
