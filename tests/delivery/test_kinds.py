"""Every kind of event about a pupil is shown to the family and told in words: a new kind that is forgotten somewhere fails here."""

import asyncio
import datetime as dt
from uuid import UUID

import pytest
import sqlalchemy as sa

from school import ids
from school.access import events as access
from school.access.models import Direction, Passage
from school.commands.stream import OPERATIONS
from school.commands.tales import tale
from school.day import events as day
from school.db import Database
from school.delivery.subscriptions import TYPES, UPDATES
from school.diary import course_events as courses
from school.diary import events as diary
from school.diary import file_events, group_events
from school.diary import message_events as messages
from school.diary.absence_models import NoticeState
from school.diary.attendance_rows import AttendanceRow
from school.diary.clashes import Place
from school.diary.homework_models import SubmissionState
from school.diary.homework_rows import HomeworkRow
from school.diary.lessons import OwnLesson
from school.diary.mark_rows import MarkRow
from school.diary.message_models import RemarkKind
from school.diary.message_rows import AnnouncementRow, RemarkRow
from school.diary.models import AttendanceKind, WorkKind
from school.diary.notice_rows import NoticeRow
from school.diary.submission_rows import SubmissionRow
from school.diary.term_mark_rows import TermMarkRow
from school.diary.timetable_events import Changes, Rescheduled, bells_changed, timetable_changed
from school.ids import Ref
from school.meals import events as meals
from school.meals.ledger import Posted
from school.money import Money
from school.outbox import Event
from school.registry import events as registry
from school.registry import guardianship
from school.registry.group_models import GroupMember, PupilGroup
from school.registry.models import Card, CardState, Guardianship, Outcome, Relation, Subject, Tap
from tests.delivery.family import child_id, following
from tests.delivery.house import house, sign_in, tell
from tests.world import MONDAY, World

NOON = dt.datetime(2026, 9, 7, 9, tzinfo=dt.UTC)
FOLLOW = OPERATIONS["watch"]

