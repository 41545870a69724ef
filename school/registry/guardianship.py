"""Guardianship: who answers for which pupil, and what of the child's data a court has withheld; the office's, and kept for ever."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids, outbox
from school.context import NOBODY, OF_A_CHILD, Area, Role, Viewer, act_in
from school.db import Rows
from school.errors import bad_input, conflict, not_found
from school.ids import Ref
from school.outbox import Event, Topic, TopicKind
from school.reading import Reader
from school.registry.models import Guardianship, Person, Pupil, Relation
from school.registry.texts import line
from school.statements import Asking, Many, Read, any_of, given

GRANTED, ENDED, RESTRICTED = "registry.guardianship_granted", "registry.guardianship_ended", "registry.guardianship_restricted"
"""What the delivery of events listens for: who may hear of a child changes at this place of the feed."""


async def grant(session: AsyncSession, viewer: Viewer, guardian: Ref, pupil: Ref, relation: Relation) -> Guardianship:
    """Let a person answer for a pupil of the same school, by its office. Granting what stands is harmless: nothing is told again.

    What a court had withheld before an earlier guardianship ended is withheld still: ending and granting opens nothing.
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
    former = await _last_ended(session, guardian, pupil)
    if former is not None:
        row.diary, row.meals, row.access, row.reason = former.diary, former.meals, former.access, former.reason
    try:
        async with session.begin_nested():
            session.add(row)
    except sa.exc.IntegrityError:  # granted at the same moment: the one open row decides
        return _repeated(await _open(session, guardian, pupil), relation)
    await outbox.append(session, told(GRANTED, row))
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
        former = await _last_ended(session, guardian, pupil)
        if former is None:
            raise not_found()
        return former
    row.ended_at = clock.now()
    await session.flush()
    await outbox.append(session, told(ENDED, row))
    return row


async def restrict(session: AsyncSession, viewer: Viewer, guardian: Ref, pupil: Ref, opened: Collection[Area], reason: str) -> Guardianship:
    """Leave a guardian these kinds of the child's data and withhold the others, as a court has it, by the office; all of them lifts the restriction.

    From this place of the feed on, the person hears nothing of what is withheld. `reason` (the decision, 1 to 200 characters) is kept, for the office
    alone. Saying the same again is harmless. Refused: NOT_FOUND (no guardian of this pupil), BAD_INPUT (what cannot be withheld, the reason).
    """
    act_in(viewer, pupil.school_id, Role.OFFICE)
    if not OF_A_CHILD.issuperset(opened):
        raise bad_input("open names DIARY, MEALS or ACCESS")
    reason = line(reason, "reason", 200)
    row = await _open(session, guardian, pupil) if guardian.school_id == pupil.school_id else None
    if row is None:
        raise not_found()
    wanted = {area.value: area in opened for area in OF_A_CHILD}
    if row.reason == reason and all(getattr(row, area) is is_open for area, is_open in wanted.items()):
        return row
    row.diary, row.meals, row.access, row.reason = wanted["diary"], wanted["meals"], wanted["access"], reason
    await session.flush()
    await outbox.append(session, told(RESTRICTED, row, clock.now()))
    return row


Opened = Mapping[Ref, frozenset[Area]]
"""Children, and what of each is open; what is missing of `OF_A_CHILD` is withheld."""

AT_ONCE = 1000
"""Keys in one statement."""


async def children_of(reader: Reader, guardians: Collection[Ref]) -> Mapping[Ref, Opened]:
    """The pupils of each of these guardians now, with what is open of each; a guardian who has none stands there with none. The reader is the service's own."""
    children: dict[Ref, dict[Ref, frozenset[Area]]] = {guardian: {} for guardian in guardians}
    keys = list(children)
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start:start + AT_ONCE]
        wanted = {"schools": sorted({guardian.school_id for guardian in some}), "ids": [guardian.id for guardian in some]}
        for row in await reader.all(_wards, NOBODY, **wanted):
            children[Ref(row.school_id, row.guardian_id)][Ref(row.school_id, row.pupil_id)] = areas_of(row)
    return children


@Read
def _wards(_viewer: Asking) -> Rows:
    return sa.select(
        Guardianship.school_id, Guardianship.guardian_id, Guardianship.pupil_id, Guardianship.diary, Guardianship.meals, Guardianship.access,
    ).where(any_of(Guardianship.school_id, given("schools", Many(int))), any_of(Guardianship.guardian_id, given("ids", Many(UUID))),
            Guardianship.ended_at.is_(None))


async def guardians_of(reader: Reader, pupil: Ref, area: Area) -> Sequence[UUID]:
    """The persons who answer for a pupil now, and from whom this kind of data is not withheld. The reader is the service's own."""
    found = await reader.all(_guardians, NOBODY, school_id=pupil.school_id, pupil_id=pupil.id)
    return [row.guardian_id for row in found if area in areas_of(row)]


@Read
def _guardians(_viewer: Asking) -> Rows:
    return sa.select(Guardianship.guardian_id, Guardianship.diary, Guardianship.meals, Guardianship.access).where(
        Guardianship.school_id == given("school_id"), Guardianship.pupil_id == given("pupil_id"), Guardianship.ended_at.is_(None),
    ).order_by(Guardianship.guardian_id)


def areas_of(row: Any) -> frozenset[Area]:
    """What is open, from columns of a guardianship."""
    return frozenset(area for area in OF_A_CHILD if getattr(row, area.value))


def merge(families: Iterable[Opened]) -> Opened:
    """Of a child known in several ways (as several persons of one account, as oneself) all is open that any of them opens."""
    merged: dict[Ref, frozenset[Area]] = {}
    for family in families:
        for child, opened in family.items():
            merged[child] = merged.get(child, frozenset()) | opened
    return merged


def withheld_of(opened: Opened) -> frozenset[tuple[Ref, Area]]:
    """What is withheld, as a Viewer has it."""
    return frozenset((child, area) for child, areas in opened.items() for area in OF_A_CHILD - areas)


async def _open(session: AsyncSession, guardian: Ref, pupil: Ref) -> Guardianship | None:
    statement = _between(guardian, pupil).where(Guardianship.ended_at.is_(None))
    return (await session.scalars(statement.with_for_update())).one_or_none()


async def _last_ended(session: AsyncSession, guardian: Ref, pupil: Ref) -> Guardianship | None:
    statement = _between(guardian, pupil).where(Guardianship.ended_at.is_not(None)).order_by(Guardianship.ended_at.desc(), Guardianship.id.desc())
    return (await session.scalars(statement.limit(1))).one_or_none()


def _between(guardian: Ref, pupil: Ref) -> sa.Select[Guardianship]:
    return sa.select(Guardianship).where(
        Guardianship.school_id == pupil.school_id, Guardianship.guardian_id == guardian.id, Guardianship.pupil_id == pupil.id)


def told(kind: str, row: Guardianship, at: dt.datetime | None = None) -> Event:
    """What is told of a guardianship: to the child's topic, and to the delivery of events."""
    payload = {"guardianship_id": str(row.id), "guardian_id": str(row.guardian_id), "pupil_id": str(row.pupil_id), "relation": row.relation.value}
    return Event(kind, row.school_id, (Topic(TopicKind.PUPIL, row.pupil_id),), payload, at or row.ended_at or row.since)
