"""A pass list as it comes over the wire and as it is stored: read strictly, a malformed one changes nothing."""
import re
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from readers.clock import to_us
from readers.decision import Binding, Entry, PassList, Rule

TOKEN = re.compile(r"[0-9a-f]{64}")
MINUTE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
MOST_ENTRIES = 200_000
MOST_RULES = 20_000
MOST_READERS = 1_000


class PassListError(ValueError):
    """The answer is no pass list; the one we have stays."""


class Head(NamedTuple):
    """What every answer brings whole."""

    version: str
    zone: ZoneInfo
    readers: dict[str, Binding]
    rules: dict[str, Rule]


def make_list(head: Head, entries: dict[str, Entry]) -> PassList:
    """The immutable list a gate decides from."""
    return PassList(head.version, head.zone, head.readers, head.rules, entries)


def parse_head(content: Any) -> Head:
    """Version, time zone, bindings and rules."""
    try:
        zone = ZoneInfo(_text(content, "timeZone"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PassListError("unknown time zone") from None
    readers = {_text(item, "name"): parse_binding(item) for item in _items(content, "readers", MOST_READERS)}
    rules = {_text(item, "id"): parse_rule(item) for item in _items(content, "rules", MOST_RULES)}
    return Head(_text(content, "version"), zone, readers, rules)


def parse_entries(items: Any) -> dict[str, Entry]:
    """Cards by their token."""
    return {parse_token(item.get("token") if isinstance(item, dict) else None): parse_entry(item) for item in _list(items, MOST_ENTRIES)}


def parse_token(value: Any) -> str:
    """64 lower-case hex digits."""
    if not isinstance(value, str) or not TOKEN.fullmatch(value):
        raise PassListError("a token is not 64 hex digits")
    return value


def parse_binding(item: Any) -> Binding:
    """One reader's place."""
    return Binding(_text(item, "door"), _choice(item, "direction", ("IN", "OUT")), _choice(item, "antiPassback", ("OFF", "SOFT", "HARD")))


def parse_rule(item: Any) -> Rule:
    """One rule; a span that ends before it starts allows nothing, as documented."""
    weekdays = item.get("weekdays") if isinstance(item, dict) else None
    if not isinstance(weekdays, int) or isinstance(weekdays, bool) or not 0 <= weekdays <= 127:
        raise PassListError("weekdays are not 0 to 127")
    door = None if item.get("door") is None else _text(item, "door")
    direction = None if item.get("direction") is None else _choice(item, "direction", ("IN", "OUT"))
    return Rule(door, direction, weekdays, parse_minute(item.get("startsAt")), parse_minute(item.get("endsAt")),
                _parse_date(item.get("validFrom")), _parse_date(item.get("validUntil")))


def parse_minute(value: Any) -> int:
    """`HH:MM` as minutes of the day; `24:00` is 1440."""
    if not isinstance(value, str) or not MINUTE.fullmatch(value):
        raise PassListError("a time is not HH:MM")
    return int(value[:2]) * 60 + int(value[3:])


def parse_entry(item: Any) -> Entry:
    """One card."""
    rules = _items(item, "rules", MOST_RULES)
    inside, changed = item.get("inside"), item.get("changedAt")
    if any(not isinstance(rule, str) for rule in rules) or not (inside is None or isinstance(inside, bool)):
        raise PassListError("a card's rules or presence have the wrong shape")
    active = _choice(item, "state", ("ACTIVE", "BLOCKED")) == "ACTIVE"
    return Entry(_text(item, "keyId"), active, tuple(rules), inside, None if changed is None else _parse_moment(changed))


def _parse_moment(value: Any) -> int:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise PassListError("a moment lacks its offset")
        return to_us(moment)
    except (TypeError, ValueError, OverflowError):
        raise PassListError("a moment is not ISO 8601 with an offset") from None


def _parse_date(value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise PassListError("a date is not ISO 8601") from None


def _text(item: Any, name: str) -> str:
    value = item.get(name) if isinstance(item, dict) else None
    if not isinstance(value, str) or not 1 <= len(value) <= 200:
        raise PassListError(f"{name} is missing or no text")
    return value


def _choice(item: Any, name: str, allowed: tuple[str, ...]) -> str:
    value = _text(item, name)
    if value not in allowed:
        raise PassListError(f"{name} is none of {', '.join(allowed)}")
    return value


def _items(item: Any, name: str, most: int) -> list[Any]:
    return _list(item.get(name) if isinstance(item, dict) else None, most)


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise PassListError(f"expected a list of at most {most}")
    return value
