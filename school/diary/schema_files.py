"""The GraphQL face of files: announced before they are sent, added to what stands, taken away."""

from typing import Annotated

import strawberry

from school import ids
from school.context import Area, Role
from school.diary import attachments, files
from school.diary.file_rows import address_of
from school.diary.file_types import File
from school.fields import Info, Refusal, holds, mutation, rows
from school.ids import Kind
from school.registry.photo_schema import store_of


@strawberry.input(description="A file that is about to be sent, by its name and its bytes. `id` is a UUIDv7 made by the client, so that it may ask again.")
class PrepareFileInput:
    """What prepareFile takes."""

    id: str
    school_id: strawberry.ID
    name: str
    size: int


@strawberry.input(description="Files that have come, and the homework or the notice of absence to which they are added.")
class AttachFilesInput:
    """What attachFiles takes."""

    to_id: strawberry.ID
    file_ids: list[strawberry.ID]


@strawberry.input(description="Which file is taken away.")
class RemoveFileInput:
    """What removeFile takes."""

    file_id: strawberry.ID


@rows(description="Where the bytes of a file are sent to, by PUT, within a day: as they are, and as many as were announced.")
class FilePrepared:
    """What prepareFile answers."""

    file_id: strawberry.ID
    address: str


@rows(description="All files that hang on it now.")
class FilesAttached:
    """What attachFiles answers."""

    files: list[File]


@rows(description="A file that is there no more.")
class FileRemoved:
    """What removeFile answers."""

    file_id: strawberry.ID


@strawberry.type
class FileMutation:
    """Mutations of files."""

    @mutation(holds(*files.HANDS_IN), Area.DIARY)
    async def prepare_file(
        self, info: Info, input: PrepareFileInput,  # noqa: A002 - public name
    ) -> Annotated[FilePrepared | Refusal, strawberry.union("PrepareFileResult")]:
        """Announce a file of at most 10 MiB, which is then sent to the address, and named where it is to hang. What hangs on nothing after a day is removed."""
        id_, school = ids.client_id(input.id), ids.decode(Kind.SCHOOL, input.school_id).school_id
        async with info.context.begin() as session:
            row = await files.prepare(session, info.context.viewer, id_, school, input.name, input.size)
        return FilePrepared(file_id=strawberry.ID(ids.encode(Kind.FILE, row.school_id, row.id)), address=address_of(row.school_id, row.id))

    @mutation(holds(Role.TEACHER, Role.OFFICE, Role.GUARDIAN), Area.DIARY)
    async def attach_files(
        self, info: Info, input: AttachFilesInput,  # noqa: A002 - public name
    ) -> Annotated[FilesAttached | Refusal, strawberry.union("AttachFilesResult")]:
        """Add own files to a homework that one has given, or to a child's notice of absence: five of one thing at most. Asking again is harmless."""
        named = files.decode_files(input.file_ids)
        async with info.context.begin() as session:
            found = await attachments.attach(session, info.context.viewer, input.to_id, named)
        return FilesAttached(files=[File.from_row(row) for row in found])

    @mutation(holds(Role.TEACHER, Role.OFFICE, Role.GUARDIAN), Area.DIARY)
    async def remove_file(
        self, info: Info, input: RemoveFileInput,  # noqa: A002 - public name
    ) -> Annotated[FileRemoved | Refusal, strawberry.union("RemoveFileResult")]:
        """Take a file away from a homework that one gives, or an own one from a notice that nobody has answered. Doing so twice is harmless."""
        ref = ids.decode(Kind.FILE, input.file_id)
        async with info.context.begin() as session:
            gone = await attachments.detach(session, info.context.viewer, ref)
        if gone is not None:
            await store_of(info.context).discard(*files.places([gone]))
        return FileRemoved(file_id=input.file_id)
