"""Access's GraphQL face: doors and rules, passages and taps, who is inside."""

from typing import Annotated

import strawberry

from school import ids
from school.access import doors, queries, rules
from school.access.inputs import AddDoorInput, AddDoorRuleInput, BindReaderInput, EndDoorRuleInput
from school.access.models import Direction
from school.access.types import DirectionName, Door, DoorRule, Passage, Presence, Tap, load_door
from school.access.updates import TYPES, UPDATES
from school.access.whereabouts import LOCATE, WATCH, WhereaboutsQuery
from school.columns import wanted
from school.connections import Connection
from school.context import Area, Role
from school.fields import ROWS, SIGNED_IN, Info, Refusal, each, holds, mutation, named, no_one, query, rows
from school.ids import Kind, Ref

__all__ = ["TYPES", "UPDATES", "AccessMutation", "AccessQuery"]

OFFICE = holds(Role.OFFICE)


@strawberry.type
class AccessQuery(WhereaboutsQuery):
    """Queries of access."""

    @query(SIGNED_IN, Area.ACCESS, no_one)
    async def doors(self, info: Info) -> list[Door]:
        """The doors of the viewer's schools."""
        return [Door.from_row(row) for row in await queries.doors(info.context.reader, info.context.viewer)]

    @query(WATCH, Area.ACCESS, each(lambda rule: rule.person_ref))
    async def door_rules(self, info: Info, ended: bool = False, first: int = 50, after: str | None = None) -> Connection[DoorRule]:
        """The rules in force, or those that were ended, in the order they were made."""
        return (await queries.door_rules(info.context.reader, info.context.viewer, ended=ended, first=first, after=after)).connect(DoorRule.from_row)

    @query(SIGNED_IN, Area.ACCESS, named("person_id"), keeps=True)
    async def passages(self, info: Info, person_id: strawberry.ID, first: int = 50, after: str | None = None) -> Connection[Passage]:
        """A person's passages, newest first: a family's own child's, and anyone's for guards and office."""
        person = ids.decode(Kind.PERSON, person_id)
        found = await queries.passages(
            info.context.reader, info.context.viewer, person, first=first, after=after, columns=wanted(info, Passage))
        return found.connect(Passage.from_row)

    @query(SIGNED_IN, Area.ACCESS, each(lambda tap: tap.person_ref))
    async def taps(
        self, info: Info, door_id: strawberry.ID | None = None, person_id: strawberry.ID | None = None, first: int = 50, after: str | None = None,
    ) -> Connection[Tap]:
        """The taps at a door or of a person, one of which is given; refused ones too, newest first. A family finds its own children's only."""
        door = ids.decode(Kind.DOOR, door_id) if door_id is not None else None
        person = ids.decode(Kind.PERSON, person_id) if person_id is not None else None
        found = await queries.taps(
            info.context.reader, info.context.viewer, door=door, person=person, first=first, after=after, columns=wanted(info, Tap, "school_id", "person_id"))
        return found.connect(Tap.from_row)

    @query(LOCATE, Area.ACCESS, each(lambda presence: presence.person_ref))
    async def inside(self, info: Info, first: int = 50, after: str | None = None) -> Connection[Presence]:
        """Who is inside now, by name: everyone for guards and office, the own classes' pupils for a teacher."""
        columns = wanted(info, Presence, "school_id", "id")
        return (await queries.inside(info.context.reader, info.context.viewer, first=first, after=after, columns=columns)).connect(Presence.from_row)

    @query(LOCATE, Area.ACCESS, each(lambda presence: presence.person_ref))
    async def presence(self, info: Info, class_group_id: strawberry.ID) -> list[Presence]:
        """Where the pupils of a class are, by name."""
        group = ids.decode(Kind.CLASS_GROUP, class_group_id)
        return [Presence.from_row(row) for row in await queries.class_presence(info.context.reader, info.context.viewer, group)]

    @query(SIGNED_IN, Area.ACCESS, named("child_id"))
    async def pupil_presence(self, info: Info, child_id: strawberry.ID) -> Presence:
        """Where a pupil is."""
        child = ids.decode(Kind.PERSON, child_id)
        return Presence.from_row(await queries.pupil_presence(info.context.reader, info.context.viewer, child))


@rows(description="The door is there.")
class DoorAdded:
    """What addDoor did."""

    door: Door


@rows(description="The reader stands for this door and way now.")
class ReaderBound:
    """What bindReader did."""

    reader: str
    direction: Annotated[Direction, DirectionName]
    door_ref: strawberry.Private[Ref]

    @query(ROWS)
    def door(self, info: Info) -> Door | None:
        """The door."""
        return load_door(info, self.door_ref)


@rows(description="The rule is in force.")
class DoorRuleAdded:
    """What addDoorRule did."""

    rule: DoorRule


@rows(description="The rule is in force no more.")
class DoorRuleEnded:
    """What endDoorRule did."""

    rule: DoorRule


@strawberry.type
class AccessMutation:
    """Mutations of access."""

    @mutation(OFFICE, Area.ACCESS)
    async def add_door(self, info: Info, input: AddDoorInput) -> Annotated[DoorAdded | Refusal, strawberry.union("AddDoorResult")]:  # noqa: A002
        """Add a door. Repeating it is harmless; a name that is taken is a CONFLICT."""
        async with info.context.begin() as session:
            door = await doors.add_door(
                session, info.context.viewer, input.school(info.context.viewer), ids.client_id(input.id), name=input.name, anti_passback=input.anti_passback)
        return DoorAdded(door=Door.from_door(door))

    @mutation(OFFICE, Area.ACCESS)
    async def bind_reader(
        self, info: Info, input: BindReaderInput,  # noqa: A002
    ) -> Annotated[ReaderBound | Refusal, strawberry.union("BindReaderResult")]:
        """Say which door and way a gate's reader stands for, from now on."""
        async with info.context.begin() as session:
            bound = await doors.bind_reader(session, info.context.viewer, ids.decode(Kind.DEVICE, input.device_id), input.binding())
        return ReaderBound(reader=bound.reader, direction=bound.direction, door_ref=Ref(bound.school_id, bound.door_id))

    @mutation(OFFICE, Area.ACCESS)
    async def add_door_rule(
        self, info: Info, input: AddDoorRuleInput,  # noqa: A002
    ) -> Annotated[DoorRuleAdded | Refusal, strawberry.union("AddDoorRuleResult")]:
        """Let an audience pass. Repeating it is harmless. The gates know it within seconds."""
        async with info.context.begin() as session:
            school_id = input.school(info.context.viewer)
            rule = await rules.add_rule(session, info.context.viewer, school_id, ids.client_id(input.id), input.terms(school_id))
        return DoorRuleAdded(rule=DoorRule.from_row(rule))

    @mutation(OFFICE, Area.ACCESS)
    async def end_door_rule(
        self, info: Info, input: EndDoorRuleInput,  # noqa: A002
    ) -> Annotated[DoorRuleEnded | Refusal, strawberry.union("EndDoorRuleResult")]:
        """End a rule now. Ending it twice is harmless."""
        async with info.context.begin() as session:
            rule = await rules.end_rule(session, info.context.viewer, ids.decode(Kind.DOOR_RULE, input.rule_id))
        return DoorRuleEnded(rule=DoorRule.from_row(rule))
