"""The small world with a row in every table: of every pupil, of both schools."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.access.models import AntiPassback, Audience, Direction, Door, DoorReader, DoorRule, Passage, Presence
from school.context import NOBODY, Area, Grant, Role, Scope, Viewer
from school.day.models import LateArrival
from school.db import Base, Database
from school.delivery.models import Lease
from school.diary.absence_models import AbsenceNotice, AbsenceReason, NoticeState
from school.diary.attendance_models import ReplacedAttendance
from school.diary.file_models import FileKind, StoredFile
from school.diary.homework_models import HomeworkDone, HomeworkFor, HomeworkRevision, HomeworkRule, Submission, SubmissionState
from school.diary.message_models import (
    Acknowledged,
    Acknowledgement,
    Announcement,
    Message,
    Remark,
    RemarkKind,
    Thread,
    ThreadReading,
)
from school.diary.models import (
    Attendance,
    AttendanceKind,
    GradingScale,
    Homework,
    Lesson,
    Mark,
    MarkAction,
    MarkRevision,
    ScaleConversion,
    Substitution,
    WorkKind,
)
from school.diary.school_year_models import SchoolYear
from school.diary.term_models import TermClosing, TermMark, TermMarkRevision, TermOpening
from school.diary.timetable_models import Timetable, TimetableSlot, Weeks
from school.diary.work_models import OwnWork
from school.identity.models import Invitation, OutsideIdentity, Passkey, RecoveryCode, Throttle, Ticket, TicketKind, Totp
from school.ids import Ref
from school.meals.models import AccountKind, MealAccount, Posting, SaleItem, Till, TillReader, Transfer, TransferKind
from school.outbox import Checkpoint, FeedHead, FeedRow, OutboxRow, TopicKind
from school.record.models import Record, RecordAction
from school.registry.account_models import Session
from school.registry.bell_models import BellDay, BellSchedule, ScheduleBell
from school.registry.calendar_feed_models import CalendarFeed, Language
from school.registry.calendar_models import Holiday
from school.registry.former_class_models import FormerClass
from school.registry.group_models import GroupMember, PupilGroup
from school.registry.models import Device, DeviceCode, DeviceKind, FormerToken, Outcome, Tap
from school.registry.name_models import NameChange
from school.registry.photo_models import Photo
from school.serving.models import TrustedDocument
from tests.world import MONDAY, PUPILS, World, build

NOON = dt.datetime(2026, 9, 7, 12, tzinfo=dt.UTC)
TOLD = ("diary.mark_given", "meals.sold", "access.passed", "day.came_late", "registry.card_blocked", "registry.guardianship_granted")


async def fill(database: Database) -> World:
    """Build it, and let the service write it."""
    world = await build(database)
    async with database.begin() as session:
        for school_id in (1, 2):
            session.add_all(await _places(session, world, school_id))
        await session.flush()
        for number, name in enumerate(PUPILS):
            for batch in _pupil(world, name, 1 + number * len(TOLD)), _money(world, name, await _funding(session, PUPILS[name][0])):
                for row in batch:
                    session.add(row)
                    await session.flush()
        session.add_all(_accounts(world))
        await session.execute(sa.update(FeedHead).values(seq=1000))
        session.add_all([
            Lease(name="relay", holder=ids.new(), expires_at=NOON), Checkpoint(consumer="late", seq=1), Throttle(key=b"t" * 32, until_ms=1),
            TrustedDocument(digest="0" * 64, name="Q", text="{ me { login } }", admitted_at=NOON),
        ])
    return world


def viewers(world: World) -> dict[str, Viewer]:
    """Everybody who may ask: those of the world, and some who are rarer."""
    parent, office = world.viewers["parent"], world.viewers["office"]
    vera = Ref(1, world.people["vera"])
    return {
        "nobody": NOBODY, **world.viewers,
        "head": replace(office, grants=(Grant(1, world.people["office"], Role.HEAD),)),
        "district": replace(office, grants=tuple(Grant(school, world.people["office"], Role.DISTRICT) for school in (1, 2))),
        "revoked": replace(world.viewers["other_parent"], children=frozenset()),
        "dismissed": replace(office, grants=()),
        **{f"restricted from {area}": replace(world.viewers["divorced"], withheld=frozenset({(vera, area)}))
           for area in (Area.DIARY, Area.MEALS, Area.ACCESS)},
        "token for meals": replace(parent, scopes=frozenset({Scope(Area.MEALS, write=False)})),
        "teacher and parent": replace(world.viewers["teacher"], grants=(*world.viewers["teacher"].grants, *parent.grants), children=parent.children),
    }


async def _funding(session: AsyncSession, school_id: int) -> UUID:
    return (await session.execute(
        sa.select(MealAccount.id).where(MealAccount.school_id == school_id, MealAccount.kind == AccountKind.FUNDING))).scalar_one()


async def _places(session: AsyncSession, world: World, school_id: int) -> list[Base]:
    """A gate with its door, a till, a code, homework: what a school has that is nobody's."""
    key = {"school_id": school_id}
    gate, door, till = (ids.new() for _ in range(3))
    world.devices[f"gate of {school_id}"], world.doors[f"of {school_id}"], world.tills[f"of {school_id}"] = gate, door, till
    session.add_all([
        Device(**key, id=gate, kind=DeviceKind.GATE, name="side gate", public_key=b"p" * 32, enrolled_at=NOON, counter=0, counter_window=0,
               software="test", queue_depth=0, rejected=0, clock_offset_ms=0),
        Door(**key, id=door, name="Двор", anti_passback=AntiPassback.OFF), Till(**key, id=till, name="Кафе"),
        AbsenceReason(**key, id=_reason(school_id), name="Болезнь", sign="Б", excused=True),
        *(GradingScale(**key, id=_scale(school_id, number), name=f"Шкала {number}", lowest=0, highest=1) for number in (1, 2)),
        BellSchedule(**key, id=_reason(school_id), name="Сокращённый день", closed_at=None),
    ])
    await session.flush()
    teacher = world.people["teacher" if school_id == 1 else "teacher2"]
    lessons = [(name, group) for name, group in (("5A-1", "5A"), ("6B-1", "6B"), ("2-5A-1", "2-5A")) if (group == "2-5A") == (school_id == 2)]
    return [
        DoorReader(**key, device_id=gate, reader="in", door_id=door, direction=Direction.IN),
        TillReader(**key, device_id=gate, reader="till", till_id=till),
        TermClosing(**key, id=world.terms[school_id], by=world.people["office" if school_id == 1 else "office2"], at=NOON),
        TermOpening(**key, id=ids.new(), term_id=world.terms[school_id], course_id=None, until=NOON, reason="№ 1",
                    by=world.people["office" if school_id == 1 else "office2"], at=NOON),
        DoorRule(**key, id=ids.new(), audience=Audience.STAFF, weekdays=1, starts_at=dt.time(8), ends_at=dt.time(9), made_at=NOON),
        DeviceCode(**key, digest=hashlib.sha256(bytes([school_id])).digest(), id=ids.new(), kind=DeviceKind.GATE, name="gate", bindings=[], made_at=NOON,
                   expires_at=NOON),
        HomeworkRule(**key, latest=dt.time(18)), OwnWork(**key, id=ids.new(), name="Проект", work=WorkKind.TEST, weight=2),
        ScaleConversion(**key, id=_scale(school_id, 1), to_scale_id=_scale(school_id, 2), steps=[[0, 1, 1]]),
        SchoolYear(**key, id=ids.new(), starts_on=MONDAY, last_grade=11, new_classes=[], with_courses=True, classes=1, pupils=1, leavers=0, courses=1,
                   by=world.people["office" if school_id == 1 else "office2"], at=NOON),
        NameChange(
            **key, id=ids.new(), person_id=teacher, old_family_name="Прежняя", old_given_name="Анна", old_patronymic=None, family_name="Новая",
            given_name="Анна", patronymic=None, reason=None, by=world.people["office" if school_id == 1 else "office2"], at=NOON),
        Holiday(**key, id=ids.new(), name="Каникулы", starts_on=MONDAY, ends_on=MONDAY, withdrawn_at=None),
        *_timetable(world, school_id), *_bells(school_id),
        Announcement(**key, id=ids.new(), grade=5, title="Собрание", text="В среду", made_by=world.people["teacher" if school_id == 1 else "teacher2"],
                     made_at=NOON),
        *(Substitution(
            **key, id=ids.new(), lesson_id=world.lessons[lesson], revision=1, reason="болезнь", by=world.people["office" if school_id == 1 else "office2"],
            at=NOON, old_cancelled=True, cancelled=False, old_teacher_id=teacher, teacher_id=teacher, old_on_date=MONDAY, on_date=MONDAY, old_bell=1,
            bell=1) for lesson, _ in lessons),
        *(Homework(**key, id=ids.new(), course_id=world.courses[group], due_lesson_id=world.lessons[lesson], text="№ 1",
                   set_by=teacher, set_at=NOON) for lesson, group in lessons),
    ]


