"""What the office's mutations of access take."""

import datetime as dt
from typing import Annotated
from uuid import UUID

import strawberry

from school import ids
from school.access.doors import Binding
from school.access.models import AntiPassback, Audience, Direction
from school.access.rules import Terms, Weekday, read_time, weekday_bits
from school.access.types import AntiPassbackName, AudienceName, DirectionName, WeekdayName
from school.context import Role, Viewer
from school.errors import bad_input, not_found
from school.ids import Kind


def school_of(viewer: Viewer, school_id: strawberry.ID | None) -> int:
    """The school that is meant: the one given, or the only one whose office the viewer is."""
    if school_id is not None:
        return ids.decode(Kind.SCHOOL, school_id).school_id
    schools = viewer.schools(Role.OFFICE)
    if len(schools) != 1:
        raise bad_input("schoolId must be given by the office of several schools")
    return schools[0]


def _in_school(kind: Kind, school_id: int, id_: strawberry.ID | None) -> UUID | None:
    if id_ is None:
        return None
    ref = ids.decode(kind, id_)
    if ref.school_id != school_id:
        raise not_found()
    return ref.id


@strawberry.input(description="A door to add.")
class AddDoorInput:
    """What addDoor takes."""

    id: strawberry.ID = strawberry.field(description="A UUIDv7 made by the client, so that it may repeat.")
    school_id: strawberry.ID | None = strawberry.field(default=None, description="May be left out by the office of one school.")
    name: str
    anti_passback: Annotated[AntiPassback, AntiPassbackName]

    def school(self, viewer: Viewer) -> int:
        """The school that is meant."""
        return school_of(viewer, self.school_id)


@strawberry.input(description="What a gate's reader stands for.")
class BindReaderInput:
    """What bindReader takes."""

    device_id: strawberry.ID
    reader: str = strawberry.field(description="The reader's name on its device.")
    door_id: strawberry.ID
    direction: Annotated[Direction, DirectionName]

    def binding(self) -> Binding:
        """The binding; a door of another school than the device's is absent."""
        door = _in_school(Kind.DOOR, ids.decode(Kind.DEVICE, self.device_id).school_id, self.door_id)
        if door is None:
            raise not_found()
        return Binding(self.reader, door, self.direction)


@strawberry.input(description="A rule to add: who may pass which door, when. No door means every door, no direction both.")
class AddDoorRuleInput:
    """What addDoorRule takes."""

    id: strawberry.ID = strawberry.field(description="A UUIDv7 made by the client, so that it may repeat.")
    school_id: strawberry.ID | None = strawberry.field(default=None, description="May be left out by the office of one school.")
    audience: Annotated[Audience, AudienceName]
    class_group_id: strawberry.ID | None = strawberry.field(default=None, description="For the audience CLASS_GROUP alone.")
    person_id: strawberry.ID | None = strawberry.field(default=None, description="For the audience PERSON alone.")
    door_id: strawberry.ID | None = None
    direction: Annotated[Direction, DirectionName] | None = None
    weekdays: list[Annotated[Weekday, WeekdayName]]
    starts_at: str = strawberry.field(description='"HH:MM", school-local; from then on.')
    ends_at: str = strawberry.field(description='"HH:MM", school-local; until then, exclusive. "24:00" is the day\'s end.')
    valid_from: dt.date | None = None
    valid_until: dt.date | None = strawberry.field(default=None, description="The last day.")

    def school(self, viewer: Viewer) -> int:
        """The school that is meant."""
        return school_of(viewer, self.school_id)

    def terms(self, school_id: int) -> Terms:
        """The rule's terms; what belongs to another school is absent."""
        return Terms(
            audience=self.audience, weekdays=weekday_bits(self.weekdays), starts_at=read_time(self.starts_at, "startsAt"),
            ends_at=read_time(self.ends_at, "endsAt", end=True), door_id=_in_school(Kind.DOOR, school_id, self.door_id), direction=self.direction,
            class_group_id=_in_school(Kind.CLASS_GROUP, school_id, self.class_group_id),
            person_id=_in_school(Kind.PERSON, school_id, self.person_id), valid_from=self.valid_from, valid_until=self.valid_until,
        )


@strawberry.input(description="A rule to end.")
class EndDoorRuleInput:
    """What endDoorRule takes."""

    rule_id: strawberry.ID
