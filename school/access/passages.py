"""Passages: what becomes of a gate's taps once they are recorded."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids, outbox
from school.access import events, presence
from school.access.doors import bound
from school.access.models import Direction, Passage
from school.registry.models import Outcome, Pupil, Tap


async def record_many(session: AsyncSession, taps: Sequence[Tap]) -> list[Passage | None]:
    """Record the passages of gates' taps that were stored just now, in this transaction; a passage or None for each.

    An admitted tap of a known person at a bound reader is a passage and moves presence, if it is the newest. A refused one leaves
    both as they are. Either is told. The verdict stands as the tap has it: the gate has opened, or not, by then. However many taps, five statements.
    """
    if not taps:
        return []
    places = await bound(session, ((tap.school_id, tap.device_id, tap.reader) for tap in taps))
    pupils = await _pupils(session, taps)
    passages: list[Passage | None] = []
    told: list[outbox.Event] = []
    for tap in taps:
        door_id, direction = places.get((tap.school_id, tap.device_id, tap.reader), (None, None))
        pupil = (tap.school_id, tap.person_id) in pupils
        passage = None
        if tap.outcome is Outcome.REFUSE:
            event = events.refused(tap, door_id, direction, pupil=pupil)
            told += [event] if event else []
        elif tap.person_id is not None and door_id is not None and direction is not None:
            passage = _passage(tap, tap.person_id, door_id, direction)
            told.append(events.passed(passage, tap, pupil=pupil))
        passages.append(passage)
    made = [passage for passage in passages if passage is not None]
    session.add_all(made)
    await session.flush()
    await presence.move(session, map(_move, made))
    await outbox.append(session, *told)
    return passages


async def _pupils(session: AsyncSession, taps: Sequence[Tap]) -> set[tuple[int, UUID]]:
    persons = {(tap.school_id, tap.person_id) for tap in taps if tap.person_id is not None}
    if not persons:
        return set()
    rows = await session.execute(sa.select(Pupil.school_id, Pupil.id).where(sa.tuple_(Pupil.school_id, Pupil.id).in_(sorted(persons))))
    return {(row.school_id, row.id) for row in rows}


def _passage(tap: Tap, person_id: UUID, door_id: UUID, direction: Direction) -> Passage:
    return Passage(
        school_id=tap.school_id, id=ids.new(), person_id=person_id, door_id=door_id, direction=direction, reason=tap.reason, data_version=tap.data_version,
        device_id=tap.device_id, sequence=tap.sequence, happened_at=tap.happened_at, received_at=tap.received_at, late=tap.late, suspect=tap.suspect,
    )


def _move(passage: Passage) -> presence.Move:
    return presence.Move(
        passage.school_id, passage.person_id, passage.direction is Direction.IN, passage.door_id, passage.happened_at, passage.device_id, passage.sequence)
