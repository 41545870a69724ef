"""Tables of access."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from school.db import Base, Tenant, enumerated, tenant_key


class Direction(StrEnum):
    """Which way a passage goes, seen from the school."""

    IN = "in"
    OUT = "out"


class AntiPassback(StrEnum):
    """What happens when someone who is inside presents the card to enter again."""

    OFF = "off"
    SOFT = "soft"  # admitted, and the reason says so
    HARD = "hard"  # refused


class Door(Tenant, Base):
    """A way in and out: a turnstile, a gate."""

    __tablename__ = "door"

    name: Mapped[str] = mapped_column(sa.String(80))
    anti_passback: Mapped[AntiPassback] = mapped_column(enumerated(AntiPassback, "anti_passback"))

    __table_args__ = (sa.UniqueConstraint("school_id", "name"),)


class DoorReader(Base):
    """Which door, and which way, a reader of a device stands for."""

    __tablename__ = "door_reader"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    reader: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    door_id: Mapped[UUID]
    direction: Mapped[Direction] = mapped_column(enumerated(Direction, "direction"))

    __table_args__ = (tenant_key("device_id", to="device"), tenant_key("door_id", to="door"), sa.Index(None, "school_id", "door_id"))


class Audience(StrEnum):
    """For whom a rule is."""

    PUPILS = "pupils"
    STAFF = "staff"
    CLASS_GROUP = "class_group"
    PERSON = "person"


class DoorRule(Tenant, Base):
    """Who may pass which door, when. `weekdays` are bits (Monday 1 … Sunday 64); the times are school-local, from inclusive to exclusive,
    an `ends_at` of midnight is the day's end; null doors and directions mean all."""

    __tablename__ = "door_rule"

    door_id: Mapped[UUID | None]
    direction: Mapped[Direction | None] = mapped_column(enumerated(Direction, "direction"))
    audience: Mapped[Audience] = mapped_column(enumerated(Audience, "audience"))
    class_group_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    weekdays: Mapped[int] = mapped_column(sa.SmallInteger)
    starts_at: Mapped[dt.time]
    ends_at: Mapped[dt.time]
    valid_from: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None]
    made_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

    __table_args__ = (
        tenant_key("door_id", to="door"), tenant_key("class_group_id", to="class_group"), tenant_key("person_id", to="person"),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
        sa.CheckConstraint("(audience = 'class_group') = (class_group_id IS NOT NULL)", name="class_group"),
        sa.CheckConstraint("(audience = 'person') = (person_id IS NOT NULL)", name="person"),
    )


class Passage(Tenant, Base):
    """Someone went in or out. `reason` is the verdict's: OK, ALREADY_INSIDE, NOT_INSIDE. On PostgreSQL in parts by the time of its id (ADR 13)."""

    __tablename__ = "passage"

    person_id: Mapped[UUID]
    door_id: Mapped[UUID]
    direction: Mapped[Direction] = mapped_column(enumerated(Direction, "direction"))
    reason: Mapped[str] = mapped_column(sa.String(40))
    data_version: Mapped[str | None] = mapped_column(sa.String(40))
    device_id: Mapped[UUID]
    sequence: Mapped[int]
    happened_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime]
    late: Mapped[bool]
    suspect: Mapped[bool]

    __table_args__ = (
        tenant_key("person_id", to="person"), tenant_key("door_id", to="door"),
        sa.ForeignKeyConstraint(["school_id", "device_id", "sequence"], ["tap.school_id", "tap.device_id", "tap.sequence"]),
        sa.Index(None, "school_id", "device_id", "sequence"),  # one for each tap, which decides repeats: the key of a table in parts includes the id
        sa.Index(None, "school_id", "person_id", "happened_at"), sa.Index(None, "school_id", "door_id", "happened_at"),
        sa.Index(None, "received_at"),  # what is old is removed by it
    )


class Presence(Base):
    """Who is inside, by the newest passage known; an older one that arrives later does not change it."""

    __tablename__ = "presence"

    school_id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    inside: Mapped[bool]
    door_id: Mapped[UUID]
    changed_at: Mapped[dt.datetime]

    __table_args__ = (
        tenant_key("person_id", to="person"), tenant_key("door_id", to="door"), sa.Index(None, "school_id", "inside"),
    )
