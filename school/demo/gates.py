"""The demo's gates: everyone's cards at the readers, with the slips of a school day."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from functools import partial

from school.demo.acts import Act
from school.demo.programme import Programme, Visit, moment
from school.demo.taps import Reader
from school.seed.dice import Dice

_MINUTE = dt.timedelta(minutes=1)
Gate = tuple[Reader, Reader]
"""A gate's readers for entering and for leaving."""


def plan_gates(programme: Programme, gates: Sequence[Gate], dice: Dice) -> list[list[Act]]:
    """The acts at each reader of the two gates. Someone shows a lost card first, someone's card is nobody's, someone tries to enter twice."""
    acts: dict[Reader, list[Act]] = {reader: [] for gate in gates for reader in gate}
    for visit in programme.visits:
        entrance, exit_ = dice.choices(gates, (3, 1))[0]
        acts[entrance] += _enter(entrance, visit)
        acts[exit_].append(Act(visit.goes, partial(exit_.tap, visit.uid)))
    stranger = b"\x04" + dice.randbytes(6)
    acts[gates[0][0]].append(Act(moment(programme.day, 8, 5), partial(gates[0][0].tap, stranger)))
    return list(acts.values())


def _enter(reader: Reader, visit: Visit) -> list[Act]:
    acts = [Act(visit.comes, partial(reader.tap, visit.uid))]
    if visit.lost is not None:
        acts.append(Act(visit.comes - _MINUTE / 2, partial(reader.tap, visit.lost)))
    if visit.twice:
        acts.append(Act(visit.comes + 2 * _MINUTE, partial(reader.tap, visit.uid)))
    return acts


async def leave(gates: Sequence[Gate]) -> None:
    """Close the connections."""
    await asyncio.gather(*(reader.close() for gate in gates for reader in gate))
