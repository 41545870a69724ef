"""The diary's events as updates of the family stream: every kind, with opaque ids, values and the subject."""

import datetime as dt
from typing import Any
from uuid import UUID

import strawberry
from strawberry.schema.config import StrawberryConfig

from school import ids
from school.context import Context
from school.diary import course_events, events, file_updates, group_events, message_events, message_updates, timetable_events
from school.diary.schema import TYPES, UPDATES
from school.fields import SCALARS
from school.ids import Kind
from school.settings import Settings
from school.updates import Published, Update
from tests.diary.bells import add, set_day
from tests.diary.desk import NOON, Desk
from tests.diary.test_attendance import entry, record
from tests.diary.test_class_timetables import set_ as class_timetable
from tests.diary.test_class_timetables import week
from tests.diary.test_corrections import correct, withdraw
from tests.diary.test_homework import correct_, set_, tick
from tests.diary.test_lesson_plan import plan
from tests.diary.test_marks import give, item
from tests.diary.test_submissions import answer, submit
from tests.diary.test_substitutions import change, substitute
from tests.diary.test_term_marks import decide, decision, term

DOCUMENT = """{ updates { __typename cursor childId occurredAt late
  ... on DiaryUpdate { lessonId courseId date subject { name } }
  ... on MarkGiven { markId value weight work } ... on MarkWithdrawn { markId value weight work }
  ... on MarkCorrected { markId value weight work oldValue oldWeight oldWork }
  ... on TermMarkDecided { termId courseId termValue oldTermValue revision subject { name } }
  ... on HomeworkCorrected { homeworkId textChanged linksChanged minutes oldMinutes } ... on HomeworkTicked { homeworkId done }
  ... on HomeworkSubmitted { homeworkId submissionId } ... on HomeworkAnswered { homeworkId submissionId submissionState oldSubmissionState }
  ... on HomeworkSet { homeworkId } ... on HomeworkWithdrawn { homeworkId }
  ... on TimetableChanged { classGroupId startsOn endsOn made moved removed }
  ... on BellsChanged { classGroupId startsOn endsOn retimed oldBeginsAt oldEndsAt beginsAt endsAt }
  ... on LessonChanged { bell room cancelled merged teacher { givenName } oldDate oldBell oldRoom oldCancelled oldMerged oldTeacher { givenName } }
  ... on AttendanceRecorded { bell attendance minutesLate oldAttendance oldMinutesLate } } }"""


async def stream(desk: Desk) -> list[dict[str, Any]]:
    """All that happened to Anna, as her family would be sent it."""
    published = [
        Published(f"cursor-{number}", 1, desk.world.people["anna"], kind, payload, NOON, False)
        for number, (kind, topics, payload) in enumerate(await desk.events()) if str(desk.world.people["anna"]) in topics
    ]

    @strawberry.type
    class Query:
        @strawberry.field(metadata={"declared": None})
        def updates(self) -> list[Update]:
            return [UPDATES[row.kind](row) for row in published]

    schema = strawberry.Schema(Query, types=TYPES, config=StrawberryConfig(scalar_map=SCALARS))  # type: ignore[arg-type]
    result = await schema.execute(DOCUMENT, context_value=Context(desk.world.viewers["parent"], desk.database, Settings()))
    assert result.errors is None, result.errors
    assert result.data is not None
    return list(result.data["updates"])


