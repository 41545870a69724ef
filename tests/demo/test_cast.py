"""The demo's processes: watched, and ended."""

import signal
from pathlib import Path

import pytest

from school.demo.cast import Cast, ProcessDiedError

WAIT = "import signal; signal.pause()"


async def test_the_end_of_one_is_told_with_its_last_words(tmp_path: Path) -> None:
    cast = Cast(tmp_path)
    await cast.start("gate-1", "-c", WAIT, environment={})
    await cast.start("server", "-c", "print('out of breath'); raise SystemExit(3)", environment={})
    with pytest.raises(ProcessDiedError) as died:
        await cast.watch()
    assert str(died.value) == f"server ended with 3; the end of {tmp_path / 'server.log'}:\n    out of breath"
    await cast.end()


async def test_some_are_ended_or_all(tmp_path: Path) -> None:
    cast = Cast(tmp_path)
    server, gate = [await cast.start(name, "-c", WAIT, environment={}) for name in ("server", "gate")]
    await cast.end([gate])
    assert (server.process.returncode, gate.process.returncode) == (None, -signal.SIGTERM)
    await cast.end()
    assert server.process.returncode == -signal.SIGTERM
