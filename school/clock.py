"""Time: the one clock of a process, and the school's own day in its own time zone."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from school.errors import Code, Refused, bad_input


@dataclass(frozen=True, slots=True)
class Clock:
    """`simulated + (real - anchor) * speed`, and no faster than life once that is `until`; the system's clock when it has no anchor. Only the demo has one."""

    anchor: dt.datetime | None = None
    simulated: dt.datetime | None = None
    speed: float = 1.0
    until: dt.datetime | None = None

    def now(self) -> dt.datetime:
        """This moment, in UTC."""
        real = dt.datetime.now(dt.UTC)
        if self.anchor is None or self.simulated is None:
            return real
        shown = self.simulated + (real - self.anchor) * self.speed
        return shown if self.until is None or shown <= self.until else self.until + (shown - self.until) / self.speed

    def lived(self, since: dt.datetime) -> float:
        """How many seconds ago that was as a machine counts them, which lives no faster than life: in the demo fewer than between the times shown."""
        shown = self.now()
        slow = dt.timedelta() if self.until is None else max(dt.timedelta(), shown - max(since, self.until))
        return (slow + (shown - since - slow) / max(self.speed, 1)).total_seconds()

    @classmethod
    def parse(cls, text: str) -> "Clock":
        """Read `<real Unix seconds>,<simulated ISO time>,<speed>[,<until, ISO time>]`; ValueError if it is not so."""
        anchor, simulated, speed, *until = text.split(",")
        moments = [dt.datetime.fromisoformat(moment) for moment in (simulated, *until)]
        if len(moments) > 2 or any(moment.tzinfo is None for moment in moments) or not 0 < float(speed) <= 3600:
            raise ValueError("the simulated times need an offset, and the speed lies between 0 and 3600")
        at, *end = (moment.astimezone(dt.UTC) for moment in moments)
        return cls(dt.datetime.fromtimestamp(float(anchor), dt.UTC), at, float(speed), *end)

    def format(self) -> str:
        """The text that `parse` reads; the demo hands it to its processes."""
        if self.anchor is None or self.simulated is None:
            raise ValueError("the system's clock has no text")
        end = "" if self.until is None else f",{self.until.isoformat()}"
        return f"{self.anchor.timestamp()},{self.simulated.isoformat()},{self.speed}{end}"


_clock = Clock()


def use(clock: Clock) -> None:
    """Set this process's clock, once, at its start."""
    global _clock
    _clock = clock


def now() -> dt.datetime:
    """This moment, timezone-aware, in UTC."""
    return _clock.now()


def real() -> dt.datetime:
    """This moment by the machine's own clock, whatever the demo's says: what the clock of somebody's phone agrees with."""
    return dt.datetime.now(dt.UTC)


def lived(since: dt.datetime) -> float:
    """How many seconds ago that was for a machine that has a clock of its own, whatever the demo's clock makes of them."""
    return _clock.lived(since)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of a school."""
    return ZoneInfo(name)


def school_date(moment: dt.datetime, time_zone: str) -> dt.date:
    """The school-local date of a moment."""
    return moment.astimezone(zone(time_zone)).date()


@lru_cache(maxsize=4096)
def school_moment(date: dt.date, time: dt.time, time_zone: str) -> dt.datetime:
    """The moment, in UTC, of a school-local date and time."""
    return dt.datetime.combine(date, time, zone(time_zone)).astimezone(dt.UTC)


def school_day(date: dt.date, time_zone: str) -> tuple[dt.datetime, dt.datetime]:
    """The half-open interval of moments, in UTC, that a school-local date covers (23 to 25 hours)."""
    return school_moment(date, dt.time(), time_zone), school_moment(date + dt.timedelta(days=1), dt.time(), time_zone)


def shifted(date: dt.date, days: int) -> dt.date:
    """So many days later, or earlier, and no further than the calendar goes."""
    return dt.date.fromordinal(min(max(date.toordinal() + days, 1), dt.date.max.toordinal()))


def check_range(from_: dt.date, to: dt.date, longest: int) -> None:
    """Both dates belong to a range; it has at most `longest` days. Refused: BAD_INPUT, TOO_MANY."""
    if to < from_:
        raise bad_input("to must not lie before from")
    if (to - from_).days >= longest:
        raise Refused(Code.TOO_MANY, f"at most {longest} days at once")
