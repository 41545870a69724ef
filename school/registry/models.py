"""Tables of the registry: who and what a school knows. Logins are in `account_models`."""

import datetime as dt
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school import ids
from school.db import Base, Tenant, enumerated, tenant_key


class School(Base):
    """A tenant. Global: everything else of a school carries its id."""

    __tablename__ = "school"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    short_name: Mapped[str] = mapped_column(sa.String(60))
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    currency: Mapped[str] = mapped_column(sa.String(3))
    staff_factor_required: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class CardKey(Tenant, Base):
    """A key that turns a card's UID into its token; the newest makes new tokens. The id travels with each token. A retired one names no card any more."""

    __tablename__ = "card_key"

    secret: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    made_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None] = mapped_column(sa.String(200))


class Person(Tenant, Base):
    """A human being, as one school knows them. A parent with children in two schools is two persons under one account.

    An id is one person's in all schools: an account of several is known by two lists, of its schools and of its persons, not by pairs of them.
    """

    __tablename__ = "person"

    family_name: Mapped[str] = mapped_column(sa.String(80))
    given_name: Mapped[str] = mapped_column(sa.String(80))
    patronymic: Mapped[str | None] = mapped_column(sa.String(80))
    sort_key: Mapped[str] = mapped_column(sa.String(300).with_variant(sa.String(300, collation="C"), "postgresql"))

    __table_args__ = (sa.Index(None, "school_id", "sort_key"), sa.Index("uq_person_id", "id", unique=True))


class Staff(Base):
    """A person who works at the school."""

    __tablename__ = "staff"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[str] = mapped_column(sa.String(80))
    left_on: Mapped[dt.date | None]

    __table_args__ = (tenant_key("id", to="person"),)


class ClassGroup(Tenant, Base):
    """A class of a school year: 5А. `teacher_id` leads it; `bell_schedule_id`: its usual hours, null the regular bells. `opened_on`: null in the first year
    here; `closed_on`: the first day of being none."""

    __tablename__ = "class_group"

    grade: Mapped[int] = mapped_column(sa.SmallInteger)
    letter: Mapped[str] = mapped_column(sa.String(4))
    teacher_id: Mapped[UUID | None]
    bell_schedule_id: Mapped[UUID | None]
    opened_on: Mapped[dt.date | None]
    closed_on: Mapped[dt.date | None]

    __table_args__ = (
        tenant_key("teacher_id", to="staff"), tenant_key("bell_schedule_id", to="bell_schedule"),
        sa.Index("uq_class_group_open", "school_id", "grade", "letter", unique=True,
                 sqlite_where=sa.text("closed_on IS NULL"), postgresql_where=sa.text("closed_on IS NULL")))

    @property
    def name(self) -> str:
        """As it is spoken of: 5А."""
        return f"{self.grade}{self.letter}"


class Pupil(Base):
    """A person who learns at the school. `enrolled_on` is the first day in the class (`FormerClass`: those before), `left_on` the first of being none."""

    __tablename__ = "pupil"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_group_id: Mapped[UUID]
    enrolled_on: Mapped[dt.date]
    left_on: Mapped[dt.date | None]

    __table_args__ = (
        tenant_key("id", to="person"), tenant_key("class_group_id", to="class_group"), sa.Index(None, "school_id", "class_group_id"),
    )


class Relation(StrEnum):
    """What a guardian is to the child."""

    MOTHER = "mother"
    FATHER = "father"
    OTHER = "other"


