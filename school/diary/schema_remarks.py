"""The GraphQL face of remarks."""

from typing import Annotated

import strawberry

from school import ids
from school.batches import check_length, decoded, in_order
from school.connections import Connection
from school.context import Area
from school.diary import message_queries as queries
from school.diary import remarks as verbs
from school.diary.message_models import RemarkKind
from school.diary.message_policy import WRITERS
from school.diary.message_types import Remark, RemarkKindName
from school.fields import SIGNED_IN, Info, Refusal, holds, mutation, named, query, rows
from school.ids import Kind


@strawberry.type
class RemarkQuery:
    """Queries of remarks."""

    @query(SIGNED_IN, Area.DIARY, named("child_id"))
    async def remarks(self, info: Info, child_id: strawberry.ID, first: int = 20, after: str | None = None) -> Connection[Remark]:
        """What was remarked about a child, newest first: to its family, its class teacher, office and head; to another teacher, what they remarked."""
        child = ids.decode(Kind.PERSON, child_id)
        found = await queries.child_remarks(info.context.reader, info.context.viewer, child, first=first, after=after)
        return found.connect(Remark.from_row)


@strawberry.input(description="One remark, of at most 1000 characters. `id` is a UUIDv7 made by the client, so that it may ask again.")
class MakeRemarksItem:
    """A remark to be made."""

    id: str
    pupil_id: strawberry.ID
    kind: Annotated[RemarkKind, RemarkKindName]
    text: str


@strawberry.input(description="Remarks to be made, at most 100: in a lesson of the pupils' class, or apart from any.")
class MakeRemarksInput:
    """What makeRemarks takes."""

    items: list[MakeRemarksItem]
    lesson_id: strawberry.ID | None = None


MakeRemarkResult = Annotated[Remark | Refusal, strawberry.union("MakeRemarkResult")]


@rows(description="The remarks have been gone through. Results stand in the order of the items.")
class MakeRemarksResults:
    """An answer for each item."""

    results: list[MakeRemarkResult]


@strawberry.input(description="Which remark to take back.")
class WithdrawRemarkInput:
    """What withdrawRemark takes."""

    remark_id: strawberry.ID


@strawberry.type
class RemarkMutation:
    """Mutations of remarks."""

    @mutation(holds(*WRITERS), Area.DIARY)
    async def make_remarks(
        self, info: Info, input: MakeRemarksInput,  # noqa: A002 - public name
    ) -> Annotated[MakeRemarksResults | Refusal, strawberry.union("MakeRemarksResult")]:
        """Remark something about pupils. One bad item does not hold up the others; a repeated id with the same content is harmless. The families are told."""
        check_length(input.items, "items")
        lesson = None if input.lesson_id is None else ids.decode(Kind.LESSON, input.lesson_id)
        items = [decoded(_new_remark, item) for item in input.items]
        async with info.context.begin() as session:
            good = [item for item in items if isinstance(item, verbs.NewRemark)]
            answers = await verbs.make_many(session, info.context.viewer, good, lesson) if good else []
        return MakeRemarksResults(results=in_order(items, answers, Remark.from_row))

    @mutation(holds(*WRITERS), Area.DIARY)
    async def withdraw_remark(
        self, info: Info, input: WithdrawRemarkInput,  # noqa: A002 - public name
    ) -> Annotated[Remark | Refusal, strawberry.union("WithdrawRemarkResult")]:
        """Take one's own remark back; doing so twice is harmless."""
        ref = ids.decode(Kind.REMARK, input.remark_id)
        async with info.context.begin() as session:
            return Remark.from_row(await verbs.withdraw(session, info.context.viewer, ref))


def _new_remark(item: MakeRemarksItem) -> verbs.NewRemark:
    return verbs.NewRemark(ids.client_id(item.id), ids.decode(Kind.PERSON, item.pupil_id), item.kind, item.text)