def _in_group(world: World, name: str) -> Iterator[Base]:
    """A group of the class in which this pupil is alone, with a lesson and homework for it."""
    school_id, group, _ = PUPILS[name]
    group, teacher = (group, "teacher") if school_id == 1 else (f"2-{group}", "teacher2")
    key, part, lesson, course = {"school_id": school_id}, ids.new(), ids.new(), world.courses[group]
    yield PupilGroup(**key, id=part, class_group_id=world.classes[group], division="Английский", name=name)
    yield GroupMember(**key, group_id=part, pupil_id=world.people[name], since=MONDAY, until=None)
    yield Lesson(**key, id=lesson, course_id=course, class_group_id=world.classes[group], on_date=MONDAY, bell=3, pupil_group_id=part)
    yield Homework(**key, id=ids.new(), course_id=course, due_lesson_id=lesson, text="№ 3", set_by=world.people[teacher], set_at=NOON)


def _bells(school_id: int) -> Iterator[Base]:
    schedule = _reason(school_id)
    yield ScheduleBell(school_id=school_id, schedule_id=schedule, number=1, starts_at=dt.time(8), ends_at=dt.time(9))
    yield BellDay(school_id=school_id, id=ids.new(), on_date=MONDAY, usual_id=None, schedule_id=schedule, withdrawn_at=None)


