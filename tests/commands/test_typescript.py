"""The web app's types are the schema's, as the checkout has them."""

from pathlib import Path

import pytest
from graphql import build_schema

from school.commands.typescript import types_of
from school.schema import people

ROOT = Path(__file__).parents[2]


@pytest.mark.house
def test_the_web_app_s_types_are_those_of_the_schema() -> None:
    text = people().as_str()
    assert (ROOT / "schema.graphql").read_text() == text.rstrip() + "\n", "run `school schema --write .`"
    assert (ROOT / "web/src/api/schema.d.ts").read_text() == types_of(build_schema(text)), "run `school schema --write .`"


def test_each_kind_of_type_is_written_as_gql_tada_reads_it() -> None:
    schema = build_schema('''
        type Query { many(first: Int! = 3): [Answer!]!  node: Node }
        interface Node { id: ID! }
        type Yes implements Node { id: ID!  when: Moment }
        type No { why: Why! }
        union Answer = Yes | No
        enum Why { LATE EARLY }
        input Wish { why: Why = LATE, id: ID! }
        scalar Moment
    ''')
    string = "{ kind: 'SCALAR'; name: 'ID'; ofType: null }"
    lines = types_of(schema).splitlines()
    assert "export type introspection = { name: never; query: 'Query'; mutation: never; subscription: never; types: introspection_types };" in lines
    assert "  Answer: { kind: 'UNION'; name: 'Answer'; fields: {}; possibleTypes: 'Yes' | 'No' };" in lines
    assert "  Why: { name: 'Why'; enumValues: 'LATE' | 'EARLY' };" in lines
    assert "  Moment: unknown;" in lines
    must = f"{{ kind: 'NON_NULL'; name: never; ofType: {string} }}"
    assert f"  Node: {{ kind: 'INTERFACE'; name: 'Node'; fields: {{ id: {{ name: 'id'; type: {must} }} }}; possibleTypes: 'Yes' }};" in lines
    wish = f"{{ name: 'why'; type: {{ kind: 'ENUM'; name: 'Why'; ofType: null }}; defaultValue: 'LATE' }}, {{ name: 'id'; type: {must}; defaultValue: null }}"
    assert f"  Wish: {{ kind: 'INPUT_OBJECT'; name: 'Wish'; isOneOf: false; inputFields: [{wish}] }};" in lines
