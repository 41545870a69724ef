"""Throttle: strangers may try to enrol only so often from one network."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from school.gateway.denial import Denied, Reason

BURST = 30
"""So many attempts at once: the readers of a large school, unpacked on one day behind one address."""
SECONDS_EACH = 2.0
"""Then one in so many seconds. Sixty random bits need no more protection; the database and the parser do."""
MOST_NETWORKS = 4096


class Throttle:
    """A bucket of attempts for each network; the least recently seen ones are forgotten."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def attempt(self, network: str) -> None:
        """Count an attempt; THROTTLED, with the seconds to wait, when there were too many."""
        now = self._now()
        full_at = max(self._full_at.get(network, now), now) + SECONDS_EACH
        excess = full_at - now - BURST * SECONDS_EACH
        if excess > 0:
            raise Denied(Reason.THROTTLED, retry_after=math.ceil(excess))
        self._full_at[network] = full_at
        self._full_at.move_to_end(network)
        if len(self._full_at) > MOST_NETWORKS:
            self._full_at.popitem(last=False)