class Guardianship(Tenant, Base):
    """Who answers for which pupil, and since when; it is ended, never deleted. What a court has withheld of the child's data is false, for this `reason`."""

    __tablename__ = "guardianship"

    guardian_id: Mapped[UUID]
    pupil_id: Mapped[UUID]
    relation: Mapped[Relation] = mapped_column(enumerated(Relation, "relation"))
    since: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    diary: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    meals: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    access: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    reason: Mapped[str | None] = mapped_column(sa.String(200))

    __table_args__ = (
        tenant_key("guardian_id", to="person"), tenant_key("pupil_id", to="pupil"),
        sa.Index("ix_guardianship_guardian", "school_id", "guardian_id"), sa.Index("ix_guardianship_pupil", "school_id", "pupil_id"),
        sa.Index("uq_guardianship_open", "school_id", "guardian_id", "pupil_id", unique=True,
                 sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")),
    )


class Subject(Tenant, Base):
    """What is taught: Алгебра. A retired one gets no new course."""

    __tablename__ = "subject"

    name: Mapped[str] = mapped_column(sa.String(80))
    retired_at: Mapped[dt.datetime | None]

    __table_args__ = (sa.UniqueConstraint("school_id", "name"),)


_COURSE = ("school_id", "class_group_id", "subject_id", "teacher_id")
_WHOLE_CLASS, _OF_GROUP = sa.text("pupil_group_id IS NULL"), sa.text("pupil_group_id IS NOT NULL")


class Course(Tenant, Base):
    """Who teaches what to whom, a class or a group of it: it decides which pupils are a teacher's own. A closed one has no lessons to come."""

    __tablename__ = "course"

    class_group_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    teacher_id: Mapped[UUID]
    closed_at: Mapped[dt.datetime | None]
    pupil_group_id: Mapped[UUID | None]

    __table_args__ = (
        tenant_key("class_group_id", to="class_group"), tenant_key("subject_id", to="subject"), tenant_key("teacher_id", to="staff"),
        tenant_key("pupil_group_id", to="pupil_group"), sa.Index(None, "school_id", "teacher_id"),
        sa.Index("uq_course_of_class", *_COURSE, unique=True, sqlite_where=_WHOLE_CLASS, postgresql_where=_WHOLE_CLASS),
        sa.Index("uq_course_of_group", *_COURSE, "pupil_group_id", unique=True, sqlite_where=_OF_GROUP, postgresql_where=_OF_GROUP))


class CardState(StrEnum):
    """Whether a card opens doors and pays."""

    ACTIVE = "active"
    BLOCKED = "blocked"


class Card(Tenant, Base):
    """A contactless card of a person. Known by its token alone; the UID is never here."""

    __tablename__ = "card"

    person_id: Mapped[UUID]
    token: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    key_id: Mapped[UUID]
    state: Mapped[CardState] = mapped_column(enumerated(CardState, "card_state"))
    issued_at: Mapped[dt.datetime]
    blocked_at: Mapped[dt.datetime | None]

    __table_args__ = (tenant_key("person_id", to="person"), tenant_key("key_id", to="card_key"), sa.UniqueConstraint("school_id", "token"),
                      sa.Index(None, "school_id", "person_id"))


class FormerToken(Base):
    """A token that a card had under an earlier key: taps that were made before it moved still name it, as long as that key is not retired."""

    __tablename__ = "former_token"

    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"), primary_key=True)
    token: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    card_id: Mapped[UUID]
    key_id: Mapped[UUID]
    moved_at: Mapped[dt.datetime]

    __table_args__ = (tenant_key("card_id", to="card"), tenant_key("key_id", to="card_key"), sa.Index(None, "school_id", "card_id"))


class DeviceKind(StrEnum):
    """What a device is for; it may call only its own operations."""

    GATE = "gate"
    CANTEEN = "canteen"
    DESK = "desk"


class Device(Tenant, Base):
    """A daemon's identity: an Ed25519 key made there. A re-enrolled daemon is a new device. `readers` are its readers' names and states as last told."""

    __tablename__ = "device"

    kind: Mapped[DeviceKind] = mapped_column(enumerated(DeviceKind, "device_kind"))
    name: Mapped[str] = mapped_column(sa.String(80))
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    key_made_at: Mapped[dt.datetime | None]  # null: at its enrolment
    next_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))  # announced; takes the other's place with the first request that it signs
    next_key_until: Mapped[dt.datetime | None]  # unless it lapses then
    rotation_asked_at: Mapped[dt.datetime | None]  # by the office
    enrolled_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    counter: Mapped[int] = mapped_column(sa.BigInteger)
    counter_window: Mapped[int] = mapped_column(sa.BigInteger)
    seen_at: Mapped[dt.datetime | None]
    software: Mapped[str] = mapped_column(sa.String(40))
    queue_depth: Mapped[int]
    rejected: Mapped[int]
    clock_offset_ms: Mapped[int] = mapped_column(sa.BigInteger)
    last_tap_at: Mapped[dt.datetime | None]
    list_version: Mapped[str | None] = mapped_column(sa.String(80))
    readers: Mapped[list[Any] | None]


class DeviceCode(Base):
    """A one-time code that admits one device; only its digest is kept. The key is global, for a stranger brings nothing but the code."""

    __tablename__ = "device_code"

    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    id: Mapped[UUID] = mapped_column(default=ids.new)  # the order's, made by whoever orders
    kind: Mapped[DeviceKind] = mapped_column(enumerated(DeviceKind, "device_kind"))
    name: Mapped[str] = mapped_column(sa.String(80))
    bindings: Mapped[list[Any]]
    made_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    cancelled_at: Mapped[dt.datetime | None]
    renews_id: Mapped[UUID | None]  # the device whose place another is to take
    device_id: Mapped[UUID | None]  # the one that it has admitted

    __table_args__ = (sa.UniqueConstraint("school_id", "id"),)


class Outcome(StrEnum):
    """What a tap was answered with."""

    ADMIT = "admit"
    REFUSE = "refuse"


class Tap(Base):
    """A card was presented: the receipt of it. (school, device, sequence) decides what is a repeat; `digest` whether it is the same tap."""

    __tablename__ = "tap"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(default=ids.new)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    reader: Mapped[str] = mapped_column(sa.String(80))
    token: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    key_id: Mapped[str] = mapped_column(sa.String(40))
    person_id: Mapped[UUID | None]
    device_at: Mapped[dt.datetime]
    happened_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime]
    late: Mapped[bool]
    suspect: Mapped[bool]
    outcome: Mapped[Outcome] = mapped_column(enumerated(Outcome, "outcome"))
    reason: Mapped[str] = mapped_column(sa.String(40))
    data_version: Mapped[str | None] = mapped_column(sa.String(40))

    __table_args__ = (
        tenant_key("device_id", to="device"), tenant_key("person_id", to="person"), sa.UniqueConstraint("school_id", "id"),
        sa.Index(None, "school_id", "person_id", "happened_at"), sa.Index(None, "school_id", "device_id", "happened_at"), sa.Index(None, "received_at"),
    )
