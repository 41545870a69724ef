"""Documents: one operation with one root field, small, measured before it is validated, and parsed once."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from graphql import GraphQLSchema, validate
from graphql.validation import NoFragmentCyclesRule, UniqueFragmentNamesRule

from school.gateway import documents
from school.gateway.denial import Denied, Reason
from school.gateway.documents import DAEMON, LIMITS, MOST_KEPT, Documents
from school.gateway.schema import machines
from school.serving.limits import Limits
from tests.gateway.device import DOCUMENTS, denial
from tests.gateway.lodge import Lodge

SCHEMA: GraphQLSchema = machines().graphql_schema
VERSION = "... on PassList { version }"
WHOLE = "{ passList { ... on PassList { version } } }"


def refused(text: str, kept: Documents | None = None) -> str:
    """Why a document is none."""
    with pytest.raises(Denied) as denied:
        (kept or Documents(SCHEMA)).read(text)
    assert denied.value.reason is Reason.BAD_REQUEST
    assert len(denied.value.message) <= 230
    return denied.value.message


def nested(depth: int) -> str:
    """Fragments in fragments."""
    return f"{{ passList {{ {'... on PassList { ' * depth}version{' }' * depth} }} }}"


def chain(length: int) -> str:
    """Each fragment brings the next."""
    links = "".join(f"fragment F{number} on PassList {{ ...F{number + 1} }} " for number in range(length))
    return f"{{ passList {{ ...F0 }} }} {links} fragment F{length} on PassList {{ version }}"


@pytest.mark.parametrize("operation", DOCUMENTS)
def test_what_daemons_send_is_read(operation: str) -> None:
    assert Documents(SCHEMA).read(DOCUMENTS[operation]).field == operation


@pytest.mark.parametrize(("text", "reason"), [
    ("", "Syntax Error: Unexpected <EOF>."), ("{", "Syntax Error: Expected Name, found <EOF>."), ("passList", "Syntax Error: Unexpected Name 'passList'."),
    ("{ passList { version \ud800 } }", "Syntax Error"), ("{ passList { \0 } }", "Syntax Error: Unexpected character: U+0000."), ("{ }", "Syntax Error"),
    ("{ nothing }", "Cannot query field 'nothing' on type 'Query'."), ("{ passList }", "Field 'passList' of type 'PassListResult!' must have a selection"),
    ("{ passLis { version } }", "Cannot query field 'passLis' on type 'Query'."), ("{ passList { version } }", "Cannot query field 'version' on type"),
    ("{ passList(wait: \"1\") { __typename } }", "Int cannot represent non-integer value"),
    ("query($a: Nothing) { passList { __typename } }", "Unknown type 'Nothing'."),
    ("mutation { __schema { types { name } } }", "Cannot query field '__schema' on type 'Mutation'."),
    ("{ ...A } fragment A on Query { ...A passList { __typename } }", "Cannot spread fragment 'A' within itself."), ("{ ...A }", "Unknown fragment 'A'."),
    ("mutation { presentTap { __typename } }", "Field 'presentTap' argument "),
    ("query($a: Int!, $a: Int!) { passList(wait: $a) { __typename } }", "There can be only one"),
    ("{ passList(since: \"1\", since: \"2\") { __typename } }", "There can be only one argument named 'since'."),
])
def test_what_is_no_valid_document_is_refused(text: str, reason: str) -> None:
    message = refused(text)
    assert message.startswith(f"Not a valid document: {reason}")
    assert "Did you mean" not in message


@pytest.mark.parametrize("text", [
    f"{WHOLE} {WHOLE}", f"query A {WHOLE} query B {WHOLE}", f"query A {WHOLE} mutation B {{ heartbeat {{ __typename }} }}",
    "fragment A on Query { passList { __typename } }", "type Query { a: Int }", "subscription { a } query { passList { __typename } }",
    "subscription { passList }", "subscription { nothing }",
])
def test_a_document_has_one_operation(text: str) -> None:
    assert refused(text) == "A document has one operation, a query or a mutation."


@pytest.mark.parametrize("text", [
    "{ passList { __typename } passList { __typename } }", "{ a: passList { __typename } b: passList { __typename } }",
    "{ passList { __typename } __typename }",
    "{ ... { passList { __typename } } ... on Query { passList { __typename } } }", "{ a: __typename b: __typename }",
    "{ ...A ...B } fragment A on Query { passList { __typename } } fragment B on Query { __typename }",
    "{ ...A passList { __typename } } fragment A on Query { passList { __typename } }",
    "{ passList { __typename } ...A @skip(if: true) } fragment A on Query { __typename }",
])
def test_an_operation_has_one_root_field(text: str) -> None:
    assert refused(text) == "An operation has one root field."


@pytest.mark.parametrize("text", [
    "{ other: passList { __typename } }", "{ ...A } fragment A on Query { ... { ...B } } fragment B on Query { passList { __typename } }",
    "query($yes: Boolean = true) { ... @include(if: $yes) { passList { __typename } } }", "{ ...A ...A } fragment A on Query { passList { __typename } }",
    "query Q($since: String, $wait: Int! = 0) { passList(since: $since, wait: $wait) { ...F } } fragment F on PassList { version }",
])
def test_a_root_field_is_found_wherever_it_stands(text: str) -> None:
    assert Documents(SCHEMA).read(text).field == "passList"


def floods(count: int) -> str:
    """One field, so many times."""
    return f"{{ passList(wait: 0) {{ {'x ' * count}}} }}"


def fans(length: int, times: int) -> str:
    """Each fragment brings the next so many times."""
    links = "".join(f"fragment F{number} on Query {{ {f'...F{number + 1} ' * times}}} " for number in range(length))
    return f"{{ ...F0 }} {links} fragment F{length} on Query {{ passList {{ __typename }} }}"


SQUARE = "Too many fields have the same name in the same place."
DEEP = "Fields may be nested 12 deep, and 36 with the fragments around them."


@pytest.mark.parametrize(("text", "reason"), [
    (floods(900), SQUARE), (floods(100), SQUARE), ("{ passList {" + f"x {{ {'y ' * 30}}} " * 20 + "} }", SQUARE),
    (f"{{ passList {{ ...F ...F }} }} fragment F on PassList {{ {'version ' * 80}}}", SQUARE),
    (fans(30, 10), "A document may have 1000 fields, written out."), (fans(12, 2), "A document may have 1000 fields, written out."),
    ("{ passList { ...F } } " + "fragment F on PassList { version } " * 51, "A document may have 10 operations and 50 fragments."),
    (f"{{ passList {{ {' '.join(f'a{number}: version' for number in range(51))} }} }}", "A document may have 50 aliases."),
    (f"{{ passList {'@skip(if: false) ' * 21}{{ __typename }} }}", "A document may have 20 directives."),
    (f"{{ {'passList { __typename } ' * 11}}}", "One operation may ask 10 times for the same field."),
    (nested(35), DEEP), (chain(34), DEEP), (f"query($a: Int = {'[' * 90}{']' * 90}) {{ passList(wait: $a) {{ __typename }} }}", DEEP),
])
def test_what_would_be_dear_to_validate_is_not_validated(text: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "validate", None)
    assert refused(text) == f"Not a valid document: {reason}"


@pytest.mark.parametrize("text", [
    f"{{ passList {{ ...F {'x ' * 900}}} }} fragment F on PassList {{ ...F }}",
    "{ passList { ...F0 } } " + " ".join(f"fragment F{number} on PassList {{ {'...F0 ...F1 ...F2 ' * 5}{'x ' * 10}}}" for number in range(15)),
])
def test_a_cycle_is_seen_before_anything_else_is_validated(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def noting(schema: Any, node: Any, rules: Any = None, **options: Any) -> Any:
        asked.append(rules)
        return validate(schema, node, rules, **options)

    monkeypatch.setattr(documents, "validate", noting)
    assert refused(text).startswith("Not a valid document: Cannot spread fragment 'F")
    assert asked == [(UniqueFragmentNamesRule, NoFragmentCyclesRule)]


def test_what_daemons_send_is_far_within_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Much less would do; and what is just within the limits is validated."""
    assert refused(floods(99)) == "Not a valid document: Cannot query field 'x' on type 'PassListResult'."
    tight = Limits(characters=500, tokens=100, depth=3, nesting=5, fields=50, pairs=500, aliases=5, same_root=1, directives=0)
    monkeypatch.setattr(documents, "LIMITS", tight)
    for text in {*DAEMON, *DOCUMENTS.values()}:
        assert Documents(SCHEMA).read(text).field in DOCUMENTS


