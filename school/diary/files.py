"""Files: announced, sent, hung on a homework, a work or a notice of absence when that is written, removed, and swept where nothing names them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.context import Role, Viewer, act_in
from school.db import Database
from school.diary.file_kinds import MOST_BYTES
from school.diary.file_models import FileKind, StoredFile
from school.diary.file_names import clean
from school.diary.file_rows import FILE, FOLDER, FREE, MOST, STANDS, FileRow, place_of
from school.diary.inserts import insert, key_of
from school.errors import Code, Refused, bad_input, conflict, not_found
from school.ids import Kind, Ref
from school.registry import sweeping
from school.registry.policy import selves
from school.store import Store

HANDS_IN = (Role.TEACHER, Role.OFFICE, Role.GUARDIAN, Role.PUPIL)
"""Who has something to hang a file on."""
MOST_WAITING, MOST_A_DAY = 20, 200
"""Of one person: files that hang on nothing yet, and files in a day."""
UNUSED = dt.timedelta(days=1)
"""For so long a file waits for what it is to hang on."""


class Filled(NamedTuple):
    """What has come for a file: its name with the ending of its kind, the digest of what was sent, and what is kept where."""

    name: str
    kind: FileKind
    sent: bytes
    digest: bytes
    kept_size: int
    place: UUID


class Thing(NamedTuple):
    """What files hang on: the column that names it, its key, and the pupil whose it is."""

    column: str
    ref: Ref
    pupil_id: UUID | None = None


async def prepare(session: AsyncSession, viewer: Viewer, id_: UUID, school_id: int, name: str, size: int) -> FileRow:
    """Announce a file of so many bytes, before it is sent. The client made the id, and asking the same again is harmless, later too.

    Refused: a school to which the viewer hands nothing in (NOT_FOUND); a size that is not positive, a name without a letter (BAD_INPUT); more than ten
    megabytes (TOO_LARGE); twenty that hang on nothing (TOO_MANY); two hundred in a day (TOO_MANY_ATTEMPTS); the same id with other content (CONFLICT).
    """
    by = act_in(viewer, school_id, *HANDS_IN)
    if size < 1:
        raise bad_input("size is at least 1 byte")
    if size > MOST_BYTES:
        raise Refused(Code.TOO_LARGE, f"A file has at most {MOST_BYTES} bytes.")
    new = FileRow(school_id, id_, by, clean(name), size, clock.now(), *(None,) * 9)
    statement = insert(session, StoredFile).on_conflict_do_nothing(index_elements=key_of(StoredFile)).returning(StoredFile.id)
    if (await session.execute(statement.values(new._asdict()))).one_or_none() is None:
        stored = await own(session, viewer, Ref(school_id, id_))
        if stored is None or stored.size != size or not _is_called(stored, new.name):
            raise conflict("another file has this id")
        return stored
    mine = StoredFile.school_id == school_id, StoredFile.by == by, StoredFile.made_at > new.made_at - UNUSED
    waiting, made = (await session.execute(sa.select(sa.func.count().filter(FREE, StoredFile.removed_at.is_(None)), sa.func.count()).where(*mine))).one()
    if waiting > MOST_WAITING:
        raise Refused(Code.TOO_MANY, f"At most {MOST_WAITING} files wait to be used.")
    if made > MOST_A_DAY:
        raise Refused(Code.TOO_MANY_ATTEMPTS, f"At most {MOST_A_DAY} files are sent in a day.", retry_after=3600)
    return new


def _is_called(stored: FileRow, name: str) -> bool:
    """The ending may have come with the bytes."""
    return stored.name == name or stored.name.startswith(f"{name}.")


async def own(session: AsyncSession, viewer: Viewer, ref: Ref) -> FileRow | None:
    """A file of the viewer's own that is not removed."""
    row = (await session.execute(FILE.where(
        StoredFile.school_id == ref.school_id, StoredFile.id == ref.id, selves(viewer, StoredFile.school_id, StoredFile.by),
        StoredFile.removed_at.is_(None)))).one_or_none()
    return None if row is None else FileRow(*row)


async def fill(session: AsyncSession, viewer: Viewer, ref: Ref, filled: Filled) -> bool:
    """The bytes of a file have come, and are in the store already. Whether they are this file's: of two at once the first is, and stays."""
    changed = await session.execute(
        sa.update(StoredFile).where(
            StoredFile.school_id == ref.school_id, StoredFile.id == ref.id, selves(viewer, StoredFile.school_id, StoredFile.by),
            StoredFile.kind.is_(None), StoredFile.removed_at.is_(None))
        .values(filled._asdict()).returning(StoredFile.id).execution_options(synchronize_session=False))
    return changed.one_or_none() is not None


