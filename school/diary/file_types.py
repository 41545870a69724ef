"""Files as GraphQL shows them, beside what they hang on, and their loaders: one statement for all of a list."""

import datetime as dt
from collections import defaultdict
from typing import Annotated, Any

import strawberry
from strawberry.dataloader import DataLoader

from school import columns
from school.columns import OfRow, column, made
from school.context import Context
from school.diary import file_reads
from school.diary.file_models import FileKind
from school.diary.file_rows import address_of
from school.fields import Info, rows
from school.ids import Kind, Ref
from school.statements import Read

FileKindName = strawberry.enum(FileKind, name="FileKind", description="What a file is, by its content.")


@rows(description="A file that hangs on a homework, a work or a notice of absence. `address` is where it is asked for, by whoever may see what it hangs on.")
class File(OfRow):
    """A file, of a `FileRow`."""

    id: strawberry.ID = columns.opaque(Kind.FILE)
    name: str = column()
    kind: Annotated[FileKind, FileKindName] = column()
    size: int = column("kept_size", description="Bytes, as it is kept.")
    address: str = made(address_of, "school_id", "id")
    added_at: dt.datetime = column("made_at")


def _loader(context: Context, read: Read, parent: str) -> DataLoader[Ref, list[File]]:
    async def load(refs: list[Ref]) -> list[list[File]]:
        keys = {"schools": sorted({ref.school_id for ref in refs}), "ids": sorted({ref.id for ref in refs})}
        by = defaultdict[Ref, list[File]](list)
        for row in await context.reader.all(read, context.viewer, False, **keys):
            by[Ref(row.school_id, getattr(row, parent))].append(File.from_row(row))
        return [by[ref] for ref in refs]

    return DataLoader(load_fn=load, max_batch_size=500)


def _of_homework(context: Context) -> DataLoader[Ref, list[File]]:
    return _loader(context, file_reads.of_homework, "homework_id")


def _of_submissions(context: Context) -> DataLoader[Ref, list[File]]:
    return _loader(context, file_reads.of_submissions, "submission_id")


def _of_notices(context: Context) -> DataLoader[Ref, list[File]]:
    return _loader(context, file_reads.of_notices, "notice_id")


def load_materials(info: Info, row: Any) -> list[File]:
    """What hangs on a homework."""
    return info.context.load("files of homework", _of_homework, Ref(row.school_id, row.id))


def load_handed_in(info: Info, row: Any) -> list[File]:
    """What hangs on a work."""
    return info.context.load("files of submissions", _of_submissions, Ref(row.school_id, row.id))


def load_documents(info: Info, row: Any) -> list[File]:
    """What hangs on a notice."""
    return info.context.load("files of notices", _of_notices, Ref(row.school_id, row.id))
