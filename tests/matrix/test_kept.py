"""Kept answers: whatever is done through the API, a family is told what a service that keeps nothing would tell it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import pytest_asyncio
import sqlalchemy as sa
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type

from school import ids, outbox
from school.columns import FromRow
from school.context import Area, Scope
from school.delivery.relay import Relay
from school.ids import Kind, Ref
from school.outbox import OutboxRow, Signal
from school.reading import Reader
from school.serving import queries
from school.serving.kept import KeptAnswers
from school.serving.plan_writer import keeping
from school.statements import SERVICE
from tests.matrix.asking import DONE, Desk, desk, schema
from tests.matrix.question import About, put
from tests.matrix.questions import MUTATIONS
from tests.matrix.table import read
from tests.statements import counted

pytestmark = pytest.mark.xdist_group("matrix")
ASKERS = ("guardian", "pupil")
LAST = ("end", "revoke", "retire", "cancel", "sign", "reset", "accept", "complete", "remove", "block", "restrict", "close", "change", "set", "require")
"""How mutations begin after which others of them may do nothing any more: they come last."""


def whole(kind: GraphQLObjectType, depth: int = 0) -> str:
    """Of a type all that may be kept."""
    shown = ["__typename"]
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        definition, owner = field.extensions.get("strawberry-definition"), kind.extensions.get("strawberry-definition")
        attribute = None if definition is None or owner is None else vars(owner.origin).get(definition.python_name)
        changes = isinstance(attribute, FromRow) and not attribute.keeps
        if field.args or changes or (definition is not None and definition.base_resolver is not None and keeping(field) is None) or depth > 6:
            continue
        if isinstance(below, GraphQLObjectType):
            shown.append(f"{name} {whole(below, depth + 1)}")
        elif not isinstance(below, GraphQLUnionType | GraphQLInterfaceType):
            shown.append(name)
    return f"{{ {' '.join(shown)} }}"


def document() -> str:
    """All fields of the root whose answers may be kept, of one child."""
    root = schema()._schema.query_type
    assert root is not None
    fields = [name for name, field in root.fields.items() if keeping(field) is not None]
    assert {"marks", "mealAccount", "mealHistory", "passages"} <= set(fields)
    calls = []
    for name in fields:
        below = get_named_type(root.fields[name].type)
        assert isinstance(below, GraphQLObjectType)
        [child] = [argument for argument in root.fields[name].args if argument in {"childId", "personId"}]
        calls.append(f"{name}({child}: $child) {whole(below)}")
    return f"query($child: ID!) {{ {' '.join(calls)} }}"


class Pair:
    """Two services over one database: one that keeps answers, and one that does not."""

    def __init__(self, keeping_: Desk, plain: Desk) -> None:
        self.keeping, self.plain, self.text = keeping_, plain, document()
        self.relay = Relay(plain.town.database, Signal(), lease_seconds=0)

    async def differing(self, roles: tuple[str, ...] = ASKERS) -> list[str]:
        """Who is told something else by the one than by the other."""
        child, found = {"child": self.plain.town.targets["own"]["child"]}, []
        for role in roles:
            kept, made = [await one.post(role, self.text, child) for one in (self.keeping, self.plain)]
            if (kept.status, kept.body) != (made.status, made.body):
                found.append(role)
            assert self.keeping.noted == self.plain.noted
        return found

    async def publish(self) -> None:
        """Tell all that waits."""
        while await self.relay.publish():
            pass
        async with self.plain.town.database.read() as session:
            assert (await session.scalars(sa.select(OutboxRow.position))).all() == []


@asynccontextmanager
async def paired(counter: Desk) -> AsyncIterator[Pair]:
    """In its town."""
    async with desk(counter.town, KeptAnswers()) as keeping_:
        made = Pair(keeping_, counter)
        await made.publish()
        yield made


@pytest_asyncio.fixture
async def pair(counter: Desk) -> AsyncIterator[Pair]:
    """On each kind of database."""
    async with paired(counter) as made:
        yield made


async def after_everything(pair: Pair) -> tuple[set[str], list[str]]:
    """What was done of all that the API offers, by whoever may; and after what of it somebody was told something else, before or after the news."""
    declared, done, stale = read().sections["Mutations"], set[str](), list[str]()
    for _ in range(3):
        assert await pair.differing() == []
    for question in sorted(MUTATIONS, key=lambda one: one.name.startswith(LAST)):
        role = next((role for role, cell in declared[question.name].items() if cell.startswith(DONE)), None)
        if role is None:
            continue
        target = question.about.value[0] if question.about is not About.NOBODY else "own"
        if question.name == "withdrawMark":  # it was corrected before
            question = put("withdrawMark", question.about, lambda of: {"markId": of["mark"], "expectedRevision": 3})  # noqa: PLW2901
        answer = await pair.plain.ask(role, question, pair.plain.town.targets[target])
        if answer.letter(question.field) == DONE:
            done.add(question.name)
        for when in ("before", "after"):
            stale += [f"{question.name}, {when} the news: {role}" for role in await pair.differing()]
            await pair.publish()
    return done, stale


@pytest.mark.once
async def test_whatever_is_done_the_next_answer_knows(pair: Pair) -> None:
    kept = queries.KEPT._value.get()
    done, stale = await after_everything(pair)
    assert stale == []
    assert {"giveMarks", "correctMark", "withdrawMark", "decideTermMarks", "topUp (CASH)", "topUp (SANDBOX)", "sell", "refund", "substitute"} <= done
    assert queries.KEPT._value.get() - kept > len(done), "mostly nothing has happened that concerns the family"


async def test_a_kept_answer_costs_one_statement_and_is_told_to_these_rights_alone(pair: Pair) -> None:
    town, child = pair.keeping.town, {"child": pair.keeping.town.targets["own"]["child"]}
    for _ in range(2):
        await pair.keeping.post("guardian", pair.text, child)
    with counted(town.database) as statements:
        kept = await pair.keeping.post("guardian", pair.text, child)
    assert len(statements) == 1, statements
    assert len(kept.body) > 1000
    boris, guardian = town.ref("boris"), town.viewers["guardian"]
    for name, viewer in {
        "restricted": replace(guardian, withheld=frozenset({(boris, Area.MEALS)})), "childless": replace(guardian, children=frozenset()),
        "token": replace(guardian, scopes=frozenset({Scope(Area.DIARY, False)})), "working": town.viewers["teacher"],
    }.items():
        town.viewers[name] = viewer
        assert await pair.differing((name,)) == []
        assert (await pair.keeping.post(name, pair.text, child)).body != kept.body
    assert (await pair.keeping.post("guardian", pair.text, child)).body == kept.body


async def test_what_is_not_a_child_s_is_not_kept(pair: Pair) -> None:
    """A guardian's own meal account: no event of a child's tells of it."""
    town = pair.plain.town
    guardian = town.viewers["guardian"].grants[0]
    mine = ids.encode(Kind.PERSON, guardian.school_id, guardian.person_id)
    ask = "query($child: ID!) { mealAccount(childId: $child) { balance { minor } } }"
    opened = "mutation($input: OpenMealAccountInput!) { openMealAccount(input: $input) { __typename ... on Refusal { code } } }"
    assert b"Refusal" not in (await pair.plain.post("office", opened, {"input": {"personId": mine}})).body
    paid = "mutation($input: TopUpInput!) { topUp(input: $input) { __typename ... on Refusal { code message } } }"
    for _ in range(3):
        for _ in range(3):
            kept, made = [await one.post("guardian", ask, {"child": mine}) for one in (pair.keeping, pair.plain)]
            assert kept.body == made.body
        money = {"minor": 500, "currency": "RUB"}
        done = await pair.plain.post("office", paid, {"input": {"id": str(ids.new()), "childId": mine, "amount": money, "method": "CASH"}})
        assert b"Refusal" not in done.body
        await pair.publish()


async def test_an_answer_that_does_not_look_whether_something_waits_is_found(sqlite_counter: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutant: what is committed and not published is not seen."""

    async def published(reader: Reader, pupils: Sequence[Ref]) -> tuple[int, ...]:
        found = [await reader.all(outbox._last, SERVICE, school_id=pupil.school_id, topic_id=pupil.id) for pupil in pupils]
        return tuple(rows[0].seq if rows else 0 for rows in found)

    monkeypatch.setattr("school.context.last_told", published)
    async with paired(sqlite_counter) as pair:
        _, stale = await after_everything(pair)
    assert {"giveMarks, before the news: guardian", "topUp (CASH), before the news: pupil"} <= set(stale)
    assert [one for one in stale if "after the news" in one] == []
