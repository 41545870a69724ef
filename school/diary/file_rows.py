"""A stored file's row, and where its bytes lie."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from school import ids
from school.db import Rows
from school.diary.file_models import FileKind, StoredFile
from school.ids import Kind

FOLDER = "files"
"""Of the store."""
MOST = 5
"""Files that hang on one thing."""


class FileRow(NamedTuple):
    """A file: the columns of `FILE`, in order. Without a kind its bytes have not come."""

    school_id: int
    id: UUID
    by: UUID
    name: str
    size: int
    made_at: dt.datetime
    kind: FileKind | None
    place: UUID | None
    digest: bytes | None
    sent: bytes | None
    kept_size: int | None
    homework_id: UUID | None
    submission_id: UUID | None
    notice_id: UUID | None
    pupil_id: UUID | None


_ID = ids.encoder(Kind.FILE)
FILE: Rows = sa.select(*(getattr(StoredFile, name) for name in FileRow._fields))
STANDS = sa.and_(StoredFile.kind.is_not(None), StoredFile.removed_at.is_(None))
"""Files that have come and are not removed."""
FREE = sa.and_(StoredFile.homework_id.is_(None), StoredFile.submission_id.is_(None), StoredFile.notice_id.is_(None))
"""Files that hang on nothing."""


def place_of(school_id: int, place: UUID) -> str:
    """The name of the bytes in the store: by chance, and nothing in it is a person's."""
    return f"{FOLDER}/{school_id}/{place.hex}"


def address_of(school_id: int, id_: UUID) -> str:
    """Where a file is sent to and asked for, on the service's own host."""
    return f"/files/{_ID(school_id, id_)}"
