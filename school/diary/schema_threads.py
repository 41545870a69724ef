"""The GraphQL face of threads and messages."""

from typing import Annotated, Any

import strawberry

from school import ids
from school.connections import Connection
from school.context import Area, Role
from school.diary import message_queries as queries
from school.diary import messages as verbs
from school.diary.message_types import Correspondent, Message, Thread
from school.diary.types import opaque
from school.fields import ANYONE, Info, Refusal, each, holds, mutation, named, no_one, query, rows
from school.ids import Kind, Ref
from school.registry.guardianship import guardians_of

SIDES = holds(Role.GUARDIAN, Role.TEACHER)


def _guardians(info: Info) -> Any:
    """Who answers for a child and may read its diary: the service finds out, for no family may read of the other guardians."""
    reader = info.context.database.reader()
    return lambda child: guardians_of(reader, child, Area.DIARY)


@strawberry.type
class ThreadQuery:
    """Queries of threads."""

    @query(SIDES, Area.DIARY, each(lambda thread: thread.pupil_ref))
    async def threads(self, info: Info, child_id: strawberry.ID | None = None, first: int = 20, after: str | None = None) -> Connection[Thread]:
        """One's threads, those in which somebody wrote last first: a guardian's, about the children; a teacher's, with the families of the own pupils."""
        child = None if child_id is None else ids.decode(Kind.PERSON, child_id)
        viewer = info.context.viewer
        found = await queries.threads(info.context.reader, viewer, child, first=first, after=after)
        return found.connect(lambda row: Thread.from_row(row, viewer))

    @query(SIDES, Area.DIARY, lambda thread, _arguments: [thread.pupil_ref])
    async def thread(self, info: Info, thread_id: strawberry.ID) -> Thread:
        """One thread."""
        viewer = info.context.viewer
        return Thread.from_row(await queries.thread(info.context.reader, viewer, ids.decode(Kind.THREAD, thread_id)), viewer)

    @query(SIDES, Area.DIARY, each(lambda message: message.pupil_ref))
    async def messages(self, info: Info, thread_id: strawberry.ID, first: int = 50, after: str | None = None) -> Connection[Message]:
        """A thread's messages, newest first."""
        viewer = info.context.viewer
        found = await queries.messages(info.context.reader, viewer, ids.decode(Kind.THREAD, thread_id), first=first, after=after)
        return found.connect(lambda row: Message.from_row(row, viewer))

    @query(holds(Role.GUARDIAN), Area.DIARY, named("child_id"))
    async def correspondents(self, info: Info, child_id: strawberry.ID) -> list[Correspondent]:
        """To whom a guardian may write about a child: its class teacher first, then who teaches its class."""
        child = ids.decode(Kind.PERSON, child_id)
        found = await queries.correspondents(info.context.reader, info.context.viewer, child)
        return [
            Correspondent(teacher_id=opaque(Kind.PERSON, child.school_id, teacher), subjects=subjects, leads=leads, teacher_ref=Ref(child.school_id, teacher))
            for teacher, (subjects, leads) in found.items()
        ]

    @query(ANYONE, Area.DIARY, no_one)
    async def unread_messages(self, info: Info) -> int:
        """How many messages wait for whoever asks; none for who takes part in no thread."""
        return await queries.unread(info.context.reader, info.context.viewer)


@strawberry.input(description="A message of at most 4000 characters. `id` is a UUIDv7 made by the client, so that it may ask again.")
class WriteMessageInput:
    """What writeMessage takes. The thread is the one about this child with this teacher; it begins with its first message."""

    id: str
    child_id: strawberry.ID
    teacher_id: strawberry.ID
    text: str


@strawberry.input(description="Which message to take back.")
class WithdrawMessageInput:
    """What withdrawMessage takes."""

    message_id: strawberry.ID


@strawberry.input(description="Up to which message (its `number`) a thread was read.")
class ReadThreadInput:
    """What readThread takes."""

    thread_id: strawberry.ID
    up_to: int


@rows(description="How far the thread is read now by whoever asked.")
class ThreadRead:
    """What readThread has done."""

    thread_id: strawberry.ID
    up_to: int


@strawberry.type
class ThreadMutation:
    """Mutations of threads."""

    @mutation(SIDES, Area.DIARY)
    async def write_message(
        self, info: Info, input: WriteMessageInput,  # noqa: A002 - public name
    ) -> Annotated[Message | Refusal, strawberry.union("WriteMessageResult")]:
        """Write to the other side: as a guardian to a teacher of the child's class, or as that teacher to all the child's guardians."""
        id_, viewer = ids.client_id(input.id), info.context.viewer
        child, teacher = ids.decode(Kind.PERSON, input.child_id), ids.decode(Kind.PERSON, input.teacher_id)
        guardians = await _guardians(info)(child)
        async with info.context.begin() as session:
            return Message.from_row(await verbs.write(session, viewer, id_, child, teacher, input.text, guardians), viewer)

    @mutation(SIDES, Area.DIARY)
    async def withdraw_message(
        self, info: Info, input: WithdrawMessageInput,  # noqa: A002 - public name
    ) -> Annotated[Message | Refusal, strawberry.union("WithdrawMessageResult")]:
        """Take one's own message back within ten minutes; that there was one stays. Doing so twice is harmless."""
        ref, viewer = ids.decode(Kind.MESSAGE, input.message_id), info.context.viewer
        async with info.context.begin() as session:
            return Message.from_row(await verbs.withdraw(session, viewer, ref, _guardians(info)), viewer)

    @mutation(SIDES, Area.DIARY)
    async def read_thread(
        self, info: Info, input: ReadThreadInput,  # noqa: A002 - public name
    ) -> Annotated[ThreadRead | Refusal, strawberry.union("ReadThreadResult")]:
        """Say how far one has read a thread; the other side sees it. It never goes back."""
        ref = ids.decode(Kind.THREAD, input.thread_id)
        async with info.context.begin() as session:
            up_to = await verbs.mark_read(session, info.context.viewer, ref, input.up_to, _guardians(info))
        return ThreadRead(thread_id=input.thread_id, up_to=up_to)
