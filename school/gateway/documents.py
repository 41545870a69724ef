"""Documents: parsed and validated once for each text, for a daemon sends the same few all its life."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from graphql import DocumentNode, FieldNode, GraphQLError, GraphQLSchema, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse, validate
from graphql.language import FragmentDefinitionNode
from graphql.validation import NoFragmentCyclesRule, UniqueFragmentNamesRule

from school.gateway.denial import Denied, Reason
from school.operations import read_folder
from school.serving.limits import Limits, check

LIMITS = Limits(characters=8192, tokens=1000)
"""Far above what daemons send, which has fewer than 100 tokens. Measured before validation, which may take the square of a document's length."""
MOST_KEPT = 256
DAEMON = tuple(read_folder(Path(__file__).parent / "daemon").values())
"""What reader daemons send, of every version that may still be at work: the only documents that production takes."""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document of one operation with one root field, so that what it calls can be told before it runs."""

    node: DocumentNode
    field: str


class Documents:
    """The least recently used are forgotten. With `trusted`, no others are read."""

    def __init__(self, schema: GraphQLSchema, trusted: Collection[str] | None = None) -> None:
        self._schema = schema
        self._trusted = None if trusted is None else frozenset(trusted)
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def read(self, text: str) -> Document:
        """The document; BAD_REQUEST when it is none, not valid, too long, or calls more or less than one root field, UNKNOWN_DOCUMENT."""
        if self._trusted is not None and text not in self._trusted:
            raise Denied(Reason.UNKNOWN_DOCUMENT)
        kept = self._kept.get(text)
        if kept is not None:
            self._kept.move_to_end(text)
            return kept
        document = self._read(text)
        self._kept[text] = document
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return document

    def _read(self, text: str) -> Document:
        if len(text) > LIMITS.characters:
            raise Denied(Reason.BAD_REQUEST, f"A document has at most {LIMITS.characters} characters.")
        try:
            node = parse(text, no_location=True, max_tokens=LIMITS.tokens)
            check(self._schema, node, LIMITS)
        except (GraphQLError, RecursionError) as error:
            raise _invalid(error) from None
        operations = [definition for definition in node.definitions if isinstance(definition, OperationDefinitionNode)]
        if len(operations) != 1 or self._schema.get_root_type(operations[0].operation) is None:  # nothing is validated below a root that is not there
            raise Denied(Reason.BAD_REQUEST, "A document has one operation, a query or a mutation.")
        # What has a cycle of fragments has no figures that would bound the other rules.
        cycles = (UniqueFragmentNamesRule, NoFragmentCyclesRule)
        if errors := validate(self._schema, node, cycles, max_errors=1) or validate(self._schema, node, max_errors=1):
            raise _invalid(errors[0])
        fields = list(_root_fields(node, operations[0].selection_set, set()))
        if len(fields) != 1:
            raise Denied(Reason.BAD_REQUEST, "An operation has one root field.")
        return Document(node, fields[0])


def _invalid(error: Exception) -> Denied:
    """What is wrong, without the names that the validator would suggest."""
    return Denied(Reason.BAD_REQUEST, f"Not a valid document: {str(error).partition(' Did you mean')[0][:200]}")


def _root_fields(node: DocumentNode, selected: SelectionSetNode, seen: set[str]) -> list[str]:
    """The root fields, through fragments, each fragment once: a valid document has no cycles, but may fan out."""
    fragments = {one.name.value: one for one in node.definitions if isinstance(one, FragmentDefinitionNode)}
    found: list[str] = []
    for selection in selected.selections:
        if isinstance(selection, FieldNode):
            found.append(selection.name.value)
        elif isinstance(selection, InlineFragmentNode):
            found += _root_fields(node, selection.selection_set, seen)
        elif (name := selection.name.value) not in seen:  # type: ignore[attr-defined]
            seen.add(name)
            found += _root_fields(node, fragments[name].selection_set, seen)
    return found
