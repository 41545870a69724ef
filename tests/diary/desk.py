"""A desk at which tests ask the diary as somebody, count its statements and look what is there."""

import datetime as dt
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.schema.config import StrawberryConfig

from school import ids
from school.context import NOBODY, Context, Grant, Role, Viewer
from school.db import Base, Database
from school.diary.absence_models import AbsenceNotice, AbsenceReason
from school.diary.attendance_models import ReplacedAttendance
from school.diary.homework_models import HomeworkDone, HomeworkFor, HomeworkRevision, HomeworkRule, Submission
from school.diary.message_models import Acknowledgement, Announcement, Message, Remark, Thread, ThreadReading
from school.diary.models import Attendance, Homework, Lesson, Mark, MarkRevision
from school.diary.schema import TYPES, DiaryMutation, DiaryQuery
from school.fields import SCALARS, check_policies
from school.ids import Kind
from school.outbox import OutboxRow
from school.registry.kept_names import KeptNames
from school.registry.models import Person, Pupil
from school.registry.names import sort_key
from school.serving.schema import Schema
from school.settings import Settings
from tests.contents import contents
from tests.statements import counted
from tests.world import MONDAY, World

NOON = dt.datetime(2026, 9, 7, 12, tzinfo=dt.UTC)
"""What the clock says in the diary's tests: the world's one lesson day, 15:00 in Moscow."""
SETTINGS = Settings()
TABLES = (
    Mark, MarkRevision, Homework, HomeworkRevision, HomeworkFor, HomeworkDone, HomeworkRule, Submission, Attendance, ReplacedAttendance, AbsenceNotice,
    Remark, Thread, Message, ThreadReading, Announcement, Acknowledgement, OutboxRow,
)


@cache
def schema() -> Schema:
    """The diary's own part of the people's schema."""
    made = Schema(DiaryQuery, DiaryMutation, types=TYPES, config=StrawberryConfig(scalar_map=SCALARS))  # type: ignore[arg-type]
    check_policies(made)
    return made


@dataclass
class Desk:
    """The small world and its diary."""

    database: Database
    world: World
    names: KeptNames = field(default_factory=KeptNames)
    """As the service keeps them: what is asked for again needs no statement for them."""

    def person(self, name: str) -> str:
        """The opaque id of somebody."""
        return ids.encode(Kind.PERSON, 2 if name in {"gleb", "dina"} else 1, self.world.people[name])

    def lesson(self, name: str) -> str:
        """The opaque id of a lesson."""
        return ids.encode(Kind.LESSON, 2 if name.startswith("2-") else 1, self.world.lessons[name])

    def course(self, name: str) -> str:
        """The opaque id of a course."""
        return ids.encode(Kind.COURSE, 2 if name.startswith("2-") else 1, self.world.courses[name])

    def group(self, name: str) -> str:
        """The opaque id of a class."""
        return ids.encode(Kind.CLASS_GROUP, 2 if name.startswith("2-") else 1, self.world.classes[name])

    async def ask(self, login: str | None, document: str, **variables: Any) -> Any:
        """The data of an operation that has no errors."""
        result = await self._run(login, document, variables)
        assert result.errors is None, result.errors
        return next(iter(result.data.values())) if result.data and len(result.data) == 1 else result.data

    async def error(self, login: str | None, document: str, **variables: Any) -> tuple[str, str]:
        """The code and the message of a query's one error."""
        result = await self._run(login, document, variables)
        assert result.errors is not None
        assert len(result.errors) == 1, result.errors
        return (result.errors[0].extensions or {})["code"], result.errors[0].message

    async def _run(self, login: str | None, document: str, variables: dict[str, Any]) -> Any:
        viewer = self.world.viewers[login] if login else NOBODY
        return await schema().execute(document, variables, Context(viewer, self.database, SETTINGS, names=self.names))

    async def rows(self, table: type[Base], *columns: str) -> list[tuple[Any, ...]]:
        """Columns of all rows of a table, sorted by their text."""
        async with self.database.read() as session:
            found = await session.execute(sa.select(*(getattr(table, column) for column in columns)))
            return sorted((tuple(row) for row in found), key=str)

    async def events(self) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
        """Kind, topics and payload of every event, in the order of their writing."""
        async with self.database.read() as session:
            found = await session.execute(sa.select(OutboxRow.kind, OutboxRow.topics, OutboxRow.payload).order_by(OutboxRow.position))
            return [(row.kind, tuple(topic for _, topic in row.topics), row.payload) for row in found]

    async def everything(self, *more: type[Base]) -> dict[str, list[str]]:
        """All that the diary and the outbox hold, and more tables, to compare before and after."""
        return await contents(self.database, (table.__table__ for table in (*TABLES, *more)))

    async def change(self, table: type[Base], key: UUID, **values: Any) -> None:
        """Change a row as the office would."""
        async with self.database.begin() as session:
            await session.execute(sa.update(table).where(table.id == key).values(**values))  # type: ignore[attr-defined]

    async def add_lesson(self, name: str, *, course: str = "5A", on_date: dt.date = MONDAY, bell: int = 3, **values: Any) -> None:
        """One more lesson."""
        async with self.database.begin() as session:
            lesson = Lesson(
                school_id=2 if course.startswith("2-") else 1, id=ids.new(), course_id=self.world.courses[course],
                class_group_id=self.world.classes[course], on_date=on_date, bell=bell,
                **{"room": "7", "topic": None, "cancelled_at": None, **values},
            )
            session.add(lesson)
            self.world.lessons[name] = lesson.id

    async def add_pupils(self, *names: str, group: str = "5A") -> None:
        """More pupils in a class of the first school."""
        async with self.database.begin() as session:
            for name in names:
                person = Person(school_id=1, id=ids.new(), family_name=name, given_name="Имя", patronymic=None, sort_key=sort_key(name))
                session.add(person)
                self.world.people[name] = person.id
            await session.flush()
            session.add_all(
                Pupil(school_id=1, id=self.world.people[name], class_group_id=self.world.classes[group], enrolled_on=dt.date(2026, 9, 1), left_on=None)
                for name in names)

    async def add_reason(self, name: str, sign: str, *, excused: bool = True, school_id: int = 1, retired: bool = False) -> str:
        """One more reason of absence; its opaque id."""
        async with self.database.begin() as session:
            reason = AbsenceReason(
                school_id=school_id, id=ids.new(), name=name, sign=sign, excused=excused, retired_at=NOON if retired else None)
            session.add(reason)
        return ids.encode(Kind.ABSENCE_REASON, school_id, reason.id)

    async def add_person(self, session: AsyncSession, name: str) -> None:
        """Somebody in the first school."""
        person = Person(school_id=1, id=ids.new(), family_name=f"{name.title()}ова", given_name=name.title(), patronymic=None, sort_key=sort_key(name))
        session.add(person)
        await session.flush()
        self.world.people[name] = person.id

    def sign_in(self, name: str, role: Role = Role.TEACHER) -> None:
        """Somebody of the first school may ask, as this."""
        self.world.viewers[name] = Viewer(ids.new(), ids.new(), (Grant(1, self.world.people[name], role),))

    def counted(self) -> AbstractContextManager[list[tuple[str, Any]]]:
        """The statements of a block."""
        return counted(self.database)
