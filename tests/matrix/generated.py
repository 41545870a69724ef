"""Generated queries: documents that hypothesis-graphql makes of the schema, one root field each, asked about things that are there, and some that are not."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from hashlib import sha256
from itertools import islice
from math import ceil
from random import Random
from typing import Any

import orjson
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    ListValueNode,
    NameNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    TypeNameMetaFieldDef,
    Visitor,
    execute,
    get_named_type,
    is_leaf_type,
    parse,
    print_schema,
    validate,
    visit,
)
from graphql.language import ast
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from school.context import Context
from tests.matrix.asking import SETTINGS, Desk
from tests.matrix.town import CODES, TARGETS, Town
from tests.session import of_the_session

NAMED = {
    "childId": "child", "personId": "child", "pupilId": "child", "children": "child", "id": "child", "classGroupId": "class", "courseId": "course",
    "homeworkId": "homework", "markId": "mark", "tillId": "till", "doorId": "door", "deviceId": "desk", "keyId": "key", "schoolId": "school",
    "threadId": "thread", "thingId": "remark",
}
"""What an argument names."""
RARELY = {"after", "first", "courseId"}
"""Arguments with which most questions would be refused, or answered with little: most are asked without."""
WRITES = {"personalData", "customers"}
"""An export is put into the record as it is handed out, and a name that is looked up is counted: they are not asked by the thousand; the matrix asks them of
everyone."""
MADE = 550
"""Documents that are generated at the least: whoever wants fewer takes the first of them."""
_DATES = st.sampled_from(["2026-09-07", "2026-09-07", "2026-09-07", "2026-09-08"]).map(lambda text: ast.StringValueNode(value=text))


class _Substitute(Visitor):
    """Puts ids of the town, and some of nothing, where the generator has put anything; and has most objects tell all their plain fields."""

    def __init__(self, town: Town, random: Random, types: TypeInfo) -> None:
        super().__init__()
        self._random, self._types = random, types
        self._ids = [town.targets[target] for target in (*TARGETS, "own", "own")] + [town.absent("own")]

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        """What is asked of an object."""
        kind = self._types.get_parent_type()
        if not isinstance(kind, GraphQLObjectType) or self._random.random() < 0.3:
            return node
        wraps = kind.name.endswith(("Connection", "Edge"))
        more = [_field(name, field) for name, field in kind.fields.items() if not field.args and (wraps or is_leaf_type(get_named_type(field.type)))]
        return SelectionSetNode(selections=(*node.selections, *more))

    def _pick(self, noun: str) -> StringValueNode:
        return StringValueNode(value=self._random.choice([of[noun] for of in self._ids if noun in of]))

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode:
        """Its arguments."""
        kept = [self._argument(one) for one in node.arguments if one.name.value not in RARELY or self._random.random() < 0.1]
        return FieldNode(alias=node.alias, name=node.name, arguments=tuple(kept), directives=node.directives, selection_set=node.selection_set)

    def _argument(self, node: ArgumentNode) -> ArgumentNode:
        name, value = node.name.value, node.value
        if name == "code":
            value = StringValueNode(value=CODES[1])
        elif name in NAMED and isinstance(value, ListValueNode):
            value = ListValueNode(values=tuple(self._pick(NAMED[name]) for _ in range(self._random.choice([1, 1, 2]))))
        elif name in NAMED and isinstance(value, StringValueNode):
            value = self._pick(NAMED[name])
        return ArgumentNode(name=node.name, value=value)


def _field(name: str, field: GraphQLField) -> FieldNode:
    """A field whose object, if it is one, tells nothing yet."""
    object_ = None if is_leaf_type(get_named_type(field.type)) else SelectionSetNode(selections=(_field("__typename", TypeNameMetaFieldDef),))
    return FieldNode(name=NameNode(value=name), arguments=(), directives=(), selection_set=object_)


def generate(schema: GraphQLSchema, town: Town, count: int, root: str | None = None) -> Iterator[DocumentNode]:
    """So many valid documents, each made when it is wanted; the same but for the town's ids, and for the constants Hypothesis finds in our modules.

    `root`: those of them alone that ask for this field.
    """
    return islice(_valid(schema, town, count + count // 10, root), count)


def _valid(schema: GraphQLSchema, town: Town, count: int, root: str | None) -> Iterator[DocumentNode]:
    for text, seed in texts(schema, count, root):
        types = TypeInfo(schema)
        document = visit(parse(text, no_location=True), TypeInfoVisitor(types, _Substitute(town, Random(seed), types)))  # noqa: S311 - the same chance again
        if not validate(schema, document, max_errors=1):
            yield document


@cache
def texts(schema: GraphQLSchema, count: int, root: str | None = None) -> list[tuple[str, int]]:
    """Documents as they are generated, each with a number by which chance fills them in; made once in a session."""
    many = max(count, MADE)
    name = f"documents-{many}-{root or ''}-{sha256(print_schema(schema).encode()).hexdigest()[:16]}"
    return of_the_session(name, lambda: _made(schema, many, root))[:count]


def _made(schema: GraphQLSchema, count: int, root: str | None) -> list[tuple[str, int]]:
    assert schema.query_type is not None
    roots = sorted(set(schema.query_type.fields) - WRITES)
    scalars: Mapping[str, Any] = {"Date": _DATES, "ID": st.just(StringValueNode(value="id")), "Int": st.integers(1, 100).map(_whole)}
    made: list[tuple[str, int]] = []

    def collect(field: str) -> None:
        @settings(
            max_examples=ceil(count / len(roots)), derandomize=True, database=None, phases=[Phase.generate], deadline=timedelta(seconds=10),
            suppress_health_check=list(HealthCheck))
        @given(queries(schema, fields=[field], custom_scalars=scalars, allow_null=False), st.integers(0, 2**32))
        def run(text: str, seed: int) -> None:
            made.append((text, seed))

        run()

    for one in roots if root is None else [root]:
        collect(one)
    made.sort(key=lambda one: sha256(one[0].encode()).digest())  # whoever takes the first of them takes of all roots
    del made[count:]
    return made


def _whole(number: int) -> ast.IntValueNode:
    return ast.IntValueNode(value=str(number))


async def run(desk: Desk, role: str, document: DocumentNode) -> bytes:
    """The answer, as it would go over the wire."""
    context = Context(desk.town.viewers[role], desk.town.database, SETTINGS)
    found = execute(desk.schema._schema, document, context_value=context, execution_context_class=desk.schema.execution_context_class)
    result = found if not hasattr(found, "__await__") else await found
    return orjson.dumps({"data": result.data, "errors": [error.formatted for error in result.errors or ()]})
