"""Free TCP ports for servers of the tests, below the range from which the kernel takes ports for outgoing connections."""

import random
import socket

_RANGE = range(20_000, 32_000)


def free_ports(count: int, *, width: int = 1) -> list[int]:
    """The first ports of `count` free runs of `width` ports, chosen at random.

    Another process may take one before you do: whoever starts a server must be ready to ask again.
    """
    found: list[int] = []
    candidates = _RANGE[::width]
    for port in random.SystemRandom().sample(candidates, len(candidates)):
        if len(found) == count:
            break
        if all(_is_free(port + offset) for offset in range(width)):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
