"""Generated operations against a running service, by schemathesis: whatever it asks for as one who has signed in, there is no server error."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from school.settings import Mode
from tests.security.target import Target, standing
from tests.service_process import ROOT

pytestmark = pytest.mark.xdist_group("attacks")
LOGINS = ("parent", "teacher", "office")
FIELDS = 90
"""So many root fields at the least are asked for."""
PATIENCE = 180
"""Seconds that a round through all of them may take."""
ENDING = "signOut|revokeSession|revokeOtherSessions|changePassword"
"""What would end the session that asks."""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A demo in which a parent has signed in."""
    with standing(Mode.DEMO, tmp_path_factory.mktemp("generated"), others=LOGINS[1:]) as found:
        yield found


def test_generated_operations_meet_no_server_error(target: Target, tmp_path: Path) -> None:
    """Of those who have signed in each asks a third."""
    meet_no_server_error(target, tmp_path, LOGINS, 1)


@pytest.mark.soak
@pytest.mark.parametrize("login", LOGINS)
def test_very_many_generated_operations_do_not(target: Target, tmp_path: Path, login: str) -> None:
    meet_no_server_error(target, tmp_path, (login,), 30)


def meet_no_server_error(target: Target, directory: Path, logins: tuple[str, ...], rounds: int) -> None:
    """It fails at a status of 500 and above, and at a bug that an answer has masked: the log would tell of it."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"http://{target.host}/graphql", "--checks", "no_server_error", "--phases", "fuzzing",
        "--mode", "positive", "--max-examples", str(rounds), "--workers", "2", "--generation-deterministic",
        "--exclude-name-regex", f"^Mutation\\.({ENDING})$", "--suppress-health-check", "all", "--no-color",
    ]
    environment = {
        **os.environ, "SCHEMATHESIS_HOOKS": "tests.security.schemathesis_hooks", "PYTHONPATH": str(ROOT),
        "ASKING_TOKENS": " ".join(target.sign_in(login) for login in logins),
    }
    ended = subprocess.run(command, env=environment, cwd=directory, capture_output=True, text=True, timeout=rounds * PATIENCE, check=False)
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
    fields, cases = re.search(r"Tested: (\d+)", ended.stdout), re.search(r"(\d+) generated", ended.stdout)
    assert fields is not None, ended.stdout[-3000:]
    assert cases is not None, ended.stdout[-3000:]
    assert int(fields[1]) > FIELDS
    assert int(cases[1]) > rounds * FIELDS // 2  # of a field without arguments there is one
    assert target.service.process.poll() is None
    assert '"bug"' not in target.service.log.read_text()
    assert asyncio.run(target.send('{"query":"{ me { login } }"}')) == "200"
