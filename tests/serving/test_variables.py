"""How often a document uses its variables: exact numbers, on documents small enough to be counted by hand."""

import pytest
from graphql import parse

from school.serving.variables import Use, uses_of


@pytest.mark.parametrize(("text", "expected"), [
    ("{ me }", {}), ("query($a: Int) { me }", {}),
    ("query($a: Int) { b(c: $a) d(e: [$a, {f: $a}]) }", {"a": Use(3, 0)}),
    ("query($a: Int, $b: Boolean!) @x(y: $a) { me @skip(if: $b) { c(d: $a) } ... @skip(if: $b) { e } ...F @skip(if: $b) } fragment F on Q { g }",
     {"a": Use(2, 0), "b": Use(3, 0)}),
    ("query($a: I = {b: [1, 2], c: {d: 3}}) { e(f: $a) }", {"a": Use(1, 6)}),
    ("query($a: Int) { ...F ...F } fragment F on Q { b(c: $a) ...G ...G } fragment G on Q { d(e: $a) }", {"a": Use(6, 0)}),
    ("query A($a: I = [1], $b: I) { c(d: $a) e(f: $b) } query B($a: I = [1, 2, 3]) { c(d: $a) e(f: $a) }", {"a": Use(2, 4), "b": Use(1, 0)}),
])
def test_variables_are_counted_where_they_are_used(text: str, expected: dict[str, Use]) -> None:
    assert uses_of(parse(text)) == expected


def test_fragments_that_spread_the_next_twice_are_counted_once_each() -> None:
    """Written out, these would be 2^60 fields."""
    links = " ".join(f"fragment F{number} on Q {{ ...F{number + 1} ...F{number + 1} }}" for number in range(60))
    assert uses_of(parse(f"query($a: Int) {{ ...F0 }} {links} fragment F60 on Q {{ b(c: $a) }}")) == {"a": Use(2**60, 0)}
