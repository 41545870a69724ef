"""Taps: a card was presented. What a device says of it is checked, placed in time and stored once, whatever the verdict."""

import datetime as dt
import hashlib
import json
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.db import Rows
from school.errors import bad_input, conflict
from school.registry.cards import token_bytes
from school.registry.devices import Held
from school.registry.models import Card, DeviceKind, FormerToken, Outcome, Tap
from school.registry.texts import line, moment
from school.sets import Addition, Asked, RowSet
from school.statements import Read

LONGEST_READER, LONGEST_WORD = 80, 40
LAST_SEQUENCE = 2**31 - 1
TRUSTED_OFFSET = dt.timedelta(minutes=5)
LARGEST_AGE = 2**31 - 1
"""Milliseconds; an age that does not fit its field is told as this."""
OLDEST = dt.timedelta(days=90)
LATE_AFTER = dt.timedelta(seconds=60)
MOST_TOKENS = 16
"""Of one tap: a token for each key that its device holds."""

OF_FORMER_TOKEN = sa.and_(FormerToken.school_id == Tap.school_id, FormerToken.token == Tap.token)
OF_CARD = sa.and_(Card.school_id == Tap.school_id, sa.or_(Card.token == Tap.token, Card.id == FormerToken.card_id))
"""Join a tap with its card as it is now, outer joins in this order: the card may have moved to another key since."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a tap is answered with, why, and by which data."""

    outcome: Outcome
    reason: str
    data_version: str | None


class Token(NamedTuple):
    """What a card key makes of the card that was presented."""

    key_id: str
    token: bytes


@dataclass(frozen=True, slots=True)
class PresentedTap:
    """A tap as its device tells it. `at` is the device's own clock, `age_ms` the time since by its monotonic one; `verdict` is what a gate decided.

    `token` is what was decided by; `tokens` are the card's by all keys that the device holds, the current one's first. A daemon of an earlier version
    tells none.
    """

    sequence: int
    reader: str
    token: bytes
    key_id: str
    at: dt.datetime
    age_ms: int | None
    verdict: Verdict | None
    tokens: tuple[Token, ...] = ()

    @property
    def candidates(self) -> dict[bytes, str]:
        """Every token by which the card may be known, with its key's id: the current key's first."""
        return {**{token: key_id for key_id, token in self.tokens}, self.token: self.key_id}

    @property
    def digest(self) -> bytes:
        """Tells a repeat from another tap: of all that does not change when a tap is sent again (its age does)."""
        verdict = self.verdict and [self.verdict.outcome.value, self.verdict.reason, self.verdict.data_version]
        content = [self.sequence, self.reader, self.token.hex(), self.key_id, self.at.isoformat(timespec="microseconds"), verdict]
        if self.tokens:
            content.append([[key_id, token.hex()] for key_id, token in self.tokens])
        return hashlib.sha256(json.dumps(content).encode()).digest()


def read(
    sequence: int, reader: str, token: str, key_id: str, at: str, age_ms: int | None, verdict: Verdict | None, tokens: Sequence[tuple[str, str]] = (),
) -> PresentedTap:
    """A tap from what came over the wire; BAD_INPUT for a value that cannot be one. A wrong clock is no reason to refuse. `tokens`: key's id and token."""
    if not 1 <= sequence <= LAST_SEQUENCE:
        raise bad_input(f"sequence must lie between 1 and {LAST_SEQUENCE}")
    if age_ms is not None and age_ms < 0:
        raise bad_input("ageMs must not be negative")
    if len(tokens) > MOST_TOKENS:
        raise bad_input(f"a tap has at most {MOST_TOKENS} tokens")
    if verdict is not None:
        version = line(verdict.data_version or "", "dataVersion", LONGEST_WORD)
        verdict = Verdict(verdict.outcome, line(verdict.reason, "reason", LONGEST_WORD), version)
    return PresentedTap(
        sequence, line(reader, "reader", LONGEST_READER), token_bytes(token), line(key_id, "keyId", LONGEST_WORD), moment(at, "at"), age_ms, verdict,
        tuple(Token(line(key, "keyId", LONGEST_WORD), token_bytes(made)) for key, made in tokens),
    )


