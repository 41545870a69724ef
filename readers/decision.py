"""How a gate decides: the pass list's nouns and the rule of docs/gateway.md, pure and fast."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Verdict(NamedTuple):
    """What was decided about a tap: `ADMIT` or `REFUSE`, the reason's code and the version of the data that decided."""

    outcome: str
    reason: str
    data_version: str


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a reader is: its door, the way through it, and how a second entry is met."""

    door: str
    direction: str      # IN, OUT
    anti_passback: str  # OFF, SOFT, HARD


@dataclass(frozen=True, slots=True)
class Rule:
    """Who has it may pass this door (None: any) this way (None: both) at these times."""

    door: str | None
    direction: str | None
    weekdays: int       # bits, Monday = 1 … Sunday = 64
    starts: int         # minutes of the local day, inclusive
    ends: int           # exclusive; 1440 is the day's end
    valid_from: date | None
    valid_until: date | None  # inclusive

    def covers(self, binding: Binding, day: date) -> bool:
        """Whether it speaks of this door and way on this day at all."""
        return ((self.door is None or self.door == binding.door)
                and (self.direction is None or self.direction == binding.direction)
                and (self.valid_from is None or self.valid_from <= day)
                and (self.valid_until is None or day <= self.valid_until))

    def allows(self, local: datetime) -> bool:
        """Whether it allows this weekday and minute."""
        return bool(self.weekdays >> local.weekday() & 1) and self.starts <= local.hour * 60 + local.minute < self.ends


@dataclass(frozen=True, slots=True)
class Entry:
    """A card as the server told of it."""

    key_id: str
    active: bool
    rules: tuple[str, ...]
    inside: bool | None
    changed_us: int | None  # when presence last changed, by the server's clock


@dataclass(frozen=True, slots=True)
class PassList:
    """One version of what a gate knows. Never changed: a delta makes another."""

    version: str
    zone: ZoneInfo
    readers: Mapping[str, Binding]
    rules: Mapping[str, Rule]
    entries: Mapping[str, Entry]


def decide(passes: PassList | None, reader: str, token: str, *, inside: bool, moment: datetime) -> Verdict:
    """The verdict on a tap at `moment` (aware); first match wins, in the documented order."""
    if passes is None:
        return Verdict("REFUSE", "NO_LIST", "none")
    outcome, reason = _judge(passes, reader, token, inside, moment)
    return Verdict(outcome, reason, passes.version)


def _judge(passes: PassList, reader: str, token: str, inside: bool, moment: datetime) -> tuple[str, str]:
    binding = passes.readers.get(reader)
    entry = passes.entries.get(token)
    if binding is None:
        return "REFUSE", "UNKNOWN_READER"
    if entry is None:
        return "REFUSE", "UNKNOWN_CARD"
    if not entry.active:
        return "REFUSE", "CARD_BLOCKED"
    local = moment.astimezone(passes.zone)
    rules = [rule for rule in map(passes.rules.get, entry.rules) if rule is not None and rule.covers(binding, local.date())]
    if not rules:
        return "REFUSE", "NO_RIGHT"
    if not any(rule.allows(local) for rule in rules):
        return "REFUSE", "NOT_NOW"
    if binding.direction == "IN" and inside and binding.anti_passback != "OFF":
        return ("REFUSE" if binding.anti_passback == "HARD" else "ADMIT"), "ALREADY_INSIDE"
    if binding.direction == "OUT" and not inside:
        return "ADMIT", "NOT_INSIDE"
    return "ADMIT", "OK"
