"""Attacks on a running service: each is refused at little cost, in both modes, and the service goes on answering others meanwhile."""

import asyncio
from collections.abc import Iterator

import pytest

from school.settings import Mode
from tests.security.attacks import ATTACKS
from tests.security.target import MARKER, Attack, Target, assault, standing

pytestmark = pytest.mark.xdist_group("attacks")
BY_NAME = {attack.name: attack for attack in ATTACKS}
CASES = [(mode, attack) for mode in Mode for attack in ATTACKS if mode in attack.expected]
MUTANT = """
from school.serving import documents
documents.check = lambda *_: 0
"""
"""The service without its measuring of documents."""
MOST_GROWTH = 150 * 1024
"""KiB by which the process may grow in all attacks together."""


@pytest.fixture(scope="module")
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A service in each mode, that outlives all attacks. Nothing of them stands in its log, it complains of nothing, and its answers give nothing away."""
    with standing(request.param, tmp_path_factory.mktemp("attacked")) as found:
        before = memory(found)
        yield found
        assert found.service.process.poll() is None
        assert memory(found) - before < MOST_GROWTH
    log = found.service.log.read_text()
    for word in (MARKER, found.token, "Traceback", "exception", "__typename", "MARK", '"error"', "me{login}"):
        assert word not in log, word
    for answer in found.told:
        for word in ("Traceback", "site-packages", "SELECT", "sqlalchemy", *(("Did you mean",) if found.mode is Mode.PRODUCTION else ())):
            assert word not in answer, word


def memory(target: Target) -> int:
    """KiB that the process holds."""
    with open(f"/proc/{target.service.process.pid}/status") as status:  # noqa: PTH123 - no file
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


@pytest.mark.parametrize(
    ("target", "attack"), CASES, indirect=["target"], scope="module", ids=[f"{mode}-{attack.name.replace(' ', '-')}" for mode, attack in CASES])
async def test_an_attack_is_refused_and_others_are_served(target: Target, attack: Attack) -> None:
    report = await assault(target, attack)
    assert report.complaints(attack, target.mode) == [], report


def test_each_attack_has_a_name_of_its_own() -> None:
    assert len(BY_NAME) == len(ATTACKS) > 17


@pytest.mark.parametrize("name", ["500 aliases", "a flood of __typename", "fragments that double"])
def test_a_service_without_its_limits_does_not_stand(mutant: Target, name: str) -> None:
    """The harness has teeth: it sees that a limit is missing."""
    attack = BY_NAME[name]
    report = asyncio.run(assault(mutant, attack, tries=1))
    assert report.complaints(attack, mutant.mode) != []


@pytest.fixture(scope="module")
def mutant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Measures nothing."""
    with standing(Mode.DEMO, tmp_path_factory.mktemp("mutant"), MUTANT) as found:
        yield found