def test_a_document_is_short() -> None:
    whole = f"{WHOLE} #"
    assert Documents(SCHEMA).read(whole.ljust(LIMITS.characters)).field == "passList"
    assert refused(whole.ljust(LIMITS.characters + 1)) == f"A document has at most {LIMITS.characters} characters."


def test_a_document_has_few_tokens() -> None:
    many = f"Not a valid document: Syntax Error: Document contains more than {LIMITS.tokens} tokens."
    most = refused(f"{{passList{{{'a ' * (LIMITS.tokens - 5)}}}}}")
    assert not most.startswith(many)
    assert refused(f"{{passList{{{'a ' * (LIMITS.tokens - 4)}}}}}").startswith(many)


def _told(text: str) -> str:
    try:
        Documents(SCHEMA).read(text)
    except Denied as denied:
        return denied.message
    return ""


@pytest.mark.parametrize("kind", [nested, chain])
def test_no_depth_is_a_bug(kind: Callable[[int], str]) -> None:
    depths = (1, 20, 33, 50, 100, 120, 150, 190, 198, 199, 230, 400)
    assert [depth for depth in depths if _told(kind(depth)) == ""] == [1, 20, 33]


def test_a_valid_document_is_parsed_once_and_the_others_never_kept() -> None:
    kept = Documents(SCHEMA)
    first = kept.read(WHOLE)
    assert kept.read(WHOLE) is first
    assert kept.read(f"{WHOLE} ") is not first
    for text in ("{", "{ nothing }", "{ a: passList { __typename } b: passList { __typename } }"):
        refused(text, kept)
    assert list(kept._kept) == [WHOLE, f"{WHOLE} "]


