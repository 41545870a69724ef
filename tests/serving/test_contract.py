"""docs/api.md says what the code does."""

import re
from pathlib import Path

import pytest

from school.commands.processes import STALLED_SECONDS
from school.serving.cookies import SessionCookie
from school.serving.faults import Fault
from school.serving.limits import Limits
from school.serving.measure import LIST, LONGEST_PAGE
from school.serving.terms import Terms
from school.serving.websocket_messages import LONGEST_ID
from school.settings import Settings

ROOT = Path(__file__).parents[2]
CONTRACT = (ROOT / "docs" / "api.md").read_text()


@pytest.mark.house
def test_every_code_is_told() -> None:
    codes = CONTRACT.partition("## Codes of errors")[2]
    assert {code for row in re.findall(r"^\|[^|]*\|([^|]*)\|", codes, re.MULTILINE) for code in re.findall("`([A-Z_]+)`", row)} == set(Fault)


@pytest.mark.house
def test_the_numbers_are_the_code_s() -> None:
    limits, terms = Limits(), Terms(SessionCookie(secure=True))
    for text in (
        f"| {limits.characters:,}, {limits.tokens:,} |", f"| {limits.operations}, {limits.fragments} |", f"of a value | {limits.depth} |",
        f"within each other | {limits.nesting} |", f"| aliases | {limits.aliases} |", f"one operation | {limits.same_root} |",
        f"directives | {limits.directives} |",
        f"| {limits.fields:,}; {limits.pairs:,} |", f"| cost | {limits.cost:,} |", f"the variables | {limits.values:,} |", f"{LONGEST_PAGE} at most",
        f"another list {LIST} times", f"at most {terms.body_limit // 2**20} MiB", f"within {terms.body_seconds:g} seconds",
        f"| {terms.operation_seconds:g} s |", f"PER_ACCOUNT`) | {terms.sockets} |", f"`connection_init` | {terms.waiting} |",
        f"CONNECTIONS`) | {Settings().connections:,} |", f"`id` | {LONGEST_ID} characters", f"{STALLED_SECONDS} s to read",
        f"subscriptions of a socket | {terms.subscriptions} |",
        f"| {terms.messages} a second", f"SECONDS`) | {terms.idle_seconds:g} s |", f"cookie `{terms.cookie.name}`",
    ):
        assert text in CONTRACT, text


@pytest.mark.house
def test_no_line_of_the_log_repeats_an_exception() -> None:
    assert [str(path) for path in (ROOT / "school").rglob("*.py") if re.search(r"\blog\.\w+\([^\n]*(repr\(|!r})", path.read_text())] == []