def decode_files(opaque: Sequence[str]) -> list[Ref]:
    """The keys of files that a request names, one more than may be named at most. Refused: NOT_FOUND."""
    return [ids.decode(Kind.FILE, file) for file in opaque[:MOST + 1]]


def check_named(files: Sequence[Ref], school_id: int) -> None:
    """At most five, each once (BAD_INPUT, TOO_MANY), of this school (NOT_FOUND)."""
    if len(files) > MOST:
        raise Refused(Code.TOO_MANY, f"at most {MOST} files hang on one thing")
    if len(set(files)) != len(files):
        raise bad_input("fileIds has the same file twice")
    if any(file.school_id != school_id for file in files):
        raise not_found()


async def hang(session: AsyncSession, viewer: Viewer, thing: Thing, files: Sequence[Ref]) -> None:
    """Let files of the viewer's own hang on a thing that was just made. Refused: one that has not come or is another's (NOT_FOUND), one in use (CONFLICT)."""
    if not files:
        return
    wanted = {file.id for file in files}
    these = StoredFile.school_id == thing.ref.school_id, StoredFile.id.in_(sorted(wanted)), selves(viewer, StoredFile.school_id, StoredFile.by), STANDS
    hung = await session.scalars(
        sa.update(StoredFile).where(*these, FREE).values({thing.column: thing.ref.id, "pupil_id": thing.pupil_id}).returning(StoredFile.id)
        .execution_options(synchronize_session=False))
    if len(hung.all()) == len(wanted):
        return
    there = set(await session.scalars(sa.select(StoredFile.id).where(*these)))
    raise not_found() if there != wanted else conflict("a file is in use already")


async def hanging(session: AsyncSession, thing: Thing) -> list[FileRow]:
    """What hangs on a thing, in the order of coming."""
    column = getattr(StoredFile, thing.column)
    found = await session.execute(
        FILE.where(StoredFile.school_id == thing.ref.school_id, column == thing.ref.id, STANDS).order_by(StoredFile.made_at, StoredFile.id))
    return [FileRow(*row) for row in found]


async def are_those(session: AsyncSession, thing: Thing, files: Sequence[Ref]) -> bool:
    """Whether these and no others hang on a thing: a request that is repeated says the same."""
    return {file.id for file in await hanging(session, thing)} == {file.id for file in files}


async def add(session: AsyncSession, viewer: Viewer, thing: Thing, files: Sequence[Ref]) -> tuple[int, list[FileRow]]:
    """Let more files hang on a thing, which is locked; how many hung there, and all that do now. What hangs there already is no more.

    Refused: as `hang`, and more than five of one thing (TOO_MANY).
    """
    check_named(files, thing.ref.school_id)
    before = await hanging(session, thing)
    there = {file.id for file in before}
    more = [file for file in files if file.id not in there]
    if len(before) + len(more) > MOST:
        raise Refused(Code.TOO_MANY, f"at most {MOST} files hang on one thing")
    await hang(session, viewer, thing, more)
    return len(before), (await hanging(session, thing) if more else before)


async def remove(session: AsyncSession, file: FileRow) -> None:
    """A file is there no more; its bytes go when this is committed."""
    await session.execute(
        sa.update(StoredFile).where(StoredFile.school_id == file.school_id, StoredFile.id == file.id).values(removed_at=clock.now(), place=None)
        .execution_options(synchronize_session=False))


async def of_pupil(session: AsyncSession, person: Ref) -> list[FileRow]:
    """What hangs on a pupil's works and notices, for the service itself: an export, an erasure."""
    found = await session.execute(
        FILE.where(StoredFile.school_id == person.school_id, StoredFile.pupil_id == person.id, STANDS).order_by(StoredFile.made_at, StoredFile.id))
    return [FileRow(*row) for row in found]


async def sweep(database: Database, store: Store) -> int:
    """Forget files that hang on nothing after a day, or were removed a day ago; and remove the bytes that no row names. How many of those."""
    old = clock.now() - UNUSED
    gone: Any = sa.or_(sa.and_(FREE, StoredFile.made_at < old), StoredFile.removed_at < old)
    async with database.begin() as session:
        await session.execute(sa.delete(StoredFile).where(gone).execution_options(synchronize_session=False))
    return await sweeping.sweep(database, store, FOLDER, StoredFile.place)


def places(files: Sequence[FileRow]) -> list[str]:
    """Where their bytes lie."""
    return [place_of(file.school_id, file.place) for file in files if file.place is not None]
