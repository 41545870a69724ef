"""The GraphQL face of groups within classes, for the office: added, filled, renamed, closed."""

import datetime as dt
from typing import Annotated, Any, Self

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.diary import groups
from school.diary.screens import person_of
from school.fields import Info, Refusal, holds, mutation, query, rows
from school.ids import Kind
from school.registry.types import Person, PupilGroup


@rows(description="A pupil of a group, and since which day.")
class GroupPupil:
    """A member of now."""

    person: Person
    since: dt.date


@rows(description="A group; one that is `closed` gets no courses and no pupils any more.")
class OfficeGroup:
    """A group, as its office sees it."""

    group: PupilGroup
    closed: bool

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a group."""
        return cls(group=PupilGroup.from_row(row), closed=row.closed_at is not None)


@rows(description="A group of a class's list: how many courses that are not closed it has, and its pupils by name.")
class SchoolGroup(OfficeGroup):
    """A `groups.Group`."""

    courses: int
    pupils: list[GroupPupil]

    @classmethod
    def from_group(cls, found: groups.Group) -> Self:
        """From a group of `groups.of_class`."""
        return cls(
            group=PupilGroup.from_row(found.row), closed=found.row.closed_at is not None, courses=found.courses,
            pupils=[GroupPupil(person=person_of(pupil), since=since) for pupil, since in found.pupils])


@strawberry.type
class GroupQuery:
    """Queries of groups."""

    @query(holds(*ADMINISTRATION), Area.DIARY, lambda found, _: [pupil.person.id for group in found for pupil in group.pupils])
    async def class_pupil_groups(self, info: Info, class_group_id: strawberry.ID) -> list[SchoolGroup]:
        """A class's groups by division and name, with closed ones, for office and head."""
        group = ids.decode(Kind.CLASS_GROUP, class_group_id)
        return [SchoolGroup.from_group(one) for one in await groups.of_class(info.context.reader, info.context.viewer, group)]


@strawberry.input(description="A new group of a class. `id` is a UUIDv7 made by the client, so that it may ask again. `division` is what the class is divided "
                              "for, one line of 1 to 40 characters as `name`: groups of one division share no pupil, and may have lessons at one moment.")
class AddPupilGroupInput:
    """What addPupilGroup takes."""

    id: str
    class_group_id: strawberry.ID
    division: str
    name: str


@strawberry.input(description="What a group is called from now on.")
class RenamePupilGroupInput:
    """What renamePupilGroup takes."""

    group_id: strawberry.ID
    name: str


@strawberry.input(description="All who are in a group from a day on: at most 100 pupils of its class; tomorrow at the latest.")
class SetGroupPupilsInput:
    """What setGroupPupils takes."""

    group_id: strawberry.ID
    pupil_ids: list[strawberry.ID]
    from_: dt.date = strawberry.field(name="from")


@strawberry.input(description="Whether a group is over.")
class ClosePupilGroupInput:
    """What closePupilGroup takes."""

    group_id: strawberry.ID
    closed: bool = True


@strawberry.type
class GroupMutation:
    """Mutations of groups."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def add_pupil_group(
        self, info: Info, input: AddPupilGroupInput,  # noqa: A002 - public name
    ) -> Annotated[OfficeGroup | Refusal, strawberry.union("AddPupilGroupResult")]:
        """Divide a class: add a group. Repeating it is harmless; a name that another group of the division has is a CONFLICT."""
        id_, group = ids.client_id(input.id), ids.decode(Kind.CLASS_GROUP, input.class_group_id)
        async with info.context.begin() as session:
            return OfficeGroup.from_row(await groups.add(session, info.context.viewer, id_, group, input.division, input.name))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def rename_pupil_group(
        self, info: Info, input: RenamePupilGroupInput,  # noqa: A002 - public name
    ) -> Annotated[OfficeGroup | Refusal, strawberry.union("RenamePupilGroupResult")]:
        """Call a group something else, within its division."""
        async with info.context.begin() as session:
            return OfficeGroup.from_row(await groups.rename(session, info.context.viewer, ids.decode(Kind.PUPIL_GROUP, input.group_id), input.name))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def set_group_pupils(
        self, info: Info, input: SetGroupPupilsInput,  # noqa: A002 - public name
    ) -> Annotated[OfficeGroup | Refusal, strawberry.union("SetGroupPupilsResult")]:
        """Say who is in a group from a day on; who was in another one of the division leaves that. Until then all stays as it was; the families are told."""
        group, pupils = ids.decode(Kind.PUPIL_GROUP, input.group_id), [ids.decode(Kind.PERSON, pupil) for pupil in input.pupil_ids[:groups.MOST_PUPILS + 1]]
        async with info.context.begin() as session:
            return OfficeGroup.from_row(await groups.set_pupils(session, info.context.viewer, group, pupils, input.from_))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def close_pupil_group(
        self, info: Info, input: ClosePupilGroupInput,  # noqa: A002 - public name
    ) -> Annotated[OfficeGroup | Refusal, strawberry.union("ClosePupilGroupResult")]:
        """A group without courses that go on is over; what it had stays. Or it goes on after all."""
        async with info.context.begin() as session:
            return OfficeGroup.from_row(
                await groups.close(session, info.context.viewer, ids.decode(Kind.PUPIL_GROUP, input.group_id), closed=input.closed))
