"""Values of variables: each is converted wherever a document uses its variable, before anybody is asked, and counts as often."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from graphql import DocumentNode, OperationDefinitionNode, SelectionSetNode, ValueNode
from graphql.language import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, ListValueNode, ObjectValueNode, VariableNode

from school.serving.faults import Fault, refuse
from school.serving.limits import Limits


class Use(NamedTuple):
    """How often a document uses a variable, and how many values its default has."""

    times: int
    default: int


ONCE = Use(1, 0)


def uses_of(document: DocumentNode) -> dict[str, Use]:
    """How a valid document uses its variables, fragments written out wherever they are spread; of several operations, the one that uses it most."""
    fragments = {one.name.value: one.selection_set for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    written: dict[str, Counter[str]] = {}
    times, defaults = Counter[str](), defaultdict[str, int](int)

    def count(selected: SelectionSetNode | None) -> Counter[str]:
        found: Counter[str] = Counter()
        for selection in selected.selections if selected else ():
            found += _variables(selection.directives)
            if isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name not in written:
                    written[name] = count(fragments[name])
                found += written[name]
            elif isinstance(selection, FieldNode | InlineFragmentNode):
                found += count(selection.selection_set) + (_variables([selection]) if isinstance(selection, FieldNode) else Counter())
        return found

    for operation in (one for one in document.definitions if isinstance(one, OperationDefinitionNode)):
        times |= count(operation.selection_set) + _variables(operation.directives)
        for variable in operation.variable_definitions:
            name = variable.variable.name.value
            defaults[name] = max(defaults[name], _size(variable.default_value))
    return {name: Use(number, defaults[name]) for name, number in times.items()}


def check_variables(variables: Any, uses: Mapping[str, Use], limits: Limits) -> None:
    """GraphQLError (TOO_MANY_VALUES, TOO_DEEP) for variables that are too many, as often as they are used, or nested too deeply."""
    given = variables or {}
    layer = [(value, uses.get(name, ONCE).times) for name, value in given.items()]
    count = sum(times for _, times in layer) + sum(use.times * use.default for name, use in uses.items() if name not in given)
    for _ in range(limits.depth):
        layer = [(value, times) for value, times in layer if isinstance(value, dict | list)]
        count += sum(len(value) * times for value, times in layer)
        if count > limits.values:
            raise refuse(Fault.TOO_MANY_VALUES, f"The variables may hold {limits.values} values, each counted as often as it is used.")
        if not layer:
            return
        layer = [(below, times) for value, times in layer for below in (value.values() if isinstance(value, dict) else value)]
    raise refuse(Fault.TOO_DEEP, f"The variables may be {limits.depth} levels deep.")


def _variables(holders: Iterable[Any]) -> Counter[str]:
    """Those in the arguments of fields or directives."""
    waiting = [argument.value for holder in holders for argument in holder.arguments]
    found: Counter[str] = Counter()
    while waiting:
        value = waiting.pop()
        if isinstance(value, VariableNode):
            found[value.name.value] += 1
        waiting += _below(value)
    return found


def _size(value: ValueNode | None) -> int:
    return 0 if value is None else 1 + sum(map(_size, _below(value)))


def _below(value: ValueNode) -> list[ValueNode]:
    if isinstance(value, ListValueNode):
        return list(value.values)
    return [field.value for field in value.fields] if isinstance(value, ObjectValueNode) else []
