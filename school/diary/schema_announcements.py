"""The GraphQL face of announcements, and of what was read."""

import datetime as dt
from typing import Annotated

import strawberry

from school import ids
from school.connections import Connection
from school.context import Area, Role
from school.diary import acknowledgements
from school.diary import announcements as verbs
from school.diary import message_queries as queries
from school.diary.message_policy import WRITERS
from school.diary.message_types import Announcement, ReadBy
from school.fields import SIGNED_IN, Info, Refusal, holds, mutation, no_one, query, rows
from school.ids import Kind


@strawberry.type
class AnnouncementQuery:
    """Queries of announcements."""

    @query(SIGNED_IN, Area.DIARY, no_one)
    async def announcements(
        self, info: Info, child_id: strawberry.ID | None = None, first: int = 20, after: str | None = None,
    ) -> Connection[Announcement]:
        """What was announced, newest first: what concerns the children's classes, a teacher's own, and all of the school for office and head."""
        child = None if child_id is None else ids.decode(Kind.PERSON, child_id)
        viewer = info.context.viewer
        found = await queries.announcements(info.context.reader, viewer, child, first=first, after=after)
        return found.connect(lambda row: Announcement.from_row(row, viewer))

    @query(holds(*WRITERS), Area.DIARY, lambda found, _arguments: found.pupil_refs)
    async def read_by(self, info: Info, thing_id: strawberry.ID) -> ReadBy:
        """By which guardians a mark, a remark or an announcement was read: for its author, the class teacher, office and head."""
        thing = acknowledgements.thing_of(thing_id)
        return ReadBy.from_rows(await acknowledgements.read_by(info.context.reader, info.context.viewer, thing))


@strawberry.input(description="What to announce: to a class, to a year, or, with neither, to the school. `id` is a UUIDv7 made by the client.")
class AnnounceInput:
    """What announce takes."""

    id: str
    school_id: strawberry.ID
    title: str
    text: str
    grade: int | None = None
    class_group_id: strawberry.ID | None = None
    acknowledge_by: dt.date | None = None


@strawberry.input(description="Which announcement to take back.")
class WithdrawAnnouncementInput:
    """What withdrawAnnouncement takes."""

    announcement_id: strawberry.ID


@strawberry.input(description="Which mark, remark or announcement was read.")
class AcknowledgeInput:
    """What acknowledge takes."""

    thing_id: strawberry.ID


@rows(description="It is said to have been read.")
class Acknowledged:
    """What acknowledge has done."""

    thing_id: strawberry.ID
    acknowledged_at: dt.datetime


@strawberry.type
class AnnouncementMutation:
    """Mutations of announcements and acknowledgements."""

    @mutation(holds(*WRITERS), Area.DIARY)
    async def announce(
        self, info: Info, input: AnnounceInput,  # noqa: A002 - public name
    ) -> Annotated[Announcement | Refusal, strawberry.union("AnnounceResult")]:
        """Tell the families something: office and head all of the school, a class teacher the own class."""
        viewer = info.context.viewer
        new = verbs.NewAnnouncement(
            ids.client_id(input.id), ids.decode(Kind.SCHOOL, input.school_id).school_id, input.grade,
            None if input.class_group_id is None else ids.decode(Kind.CLASS_GROUP, input.class_group_id), input.title, input.text, input.acknowledge_by)
        async with info.context.begin() as session:
            return Announcement.from_row(await verbs.announce(session, viewer, new), viewer)

    @mutation(holds(*WRITERS), Area.DIARY)
    async def withdraw_announcement(
        self, info: Info, input: WithdrawAnnouncementInput,  # noqa: A002 - public name
    ) -> Annotated[Announcement | Refusal, strawberry.union("WithdrawAnnouncementResult")]:
        """Take one's own announcement back; doing so twice is harmless."""
        ref, viewer = ids.decode(Kind.ANNOUNCEMENT, input.announcement_id), info.context.viewer
        async with info.context.begin() as session:
            return Announcement.from_row(await verbs.withdraw(session, viewer, ref), viewer)

    @mutation(holds(Role.GUARDIAN), Area.DIARY)
    async def acknowledge(
        self, info: Info, input: AcknowledgeInput,  # noqa: A002 - public name
    ) -> Annotated[Acknowledged | Refusal, strawberry.union("AcknowledgeResult")]:
        """Say, as a guardian, to have read a mark, a remark or an announcement; its author sees it, and no other parent. Doing so twice is harmless."""
        thing = acknowledgements.thing_of(input.thing_id)
        async with info.context.begin() as session:
            at = await acknowledgements.acknowledge(session, info.context.viewer, thing)
        return Acknowledged(thing_id=input.thing_id, acknowledged_at=at)