def _timetable(world: World, school_id: int) -> Iterator[Base]:
    timetable, group = ids.new(), "5A" if school_id == 1 else "2-5A"
    yield Timetable(
        school_id=school_id, id=timetable, class_group_id=world.classes[group], starts_on=MONDAY, by=world.people["office" if school_id == 1 else "office2"],
        at=NOON)
    yield TimetableSlot(
        school_id=school_id, timetable_id=timetable, number=0, course_id=world.courses[group], weekday=1, bell=1, weeks=Weeks.EVERY, shared=False)


def _reason(school_id: int) -> UUID:
    return UUID(int=school_id)


def _scale(school_id: int, number: int) -> UUID:
    return UUID(int=10 * school_id + number)


def _pupil(world: World, name: str, seq: int) -> Iterator[Base]:
    """The diary, the passages and the news of a pupil; `seq` is the first number of the feed."""
    school_id, group, _ = PUPILS[name]
    group, teacher = (group, "teacher") if school_id == 1 else (f"2-{group}", "teacher2")
    key, pupil, by, lesson = {"school_id": school_id}, world.people[name], world.people[teacher], world.lessons[f"{group}-1"]
    gate, door, mark, passage = world.devices[f"gate of {school_id}"], world.doors[f"of {school_id}"], ids.new(), ids.new()
    content: dict[str, Any] = {"value": 5, "weight": 1, "work": WorkKind.TEST, "comment": None}
    yield FormerClass(**key, pupil_id=pupil, since=dt.date(2026, 1, 12), until=dt.date(2026, 2, 2), class_group_id=world.classes[group])
    yield Mark(**key, id=mark, pupil_id=pupil, lesson_id=lesson, course_id=world.courses[group], **content, revision=1, given_by=by, given_at=NOON)
    yield MarkRevision(**key, mark_id=mark, revision=1, action=MarkAction.GIVEN, **content, reason=None, by=by, at=NOON)
    of_term: dict[str, Any] = {
        **key, "term_id": world.terms[school_id], "course_id": world.courses[group], "pupil_id": pupil, "value": 5, "comment": None, "average_numerator": 5,
        "average_denominator": 1, "revision": 1}
    yield TermMark(**of_term, decided_by=by, decided_at=NOON)
    yield TermMarkRevision(**of_term, reason=None, by=by, at=NOON)
    yield Attendance(**key, lesson_id=lesson, pupil_id=pupil, kind=AttendanceKind.PRESENT, minutes_late=None, by=by, at=NOON)
    yield ReplacedAttendance(**key, id=ids.new(), lesson_id=lesson, pupil_id=pupil, kind=AttendanceKind.ABSENT, minutes_late=None, by=by, at=NOON)
    own = ids.new()
    yield Homework(**key, id=own, course_id=world.courses[group], due_lesson_id=lesson, text="№ 2", for_some=True, set_by=by, set_at=NOON)
    yield HomeworkFor(**key, homework_id=own, pupil_id=pupil)
    yield HomeworkRevision(**key, homework_id=own, revision=1, text="№ 1", minutes=None, links=[], by=by, at=NOON)
    yield from _in_group(world, name)
    work, notice = ids.new(), ids.new()
    yield Submission(**key, id=work, homework_id=own, pupil_id=pupil, text="x = 5", by=pupil, at=NOON, state=SubmissionState.SUBMITTED)
    yield HomeworkDone(**key, homework_id=own, pupil_id=pupil, done=True, by=pupil, at=NOON)
    yield AbsenceNotice(**key, id=notice, pupil_id=pupil, starts_on=MONDAY, ends_on=MONDAY, reason_id=_reason(school_id), words="жар", sent_by=by,
                        sent_at=NOON, state=NoticeState.SENT)
    of_pupil = {"pupil_id": pupil}
    for author, where in ((by, {"homework_id": own}), (pupil, {"submission_id": work, **of_pupil}), (by, {"notice_id": notice, **of_pupil}), (pupil, {})):
        yield StoredFile(
            **key, id=ids.new(), by=author, name="лист.pdf", size=9, made_at=NOON, kind=FileKind.PDF, place=uuid4(), digest=bytes(32), sent=bytes(32),
            kept_size=9, **where)
    remark, thread, guardian = ids.new(), ids.new(), world.people[PUPILS[name][2][0]]
    yield Remark(**key, id=remark, pupil_id=pupil, lesson_id=lesson, kind=RemarkKind.PRAISE, text="молодец", given_by=by, given_at=NOON)
    yield Acknowledgement(**key, thing_id=remark, pupil_id=pupil, guardian_id=guardian, kind=Acknowledged.REMARK, at=NOON)
    yield Thread(**key, id=thread, pupil_id=pupil, teacher_id=by, messages=2, last_at=NOON)
    for number, author in enumerate((by, guardian), 1):
        yield Message(**key, id=ids.new(), thread_id=thread, number=number, author_id=author, text="здравствуйте", at=NOON)
        yield ThreadReading(**key, thread_id=thread, person_id=author, number=number, at=NOON)
    yield Tap(**key, device_id=gate, sequence=seq, id=ids.new(), digest=b"d" * 32, reader="in", token=world.token(name, school_id), key_id="k",
              person_id=pupil, device_at=NOON, happened_at=NOON, received_at=NOON, late=False, suspect=False, outcome=Outcome.ADMIT, reason="OK")
    yield Passage(**key, id=passage, person_id=pupil, door_id=door, direction=Direction.IN, reason="OK", device_id=gate, sequence=seq, happened_at=NOON,
                  received_at=NOON, late=False, suspect=False)
    yield Presence(**key, person_id=pupil, inside=True, door_id=door, changed_at=NOON)
    yield LateArrival(**key, pupil_id=pupil, on_date=MONDAY, passage_id=passage, lesson_id=lesson, minutes=5, noticed_at=NOON)
    yield Photo(**key, person_id=pupil, name=ids.new(), digest=b"d" * 32, size=1, set_by=by, set_at=NOON)
    yield FormerToken(**key, token=hashlib.sha256(name.encode()).digest(), card_id=world.cards[name], key_id=world.card_keys[school_id][0], moved_at=NOON)
    for offset, kind in enumerate(TOLD):
        yield FeedRow(**key, seq=seq + offset, topic_kind=TopicKind.PUPIL, topic_id=pupil, event_id=ids.new(), kind=kind, version=1, payload={},
                      occurred_at=NOON, late=False, published_at=NOON)
    yield FeedRow(**key, seq=500 + seq, topic_kind=TopicKind.DOOR, topic_id=door, event_id=ids.new(), kind="access.passed", version=1,
                  payload={"person_id": str(pupil)}, occurred_at=NOON, late=False, published_at=NOON)
    for area in Area:
        yield Record(**key, id=ids.new(), at=NOON, on_date=MONDAY, person_id=pupil, area=area, action=RecordAction.READ, account_id=world.accounts["office"],
                     role=Role.OFFICE)
    yield OutboxRow(**key, event_id=ids.new(), kind="diary.mark_given", version=1, topics=[["pupil", str(pupil)]], payload={}, occurred_at=NOON, late=False,
                    appended_at=NOON)


