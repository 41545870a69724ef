"""The device's wall clock, its monotonic clock, and its idea of the server's time."""
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
LONGEST_AGE_MS = 2**31 - 1  # GraphQL's Int; an age beyond 24 days is told as 24 days
SANE_SERVER_MS = range(1_577_836_800_000, 7_258_118_400_000)  # 2020 to 2200: what a School-Time may say


class Simulation(NamedTuple):
    """A demonstration's clock: `simulated + (now - anchor) * speed`. Production never has one."""

    anchor_us: int
    simulated_us: int
    speed: float


class Moment(NamedTuple):
    """When a card was seen, by each clock, in microseconds."""

    at_us: int      # the wall clock, uncorrected
    boot_us: int    # since boot; counts while suspended
    server_us: int  # the server's time as far as it is known


def parse_simulation(text: str) -> Simulation:
    """READER_CLOCK: `<real unix seconds>,<simulated ISO time with offset>,<speed>`."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not re.fullmatch(r"\d{1,12}(\.\d{1,9})?", parts[0]) or not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", parts[2]):
        raise ValueError("expected <real unix seconds>,<simulated ISO time>,<speed>")
    simulated = datetime.fromisoformat(parts[1])
    if simulated.tzinfo is None:
        raise ValueError("the simulated time needs an offset, such as +03:00")
    if float(parts[2]) <= 0:
        raise ValueError("the speed must be positive")
    return Simulation(round(float(parts[0]) * 1e6), to_us(simulated), float(parts[2]))


def to_us(moment: datetime) -> int:
    """Microseconds since 1970, exactly: a float of seconds would lose some."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_us(us: int) -> datetime:
    """The aware UTC datetime of these microseconds."""
    return EPOCH + timedelta(microseconds=us)


def format_us(us: int) -> str:
    """ISO 8601 in UTC with six decimals, as the wire wants it."""
    return from_us(us).isoformat(timespec="microseconds")


def read_wall_us() -> int:
    """The system's wall clock."""
    return time.time_ns() // 1000


def read_boot_us() -> int:
    """The system's clock since boot, which nobody can set."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def read_boot_id() -> str:
    """The kernel's name for this boot: ages are comparable only within one."""
    return BOOT_ID.read_text("ascii").strip()


class Clock:
    """All clocks in one place. The server's time runs on the monotonic clock from its last answer: no jump of the wall clock moves it."""

    def __init__(self, simulation: Simulation | None = None, *, wall: Callable[[], int] = read_wall_us,
                 boot: Callable[[], int] = read_boot_us, boot_id: str | None = None) -> None:
        self._simulation = simulation
        self._wall = wall
        self._boot = boot
        self._lock = threading.Lock()
        self._anchor = (self.wall_us(), boot())  # the server's time, the monotonic clock then
        self.boot_id = read_boot_id() if boot_id is None else boot_id
        self.learned = False

    @property
    def simulated(self) -> bool:
        """Whether a demonstration set this clock."""
        return self._simulation is not None

    def _scale(self, real_us: int) -> int:
        return round(real_us * self._simulation.speed) if self._simulation else real_us

    def wall_us(self) -> int:
        """The uncorrected wall clock: what `at` and `sentAt` tell."""
        if self._simulation is None:
            return self._wall()
        return self._simulation.simulated_us + self._scale(self._wall() - self._simulation.anchor_us)

    def server_us(self) -> int:
        """The server's time now, as far as this device knows."""
        return self._server_at(self._boot())

    def _server_at(self, boot_us: int) -> int:
        with self._lock:
            server_us, anchored_us = self._anchor
        return server_us + self._scale(boot_us - anchored_us)

    def offset_us(self) -> int:
        """How far the server is ahead of the wall clock."""
        return self.server_us() - self.wall_us()

    def read(self) -> Moment:
        """This moment by every clock."""
        boot_us = self._boot()
        return Moment(self.wall_us(), boot_us, self._server_at(boot_us))

    def learn(self, server_ms: int) -> bool:
        """Take the server's time from an answer that has just arrived; refuse one that cannot be true."""
        if server_ms not in SANE_SERVER_MS:
            return False
        with self._lock:
            self._anchor = (server_ms * 1000, self._boot())
        self.learned = True
        return True

    def assume(self, offset_us: int) -> None:
        """Start from the offset known before a restart, until the server is heard. A demonstration's clock is another each time."""
        if self.learned or self.simulated:
            return
        with self._lock:
            self._anchor = (self.wall_us() + offset_us, self._boot())

    def seconds_since(self, at_us: int, boot_us: int, boot_id: str) -> float:
        """Real seconds since then, for a technician: by the monotonic clock where that is possible."""
        us = self._boot() - boot_us if boot_id == self.boot_id else self.wall_us() - at_us
        return max(us, 0) / 1e6

    def age_ms(self, boot_id: str, boot_us: int) -> int | None:
        """How long ago that was, if it was in this boot; a demonstration's seconds are short ones."""
        if boot_id != self.boot_id:
            return None
        return min(max(self._scale(self._boot() - boot_us) // 1000, 0), LONGEST_AGE_MS)