TALES = {
    "registry.card_issued": ("CardChanged", "card       active"),
    "registry.card_blocked": ("CardChanged", "card       blocked"),
    "registry.card_unblocked": ("CardChanged", "card       active"),
    "registry.guardianship_granted": ("GuardianshipChanged", "guardian   added"),
    "registry.guardianship_ended": ("GuardianshipChanged", "guardian   ended"),
    "registry.person_renamed": ("NameChanged", "name       Annaова Anna"),
    "diary.mark_given": ("MarkGiven", "mark 5     Алгебра · answer"),
    "diary.mark_corrected": ("MarkCorrected", "mark 5 → 3 Алгебра"),
    "diary.mark_withdrawn": ("MarkWithdrawn", "mark withdrawn: 5 in Алгебра"),
    "diary.term_mark_decided": ("TermMarkDecided", "term mark  Алгебра: 5 (was 4)"),
    "diary.homework_set": ("HomeworkSet", "homework   Алгебра for 2026-09-07"),
    "diary.homework_withdrawn": ("HomeworkWithdrawn", "no homework in Алгебра for 2026-09-07 after all"),
    "diary.homework_corrected": ("HomeworkCorrected", "homework   Алгебра for 2026-09-07 is another now"),
    "diary.homework_done": ("HomeworkTicked", "homework   Алгебра for 2026-09-07: done"),
    "diary.homework_submitted": ("HomeworkSubmitted", "homework   Алгебра for 2026-09-07: handed in"),
    "diary.homework_answered": ("HomeworkAnswered", "homework   Алгебра for 2026-09-07: returned"),
    "diary.homework_files_changed": ("HomeworkFilesChanged", "homework   Алгебра for 2026-09-07: 2 files"),
    "diary.attendance_recorded": ("AttendanceRecorded", "register   Алгебра: late 9 min (was absent)"),
    "diary.topic_set": ("TopicSet", "topic      Алгебра of 2026-09-07: told"),
    "diary.lesson_changed": ("LessonChanged", "lesson     Алгебра of 2026-09-07 2026-09-08, lesson 1 → 2026-09-07, lesson 3, room 101 → 9"),
    "diary.course_teacher_changed": ("CourseTeacherChanged", "teacher    Алгебра: Teacherова Teacher → Class_Teacherова Class_Teacher"),
    "diary.class_teacher_changed": ("ClassTeacherChanged", "class teacher: Class_Teacherова Class_Teacher → —"),
    "diary.pupil_moved": ("PupilMoved", "class      6B → 5A from 2026-09-07"),
    "diary.group_changed": ("GroupChanged", "group      Английский: — → гр. 1 from 2026-09-07"),
    "diary.absence_notice_sent": ("AbsenceNoticeChanged", "absence    2026-09-07 – 2026-09-08: notice sent"),
    "diary.absence_notice_answered": ("AbsenceNoticeChanged", "absence    2026-09-07 – 2026-09-08: notice accepted (was sent)"),
    "diary.absence_notice_withdrawn": ("AbsenceNoticeChanged", "absence    2026-09-07 – 2026-09-08: notice withdrawn (was accepted)"),
    "diary.absence_files_changed": ("AbsenceFilesChanged", "absence    2026-09-07 – 2026-09-08: 1 documents"),
    "diary.remark_made": ("RemarkMade", "remark     praise"),
    "diary.remark_withdrawn": ("RemarkWithdrawn", "remark withdrawn: praise"),
    "diary.announced": ("Announced", "announced  to be acknowledged by 2026-09-07"),
    "diary.announcement_withdrawn": ("AnnouncementWithdrawn", "announcement withdrawn: to be acknowledged by 2026-09-07"),
    "diary.bells_changed": ("BellsChanged", "bells      2026-09-08: 6 lessons at other times, 05:30–11:15 → 05:30–09:40 UTC on the first day"),
    "diary.timetable_changed": ("TimetableChanged", "timetable  2026-09-07 – 2026-09-08: 2 new, 1 gone"),
    "meals.topped_up": ("MealToppedUp", "topped up  150.00 RUB · 400.00 RUB now"),
    "meals.sold": ("MealSold", "bought     Обед, Чай · 150.00 RUB · 400.00 RUB left"),
    "meals.refunded": ("MealRefunded", "refunded   150.00 RUB · 400.00 RUB now"),
    "access.passed": ("Passed", "entered    Главный вход"),
    "access.refused": ("PassRefused", "REFUSED    Главный вход · CARD_BLOCKED"),
    "day.came_late": ("CameLate", "came late  12 min after the first bell (was 9)"),
    "day.late_withdrawn": ("LateWithdrawn", "was in time after all: an earlier entry has become known"),
}
"""For each kind: the update that it becomes, and the words of `school watch`."""


def test_every_kind_and_every_update_is_here() -> None:
    assert set(TALES) == set(UPDATES)
    assert {name for name, _ in TALES.values()} == {update.__name__ for update in TYPES}


async def test_every_kind_reaches_the_family_and_is_told(database: Database, database_url: str, world: World) -> None:
    """One event of each, made by its domain, followed with the document of `school watch`."""
    viewer = await sign_in(database, world, "parent")
    async with database.read() as session:
        subject = await session.scalar(sa.select(Subject.id).where(Subject.school_id == 1))
    assert subject is not None
    async with database.begin() as session:
        session.add(_english(world))
        await session.flush()
        session.add(GroupMember(school_id=1, group_id=UUID(int=1), pupil_id=world.people["anna"], since=MONDAY, until=None))
    events = _of_registry(world) + _of_diary(world, subject) + _of_meals(world) + _of_access_and_day(world)
    assert [event.kind for event in events] == list(TALES)
    async with house(database_url) as here, following(here, viewer, FOLLOW) as messages, asyncio.timeout(30):
        assert (await anext(messages))["__typename"] == "StreamOpened"
        await tell(database, *events)
        updates = [await anext(messages) for _ in events]
    assert {update["childId"] for update in updates} == {child_id(world, "anna")}
    assert {kind: (update["__typename"], tale(update)) for kind, update in zip(TALES, updates, strict=True)} == TALES
    assert [update["late"] for update in updates] == [event.late for event in events]


