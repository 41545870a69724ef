"""The GraphQL face of a school's own kinds of work."""

from typing import Annotated

import strawberry

from school import ids
from school.context import ADMINISTRATION, Area
from school.diary import works
from school.diary.models import WorkKind
from school.diary.work_types import OwnWork, WorkKindName
from school.fields import SIGNED_IN, Info, Refusal, holds, mutation, no_one, query
from school.ids import Kind


@strawberry.type
class WorkQuery:
    """Queries of kinds of work."""

    @query(SIGNED_IN, Area.DIARY, no_one)
    async def own_works(self, info: Info, school_id: strawberry.ID, retired: bool = False) -> list[OwnWork]:
        """A school's own kinds of work, for its families, teachers, office and head; `retired` with those that no new mark may have."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        return [OwnWork.from_row(row) for row in await works.of_school(info.context.reader, info.context.viewer, school, retired=retired)]


@strawberry.input(description="A kind of work. `id` is a UUIDv7 made by the client, so that it may ask again; `work` is the usual kind that it is.")
class AddOwnWorkInput:
    """What addOwnWork takes."""

    id: str
    school_id: strawberry.ID
    name: str
    work: Annotated[WorkKind, WorkKindName]
    weight: int = 1


@strawberry.input(description="What a kind is called and weighs from now on, and whether new marks may have it.")
class ChangeOwnWorkInput:
    """What changeOwnWork takes."""

    work_id: strawberry.ID
    name: str
    weight: int
    in_use: bool


@strawberry.type
class WorkMutation:
    """Mutations of kinds of work."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def add_own_work(
        self, info: Info, input: AddOwnWorkInput,  # noqa: A002 - public name
    ) -> Annotated[OwnWork | Refusal, strawberry.union("AddOwnWorkResult")]:
        """Add a kind of work of the school's. Repeating it is harmless; a name in use is a CONFLICT."""
        school, id_ = ids.decode(Kind.SCHOOL, input.school_id).school_id, ids.client_id(input.id)
        async with info.context.begin() as session:
            return OwnWork.from_row(await works.add(
                session, info.context.viewer, school, id_, name=input.name, work=input.work, weight=input.weight))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def change_own_work(
        self, info: Info, input: ChangeOwnWorkInput,  # noqa: A002 - public name
    ) -> Annotated[OwnWork | Refusal, strawberry.union("ChangeOwnWorkResult")]:
        """Rename a kind, give it another weight for marks to come, retire it, or take it into use again. Old marks keep it, under its new name."""
        ref = ids.decode(Kind.OWN_WORK, input.work_id)
        async with info.context.begin() as session:
            return OwnWork.from_row(await works.change(
                session, info.context.viewer, ref, name=input.name, weight=input.weight, in_use=input.in_use))
