"""What documents cost: exact figures, on a schema small enough to be counted by hand."""

from typing import Any

import pytest
from graphql import GraphQLError, build_schema, parse

from school.serving.limits import Limits, check, check_cost
from school.serving.measure import LIST, Figures, Scales

SCHEMA = build_schema("""
  type Query { me: Person  people(first: Int! = 10): [Person!]!  page(first: Int): PersonConnection!  news: [News!]! }
  type Person { name: String  friends: [Person!]  tags: [String!]! }
  type PersonConnection { edges: [PersonEdge!]! }
  type PersonEdge { node: Person! }
  interface Thing { id: ID }
  type Mark implements Thing { id: ID  value: Int  weight: Int }
  type Sale implements Thing { id: ID  total: Int }
  union News = Mark | Sale
""")


def measure(text: str, variables: dict[str, Any] | None = None) -> Figures:
    """Of the first definition."""
    document = parse(text)
    return Scales(SCHEMA, document, deepest=36, bounds={"Query.news": 2}, work={"Thing.work": 1}, variables=variables).measure(document.definitions[0])  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "expected"), [
    ("{ me { name } }", Figures(depth=2, nesting=2, fields=2, cost=2)),
    ("{ a: me { b: name @skip(if: true) } }", Figures(2, 2, 2, aliases=2, directives=1, cost=2)),
    ("{ ... { me { ...F ...F } } } fragment F on Person { n: name }", Figures(2, 4, 3, aliases=2, cost=3)),
    ("query($a: Int @x) @y { ... @z { me { ... @z { name } } } }", Figures(2, 4, 2, directives=4, cost=2)),
])
def test_fragments_count_wherever_they_are_spread(text: str, expected: Figures) -> None:
    assert measure(text) == expected


@pytest.mark.parametrize(("text", "variables", "cost"), [
    ("{ people { name } }", None, 1 + 10), ("{ people(first: 3) { name } }", None, 1 + 3), ("{ people(first: 0) { name } }", None, 1 + 1),
    ("{ people(first: 1000000) { name } }", None, 1 + 100), ("{ people(first: 99999999999) { name } }", None, 1 + 100),
    ("query($n: Int!) { people(first: $n) { name } }", None, 1 + 100), ("query($n: Int!) { people(first: $n) { name } }", {"n": 4}, 1 + 4),
    ("query($n: Int!) { people(first: $n) { name } }", {}, 1 + 10), ("query($n: Int!) { people(first: $n) { name } }", {"n": "x"}, 1 + 100),
    ("query($n: Int! = 90) { people(first: $n) { name } }", {}, 1 + 90), ("query($n: Int! = 90) { people(first: $n) { name } }", {"n": 4}, 1 + 4),
    ("query($n: Int! = 90) { people(first: $n) { name } }", None, 1 + 100),
    ("query($n: Int = 2) { page(first: $n) { edges { node { name } } } }", {}, 1 + 2 * 3),
    ("query($n: Int! = 2) { people(first: $n) { name } } query B($n: Int! = 90) { people(first: $n) { name } }", {}, 1 + 90),
    ("{ page(first: 7) { edges { node { name } } } }", None, 1 + 7 * (1 + 1 + 1)), ("{ page { edges { node { name } } } }", None, 1 + 100 * 3),
    ("{ me { friends { friends { name } } } }", None, 1 + 1 + LIST * (1 + LIST)), ("{ me { tags } }", None, 2),
    ("{ news { ... on Mark { value weight } ... on Sale { total } } }", None, 1 + 2 * 2),  # an object is of one type: the dearest counts
    ("{ news { ... on Mark { value } ...M ... on Thing { id } __typename } } fragment M on Mark { weight }", None, 1 + 2 * (2 + 1 + 1)),
    ("{ nothing { nothing } ... on Nothing { nothing } ...Nothing }", None, 4),
    ("{ __schema { types { name } } }", None, 15_001), ("{ __type(name: \"Query\") { name } }", None, 1_001),
])
def test_lists_multiply(text: str, variables: dict[str, Any] | None, cost: int) -> None:
    assert measure(text, variables).cost == cost


def test_what_takes_work_costs_it_wherever_it_stands() -> None:
    work = {"Query.people": 30, "Person.tags": 2}
    for text, cost in (
        ("{ a: people(first: 3) { name tags } }", 31 + 3 * (1 + 3)), ("{ ...F } fragment F on Query { me { tags } people { name } }", 1 + 3 + 31 + 10),
    ):
        assert check(SCHEMA, parse(text), Limits(work=work)) == cost
    limits = Limits(work=work, cost=60)
    check_cost(SCHEMA, parse("query($n: Int!) { people(first: $n) { name } }"), limits, {"n": 29})
    with pytest.raises(GraphQLError, match="this one's is 61"):
        check_cost(SCHEMA, parse("query($n: Int!) { people(first: $n) { name } }"), limits, {"n": 30})


def test_a_cost_that_depends_on_the_variables_is_judged_with_them() -> None:
    document = parse("query($n: Int!) { people(first: $n) { name } }")
    limits = Limits(cost=50)
    assert check(SCHEMA, document, limits) == 101
    check_cost(SCHEMA, document, limits, {"n": 49})
    with pytest.raises(GraphQLError, match="may have a cost of 50; this one's is 51"):
        check_cost(SCHEMA, document, limits, {"n": 50})


def test_pairs_are_counted_place_by_place() -> None:
    document = parse("{ me { name name friends { name } } me { name ...F } } fragment F on Person { friends { name } }")
    assert Scales(SCHEMA, document, deepest=36, bounds={}, work={}).pairs(document.definitions[0]) == 4 + 9 + 4 + 4  # type: ignore[arg-type]
