"""Access's explicit GraphQL types."""

import datetime as dt
from functools import lru_cache
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

from school import columns, ids
from school.access import loaders, models
from school.access.models import AntiPassback, Audience, Direction
from school.access.rules import Weekday, weekdays_of, write_time
from school.columns import OfRow, column, made
from school.context import ADMINISTRATION, Role
from school.fields import ROWS, Info, query, rows
from school.ids import Kind, Ref
from school.registry.loaders import known_or_loaded, load_class_group, load_class_of, load_person, load_position
from school.registry.models import Outcome
from school.registry.types import ClassGroup, Person

DirectionName = strawberry.enum(Direction, name="Direction", description="Which way a passage goes, seen from the school.")
AntiPassbackName = strawberry.enum(
    AntiPassback, name="AntiPassback", description="A second entry without leaving: OFF lets it pass, SOFT lets it pass and says so, HARD refuses it.")
AudienceName = strawberry.enum(Audience, name="Audience", description="For whom a door rule is.")
OutcomeName = strawberry.enum(Outcome, name="Outcome", description="What a tap was answered with.")
WeekdayName = strawberry.enum(Weekday, name="Weekday", description="A day of the week.")


def opaque(kind: Kind, school_id: int, id_: UUID) -> strawberry.ID:
    """The opaque id of a row."""
    return strawberry.ID(ids.encode(kind, school_id, id_))


@rows(description="A way in and out.")
class Door:
    """A door."""

    id: strawberry.ID
    name: str
    known_anti_passback: strawberry.Private[AntiPassback]
    school_id: strawberry.Private[int]

    @query(ROWS)
    def anti_passback(self, info: Info) -> Annotated[AntiPassback, AntiPassbackName] | None:
        """How a second entry is met; null for all but the guards, the office and the head of its school, for it tells where two may enter with one card."""
        watches = info.context.viewer.person_in(self.school_id, Role.GUARD, *ADMINISTRATION) is not None
        return self.known_anti_passback if watches else None

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a row with the columns `queries.DOOR` and `school_id`."""
        return cls(
            id=opaque(Kind.DOOR, row.school_id, row.door_id), name=row.door_name, known_anti_passback=row.anti_passback, school_id=row.school_id)

    @classmethod
    def from_door(cls, door: models.Door) -> Self:
        """From the door itself."""
        return cls(id=opaque(Kind.DOOR, door.school_id, door.id), name=door.name, known_anti_passback=door.anti_passback, school_id=door.school_id)


def load_door(info: Info, ref: Ref | None) -> Door | None:
    """A door by its key; None for none, or for one that the viewer may not see."""
    return None if ref is None else known_or_loaded(info, "door", lambda context: loaders.doors(context, Door.from_row), ref)


@rows(description="Who may pass which door, when. No door means every door, no direction both.")
class DoorRule:
    """A rule."""

    id: strawberry.ID
    direction: Annotated[Direction, DirectionName] | None
    audience: Annotated[Audience, AudienceName]
    weekdays: list[Annotated[Weekday, WeekdayName]]
    starts_at: str = strawberry.field(description='"HH:MM", school-local; from then on.')
    ends_at: str = strawberry.field(description='"HH:MM", school-local; until then, exclusive. "24:00" is the day\'s end.')
    valid_from: dt.date | None
    valid_until: dt.date | None = strawberry.field(description="The last day.")
    made_at: dt.datetime
    ended_at: dt.datetime | None
    door_ref: strawberry.Private[Ref | None]
    class_group_ref: strawberry.Private[Ref | None]
    person_ref: strawberry.Private[Ref | None]

    @query(ROWS)
    def door(self, info: Info) -> Door | None:
        """The door; null for every door."""
        return load_door(info, self.door_ref)

    @query(ROWS)
    def class_group(self, info: Info) -> ClassGroup | None:
        """The class that it is for, if it is for one."""
        return load_class_group(info, self.class_group_ref) if self.class_group_ref else None

    @query(ROWS)
    def person(self, info: Info) -> Person | None:
        """The person whom it is for, if it is for one."""
        return load_person(info, self.person_ref) if self.person_ref else None

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a rule, or the rule itself."""
        door, group, person = (Ref(row.school_id, id_) if id_ else None for id_ in (row.door_id, row.class_group_id, row.person_id))
        return cls(
            id=opaque(Kind.DOOR_RULE, row.school_id, row.id), direction=row.direction, audience=row.audience, weekdays=weekdays_of(row.weekdays),
            starts_at=write_time(row.starts_at), ends_at=write_time(row.ends_at, end=True), valid_from=row.valid_from, valid_until=row.valid_until,
            made_at=row.made_at, ended_at=row.ended_at, door_ref=door, class_group_ref=group, person_ref=person,
        )


