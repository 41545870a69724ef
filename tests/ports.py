"""Free TCP ports for servers of the tests, below the range from which the kernel takes ports for outgoing connections."""

import random
import socket
from pathlib import Path

_RANGE = range(20_000, 32_000)
_LISTEN = "0A"


def free_ports(count: int, *, width: int = 1) -> list[int]:
    """The first ports of `count` free runs of `width` ports, chosen at random.

    Another process may take one before you do: whoever starts a server must be ready to ask again.
    """
    found: list[int] = []
    candidates = _RANGE[::width]
    for port in random.SystemRandom().sample(candidates, len(candidates)):
        if len(found) == count:
            break
        if not any(is_taken(port + offset) for offset in range(width)):
            found.append(port)
    return found


def is_taken(port: int) -> bool:
    """Whether somebody holds it."""
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return True
    return False


def listens(pid: int, port: int) -> bool:
    """Whether this very process listens at the port of IPv4, by what Linux tells of its sockets: proc(5)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {f"socket:[{row[9]}]" for row in rows if row[3] == _LISTEN and row[1].endswith(f":{port:04X}")}
    try:
        return bool(listening) and any(str(file.readlink()) in listening for file in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # a file was closed meanwhile, or the process ended: who asks will ask again
        return False
