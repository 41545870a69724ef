"""Guardianship: who answers for which pupil; begun and ended by the office, kept for ever."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, outbox
from school.context import Role, Viewer, act_in
from school.errors import conflict, not_found
from school.ids import Ref
from school.outbox import Event, Topic, TopicKind
from school.registry.models import Guardianship, Person, Pupil, Relation

GRANTED, ENDED = "registry.guardianship_granted", "registry.guardianship_ended"
"""What the delivery of events listens for: who may hear of a child changes at this place of the feed."""


async def grant(session: AsyncSession, viewer: Viewer, guardian: Ref, pupil: Ref, relation: Relation) -> Guardianship:
    """Let a person answer for a pupil of the same school, by its office. Granting what stands is harmless: nothing is told again.

    Refused: NOT_FOUND (either is absent), CONFLICT (the person is a guardian of this pupil already, by another relation).
    """
    act_in(viewer, pupil.school_id, Role.OFFICE)
    if guardian.school_id != pupil.school_id or await session.get(Person, (guardian.school_id, guardian.id)) is None:
        raise not_found()
    if await session.get(Pupil, (pupil.school_id, pupil.id)) is None:
        raise not_found()
    standing = await _open(session, guardian, pupil)
    if standing is not None:
        return _repeated(standing, relation)
    row = Guardianship(
        school_id=pupil.school_id, id=ids.new(), guardian_id=guardian.id, pupil_id=pupil.id, relation=relation, since=clock.now(), ended_at=None)
    try:
        async with session.begin_nested():
            session.add(row)
    except sa.exc.IntegrityError:  # granted at the same moment: the one open row decides
        return _repeated(await _open(session, guardian, pupil), relation)
    await outbox.append(session, _event(GRANTED, row))
    return row


def _repeated(standing: Guardianship | None, relation: Relation) -> Guardianship:
    if standing is None:  # granted and ended meanwhile
        raise conflict("this was changed meanwhile")
    if standing.relation is not relation:
        raise conflict("this person is a guardian of this pupil already, by another relation")
    return standing


async def end(session: AsyncSession, viewer: Viewer, guardian: Ref, pupil: Ref) -> Guardianship:
    """End it, by the office; from this place of the feed on, the person hears nothing more of the child.

    Ending what has ended is harmless: the last one is returned as it ended, and nothing is told again. NOT_FOUND: there never was one.
    """
    act_in(viewer, pupil.school_id, Role.OFFICE)
    if guardian.school_id != pupil.school_id:
        raise not_found()
    row = await _open(session, guardian, pupil)
    if row is None:
        return await _last_ended(session, guardian, pupil)
    row.ended_at = clock.now()
    await session.flush()
    await outbox.append(session, _event(ENDED, row))
    return row


async def _open(session: AsyncSession, guardian: Ref, pupil: Ref) -> Guardianship | None:
    statement = _between(guardian, pupil).where(Guardianship.ended_at.is_(None))
    return (await session.scalars(statement.with_for_update())).one_or_none()


async def _last_ended(session: AsyncSession, guardian: Ref, pupil: Ref) -> Guardianship:
    statement = _between(guardian, pupil).where(Guardianship.ended_at.is_not(None)).order_by(Guardianship.ended_at.desc(), Guardianship.id.desc())
    row = (await session.scalars(statement.limit(1))).one_or_none()
    if row is None:
        raise not_found()
    return row


def _between(guardian: Ref, pupil: Ref) -> sa.Select[Guardianship]:
    return sa.select(Guardianship).where(
        Guardianship.school_id == pupil.school_id, Guardianship.guardian_id == guardian.id, Guardianship.pupil_id == pupil.id)


def _event(kind: str, row: Guardianship) -> Event:
    payload = {"guardianship_id": str(row.id), "guardian_id": str(row.guardian_id), "pupil_id": str(row.pupil_id), "relation": row.relation.value}
    at = row.ended_at or row.since
    return Event(kind, row.school_id, (Topic(TopicKind.PUPIL, row.pupil_id),), payload, at)