def _money(world: World, name: str, funding: UUID) -> Iterator[Base]:
    """A pupil's transfer, with both its postings and a line."""
    school_id, account, transfer = PUPILS[name][0], world.meal_accounts[name], ids.new()
    key = {"school_id": school_id}
    yield Transfer(**key, id=transfer, kind=TransferKind.TOP_UP, account_id=account, amount=100, currency="RUB", happened_at=NOON, digest=b"d" * 32)
    yield Posting(**key, transfer_id=transfer, account_id=account, amount=100, balance=100)
    yield Posting(**key, transfer_id=transfer, account_id=funding, amount=-100, balance=None)
    yield SaleItem(**key, transfer_id=transfer, line=1, name="Суп", quantity=1, price=100)


def _accounts(world: World) -> Iterator[Base]:
    """What proves who somebody is."""
    for login, account in world.accounts.items():
        key = {"account_id": account}
        digest = hashlib.sha256(login.encode()).digest()
        yield Session(**key, digest=digest, made_at=NOON, expires_at=NOON)
        yield Ticket(**key, digest=digest, kind=TicketKind.PASSWORD, payload={}, expires_at=NOON)
        yield Totp(**key, secret=b"s", made_at=NOON, last_step=0)
        yield CalendarFeed(**key, school_id=1, id=ids.new(), person_id=world.people["anna"], digest=digest, language=Language.RU, strong=False,
                           made_at=NOON)
        yield RecoveryCode(**key, digest=digest)
        yield Passkey(**key, credential=digest, public_key=b"p", sign_count=0, name="key", made_at=NOON)
        yield OutsideIdentity(**key, issuer="https://provider", subject=login, made_at=NOON)
    for name, school_id in (("parent", 1), ("parent2", 2)):
        yield Invitation(school_id=school_id, person_id=world.people[name], role=Role.GUARDIAN, digest=hashlib.sha256(name.encode()).digest(), made_at=NOON,
                         expires_at=NOON)