@pytest.mark.parametrize("words", [words for _, words in TALES.values()])
def test_no_tale_is_empty(words: str) -> None:
    """And none is only the update's name, which is what an unknown kind is told by."""
    assert words.strip()
    assert words not in {update.__name__ for update in TYPES}


def _of_registry(world: World) -> list[Event]:
    card = Card(
        school_id=1, id=world.cards["anna"], person_id=world.people["anna"], token=bytes(32), key_id=ids.new(), state=CardState.ACTIVE, issued_at=NOON,
        blocked_at=None)
    tie = Guardianship(
        school_id=1, id=ids.new(), guardian_id=world.people["other_parent"], pupil_id=world.people["anna"], relation=Relation.MOTHER, since=NOON, ended_at=None)
    return [
        registry.card_issued(card, is_pupil=True), registry.card_blocked(card, NOON, is_pupil=True), registry.card_unblocked(card, NOON, is_pupil=True),
        guardianship.told(guardianship.GRANTED, tie), guardianship.told(guardianship.ENDED, tie),
        registry.person_renamed(1, world.people["anna"], NOON, is_pupil=True),
    ]


def _of_diary(world: World, subject: UUID) -> list[Event]:
    anna, teacher, lesson, course = world.people["anna"], world.people["teacher"], world.lessons["5A-1"], world.courses["5A"]
    mark = MarkRow(1, ids.new(), anna, lesson, course, subject, MONDAY, 5, 1, WorkKind.ANSWER, "тайна", 1, teacher, NOON, None)
    homework = HomeworkRow(1, ids.new(), lesson, course, world.classes["5A"], subject, MONDAY, "тайна", teacher, NOON, None)
    work = SubmissionRow(1, ids.new(), homework.id, anna, "тайна", anna, NOON, SubmissionState.SUBMITTED, None, None, None)
    of_term = TermMarkRow(1, ids.new(), course, anna, subject, 5, "тайна", 9, 2, 2, teacher, NOON)
    own = OwnLesson(
        school_id=1, id=lesson, course_id=course, class_group_id=world.classes["5A"], subject_id=subject, teacher_id=teacher,
        on_date=MONDAY, bell=1, cancelled_at=None, time_zone="Europe/Moscow", lowest=2, highest=5, closed=False)
    remark = RemarkRow(1, ids.new(), anna, None, RemarkKind.PRAISE, "тайна", teacher, NOON, None)
    announcement = AnnouncementRow(1, ids.new(), None, None, "тайна", "тайна", MONDAY, teacher, NOON, None)
    place = Place(
        1, lesson, world.classes["5A"], teacher, MONDAY + dt.timedelta(days=1), 1, "101", cancelled=False, merged_with_id=None, own_teacher=True, own_room=True,
        as_planned=True, hours=(dt.time(8, 30), dt.time(9, 15)))
    absent = AttendanceRow(1, lesson, anna, AttendanceKind.ABSENT, None, teacher, NOON)
    return [
        diary.mark_given(mark), diary.mark_corrected(mark, mark._replace(value=3, revision=2), NOON), diary.mark_withdrawn(mark, NOON),
        diary.term_mark_decided(of_term, 4), diary.homework_set(homework, [anna, world.people["boris"]]), diary.homework_withdrawn(homework, [anna], NOON),
        diary.homework_corrected(homework, homework._replace(text="другая тайна", revision=2), [anna], NOON),
        diary.homework_done(homework, anna, NOON, done=True), diary.homework_submitted(homework, work),
        diary.homework_answered(homework, work, work._replace(state=SubmissionState.RETURNED, answer="тайна"), NOON),
        file_events.materials_changed(homework, 1, 2, [anna], NOON),
        diary.attendance_recorded(own, absent, absent._replace(kind=AttendanceKind.LATE, minutes_late=9)),
        diary.topic_set(own, [anna], NOON, old=None, new="тайна"),
        diary.lesson_changed(course, subject, place, place._replace(on_date=MONDAY, bell=3, room="9"), [anna], NOON),
        *_of_courses(world, subject), *_of_absence(world),
        messages.remark_made(remark), messages.remark_withdrawn(remark, NOON), messages.announced(announcement, [anna]),
        messages.announcement_withdrawn(announcement, [anna], NOON),
        bells_changed(1, Rescheduled(world.classes["5A"], *[MONDAY + dt.timedelta(days=1)] * 2, 6, *(
            dt.datetime(2026, 9, 8, hour, minute, tzinfo=dt.UTC) for hour, minute in ((5, 30), (11, 15), (5, 30), (9, 40)))), [anna], NOON),
        timetable_changed(1, Changes(world.classes["5A"], MONDAY, MONDAY + dt.timedelta(days=1), 2, 0, 1), [anna], NOON),
    ]