@dataclass(frozen=True, slots=True)
class Sending:
    """When a request was sent, by the device's uncorrected clock, and when it was received, by ours."""

    sent_at: dt.datetime
    received_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a tap lies in time. `suspect`: the device's clock was not believed; `late`: the news of it comes late."""

    happened_at: dt.datetime
    late: bool
    suspect: bool


def place(
    tap: PresentedTap, sending: Sending, previous: dt.datetime | None = None, following: dt.datetime | None = None,
) -> Placement:
    """When a tap happened (docs/gateway.md, “Time”). It lies between its neighbours of the same device, and never after its receipt."""
    received = sending.received_at
    offset = received - sending.sent_at
    happened = _corrected(tap.at, offset)
    aged = received - dt.timedelta(milliseconds=tap.age_ms or 0)
    suspect = happened is None or abs(offset) > TRUSTED_OFFSET or not received - OLDEST <= happened <= received
    if happened is not None and tap.age_ms is not None and tap.age_ms < LARGEST_AGE:  # the clock was set between the tap and its sending
        suspect = suspect or abs(happened - aged) > TRUSTED_OFFSET
    if happened is None or suspect:
        happened = aged
    if previous is not None:
        happened = max(happened, previous)
    happened = min(happened, received, following or received)
    return Placement(happened, received - happened > LATE_AFTER, suspect)


def _corrected(at: dt.datetime, offset: dt.timedelta) -> dt.datetime | None:
    try:
        return at + offset
    except OverflowError:  # a clock at the end of the calendar
        return None


Decide = Callable[[Any, dt.datetime], Awaitable[Verdict]]
"""The server's verdict on the card, or None, at that moment."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A stored tap, or what is known of it. `repeated`: it was stored before, and nothing changed now."""

    tap: Any
    repeated: bool


Told = tuple[int, UUID, int]
"""Which tap: school, device, sequence."""


_RUN = RowSet("run", {"school_id": sa.Integer(), "device_id": sa.Uuid(), "first": sa.Integer(), "last": sa.Integer()})
"""Sequences without a gap of one device."""
_TOLD = RowSet.of("told", Tap, "school_id", "device_id", "sequence")
"""One by one: for a range PostgreSQL would expect many rows, and read all taps of all devices."""


@Read
def _stored(_service: Any, dialect: str) -> Rows:
    told = _TOLD.table(dialect)
    columns = (Tap.school_id, Tap.device_id, Tap.sequence, Tap.id, Tap.digest, Tap.outcome, Tap.reason, Tap.late, Tap.suspect)
    return sa.select(*columns).join(told, _of(told) & (Tap.sequence == told.c.sequence))


@Read
def _around(_service: Any, dialect: str) -> Rows:
    runs = _RUN.table(dialect)
    sides = (
        ("before", Tap.sequence < runs.c.first, Tap.sequence.desc()), ("after", Tap.sequence > runs.c.last, Tap.sequence.asc()))
    columns = [
        sa.select(column).where(_of(runs), beyond).order_by(nearest).limit(sa.literal_column("1")).scalar_subquery().label(f"{side}_{column.key}")
        for side, beyond, nearest in sides for column in (Tap.sequence, Tap.happened_at)
    ]
    return sa.select(runs.c.school_id, runs.c.device_id, *columns)


def asking_stored(told: Collection[Told]) -> Asked:
    """Those of these taps that are known already, as far as a repeat is answered from. The caller holds their devices."""
    return Asked(_stored, _TOLD, sorted(set(told)))


def asking_around(fresh: Collection[Told]) -> Asked:
    """What is stored next to each run of these taps' sequences, none of which is known yet."""
    return Asked(_around, _RUN, _runs(fresh))


