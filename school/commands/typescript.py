"""The people's schema as a TypeScript type, from which gql.tada works out the types of the web app's operations. No generator is run in web/."""

from collections.abc import Iterable

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    print_ast,
)
from graphql.pyutils import Undefined
from graphql.utilities import ast_from_value

_HEAD = "// Written by `school schema --write .` from the schema: never edited by hand.\n"


def types_of(schema: GraphQLSchema) -> str:
    """A declaration file; gql.tada's own format (what its `generate output` writes as a `.d.ts`)."""
    kinds = "".join(f"  {name}: {_kind(kind, schema)};\n" for name, kind in sorted(schema.type_map.items()) if not name.startswith("__"))
    roots = "; ".join(
        f"{name}: " + ("never" if root is None else f"'{root.name}'")
        for name, root in (("query", schema.query_type), ("mutation", schema.mutation_type), ("subscription", schema.subscription_type)))
    return f"{_HEAD}\nexport type introspection = {{ name: never; {roots}; types: introspection_types }};\n\nexport type introspection_types = {{\n{kinds}}};\n"


def _kind(kind: GraphQLNamedType, schema: GraphQLSchema) -> str:
    name = f"name: '{kind.name}'"
    if isinstance(kind, GraphQLEnumType):
        return f"{{ {name}; enumValues: {_either(kind.values)} }}"
    if isinstance(kind, GraphQLInputObjectType):
        fields = ", ".join(
            f"{{ name: '{field}'; type: {_type(one.type)}; defaultValue: {_default(one.default_value, one.type)} }}" for field, one in kind.fields.items())
        return f"{{ kind: 'INPUT_OBJECT'; {name}; isOneOf: false; inputFields: [{fields}] }}"
    if isinstance(kind, GraphQLUnionType):
        return f"{{ kind: 'UNION'; {name}; fields: {{}}; possibleTypes: {_either(one.name for one in kind.types)} }}"
    if isinstance(kind, GraphQLObjectType):
        return f"{{ kind: 'OBJECT'; {name}; fields: {{ {_fields(kind)} }} }}"
    if isinstance(kind, GraphQLInterfaceType):
        return (
            f"{{ kind: 'INTERFACE'; {name}; fields: {{ {_fields(kind)} }}; "
            f"possibleTypes: {_either(one.name for one in schema.get_possible_types(kind))} }}")
    return "unknown"


def _fields(kind: GraphQLObjectType | GraphQLInterfaceType) -> str:
    return "; ".join(f"{name}: {{ name: '{name}'; type: {_type(field.type)} }}" for name, field in kind.fields.items())


def _type(kind: object) -> str:
    if isinstance(kind, GraphQLNonNull):
        return f"{{ kind: 'NON_NULL'; name: never; ofType: {_type(kind.of_type)} }}"
    if isinstance(kind, GraphQLList):
        return f"{{ kind: 'LIST'; name: never; ofType: {_type(kind.of_type)} }}"
    return f"{{ kind: '{_WORDS.get(type(kind), 'SCALAR')}'; name: '{kind}'; ofType: null }}"


_WORDS: dict[type[object], str] = {
    GraphQLEnumType: "ENUM", GraphQLInputObjectType: "INPUT_OBJECT", GraphQLUnionType: "UNION", GraphQLObjectType: "OBJECT", GraphQLInterfaceType: "INTERFACE",
}


def _default(value: object, kind: object) -> str:
    """As text in quotes, where there is one: such a field may be left out."""
    node = None if value is Undefined else ast_from_value(value, kind)  # type: ignore[arg-type]
    return "null" if node is None else f"{print_ast(node)!r}"


def _either(names: Iterable[str]) -> str:
    return " | ".join(f"'{name}'" for name in names)
