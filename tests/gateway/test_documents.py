"""Documents: one operation with one root field, small, and parsed once."""

import orjson
import pytest
from graphql import GraphQLSchema

from school.gateway import documents
from school.gateway.denial import Denied, Reason
from school.gateway.documents import LONGEST, MOST_KEPT, MOST_TOKENS, Documents
from school.gateway.schema import machines
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


def test_fragments_that_fan_out_are_looked_at_once() -> None:
    fan = "".join(f"fragment F{number} on Query {{ {f'...F{number + 1} ' * 10}}} " for number in range(30))  # 10 to the power of 30 ways
    assert Documents(SCHEMA).read(f"{{ ...F0 }} {fan} fragment F30 on Query {{ passList {{ __typename }} }}").field == "passList"


def test_a_document_is_short() -> None:
    whole = f"{WHOLE} #"
    assert Documents(SCHEMA).read(whole.ljust(LONGEST)).field == "passList"
    assert refused(whole.ljust(LONGEST + 1)) == f"A document has at most {LONGEST} characters."


def test_a_document_has_few_tokens() -> None:
    many = f"Not a valid document: Syntax Error: Document contains more than {MOST_TOKENS} tokens."
    most = refused(f"{{passList{{{'a ' * (MOST_TOKENS - 5)}}}}}")
    assert not most.startswith(many)
    assert refused(f"{{passList{{{'a ' * (MOST_TOKENS - 4)}}}}}").startswith(many)


def _told(text: str) -> str:
    try:
        Documents(SCHEMA).read(text)
    except Denied as denied:
        return denied.message
    return ""


@pytest.mark.parametrize("kind", [nested, chain])
def test_no_depth_is_a_bug(kind: object) -> None:
    outcomes = {depth: _told(kind(depth)) for depth in (1, 50, 100, 120, 150, 190, 198, 199, 230, 400)}  # type: ignore[operator]
    assert outcomes[1] == outcomes[50] == ""
    assert outcomes[400] != ""


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
            nested(400), "x" * 10_000,
        ):
            assert denial(await gate.ask(text)) == (400, "BAD_REQUEST"), text[:40]
            assert denial(await lodge.stranger().ask(text)) == (400, "BAD_REQUEST"), text[:40]
        assert denial(await gate.post(orjson.dumps({"query": None}))) == (400, "BAD_REQUEST")
    for text in (nested(190), chain(100)):
        answer = await gate.ask(text)
        assert (answer.status_code, list(answer.json()["data"]["passList"])) == (200, ["version"])
    monkeypatch.setattr(documents, "parse", None)  # what was read before is not parsed again
    assert (await gate.ask(nested(190))).status_code == 200