def by_told(rows: Iterable[Any]) -> dict[Told, Any]:
    """By which they are."""
    return {(tap.school_id, tap.device_id, tap.sequence): tap for tap in rows}


class Timeline:
    """When the taps of one device happened, as far as is needed to place others among them."""

    def __init__(self) -> None:
        self._moments: list[tuple[int, dt.datetime]] = []

    def add(self, sequence: int, happened_at: dt.datetime) -> None:
        """A tap that is known."""
        insort(self._moments, (sequence, happened_at), key=itemgetter(0))

    def around(self, sequence: int) -> tuple[dt.datetime | None, dt.datetime | None]:
        """When the taps before and after this one happened: a backlog may arrive after a tap that was presented live."""
        place = bisect_left(self._moments, sequence, key=itemgetter(0))
        before = self._moments[place - 1][1] if place else None
        return before, self._moments[place][1] if place < len(self._moments) else None


def timelines(rows: Iterable[Any]) -> dict[tuple[int, UUID], Timeline]:
    """The timelines of the devices of fresh taps, by what is stored around them."""
    found: defaultdict[tuple[int, UUID], Timeline] = defaultdict(Timeline)
    for row in rows:
        timeline = found[row.school_id, row.device_id]
        for sequence, happened_at in ((row.before_sequence, row.before_happened_at), (row.after_sequence, row.after_happened_at)):
            if sequence is not None:
                timeline.add(sequence, happened_at)
    return found


def _runs(told: Collection[Told]) -> list[tuple[int, UUID, int, int]]:
    """The runs of sequences without a gap: what a device sends is one, as a rule."""
    runs: list[tuple[int, UUID, int, int]] = []
    for school_id, device_id, sequence in sorted(set(told)):
        if runs and runs[-1][:2] == (school_id, device_id) and runs[-1][3] == sequence - 1:
            runs[-1] = (*runs[-1][:3], sequence)
        else:
            runs.append((school_id, device_id, sequence, sequence))
    return runs


def _of(given: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Tap.school_id == given.c.school_id, Tap.device_id == given.c.device_id)


def repeat(known: Any, tap: PresentedTap) -> Receipt:
    """The answer to a sequence that is known: what is stored, or CONFLICT where the tap is another."""
    if known.digest != tap.digest:
        raise conflict("this sequence was recorded with other content")
    return Receipt(known, repeated=True)


async def receive(
    device: Held, timeline: Timeline, tap: PresentedTap, sending: Sending, card: Any, decide: Decide,
) -> Receipt:
    """Take a tap that is not known yet; `keep` stores it. The caller holds the device's row, so that its taps come one after another, and keeps it.

    A gate's own verdict stands, for the door has obeyed it; every other tap gets the server's. What is kept of somebody's card is the token by which it
    is known now, whichever the device decided by: the till and the desk find the card of a tap by that.
    """
    placed = place(tap, sending, *timeline.around(tap.sequence))
    own = tap.verdict if device.kind is DeviceKind.GATE else None
    verdict = own or await decide(card, placed.happened_at)
    token, key_id, person_id = (tap.token, tap.key_id, None) if card is None else (card.token, str(card.key_id), card.person_id)
    row = Tap(
        school_id=device.school_id, device_id=device.id, sequence=tap.sequence, id=ids.new(), digest=tap.digest, reader=tap.reader, token=token,
        key_id=key_id, person_id=person_id, device_at=tap.at, happened_at=placed.happened_at, received_at=sending.received_at, late=placed.late,
        suspect=placed.suspect, outcome=verdict.outcome, reason=verdict.reason, data_version=verdict.data_version,
    )
    if device.last_tap_at is None or device.last_tap_at < placed.happened_at:
        device.last_tap_at = placed.happened_at
    timeline.add(tap.sequence, placed.happened_at)
    return Receipt(row, repeated=False)


_TAPS = Addition(Tap)


async def keep(session: AsyncSession, fresh: Sequence[Tap]) -> None:
    """Store taps that were taken, in one statement."""
    await _TAPS.run(session, [vars(tap) for tap in fresh])
