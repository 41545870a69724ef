"""What everybody may read, add and change of every table, and a look at what PostgreSQL lets them: the other side of the policies' migration.

Said once more here, in Python and from the Viewer, so that neither a policy nor a setting can be wrong unseen.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from school.context import MEMBERS, OF_A_CHILD, Area, Context, Role, Viewer
from school.db import Database
from school.ids import Ref
from school.settings import Settings
from school.tables import metadata
from school.updates import area_of

SETTINGS = Settings()

Row = Mapping[str, Any]
STAFF = "teacher canteen guard office head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Who does what with a table, in words: a role, anywhere in its school; `member`, in any; `family`, of a child, `family:diary` of one of whom that is
    not withheld; `self`; `account`.

    `owner` is the column with whom a row is about; `hidden` are the columns that nobody reads; `global_`: no school bounds it.
    """

    owner: str = ""
    read: str = ""
    add: str = ""
    change: str = ""
    changing: str = ""
    hidden: frozenset[str] = field(default_factory=frozenset)
    global_: bool = False

    @property
    def within(self) -> bool:
        """Whether a viewer's schools bound whatever else lets them do something."""
        return bool(self.read or self.add) and not self.global_


_TIMETABLE = "teacher office head guardian pupil"
_MARKS = "teacher office head family:diary"
_MONEY = "canteen office head family:meals self"
SIGHTS = {
    "school": Sight(read="member district"), "term": Sight(read="member", add="office head", change="office head", changing="name"),
    "bell": Sight(read="member", add="office head", change="office head", changing="starts_at ends_at"),
    "bell_schedule": Sight(read="member"), "schedule_bell": Sight(read="member"), "bell_day": Sight(read="member"),
    "holiday": Sight(read="member", add="office head", change="office head", changing="withdrawn_at"),
    "school_year": Sight(read="office head"),
    "timetable": Sight(read="office head", add="office head"), "timetable_slot": Sight(read="office head", add="office head"),
    "subject": Sight(read="member", add="office head", change="office head", changing="name retired_at"),
    "course": Sight(read="member", add="office head", change="office head", changing="teacher_id closed_at"),
    "class_group": Sight(read="member", add="office head", change="office head", changing="teacher_id"),
    "staff": Sight(read="member", add="office head", change="office", changing="left_on"),
    "person": Sight(owner="id", read=f"{STAFF} family self colleague", add="office head", change="office",
                    changing="sort_key family_name given_name patronymic"),
    "name_change": Sight(owner="person_id", read="office head", add="office"),
    "pupil": Sight(owner="id", read=f"{STAFF} family", add="office head", change="office head", changing="left_on class_group_id enrolled_on"),
    "pupil_group": Sight(read="teacher office head grouped", add="office head", change="office head", changing="name closed_at"),
    "group_member": Sight(owner="pupil_id", read=_MARKS, add="office head", change="office head", changing="until"),
    "former_class": Sight(owner="pupil_id", read=f"{STAFF} family", add="office head"),
    "guardianship": Sight(read="office head", add="office", change="office", changing="ended_at diary meals access reason"),
    "card": Sight(owner="person_id", read="canteen office head family:access self", add="office", change="office head family:access self",
                  changing="state blocked_at"),
    "photo": Sight(owner="person_id", read=f"{STAFF} family self", add="office", change="office", changing="name digest size set_by set_at"),
    "former_token": Sight(read="canteen office head"),
    "card_key": Sight(read="office head", add="office", change="office", changing="retired_at", hidden=frozenset({"secret"})),
    "device": Sight(read="member", change="office", changing="revoked_at rotation_asked_at"),
    "device_code": Sight(read="office head", add="office", change="office", changing="cancelled_at digest made_at expires_at",
                         hidden=frozenset({"digest"})),
    "tap": Sight(owner="person_id", read="canteen guard office head family:access"),
    "grading_scale": Sight(read=_TIMETABLE, add="office head", change="office head", changing="name labels pass_mark retired_at"),
    "course_scale": Sight(read=_TIMETABLE, add="office head", change="office head", changing="scale_id"),
    "scale_conversion": Sight(read=_TIMETABLE, add="office head", change="office head", changing="to_scale_id steps"),
    "lesson": Sight(read="teacher office head whole grouped", change="teacher office head", changing=(
        "topic substitute_id merged_with_id on_date bell room planned_on planned_bell planned_room revision cancelled_at "
        "schedule_id planned_schedule_id")),
    "substitution": Sight(read="office head", add="office head"),
    "homework": Sight(
        read="teacher office head classmate named", add="teacher", change="teacher", changing="text minutes links revision withdrawn_at"),
    "homework_revision": Sight(read="teacher office head task", add="teacher"),
    "homework_for": Sight(owner="pupil_id", read=_MARKS, add="teacher"),
    "homework_done": Sight(owner="pupil_id", read=_MARKS, add="family:diary", change="family:diary", changing="done by at"),
    "homework_submission": Sight(
        owner="pupil_id", read=_MARKS, add="family:diary", change="teacher", changing="state answer answered_by answered_at"),
    "homework_rule": Sight(read="member", add="office head", change="office head", changing="latest"),
    "own_work": Sight(read=_TIMETABLE, add="office head", change="office head", changing="name weight retired_at"),
    "mark": Sight(owner="pupil_id", read=_MARKS, add="teacher", change="teacher", changing="value weight work comment revision withdrawn_at work_id"),
    "mark_revision": Sight(owner="mark_id", read=_MARKS, add="teacher"),
    "term_mark": Sight(owner="pupil_id", read=_MARKS, add="teacher", change="teacher",
                       changing="value comment average_numerator average_denominator revision decided_by decided_at"),
    "term_mark_revision": Sight(owner="pupil_id", read=_MARKS, add="teacher"),
    "term_closing": Sight(read=_TIMETABLE, add="office head"), "term_opening": Sight(read="teacher office head", add="office head"),
    "attendance": Sight(owner="pupil_id", read=_MARKS, add="teacher office", change="teacher office", changing="kind minutes_late by at reason_id"),
    "replaced_attendance": Sight(owner="pupil_id", read=_MARKS, add="teacher office"),
    "stored_file": Sight(owner="by", read="self hung", add="self", change="self material", changing=(
        "name kind place digest sent kept_size homework_id submission_id notice_id pupil_id removed_at")),
    "absence_reason": Sight(read=_TIMETABLE, add="office head", change="office head", changing="name sign retired_at"),
    "absence_notice": Sight(owner="pupil_id", read=_MARKS, add="office family:diary", change="teacher office family:diary",
                            changing="state answered_by answered_at answer"),
    "remark": Sight(owner="pupil_id", read=_MARKS, add="author", change="author", changing="withdrawn_at"),
    "thread": Sight(owner="pupil_id", read="party", add="party", change="party", changing="messages last_at"),
    "message": Sight(owner="thread_id", read="party", add="author", change="author", changing="text withdrawn_at"),
    "thread_reading": Sight(owner="thread_id", read="party", add="author", change="author", changing="number at"),
    "announcement": Sight(read="teacher office head guardian pupil", add="author", change="author", changing="withdrawn_at"),
    "acknowledgement": Sight(owner="pupil_id", read="teacher office head reader", add="author"),
    "meal_account": Sight(owner="person_id", read=_MONEY, add="office", change="canteen office", changing="balance"),
    "till": Sight(read="member"), "till_reader": Sight(read="canteen office head"),
    "transfer": Sight(owner="account_id", read=_MONEY, add="canteen office"), "posting": Sight(owner="account_id", read=_MONEY, add="canteen office"),
    "sale_item": Sight(owner="transfer_id", read=_MONEY, add="canteen"),
    "door": Sight(read="member", add="office"),
    "door_reader": Sight(read="member", add="office", change="office", changing="door_id direction"),
    "door_rule": Sight(read="guard office head", add="office", change="office", changing="ended_at"),
    "passage": Sight(owner="person_id", read="guard office head family:access"),
    "presence": Sight(owner="person_id", read="guard office head teacher family:access"),
    "late_arrival": Sight(owner="pupil_id", read="teacher office head family:access"),
    "outbox": Sight(add="nobody"),  # in whose name, and of which school, is asked in a test of its own
    "feed": Sight(owner="topic_id", read="told"), "feed_head": Sight(read="account", global_=True),
    "account": Sight(read="account", global_=True, hidden=frozenset({"password_hash", "disabled_at"})),
    "account_role": Sight(read="account office", global_=True),
    "session": Sight(read="account", change="account", changing="revoked_at", global_=True, hidden=frozenset({"digest"})),
    "invitation": Sight(read="office", add="office", change="office", changing="void_at", hidden=frozenset({"digest"})),
    "record": Sight(owner="person_id", read="office head recorded", hidden=frozenset({"note"})),
    **dict.fromkeys((
        "calendar_feed", "checkpoint", "lease", "outside_identity", "passkey", "recovery_code", "throttle", "ticket", "totp", "trusted_document"), Sight()),
}
"""Every table: a new one is added here when it is added to the policies."""