def test_the_least_recently_used_are_forgotten() -> None:
    kept = Documents(SCHEMA)
    texts = [f"{WHOLE}#{number}" for number in range(MOST_KEPT)]
    first, second = kept.read(texts[0]), kept.read(texts[1])
    for text in texts[2:]:
        kept.read(text)
    assert kept.read(texts[0]) is first  # now the second is the least recent
    kept.read(WHOLE)
    assert list(kept._kept) == [*texts[2:], texts[0], WHOLE]
    assert len(kept._kept) == MOST_KEPT
    assert kept.read(texts[1]) is not second
    assert (kept.read(texts[0]), len(kept._kept)) == (first, MOST_KEPT)


async def test_over_http_what_cannot_be_read_changes_nothing(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = await lodge.device("gate")
    async with lodge.unchanged():
        for text in (
            "", "{", "{ nothing }", f"{WHOLE} {WHOLE}", "subscription { passList }", "{ a: passList { __typename } passList { __typename } }",
            nested(400), "x" * 10_000, floods(900),
        ):
            assert denial(await gate.ask(text)) == (400, "BAD_REQUEST"), text[:40]
            assert denial(await lodge.stranger().ask(text)) == (400, "BAD_REQUEST"), text[:40]
        assert denial(await gate.post(orjson.dumps({"query": None}))) == (400, "BAD_REQUEST")
    for text in (nested(34), chain(33)):
        answer = await gate.ask(text)
        assert (answer.status_code, list(answer.json()["data"]["passList"])) == (200, ["version"])
    monkeypatch.setattr(documents, "parse", None)  # what was read before is not parsed again
    assert (await gate.ask(nested(34))).status_code == 200