def _english(world: World) -> PupilGroup:
    return PupilGroup(school_id=1, id=UUID(int=1), class_group_id=world.classes["5A"], division="Английский", name="гр. 1", closed_at=None)


def _of_courses(world: World, subject: UUID) -> list[Event]:
    people, classes, anna = world.people, world.classes, world.people["anna"]
    return [
        courses.course_teacher_changed(Ref(1, world.courses["5A"]), subject, people["teacher"], people["class_teacher"], [anna], NOON),
        courses.class_teacher_changed(Ref(1, classes["5A"]), people["class_teacher"], None, [anna], NOON),
        courses.pupil_moved(Ref(1, anna), classes["6B"], classes["5A"], MONDAY, NOON),
        group_events.group_changed(_english(world), anna, None, UUID(int=1), MONDAY, NOON),
    ]


def _of_absence(world: World) -> list[Event]:
    sent = NoticeRow(
        1, ids.new(), world.people["anna"], MONDAY, MONDAY + dt.timedelta(days=1), None, ids.new(), "тайна", world.people["parent"], NOON, NoticeState.SENT,
        None, None, None, world.classes["5A"])
    accepted = sent._replace(state=NoticeState.ACCEPTED)
    return [
        diary.notice_sent(sent), diary.notice_answered(sent, accepted, NOON),
        diary.notice_withdrawn(accepted, sent._replace(state=NoticeState.WITHDRAWN), NOON), file_events.documents_changed(sent, 0, 1, NOON),
    ]


def _of_meals(world: World) -> list[Event]:
    posted = Posted(Ref(1, ids.new()), world.people["anna"], is_pupil=True, amount=Money(15_000, "RUB"), balance=40_000, happened_at=NOON, repeated=False)
    items = [{"name": name, "quantity": 1, "price": 7_500} for name in ("Обед", "Чай")]
    return [*meals.topped_up(posted), meals.sold(posted, world.tills["till"], ids.new(), items), meals.refunded(posted, ids.new(), world.tills["till"])]


def _of_access_and_day(world: World) -> list[Event]:
    anna, door = world.people["anna"], world.doors["main"]

    def tap(outcome: Outcome, reason: str) -> Tap:
        return Tap(
            school_id=1, device_id=world.devices["gate"], sequence=1, id=ids.new(), digest=bytes(32), reader="in", token=bytes(32), key_id="key",
            person_id=anna, device_at=NOON, happened_at=NOON, received_at=NOON, late=True, suspect=False, outcome=outcome, reason=reason, data_version="1")

    passage = Passage(
        school_id=1, id=ids.new(), person_id=anna, door_id=door, direction=Direction.IN, reason="OK", data_version="1", device_id=world.devices["gate"],
        sequence=1, happened_at=NOON, received_at=NOON, late=True, suspect=False)
    refused = access.refused(tap(Outcome.REFUSE, "CARD_BLOCKED"), door, Direction.IN, pupil=True)
    assert refused is not None
    came_late = day.came_late(
        1, anna, MONDAY, passage_id=passage.id, lesson_id=world.lessons["5A-1"], minutes=12, old_minutes=9, at=NOON, late=False)
    return [
        access.passed(passage, tap(Outcome.ADMIT, "OK"), pupil=True), refused, came_late,
        day.late_withdrawn(1, anna, MONDAY, minutes=12, at=NOON, late=False),
    ]