_PARENTS = {"mark_id": "mark", "account_id": "meal_account", "transfer_id": "transfer", "thread_id": "thread"}
"""Whose row tells the owner."""


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows of all tables, as the service sees them."""

    rows: dict[str, list[Row]]
    staff: frozenset[Ref]

    @classmethod
    async def read(cls, database: Database) -> "Tables":
        """What is there."""
        async with database.read() as session:
            rows: dict[str, list[Row]] = {
                table.name: sorted((dict(row._mapping) for row in await session.execute(sa.select(table))), key=repr) for table in metadata.sorted_tables}
        return cls(rows, frozenset(Ref(row["school_id"], row["id"]) for row in rows["staff"]))

    def owner(self, table: str, row: Row) -> UUID | None:
        """Whom a row is about."""
        column = SIGHTS[table].owner
        if column in _PARENTS and table != "meal_account":
            parent = _PARENTS[column]
            return next(self.owner(parent, other) for other in self.rows[parent] if (other["school_id"], other["id"]) == (row["school_id"], row[column]))
        found: UUID | None = row[column] if column else None
        return found

    def expected(self, viewer: Viewer, table: str, words: str) -> list[Row]:
        """The rows with which these words let the viewer do something."""
        return [row for row in self.rows[table] if any(self._lets(viewer, word, table, row) for word in words.split())]

    def _lets(self, viewer: Viewer, word: str, table: str, row: Row) -> bool:
        school = row["id" if table == "school" else "school_id"] if "school_id" in row or table == "school" else None
        owner = self.owner(table, row)
        child = Ref(school, owner) if school is not None and owner is not None else None
        if word in set(Role):
            return school in viewer.schools(Role(word))
        if word.startswith("family:"):
            return child in viewer.family(Area(word.partition(":")[2]))
        answers: dict[str, Callable[[], bool]] = {
            "member": lambda: school in viewer.schools(*MEMBERS),
            "family": lambda: child in viewer.children,
            "self": lambda: any((grant.school_id, grant.person_id) == (school, owner) for grant in viewer.grants if grant.role in MEMBERS),
            "colleague": lambda: child in self.staff and school in viewer.schools(*MEMBERS),
            "account": lambda: viewer.signed_in and (table == "feed_head" or row["id" if table == "account" else "account_id"] == viewer.account_id),
            "told": lambda: row["topic_kind"] == "pupil" and child in _open(viewer, area_of(row["kind"])),
            "recorded": lambda: child in _open(viewer, row["area"]),
            "nobody": lambda: False,
            "whole": lambda: row["pupil_group_id"] is None and school in viewer.schools(Role.GUARDIAN, Role.PUPIL),
            "grouped": lambda: self._is_grouped(viewer, school, row["id" if table == "pupil_group" else "pupil_group_id"]),
            "classmate": lambda: not row["for_some"] and any(
                self._lets(viewer, word, "lesson", one) for word in ("whole", "grouped") for one in self.rows["lesson"]
                if (one["school_id"], one["id"]) == (school, row["due_lesson_id"])),
            "named": lambda: any(Ref(one["school_id"], one["pupil_id"]) in viewer.family(Area.DIARY) for one in self.rows["homework_for"]
                                 if (one["school_id"], one["homework_id"]) == (school, row["id"])),
            "task": lambda: any(
                self._lets(viewer, word, "homework", one) for word in ("classmate", "named") for one in self.rows["homework"]
                if (one["school_id"], one["id"]) == (school, row["homework_id"])),
            "material": lambda: row["homework_id"] is not None and school in viewer.schools(Role.TEACHER),
            "hung": lambda: self._hangs_on_what_is_seen(viewer, row),
            "party": lambda: self._is_party(viewer, table, row),
            "reader": lambda: _is_self(viewer, row, "guardian_id"),
            "author": lambda: self._is_author(viewer, table, row),
        }
        return answers[word]()

    def _is_grouped(self, viewer: Viewer, school: int | None, group: UUID | None) -> bool:
        """Whether a child of the viewer, whose diary is not withheld, is or was in a group."""
        return any(Ref(one["school_id"], one["pupil_id"]) in viewer.family(Area.DIARY) for one in self.rows["group_member"]
                   if (one["school_id"], one["group_id"]) == (school, group))

    def _hangs_on_what_is_seen(self, viewer: Viewer, row: Row) -> bool:
        """A file belongs to a homework, a work or a notice that the viewer reads."""
        on = (("homework_id", "homework"), ("submission_id", "homework_submission"), ("notice_id", "absence_notice"))
        return any(
            (one["school_id"], one["id"]) == (row["school_id"], row[column])
            and any(self._lets(viewer, word, parent, one) for word in SIGHTS[parent].read.split())
            for column, parent in on for one in self.rows[parent])

    def _is_party(self, viewer: Viewer, table: str, row: Row) -> bool:
        """Of a thread: its teacher, or a guardian of the child, whose diary is not withheld. Never the pupil."""
        thread = row if table == "thread" else next(
            one for one in self.rows["thread"] if (one["school_id"], one["id"]) == (row["school_id"], row["thread_id"]))
        return _is_self(viewer, thread, "teacher_id") or _is_guardian(viewer, thread)

    def _is_author(self, viewer: Viewer, table: str, row: Row) -> bool:
        """Who writes it: a side of the thread, one of the staff, a guardian of the child."""
        column = _AUTHORS[table]
        if not _is_self(viewer, row, column):
            return False
        if table in {"message", "thread_reading"}:
            return self._is_party(viewer, table, row)
        if table == "acknowledgement":
            return _is_guardian(viewer, row)
        return row["school_id"] in viewer.schools(Role.TEACHER, Role.OFFICE, Role.HEAD)


_AUTHORS = {"remark": "given_by", "message": "author_id", "thread_reading": "person_id", "announcement": "made_by", "acknowledgement": "guardian_id"}


def _is_self(viewer: Viewer, row: Row, column: str) -> bool:
    return any((grant.school_id, grant.person_id) == (row["school_id"], row[column]) for grant in viewer.grants if grant.role in MEMBERS)


def _is_guardian(viewer: Viewer, row: Row) -> bool:
    child = Ref(row["school_id"], row["pupil_id"])
    return child in viewer.family(Area.DIARY) and not _is_self(viewer, row, "pupil_id")


def _open(viewer: Viewer, area: Area) -> frozenset[Ref]:
    return viewer.family(area) if area in OF_A_CHILD else viewer.children


def shown(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns that may be read."""
    return [column for column in table.columns if column.name not in SIGHTS[table.name].hidden]


