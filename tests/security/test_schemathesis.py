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
EXAMPLES = 3
"""Of each root field."""
SECONDS = 25
ENDING = "signOut|revokeSession|revokeOtherSessions|changePassword"
"""What would end the session that asks."""


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Target]:
    """A demo in which a parent has signed in."""
    with standing(Mode.DEMO, tmp_path) as found:
        yield found


def test_generated_operations_meet_no_server_error(target: Target, tmp_path: Path) -> None:
    """It fails at a status of 500 and above, and at a bug that an answer has masked: the log would tell of it."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"http://{target.host}/graphql", "--header", f"Authorization: Bearer {target.token}",
        "--checks", "no_server_error", "--phases", "fuzzing", "--mode", "positive", "--max-examples", str(EXAMPLES), "--max-time", str(SECONDS),
        "--workers", "2", "--generation-deterministic", "--exclude-name-regex", f"^Mutation\\.({ENDING})$", "--suppress-health-check", "all", "--no-color",
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.security.schemathesis_hooks", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=4 * SECONDS, check=False)
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
    tested = re.search(r"(\d+) generated", ended.stdout)
    assert tested is not None, ended.stdout[-3000:]
    assert int(tested[1]) > 100
    assert target.service.process.poll() is None
    assert '"bug"' not in target.service.log.read_text()
    assert asyncio.run(target.send('{"query":"{ me { login } }"}')) == "200"
