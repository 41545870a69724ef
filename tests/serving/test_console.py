"""The demo's console: what its page sends is what the service knows, and it has an answer to whatever it is answered."""

import re

import pytest
from graphql import GraphQLUnionType, build_schema, parse, validate

from school.schema import people
from school.serving.console import PAGE

MUTATIONS = dict(re.findall(r"const (\w+) = `(mutation[^`]+)`;", PAGE))


@pytest.mark.parametrize(("name", "result"), [("SIGN_IN", "SignInResult"), ("COMPLETE", "CompleteSignInResult")])
def test_signing_in_asks_for_every_outcome(name: str, result: str) -> None:
    schema = build_schema(people().as_str())
    union = schema.type_map[result]
    assert isinstance(union, GraphQLUnionType)
    assert validate(schema, parse(MUTATIONS[name])) == []
    assert set(re.findall(r"\.\.\. on (\w+)", MUTATIONS[name])) == {member.name for member in union.types}
    assert set(MUTATIONS) == {"SIGN_IN", "COMPLETE"}
