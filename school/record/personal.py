"""The list of personal columns: of every table whether its rows tell of a person, of whom, what of it is handed out, and what erasure does to it.

A test compares it with the tables: a column that is in neither list, or in both, fails it. In a table with a person in it every column is personal:
what a row says, it says of that person. Other people stand in such rows as ids, which tell nothing without the registry.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from school.db import Base, Column
from school.ids import Ref
from school.outbox import TopicKind
from school.registry.guardianship import RESTRICTED
from school.registry.names import sort_key

PSEUDONYM = "Удалённое лицо"


@dataclass(frozen=True, slots=True)
class Subject:
    """A person, and the logins in question: for an export the one that asks for itself, or none; for an erasure those that are nobody else's."""

    person: Ref
    accounts: Collection[UUID]


Whose = Callable[[sa.Table, Subject], sa.ColumnElement[bool]]
Which = Callable[[sa.Table], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A table of rows about persons. `shown` is handed out, `secret` is not: what proves or computes something, and what tells of others.

    `handed` are the rows that are handed out, where it is not all of them. `erased`: None, the rows go; else they stay under the nameless id, with these
    columns overwritten and those of `kept` as they are: a test asks for each column that it is in one of both. `concerning`: rows that erasure treats as well,
    which are about the person and for others alone.
    """

    title: str
    whose: Whose
    shown: tuple[str, ...]
    secret: tuple[str, ...] = ()
    handed: Which | None = None
    erased: Mapping[str, Any] | None
    kept: tuple[str, ...] = ()
    concerning: Whose | None = None


def _by(*columns: str) -> Whose:
    """Rows in which one of these columns is the person."""
    return lambda table, subject: sa.and_(
        table.c.school_id == subject.person.school_id, sa.or_(*(table.c[column] == subject.person.id for column in columns)))


def _through(column: str, parent: str) -> Whose:
    """Rows that belong to a row of another table which is about the person."""

    def whose(table: sa.Table, subject: Subject) -> sa.ColumnElement[bool]:
        other = Base.metadata.tables[parent]
        inner = HOLDINGS[parent].whose(other, subject)
        return sa.and_(table.c.school_id == subject.person.school_id, table.c[column].in_(sa.select(other.c.id).where(inner)))

    return whose


def _login(column: str = "account_id") -> Whose:
    """Rows of the logins in question."""
    return lambda table, subject: table.c[column].in_(sorted(subject.accounts))


def _told(table: sa.Table, subject: Subject) -> sa.ColumnElement[bool]:
    """Events in a pupil's topic, and in anybody's inbox."""
    return sa.and_(
        table.c.school_id == subject.person.school_id, table.c.topic_kind.in_([TopicKind.PUPIL, TopicKind.INBOX]), table.c.topic_id == subject.person.id)


def _in_threads_about(table: sa.Table, subject: Subject) -> sa.ColumnElement[bool]:
    """What guardians and teachers have written to each other about the pupil."""
    thread = Base.metadata.tables["thread"]
    return sa.and_(table.c.school_id == subject.person.school_id, table.c.thread_id.in_(
        sa.select(thread.c.id).where(thread.c.school_id == subject.person.school_id, thread.c.pupil_id == subject.person.id)))


def _no_row(_table: sa.Table, _subject: Subject) -> sa.ColumnElement[bool]:
    """Nothing stays here: a committed event is in the feed within a second or so."""
    return sa.false()


def untold(kind: Column) -> sa.ColumnElement[bool]:
    """That a court has withheld something of the child from one guardian is for the office to know, and not for the other."""
    return kind.is_distinct_from(RESTRICTED)


NAMELESS = {"family_name": PSEUDONYM, "given_name": "", "patronymic": None, "sort_key": sort_key(PSEUDONYM, "", None)}
_DIGEST = bytes(32)

_LESSON = (
    "school_id", "id", "course_id", "class_group_id", "on_date", "bell", "room", "topic", "cancelled_at", "substitute_id", "merged_with_id", "planned_on",
    "planned_bell", "planned_room", "revision", "pupil_group_id", "schedule_id", "planned_schedule_id", "retimed")
_SUBSTITUTION = (
    "school_id", "id", "lesson_id", "revision", "old_cancelled", "old_teacher_id", "old_on_date", "old_bell", "old_room", "old_merged_with_id", "cancelled",
    "teacher_id", "on_date", "bell", "room", "merged_with_id", "reason", "by", "at")

# In the order of erasure: what refers to a row goes before it.
HOLDINGS: dict[str, Holding] = {
    "session": Holding(
        title="Входы и ключи программ", whose=_login(), erased=None, secret=("digest",),
        shown=("id", "account_id", "kind", "name", "scopes", "strong", "address", "client", "made_at", "seen_at", "expires_at", "ends_at", "revoked_at")),
    "ticket": Holding(
        title="Начатые подтверждения", whose=_login(), erased=None, shown=("kind", "account_id", "expires_at"), secret=("digest", "payload")),
    "totp": Holding(
        title="Приложение с кодами", whose=_login(), erased=None, shown=("account_id", "made_at", "confirmed_at"), secret=("secret", "last_step")),
    "recovery_code": Holding(title="Запасные коды", whose=_login(), erased=None, shown=("account_id",), secret=("digest",)),
    "passkey": Holding(
        title="Ключи доступа", whose=_login(), erased=None, shown=("id", "account_id", "name", "made_at", "used_at"),
        secret=("credential", "public_key", "sign_count")),
    "outside_identity": Holding(title="Входы через другие службы", whose=_login(), erased=None, shown=("issuer", "subject", "account_id", "made_at")),
    "invitation": Holding(
        title="Приглашения", whose=_by("person_id"), erased=None, secret=("digest",),
        shown=("school_id", "id", "person_id", "role", "made_by", "made_at", "expires_at", "void_at", "used_at", "account_id")),
    "calendar_feed": Holding(  # of whom an account has made one is that account's to know
        title="Адреса календарей", whose=_login(), concerning=_by("person_id"), erased=None, secret=("digest",),
        shown=("school_id", "id", "account_id", "person_id", "language", "strong", "made_at", "read_at", "revoked_at")),
    "account_role": Holding(title="Роли", whose=_by("person_id"), erased=None, shown=("account_id", "school_id", "person_id", "role")),
    "account": Holding(
        title="Учётные записи", whose=_login("id"), erased=None, shown=("id", "login", "made_at", "disabled_at"), secret=("password_hash",)),
    "feed": Holding(
        title="События", whose=_told, handed=lambda table: untold(table.c.kind), erased=None,
        secret=("school_id", "topic_kind", "topic_id", "event_id", "version"),
        shown=("seq", "kind", "payload", "occurred_at", "late", "published_at")),
    "outbox": Holding(
        title="События в пути", whose=_no_row, erased=None, shown=(), secret=(
            "position", "school_id", "event_id", "kind", "version", "topics", "payload", "occurred_at", "late", "appended_at", "actor_id", "actor_role",
            "concerns")),
    "acknowledgement": Holding(  # by whom something was read, no other guardian is told
        title="Подтверждения прочтения", whose=_by("guardian_id"), concerning=_by("pupil_id"), erased=None,
        shown=("school_id", "thing_id", "pupil_id", "guardian_id", "kind", "at")),
    "remark": Holding(
        title="Замечания и благодарности", whose=_by("pupil_id"), erased={"text": ""},
        shown=("school_id", "id", "pupil_id", "lesson_id", "kind", "text", "given_by", "given_at", "withdrawn_at"),
        kept=("school_id", "id", "pupil_id", "lesson_id", "kind", "given_by", "given_at", "withdrawn_at")),
    "thread_reading": Holding(
        title="Прочитанное в переписке", whose=_by("person_id"), erased=None, shown=("school_id", "thread_id", "person_id", "number", "at")),
    "message": Holding(  # what was written about a pupil is its two sides', and is not handed to the pupil
        title="Написанные сообщения", whose=_by("author_id"), concerning=_in_threads_about, erased={"text": None},
        shown=("school_id", "id", "thread_id", "number", "author_id", "text", "at", "withdrawn_at"),
        kept=("school_id", "id", "thread_id", "number", "author_id", "at", "withdrawn_at")),
    "thread": Holding(
        title="Переписка с семьями", whose=_by("teacher_id"), erased={}, shown=("school_id", "id", "pupil_id", "teacher_id", "messages", "last_at"),
        kept=("school_id", "id", "pupil_id", "teacher_id", "messages", "last_at")),
    "announcement": Holding(  # written for families, which have it still
        title="Объявления", whose=_by("made_by"), erased={},
        shown=("school_id", "id", "grade", "class_group_id", "title", "text", "acknowledge_by", "made_by", "made_at", "withdrawn_at", "year_on"),
        kept=("school_id", "id", "grade", "class_group_id", "title", "text", "acknowledge_by", "made_by", "made_at", "withdrawn_at", "year_on")),
    "mark_revision": Holding(
        title="История оценок", whose=_through("mark_id", "mark"), erased={"comment": None, "reason": None},
        shown=("school_id", "mark_id", "revision", "action", "value", "weight", "work", "comment", "reason", "by", "at", "work_id"),
        kept=("school_id", "mark_id", "revision", "action", "value", "weight", "work", "by", "at", "work_id")),
    "mark": Holding(
        title="Отметки", whose=_by("pupil_id"), erased={"comment": None},
        shown=("school_id", "id", "pupil_id", "lesson_id", "course_id", "value", "weight", "work", "comment", "revision", "given_by", "given_at",
               "withdrawn_at", "scale_id", "retake_of", "replaces", "work_id"),
        kept=("school_id", "id", "pupil_id", "lesson_id", "course_id", "value", "weight", "work", "revision", "given_by", "given_at", "withdrawn_at",
              "scale_id", "retake_of", "replaces", "work_id")),
    "term_mark_revision": Holding(
        title="История итоговых отметок", whose=_by("pupil_id"), erased={"comment": None, "reason": None},
        shown=("school_id", "term_id", "course_id", "pupil_id", "revision", "value", "comment", "average_numerator", "average_denominator", "reason", "by",
               "at"),
        kept=("school_id", "term_id", "course_id", "pupil_id", "revision", "value", "average_numerator", "average_denominator", "by", "at")),
    "term_mark": Holding(
        title="Итоговые отметки", whose=_by("pupil_id"), erased={"comment": None},
        shown=("school_id", "term_id", "course_id", "pupil_id", "value", "comment", "average_numerator", "average_denominator", "revision", "decided_by",
               "decided_at"),
        kept=("school_id", "term_id", "course_id", "pupil_id", "value", "average_numerator", "average_denominator", "revision", "decided_by", "decided_at")),
    "attendance": Holding(
        title="Посещаемость", whose=_by("pupil_id"), erased={},
        shown=("school_id", "lesson_id", "pupil_id", "kind", "minutes_late", "by", "at", "reason_id"),
        kept=("school_id", "lesson_id", "pupil_id", "kind", "minutes_late", "by", "at", "reason_id")),
    "replaced_attendance": Holding(
        title="Прежние записи о посещаемости", whose=_by("pupil_id"), erased={},
        shown=("school_id", "id", "lesson_id", "pupil_id", "kind", "minutes_late", "by", "at", "reason_id"),
        kept=("school_id", "id", "lesson_id", "pupil_id", "kind", "minutes_late", "by", "at", "reason_id")),
    "stored_file": Holding(  # the bytes are handed out beside the tables, and go with the row; materials of homework are the class's
        title="Файлы", whose=_by("pupil_id"), erased=None, secret=("place", "digest", "sent"),
        shown=("school_id", "id", "by", "name", "size", "made_at", "kind", "kept_size", "homework_id", "submission_id", "notice_id", "pupil_id", "removed_at")),
    "absence_notice": Holding(  # what a guardian wrote is the guardian's and the child's; of either it goes
        title="Сообщения об отсутствии", whose=_by("pupil_id", "sent_by"), erased={"words": None, "answer": None},
        shown=("school_id", "id", "pupil_id", "starts_on", "ends_on", "bells", "reason_id", "words", "sent_by", "sent_at", "state", "answered_by",
               "answered_at", "answer"),
        kept=("school_id", "id", "pupil_id", "starts_on", "ends_on", "bells", "reason_id", "sent_by", "sent_at", "state", "answered_by", "answered_at")),
    "late_arrival": Holding(
        title="Опоздания", whose=_by("pupil_id"), erased=None,
        shown=("school_id", "pupil_id", "on_date", "passage_id", "lesson_id", "minutes", "noticed_at")),
    "substitution": Holding(  # why somebody was away is nobody's business any more
        title="Замены", whose=_by("old_teacher_id", "teacher_id", "by"), erased={"reason": ""}, shown=_SUBSTITUTION, kept=tuple(
            column for column in _SUBSTITUTION if column != "reason")),
    "lesson": Holding(
        title="Уроки вместо другого учителя", whose=_by("substitute_id"), erased={}, shown=_LESSON, kept=_LESSON),
    "homework_submission": Holding(
        title="Сданные работы", whose=_by("pupil_id"), erased=None,
        shown=("school_id", "id", "homework_id", "pupil_id", "text", "by", "at", "state", "answer", "answered_by", "answered_at")),
    "homework_done": Holding(
        title="Выполненные задания", whose=_by("pupil_id"), erased=None, shown=("school_id", "homework_id", "pupil_id", "done", "by", "at")),
    "homework_for": Holding(title="Личные задания", whose=_by("pupil_id"), erased=None, shown=("school_id", "homework_id", "pupil_id")),
    "homework": Holding(
        title="Заданные уроки", whose=_by("set_by"), erased={},
        shown=("school_id", "id", "course_id", "due_lesson_id", "text", "minutes", "links", "for_some", "revision", "set_by", "set_at", "withdrawn_at"),
        kept=("school_id", "id", "course_id", "due_lesson_id", "text", "minutes", "links", "for_some", "revision", "set_by", "set_at",
              "withdrawn_at")),  # written for a class, which has it still
    "homework_revision": Holding(
        title="Исправленные задания", whose=_by("by"), erased={},
        shown=("school_id", "homework_id", "revision", "text", "minutes", "links", "by", "at"),
        kept=("school_id", "homework_id", "revision", "text", "minutes", "links", "by", "at")),
    "sale_item": Holding(
        title="Купленное", whose=_through("transfer_id", "transfer"), erased={}, shown=("school_id", "transfer_id", "line", "name", "quantity", "price"),
        kept=("school_id", "transfer_id", "line", "name", "quantity", "price")),
    "posting": Holding(
        title="Проводки", whose=_through("account_id", "meal_account"), erased={}, shown=("school_id", "transfer_id", "account_id", "amount", "balance"),
        kept=("school_id", "transfer_id", "account_id", "amount", "balance")),
    "transfer": Holding(
        title="Платежи и покупки", whose=_through("account_id", "meal_account"), erased={"note": None, "digest": _DIGEST}, secret=("digest",),
        shown=("school_id", "id", "kind", "account_id", "amount", "currency", "till_id", "tap_id", "refunds", "without_card", "note", "by", "happened_at"),
        kept=("school_id", "id", "kind", "account_id", "amount", "currency", "till_id", "tap_id", "refunds", "without_card", "by", "happened_at")),
    "meal_account": Holding(
        title="Счёт питания", whose=_by("person_id"), erased={},
        shown=("school_id", "id", "kind", "person_id", "currency", "balance", "floor", "opened_at"),
        kept=("school_id", "id", "kind", "person_id", "currency", "balance", "floor", "opened_at")),
    "presence": Holding(
        title="Присутствие", whose=_by("person_id"), erased=None, shown=("school_id", "person_id", "inside", "door_id", "changed_at")),
    "passage": Holding(
        title="Проходы", whose=_by("person_id"), erased=None,
        shown=("school_id", "id", "person_id", "door_id", "direction", "reason", "data_version", "device_id", "sequence", "happened_at", "received_at",
               "late", "suspect")),
    "tap": Holding(  # its digest would tell whoever guesses the token that it was this one
        title="Карта у считывателя", whose=_by("person_id"), erased={"person_id": None, "token": _DIGEST, "digest": _DIGEST},
        secret=("digest", "token", "key_id"),
        shown=("school_id", "device_id", "sequence", "id", "reader", "person_id", "device_at", "happened_at", "received_at", "late", "suspect", "outcome",
               "reason", "data_version"),
        kept=("school_id", "device_id", "sequence", "id", "reader", "key_id", "device_at", "happened_at", "received_at", "late", "suspect", "outcome",
              "reason", "data_version")),
    "door_rule": Holding(
        title="Правила прохода", whose=_by("person_id"), erased=None,
        shown=("school_id", "id", "door_id", "direction", "audience", "class_group_id", "person_id", "weekdays", "starts_at", "ends_at", "valid_from",
               "valid_until", "made_at", "ended_at")),
    "former_token": Holding(
        title="Прежние ключи карт", whose=_through("card_id", "card"), erased=None, shown=("school_id", "card_id", "moved_at"), secret=("token", "key_id")),
    "card": Holding(
        title="Карты", whose=_by("person_id"), erased=None, shown=("school_id", "id", "person_id", "state", "issued_at", "blocked_at"),
        secret=("token", "key_id")),
    "photo": Holding(  # the picture itself is handed out beside the tables; its file goes with its name
        title="Фотография", whose=_by("person_id"), erased=None, shown=("school_id", "person_id", "size", "set_by", "set_at"),
        secret=("name", "digest")),
    "guardianship": Holding(  # what a court has left one guardian is not told to the other
        title="Представительство", whose=_by("guardian_id", "pupil_id"), erased=None,
        shown=("school_id", "id", "guardian_id", "pupil_id", "relation", "since", "ended_at"), secret=("diary", "meals", "access", "reason")),
    "course": Holding(
        title="Преподаваемые предметы", whose=_by("teacher_id"), erased={},
        shown=("school_id", "id", "class_group_id", "subject_id", "teacher_id", "closed_at", "pupil_group_id"),
        kept=("school_id", "id", "class_group_id", "subject_id", "teacher_id", "closed_at", "pupil_group_id")),
    "class_group": Holding(
        title="Классное руководство", whose=_by("teacher_id"), erased={},
        shown=("school_id", "id", "grade", "letter", "teacher_id", "bell_schedule_id", "opened_on", "closed_on"),
        kept=("school_id", "id", "grade", "letter", "teacher_id", "bell_schedule_id", "opened_on", "closed_on")),
    "name_change": Holding(
        title="Прежние имена", whose=_by("person_id"), erased=None, shown=(
            "school_id", "id", "person_id", "old_family_name", "old_given_name", "old_patronymic", "family_name", "given_name", "patronymic", "reason", "by",
            "at")),
    "former_class": Holding(
        title="Прежние классы", whose=_by("pupil_id"), erased={}, shown=("school_id", "pupil_id", "since", "until", "class_group_id"),
        kept=("school_id", "pupil_id", "since", "until", "class_group_id")),
    "group_member": Holding(
        title="Группы", whose=_by("pupil_id"), erased={}, shown=("school_id", "group_id", "pupil_id", "since", "until"),
        kept=("school_id", "group_id", "pupil_id", "since", "until")),
    "pupil": Holding(  # the periods are counted from `left_on`
        title="Ученик", whose=_by("id"), erased={}, shown=("school_id", "id", "class_group_id", "enrolled_on", "left_on"),
        kept=("school_id", "id", "class_group_id", "enrolled_on", "left_on")),
    "staff": Holding(
        title="Сотрудник", whose=_by("id"), erased={"position": ""}, shown=("school_id", "id", "position", "left_on"), kept=("school_id", "id", "left_on")),
    # An account's id is another person's login: the role tells enough. Nothing of it is ever overwritten: the database refuses.
    "record": Holding(
        title="Кто смотрел и менял", whose=_by("person_id"), handed=lambda table: untold(table.c.kind), erased={}, secret=("account_id", "note"),
        shown=("school_id", "id", "at", "on_date", "person_id", "area", "action", "role", "kind"),
        kept=("school_id", "id", "at", "on_date", "person_id", "area", "action", "account_id", "role", "kind", "note")),
    "person": Holding(
        title="Лицо", whose=_by("id"), erased=NAMELESS, shown=("school_id", "id", "family_name", "given_name", "patronymic"), secret=("sort_key",),
        kept=("school_id", "id")),
}
