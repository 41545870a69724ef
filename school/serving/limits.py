"""Limits of a document: checked before anything is validated or run, and each refused by a code of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, SelectionSetNode

from school.serving.faults import Fault, refuse
from school.serving.measure import DeepError, Figures, Scales


@dataclass(frozen=True, slots=True)
class Limits:
    """Far above what a screen needs, far below what hurts. Fragments are counted wherever they are spread.

    By "Type.field" `bounds` tells the usual length of lists without `first`, and `work` what a field costs beside its values: rows that are looked at.
    """

    characters: int = 32_768
    tokens: int = 2_000
    operations: int = 10
    fragments: int = 50
    depth: int = 12  # fields within each other; also lists and objects of a value
    nesting: int = 36  # fields and fragments within each other
    fields: int = 1_000
    pairs: int = 10_000  # of fields with one name in one place, which the specification has compared
    aliases: int = 50
    same_root: int = 10
    directives: int = 20
    cost: int = 20_000  # values in the answer, more or less
    values: int = 2_000  # of the variables, as often as they are used: three batches of a hundred marks are hardly more
    bounds: Mapping[str, int] = field(default_factory=dict)
    work: Mapping[str, int] = field(default_factory=dict)


def check(schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> int:
    """The document's cost whatever its variables say, or a GraphQLError with the code of the limit that it breaks. The cost itself is not judged.

    A document with a cycle of fragments costs nothing: it is not valid anyway.
    """
    definitions = [one for one in document.definitions if isinstance(one, OperationDefinitionNode | FragmentDefinitionNode)]
    operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
    if len(operations) > limits.operations or len(document.definitions) - len(operations) > limits.fragments:
        raise refuse(Fault.TOO_LONG, f"A document may have {limits.operations} operations and {limits.fragments} fragments.")
    scales = Scales(schema, document, deepest=limits.nesting, bounds=limits.bounds, work=limits.work)
    try:
        figures = [scales.measure(one) for one in definitions]
        if scales.cyclic:
            return 0
        roots = max((count for one in operations for count in scales.roots(one.selection_set).values()), default=0)
    except DeepError:
        raise too_deep(limits) from None
    for one in figures:
        _check_figures(one, limits)
    if roots > limits.same_root:
        raise refuse(Fault.TOO_MANY_ALIASES, f"One operation may ask {limits.same_root} times for the same field.")
    if sum(scales.pairs(one) for one in definitions) > limits.pairs:
        raise refuse(Fault.TOO_COSTLY, "Too many fields have the same name in the same place.")
    return max((one.cost for one in figures), default=0)


def check_cost(schema: GraphQLSchema, document: DocumentNode, limits: Limits, variables: Mapping[str, Any]) -> None:
    """GraphQLError (TOO_COSTLY) for a document, checked before, that is too costly with these variables."""
    scales = Scales(schema, document, deepest=limits.nesting, bounds=limits.bounds, work=limits.work, variables=variables)
    cost = max(scales.measure(one).cost for one in document.definitions if isinstance(one, OperationDefinitionNode | FragmentDefinitionNode))
    if cost > limits.cost:
        raise refuse(Fault.TOO_COSTLY, f"The answer may have a cost of {limits.cost}; this one's is {min(cost, 10**9)}.")


def _check_figures(figures: Figures, limits: Limits) -> None:
    if figures.depth > limits.depth or figures.nesting > limits.nesting:
        raise too_deep(limits)
    if figures.aliases > limits.aliases:
        raise refuse(Fault.TOO_MANY_ALIASES, f"A document may have {limits.aliases} aliases.")
    if figures.directives > limits.directives:
        raise refuse(Fault.TOO_MANY_DIRECTIVES, f"A document may have {limits.directives} directives.")
    if figures.fields > limits.fields:
        raise refuse(Fault.TOO_COSTLY, f"A document may have {limits.fields} fields, written out.")


def too_deep(limits: Limits) -> GraphQLError:
    """Fields, fragments or values within each other."""
    return refuse(Fault.TOO_DEEP, f"Fields may be nested {limits.depth} deep, and {limits.nesting} with the fragments around them.")


def introspects(document: DocumentNode) -> bool:
    """Whether the document asks for the schema anywhere."""
    waiting: list[SelectionSetNode | None] = [getattr(one, "selection_set", None) for one in document.definitions]
    while waiting:
        selected = waiting.pop()
        for selection in selected.selections if selected else ():
            if isinstance(selection, FieldNode) and selection.name.value in {"__schema", "__type"}:
                return True
            waiting.append(getattr(selection, "selection_set", None))
    return False