def texts(table: sa.Table, rows: Sequence[Row]) -> set[str]:
    """Rows, so that they can be compared."""
    return {repr([row[column.name] for column in shown(table)]) for row in rows}


def transactions(database: Database, viewer: Viewer) -> Context:
    """As whom the service works for somebody."""
    return Context(viewer, database, SETTINGS)


async def faults(database: Database, tables: Tables, viewers: Mapping[str, Viewer], of: Sequence[sa.Table] = metadata.sorted_tables) -> dict[str, list[str]]:
    """By table: who sees what they should not, and who does not see what they should, with no WHERE clause whatever."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, viewer in viewers.items():
        for table in of:
            expected = texts(table, tables.expected(viewer, table.name, SIGHTS[table.name].read))
            seen = await _seen(database, viewer, table)
            if seen != expected:
                found[table.name].append(f"{name}: {len(seen - expected)} too many, {len(expected - seen)} missing")
    return found


async def _seen(database: Database, viewer: Viewer, table: sa.Table) -> set[str]:
    """What a statement without a WHERE clause shows; nothing where the table is closed altogether."""
    try:
        async with transactions(database, viewer).read() as session:
            return texts(table, [dict(row._mapping) for row in await session.execute(sa.select(*shown(table)))])
    except sa.exc.ProgrammingError as error:
        if SIGHTS[table.name].read or not is_denied(error):
            raise
        return set()


def is_denied(error: sa.exc.DBAPIError) -> bool:
    """Whether PostgreSQL says that this is not allowed."""
    return isinstance(error.__cause__ and error.__cause__.__cause__, asyncpg.InsufficientPrivilegeError)
