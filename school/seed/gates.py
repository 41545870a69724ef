"""Seeded passages: what the readers at the doors have seen, with the receipt of each tap, and who came late by it."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from uuid import UUID

from school.access.models import Direction, DoorReader, Passage, Presence
from school.day.models import LateArrival
from school.registry.models import Device, DeviceKind, Outcome, Tap
from school.seed.campus import Campus, Entropy, IssuedCard, at
from school.seed.dice import Dice
from school.seed.roll import Roll
from school.seed.writer import Writer

_MINUTE = dt.timedelta(minutes=1)


@dataclass(slots=True)
class _Gate:
    """A door with the daemon that stood at it until the seeding day."""

    door: UUID
    name: str
    device: UUID
    public_key: bytes
    sequence: int = 0
    last_tap_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    """A card shown at a reader; without a person it is a stranger's."""

    moment: dt.datetime
    person: UUID | None
    direction: Direction
    card: IssuedCard | None


class Porter:
    """Keeps the passages of a school, day by day."""

    def __init__(self, campus: Campus, dice: Dice, writer: Writer, entropy: Entropy) -> None:
        self._campus = campus
        self._dice = dice
        self._writer = writer
        began = at(campus.calendar.begins, dt.time(7))
        self._gates = [
            _Gate(door, name, dice.id_at(began), entropy(32)) for door, name in zip(campus.doors, campus.plan.doors, strict=True)
        ]
        for gate in self._gates:
            self._write_device(gate, began)
        self._habit = {person: dice.choices(self._gates, (3, 1)[:len(self._gates)])[0] for person in campus.cards}
        self._out: dict[UUID, tuple[UUID, dt.datetime]] = {}

    def _write_device(self, gate: _Gate, began: dt.datetime) -> None:
        """The daemon of the past: replaced on the eve of the first day ahead."""
        replaced = at(self._campus.calendar.past[-1], dt.time(21))
        self._writer.add(
            Device, school_id=self._campus.school_id, id=gate.device, kind=DeviceKind.GATE, name=f"{gate.name} (прежний)", public_key=gate.public_key,
            enrolled_at=began, revoked_at=replaced, counter=0, counter_window=0, seen_at=replaced, software="seed", queue_depth=0, rejected=0,
            clock_offset_ms=0, last_tap_at=replaced,
        )
        for way in Direction:  # what it saw is told of its door
            self._writer.add(
                DoorReader, school_id=self._campus.school_id, device_id=gate.device, reader=way.value, door_id=gate.door, direction=way)

    def write(self, roll: Roll) -> None:
        """One day: everyone's ways in and out, and a few taps that were refused."""
        shown: dict[UUID, list[_Shown]] = {gate.door: [] for gate in self._gates}
        for stay in roll.stays.values():
            row, card = shown[self._habit[stay.person].door], self._campus.cards[stay.person]
            ways = [(stay.comes, Direction.IN), (stay.goes, Direction.OUT)]
            if stay.outside is not None:
                ways[1:1] = [(stay.outside[0], Direction.OUT), (stay.outside[1], Direction.IN)]
            row += [_Shown(moment, stay.person, direction, card) for moment, direction in ways]
            lost = self._campus.lost_cards.get(stay.person)
            if lost is not None and self._dice.random() < 0.1:
                row.append(_Shown(stay.comes - _MINUTE / 6, stay.person, Direction.IN, lost))
            self._out[stay.person] = (self._habit[stay.person].door, stay.goes)
        for _ in range(self._dice.randint(0, 3)):
            row = shown[self._dice.choice(self._gates).door]
            row.append(_Shown(self._campus.begins_at(roll.date, 1) - self._dice.uniform(5, 40) * _MINUTE, None, Direction.IN, None))
        first: dict[UUID, UUID] = {}
        for gate in self._gates:
            for one in sorted(shown[gate.door], key=lambda one: one.moment):
                passage = self._present(gate, one)
                if passage is not None and one.person is not None:
                    first.setdefault(one.person, passage)
        self._write_late(roll, first)

    def _present(self, gate: _Gate, shown: _Shown) -> UUID | None:
        """A tap, and the passage if it was admitted."""
        school_id = self._campus.school_id
        gate.sequence += 1
        moment, received = shown.moment, shown.moment + dt.timedelta(milliseconds=self._dice.randint(8, 90))
        blocked = shown.card is not None and shown.card.blocked
        outcome = Outcome.ADMIT if shown.card is not None and not blocked else Outcome.REFUSE
        reason = "OK" if outcome is Outcome.ADMIT else "CARD_BLOCKED" if blocked else "UNKNOWN_CARD"
        token = shown.card.token if shown.card is not None else hashlib.sha256(self._dice.randbytes(7)).digest()
        tap_id = self._dice.id_at(moment)
        self._writer.add(
            Tap, school_id=school_id, device_id=gate.device, sequence=gate.sequence, id=tap_id, digest=hashlib.sha256(tap_id.bytes + token).digest(),
            reader=shown.direction.value, token=token, key_id=str(self._campus.key_id), person_id=shown.person, device_at=moment, happened_at=moment,
            received_at=received, late=False, suspect=False, outcome=outcome, reason=reason, data_version=None,
        )
        if outcome is Outcome.REFUSE or shown.person is None:
            return None
        passage_id = self._dice.id_at(moment)
        self._writer.add(
            Passage, school_id=school_id, id=passage_id, person_id=shown.person, door_id=gate.door, direction=shown.direction, reason=reason,
            data_version=None, device_id=gate.device, sequence=gate.sequence, happened_at=moment, received_at=received, late=False, suspect=False,
        )
        return passage_id

    def _write_late(self, roll: Roll, first: dict[UUID, UUID]) -> None:
        """What the day's reaction would have noticed: the first entry came after the class's first lesson had begun."""
        opening = {hour.course.group: hour for hour in reversed(self._campus.hours[roll.date]) if not hour.cancelled}
        for learner in self._campus.people.learners:
            hour, stay = opening.get(learner.group), roll.stays.get(learner.id)
            begins = self._campus.begins_at(roll.date, hour.bell) if hour is not None else None
            if hour is None or stay is None or begins is None or stay.comes <= begins:
                continue
            self._writer.add(
                LateArrival, school_id=self._campus.school_id, pupil_id=learner.id, on_date=roll.date, passage_id=first[learner.id], lesson_id=hour.id,
                minutes=(stay.comes - begins) // _MINUTE, noticed_at=stay.comes + dt.timedelta(milliseconds=200),
            )

    def close(self) -> None:
        """Everyone is outside."""
        for person, (door, moment) in self._out.items():
            self._writer.add(Presence, school_id=self._campus.school_id, person_id=person, inside=False, door_id=door, changed_at=moment)
