"""Passages: what becomes of a gate's taps once they are recorded."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids, outbox, sets
from school.access import doors, events, presence
from school.access.models import Direction, Passage
from school.db import Rows
from school.registry.models import Outcome, Pupil, Tap
from school.sets import Addition, Asked, RowSet
from school.statements import Read


async def record_many(session: AsyncSession, taps: Sequence[Tap]) -> list[Passage | None]:
    """Record the passages of gates' taps that were stored just now, in this transaction; a passage or None for each.

    An admitted tap of a known person at a bound reader is a passage and moves presence, if it is the newest. A refused one leaves
    both as they are. Either is told. The verdict stands as the tap has it: the gate has opened, or not, by then. However many taps, four statements.
    """
    if not taps:
        return []
    bound, known = await sets.fetch(session, doors.asking_bound({(tap.school_id, tap.device_id, tap.reader) for tap in taps}), _asking_pupils(taps))
    places = {(row.school_id, row.device_id, row.reader): (row.door_id, row.direction) for row in bound}
    pupils = {(row.school_id, row.id) for row in known}
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
    await _PASSAGES.run(session, [vars(passage) for passage in made])
    await presence.move(session, map(_move, made))
    await outbox.append(session, *told)
    return passages


_PASSAGES = Addition(Passage)
_PERSONS = RowSet.of("person", Pupil, "school_id", "id")


@Read
def _pupils(_service: Any, dialect: str) -> Rows:
    persons = _PERSONS.table(dialect)
    return sa.select(Pupil.school_id, Pupil.id).join(persons, sa.and_(Pupil.school_id == persons.c.school_id, Pupil.id == persons.c.id))


def _asking_pupils(taps: Sequence[Tap]) -> Asked:
    return Asked(_pupils, _PERSONS, sorted({(tap.school_id, tap.person_id) for tap in taps if tap.person_id is not None}))


def _passage(tap: Tap, person_id: UUID, door_id: UUID, direction: Direction) -> Passage:
    return Passage(
        school_id=tap.school_id, id=ids.new(), person_id=person_id, door_id=door_id, direction=direction, reason=tap.reason, data_version=tap.data_version,
        device_id=tap.device_id, sequence=tap.sequence, happened_at=tap.happened_at, received_at=tap.received_at, late=tap.late, suspect=tap.suspect,
    )


def _move(passage: Passage) -> presence.Move:
    return presence.Move(
        passage.school_id, passage.person_id, passage.direction is Direction.IN, passage.door_id, passage.happened_at, passage.device_id, passage.sequence)
