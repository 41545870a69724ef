"""A real disk without space (a small tmpfs, which only root may mount): the daemon starts from its ballast, and systemd may try again."""
import subprocess
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.readers.hosts import Host
from tests.readers.loopback import Loopback

MIB = 2**20


pytestmark = pytest.mark.soak  # it mounts a disk of its own; test_journal.py has the same faults by hand


@pytest.fixture
def small_disk(host: Host) -> Iterator[Host]:
    """A host whose state lies on a disk of 4 MiB."""
    host.state.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", host.state], check=False, capture_output=True).returncode:
        pytest.fail("a tmpfs must be mounted: run this as root, where mounting is permitted", pytrace=False)
    try:
        yield host
    finally:
        host.kill()
        subprocess.run(["umount", "-l", host.state], check=True)


def fill(host: Host) -> None:
    with suppress(OSError), (host.state / "filler").open("ab", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass


def test_the_daemon_starts_on_a_full_disk(small_disk: Host, loopback: Loopback) -> None:
    host = small_disk
    host.environment["READER_BALLAST_BYTES"] = str(MIB)
    assert host.enrol("canteen").returncode == 0
    host.start()
    assert [answer["sequence"] for answer in host.tap("04A1B2C3")] == [1]
    assert host.stop() == 0
    fill(host)
    done = host.command("run", READER_BALLAST_BYTES="0")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr  # no space to give: systemd tries again
    host.start()
    assert [answer["sequence"] for answer in host.tap("04A1B2C3")] == [2]
    assert "DISK_FULL" in [problem["code"] for problem in host.status()[1]["problems"]]
    assert host.stop() == 0
    assert len(loopback.taps) == 2
