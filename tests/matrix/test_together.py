"""All that somebody may ask, asked at once: nothing in one answer is otherwise for what stands beside it."""

from typing import Any

import pytest
from graphql import DocumentNode, FieldNode, NameNode, OperationDefinitionNode, VariableNode, Visitor, parse, print_ast, visit
from graphql.language import OperationType

from tests.matrix.asking import Desk
from tests.matrix.documents import document
from tests.matrix.generated import WRITES
from tests.matrix.questions import QUERIES

pytestmark = [pytest.mark.xdist_group("matrix"), pytest.mark.once]


class _Prefix(Visitor):
    """Variables get names of their own, and the root's field another key."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def leave_variable(self, node: VariableNode, *_: Any) -> VariableNode:
        """In the head and where it is used."""
        return VariableNode(name=NameNode(value=f"{self._prefix}_{node.name.value}"))


def together(asked: dict[str, str]) -> str:
    """One document of several, each of one root field, by the keys that those get."""
    heads, fields = [], []
    for key, text in asked.items():
        operation = visit(parse(text, no_location=True), _Prefix(key)).definitions[0]
        root = operation.selection_set.selections[0]
        heads += operation.variable_definitions
        fields.append(FieldNode(
            alias=NameNode(value=key), name=root.name, arguments=root.arguments, directives=root.directives, selection_set=root.selection_set))
    selected = operation.selection_set.__class__(selections=tuple(fields))
    return print_ast(DocumentNode(definitions=(OperationDefinitionNode(
        operation=OperationType.QUERY, name=None, variable_definitions=tuple(heads), directives=(), selection_set=selected),)))


async def test_what_is_asked_together_is_answered_as_alone(counter: Desk) -> None:
    for role in ("guardian", "teacher", "office"):
        alone, asked, variables = dict[str, Any](), dict[str, str](), dict[str, Any]()
        for number, question in enumerate(QUERIES):
            if question.field in WRITES:
                continue
            text, named = document(counter.schema._schema, question), question.arguments(counter.town.targets["own"])
            answer = (await counter.post(role, text, named)).json
            if "errors" not in answer:
                key = f"q{number}"
                asked[key], alone[key] = text, answer["data"][question.field]
                variables |= {f"{key}_{name}": value for name, value in named.items()}
        assert len(asked) > 25, role
        assert (await counter.post(role, together(asked), variables)).json == {"data": alone}, role
