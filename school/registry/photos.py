"""Photos of persons: set and removed by the school's office, shown to who has to know the face, swept from the store when nothing names them any more."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, outbox
from school.context import Area, Role, Viewer, act_in
from school.db import Database, Rows
from school.errors import not_found
from school.ids import Kind, Ref
from school.outbox import Event
from school.reading import Reader
from school.registry import sweeping
from school.registry.models import Person
from school.registry.photo_models import Photo
from school.registry.policy import visible_photos
from school.statements import Asking, Read, given
from school.store import Store

FOLDER = "photos"
SET, REMOVED = "registry.photo_set", "registry.photo_removed"


def file_of(photo: Ref) -> str:
    """The name of a photo's file in the store. Nothing in it is a person's."""
    return f"{FOLDER}/{photo.school_id}/{photo.id.hex}"


def address_of(school_id: int, name: UUID) -> str:
    """Where a photo is asked for, on the service's own host; another photo of the same person has another address."""
    return f"/photos/{ids.encode(Kind.PHOTO, school_id, name)}"


def new_name(school_id: int) -> Ref:
    """For a photo to be: by chance alone, unlike our other ids, which tell when they were made."""
    return Ref(school_id, uuid4())


async def check(session: AsyncSession, viewer: Viewer, person: Ref) -> None:
    """Whether the viewer's office may give this person a photo, before a picture is looked at. Refused as absent."""
    act_in(viewer, person.school_id, Role.OFFICE)
    if await session.scalar(_person(person)) is None:
        raise not_found()


async def put(session: AsyncSession, viewer: Viewer, person: Ref, photo: Ref, content: bytes) -> Ref | None:
    """The person has this photo, which is in the store already; the one that nothing names any more. Refused: NOT_FOUND (nobody of the viewer's office)."""
    by = act_in(viewer, person.school_id, Role.OFFICE)
    old = await _lock(session, person)
    values = {"name": photo.id, "digest": sha256(content).digest(), "size": len(content), "set_by": by, "set_at": clock.now()}
    if old is None:
        await session.execute(sa.insert(Photo).values(school_id=person.school_id, person_id=person.id, **values))
    else:
        await _change(session, person, values)
    await outbox.append(session, _event(SET, person))
    return None if old is None or old.name is None else Ref(person.school_id, old.name)


async def remove(session: AsyncSession, viewer: Viewer, person: Ref) -> Ref | None:
    """The person has no photo any more; the one that nothing names now. Removing none is harmless. Refused as `put` is."""
    by = act_in(viewer, person.school_id, Role.OFFICE)
    old = await _lock(session, person)
    if old is None or old.name is None:
        return None
    await _change(session, person, {"name": None, "digest": None, "size": None, "set_by": by, "set_at": clock.now()})
    await outbox.append(session, _event(REMOVED, person))
    return Ref(person.school_id, old.name)


def _person(person: Ref) -> sa.Select[UUID]:
    return sa.select(Person.id).where(Person.school_id == person.school_id, Person.id == person.id)


async def _lock(session: AsyncSession, person: Ref) -> Any:
    """What is there. Of two offices at once, the second waits for the first, at the person."""
    if await session.scalar(_person(person).with_for_update()) is None:
        raise not_found()
    mine = sa.select(Photo.name).where(Photo.school_id == person.school_id, Photo.person_id == person.id)
    return (await session.execute(mine)).one_or_none()


async def _change(session: AsyncSession, person: Ref, values: dict[str, Any]) -> None:
    mine = Photo.school_id == person.school_id, Photo.person_id == person.id
    await session.execute(sa.update(Photo).where(*mine).values(values).execution_options(synchronize_session=False))


def _event(kind: str, person: Ref) -> Event:
    """Told to nobody: it goes into the person's record."""
    return Event(kind, person.school_id, (), {}, clock.now(), concerns=(person.id,))


@Read
def _photo(viewer: Asking) -> Rows:
    return sa.select(Photo.school_id, Photo.person_id, Photo.digest).where(
        Photo.school_id == given("school_id"), Photo.name == given("name"), visible_photos(viewer))


async def find(reader: Reader, viewer: Viewer, photo: Ref) -> Any:
    """Whose photo this is, and its digest, for who may see it. Refused as absent: another one, and any to a program's token that is not for who is who."""
    if not viewer.allows(Area.PEOPLE):
        raise not_found()
    found = await reader.all(_photo, viewer, school_id=photo.school_id, name=photo.id)
    if not found:
        raise not_found()
    return found[0]


async def of_person(session: AsyncSession, person: Ref) -> Ref | None:
    """The photo of a person, for the service itself: an export, an erasure."""
    name = await session.scalar(sa.select(Photo.name).where(Photo.school_id == person.school_id, Photo.person_id == person.id))
    return None if name is None else Ref(person.school_id, name)


async def sweep(database: Database, store: Store) -> int:
    """Remove the files of photos that no row names. How many."""
    return await sweeping.sweep(database, store, FOLDER, Photo.name)
