"""Lines of an iCalendar file (RFC 5545), and the time zone that its times are in. By hand: a library takes ten times as long for a timetable."""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

from school import clock

LINE = 75
"""Octets of a line without its end (RFC 5545, 3.1)."""
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", **dict.fromkeys((*map(chr, range(9)), *map(chr, range(11, 32)), "\x7f"), "")})
_HOUR = dt.timedelta(hours=1)


def text(value: str) -> str:
    """A value of type TEXT: no letter of it is syntax, and what is not to be seen is left out, but for line ends and tabs."""
    return value.replace("\r\n", "\n").translate(_ESCAPED)


def fold(line: str) -> str:
    """A content line with its end; a long one goes on in lines that begin with a space, and no letter is cut apart."""
    if len(line) * 4 <= LINE or len(line.encode()) <= LINE:
        return f"{line}\r\n"
    parts, used = [], 0
    for letter in line:
        size = len(letter.encode())
        if used + size > LINE:
            parts.append("\r\n ")
            used = 1
        parts.append(letter)
        used += size
    return f"{''.join(parts)}\r\n"


@lru_cache(maxsize=2048)
def line(name: str, value: str) -> str:
    """A content line of a TEXT, folded; subjects and rooms come again and again."""
    return fold(f"{name}:{text(value)}")


@lru_cache(maxsize=1024)
def date(value: dt.date) -> str:
    """A value of type DATE."""
    return f"{value:%Y%m%d}"


@lru_cache(maxsize=256)
def time(value: dt.time) -> str:
    """The second half of a value of type DATE-TIME, in the time zone that its property names."""
    return f"{value:%H%M%S}"


def utc(moment: dt.datetime) -> str:
    """A value of type DATE-TIME in UTC."""
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


@lru_cache(maxsize=64)
def time_zone(name: str, from_: dt.date, to: dt.date) -> str:
    """VTIMEZONE of a zone as the system knows it: how it is at the beginning, and each change until the day after the end."""
    zone = clock.zone(name)
    moment, end = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (from_ - dt.timedelta(days=1), to + dt.timedelta(days=2)))
    before = moment.astimezone(zone)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *_observance(before.replace(tzinfo=None), before, before)]
    while moment < end:
        moment += _HOUR  # zones change at whole hours of UTC, or at halves and quarters, to which the search goes down
        after = moment.astimezone(zone)
        if after.utcoffset() != before.utcoffset():
            at = _change(moment - _HOUR, moment, name)
            lines += _observance((at + (before.utcoffset() or dt.timedelta())).replace(tzinfo=None), before, after)
        before = after
    return "".join(map(fold, [*lines, "END:VTIMEZONE"]))


def _change(low: dt.datetime, high: dt.datetime, name: str) -> dt.datetime:
    """The first minute at which the zone is as at the end."""
    zone = clock.zone(name)
    while high - low > dt.timedelta(minutes=1):
        middle = low + (high - low) // dt.timedelta(minutes=2) * dt.timedelta(minutes=1)
        low, high = (low, middle) if middle.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset() else (middle, high)
    return high


def _observance(begins: dt.datetime, before: dt.datetime, after: dt.datetime) -> Iterator[str]:
    kind = "DAYLIGHT" if after.dst() else "STANDARD"
    yield from (
        f"BEGIN:{kind}", f"DTSTART:{begins:%Y%m%dT%H%M%S}", f"TZOFFSETFROM:{before:%z}", f"TZOFFSETTO:{after:%z}", f"TZNAME:{after:%Z}", f"END:{kind}")