async def test_every_kind_of_event_becomes_an_update(desk: Desk) -> None:
    mark = (await give(desk, item(desk), item(desk, "boris")))[0]["id"]
    await correct(desk, mark, 1, value=3, weight=2, work="TEST")
    await withdraw(desk, mark, 2)
    homework = (await set_(desk, "5A-1"))["id"]
    await correct_(desk, homework, text="№ 7", minutes=25)
    await tick(desk, homework)
    work = (await submit(desk, homework))["id"]
    await answer(desk, work, "RETURNED", "№ 7 не решён")
    await desk.ask("teacher", "mutation($id: ID!) { withdrawHomework(input: {homeworkId: $id}) { __typename } }", id=homework)
    await record(desk, entry(desk, "anna", "ABSENT"))
    await record(desk, entry(desk, "anna", "LATE", 9))
    await decide(desk, decision(desk, "anna", 4))
    await decide(desk, decision(desk, "anna", None, 1))
    await substitute(desk, change(desk, "5A-2", date="2026-09-09", room="9"))
    await class_timetable(desk, week(desk, (1, 3)))
    await plan(desk)
    await set_day(desk, dt.date(2026, 9, 14), (None, await add(desk, times=((3, "10:30", "11:00"),))))
    common = {
        "childId": desk.person("anna"), "occurredAt": NOON.isoformat(), "late": False, "lessonId": desk.lesson("5A-1"), "courseId": desk.course("5A"),
        "date": "2026-09-07", "subject": {"name": "Алгебра"},
    }
    of_term = {name: common[name] for name in ("childId", "occurredAt", "late", "courseId", "subject")} | {"termId": term(desk)}
    same = {"bell": 2, "room": "101", "cancelled": False, "merged": False, "teacher": {"givenName": "Teacher"}}
    shown = await stream(desk)
    assert [update.pop("cursor") for update in shown] == [f"cursor-{number}" for number in (0, *range(2, 17))]
    now, was = {"value": 3, "weight": 2, "work": "TEST"}, {"oldValue": 5, "oldWeight": 1, "oldWork": "ANSWER"}
    assert shown == [
        {"__typename": "MarkGiven", **common, "markId": mark, "value": 5, "weight": 1, "work": "ANSWER"},
        {"__typename": "MarkCorrected", **common, "markId": mark, **now, **was},
        {"__typename": "MarkWithdrawn", **common, "markId": mark, **now},
        {"__typename": "HomeworkSet", **common, "homeworkId": homework},
        {"__typename": "HomeworkCorrected", **common, "homeworkId": homework, "textChanged": True, "linksChanged": False, "minutes": 25, "oldMinutes": None},
        {"__typename": "HomeworkTicked", **common, "homeworkId": homework, "done": True},
        {"__typename": "HomeworkSubmitted", **common, "homeworkId": homework, "submissionId": work},
        {"__typename": "HomeworkAnswered", **common, "homeworkId": homework, "submissionId": work, "submissionState": "RETURNED",
         "oldSubmissionState": "SUBMITTED"},
        {"__typename": "HomeworkWithdrawn", **common, "homeworkId": homework},
        {"__typename": "AttendanceRecorded", **common, "bell": 1, "attendance": "ABSENT", "minutesLate": None, "oldAttendance": None, "oldMinutesLate": None},
        {"__typename": "AttendanceRecorded", **common, "bell": 1, "attendance": "LATE", "minutesLate": 9, "oldAttendance": "ABSENT", "oldMinutesLate": None},
        {"__typename": "TermMarkDecided", **of_term, "termValue": 4, "oldTermValue": None, "revision": 1},
        {"__typename": "TermMarkDecided", **of_term, "termValue": None, "oldTermValue": 4, "revision": 2},
        {"__typename": "LessonChanged", **common, "lessonId": desk.lesson("5A-2"), "date": "2026-09-09", **same, **{
            f"old{name.title()}": value for name, value in same.items()}, "room": "9", "oldRoom": "101", "oldDate": "2026-09-07"},
        {"__typename": "TimetableChanged", **{name: common[name] for name in ("childId", "occurredAt", "late")}, "classGroupId": desk.group("5A"),
         "startsOn": "2026-09-14", "endsOn": "2026-09-21", "made": 2, "moved": 0, "removed": 0},
        {"__typename": "BellsChanged", **{name: common[name] for name in ("childId", "occurredAt", "late")}, "classGroupId": desk.group("5A"),
         "startsOn": "2026-09-14", "endsOn": "2026-09-14", "retimed": 1, "oldBeginsAt": "2026-09-14T07:30:00+00:00",
         "oldEndsAt": "2026-09-14T08:15:00+00:00", "beginsAt": "2026-09-14T07:30:00+00:00", "endsAt": "2026-09-14T08:00:00+00:00"},
    ]


async def test_payloads_hold_no_text_that_somebody_wrote(desk: Desk) -> None:
    mark = (await give(desk, item(desk, comment="тайна")))[0]["id"]
    await correct(desk, mark, 1, comment="тайна", reason="тайна")
    await withdraw(desk, mark, 2, reason="тайна")
    homework = (await set_(desk, "5A-1", "тайна", links=["https://school.test/secret"]))["id"]
    await correct_(desk, homework, text="другая тайна", minutes=25)
    await answer(desk, (await submit(desk, homework, text="тайна"))["id"], "RETURNED", "тайна")
    await decide(desk, decision(desk, "anna", comment="тайна", reason="тайна"))
    found = await desk.events()
    assert len(found) == 9
    for _, _, payload in found:
        for name, value in payload.items():
            assert value is None or isinstance(value, int) or name in {"date", "work", "old_work", "state", "old_state"} or UUID(value)


def test_each_kind_has_its_update() -> None:
    kinds = {value for name, value in vars(events).items() if name.isupper() and isinstance(value, str)}
    assert set(message_updates.UPDATES) < {value for name, value in vars(message_events).items() if name.isupper() and isinstance(value, str)}
    kinds |= set(message_updates.UPDATES) | set(file_updates.UPDATES)
    kinds |= {timetable_events.TIMETABLE_CHANGED, timetable_events.BELLS_CHANGED, group_events.GROUP_CHANGED}
    kinds |= {value for value in vars(course_events).values() if isinstance(value, str) and value.startswith("diary.")}
    assert set(UPDATES) == kinds
    assert len(TYPES) == len(UPDATES) - 2 == 26  # what becomes of a notice is told by one


def test_ids_in_updates_are_opaque() -> None:
    mark, lesson, course, subject = (ids.new() for _ in range(4))
    payload = {
        "mark_id": str(mark), "revision": 1, "lesson_id": str(lesson), "course_id": str(course), "subject_id": str(subject), "date": "2026-09-07",
        "value": 5, "weight": 1, "work": "answer"}
    update: Any = UPDATES["diary.mark_given"](Published("c", 7, ids.new(), "diary.mark_given", payload, NOON, True))
    assert (update.mark_id, update.lesson_id, update.course_id) == (
        ids.encode(Kind.MARK, 7, mark), ids.encode(Kind.LESSON, 7, lesson), ids.encode(Kind.COURSE, 7, course))
    assert update.late