@rows(description="What a tap was answered, why, and by which version of the data.")
class Verdict:
    """A verdict."""

    outcome: Annotated[Outcome, OutcomeName]
    reason: str = strawberry.field(description="OK, ALREADY_INSIDE, NOT_INSIDE, UNKNOWN_READER, UNKNOWN_CARD, CARD_BLOCKED, NO_RIGHT, NOT_NOW, NO_LIST.")
    data_version: str | None = strawberry.field(description="Of the gate's pass list, or of the server's data.")


@lru_cache(maxsize=4096)
def _door(school_id: int, id_: UUID, name: str, anti_passback: AntiPassback) -> Door:
    return Door(id=opaque(Kind.DOOR, school_id, id_), name=name, known_anti_passback=anti_passback, school_id=school_id)


def _verdict(outcome: Outcome, reason: str, data_version: str | None) -> Verdict:
    return Verdict(outcome=outcome, reason=reason, data_version=data_version)


def _admitted(reason: str, data_version: str | None) -> Verdict:
    return Verdict(outcome=Outcome.ADMIT, reason=reason, data_version=data_version)


@rows(description="Someone went in or out.")
class Passage(OfRow):
    """A passage, of a row of `queries.passages`."""

    id: strawberry.ID = columns.opaque(Kind.PASSAGE)
    direction: Annotated[Direction, DirectionName] = column()
    door: Door = made(_door, "school_id", "door_id", "door_name", "anti_passback")
    happened_at: dt.datetime = column()
    received_at: dt.datetime = column()
    late: bool = column(description="The news of it came more than a minute later.")
    suspect: bool = column(description="The device's clock was not believed.")
    verdict: Verdict = made(_admitted, "reason", "data_version")


def _door_if_any(school_id: int, id_: UUID | None, name: str, anti_passback: AntiPassback) -> Door | None:
    return None if id_ is None else _door(school_id, id_, name, anti_passback)


@rows(description="A card was presented, whatever the answer.")
class Tap(OfRow):
    """A tap, of a row of `queries.taps`."""

    id: strawberry.ID = columns.opaque(Kind.TAP)
    direction: Annotated[Direction, DirectionName] | None = column(description="Null at a reader that stands for no door.")
    door: Door | None = made(_door_if_any, "school_id", "door_id", "door_name", "anti_passback")
    reader: str = column(description="The reader's name on its device.")
    happened_at: dt.datetime = column()
    received_at: dt.datetime = column()
    late: bool = column()
    suspect: bool = column()
    verdict: Verdict = made(_verdict, "outcome", "reason", "data_version")

    @property
    def person_ref(self) -> Ref | None:
        """Whose card it is."""
        return Ref(self.row.school_id, self.row.person_id) if self.row.person_id else None

    @query(ROWS, reads=("school_id", "person_id"))
    def person(self, info: Info) -> Person | None:
        """Whose card it is; null for an unknown card."""
        return load_person(info, self.person_ref) if self.person_ref else None

    @query(ROWS, reads=("school_id", "person_id"))
    def class_group(self, info: Info) -> ClassGroup | None:
        """The class that the holder is in now; null for whoever is no pupil."""
        return load_class_of(info, self.person_ref) if self.person_ref else None

    @query(ROWS, reads=("school_id", "person_id"))
    def position(self, info: Info) -> str | None:
        """What the holder is among the staff; null for whoever is not, and for all but the guards, the office and the head of the school."""
        return load_position(info, self.person_ref) if self.person_ref else None


@rows(description="Where someone is, by the newest passage known.")
class Presence(OfRow):
    """Presence, of a row of `queries.inside` and its like. Nothing is known of one who was never seen."""

    inside: bool | None = column(description="Null: never seen.")
    changed_at: dt.datetime | None = column()
    door: Door | None = made(_door_if_any, "school_id", "door_id", "door_name", "anti_passback")

    @property
    def person_ref(self) -> Ref:
        """Of whom this tells."""
        return Ref(self.row.school_id, self.row.id)

    @query(ROWS, reads=("school_id", "id"))
    def person(self, info: Info) -> Person | None:
        """Of whom this tells."""
        return load_person(info, self.person_ref)

    @query(ROWS, reads=("school_id", "id"))
    def class_group(self, info: Info) -> ClassGroup | None:
        """The class that they are in now; null for whoever is no pupil."""
        return load_class_of(info, self.person_ref)

    @query(ROWS, reads=("school_id", "id"))
    def position(self, info: Info) -> str | None:
        """What they are among the staff; null for whoever is not, and for all but the guards, the office and the head of the school."""
        return load_position(info, self.person_ref)
