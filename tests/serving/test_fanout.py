"""An event is rendered once for all who ask the same, and never shared where the answer depends on who asks."""

import json
from typing import Any

from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse

from school.serving import fanout
from school.serving.fanout import Question, Renderings, ask

SDL = "type Query { no: Int } type Subscription { news(after: String): News } type News { plain: Int secret: String hushed: String broken: Int }"


class News:
    """An event, which counts how often it is read."""

    def __init__(self) -> None:
        self.reads = 0

    def plain(self, _info: Any) -> int:
        """Of the event alone."""
        self.reads += 1
        return 7

    async def secret(self, info: Any) -> str:
        """What depends on who asks."""
        return f"for {info.context.viewer}"

    def hushed(self, info: Any) -> str:
        """The same, by a resolver that swallows what goes wrong."""
        try:
            return f"for {info.context.viewer}"
        except fanout.LookedError:
            return "nobody"

    def broken(self, _info: Any) -> int:
        """A bug."""
        raise ValueError


class Asker:
    """A context."""

    def __init__(self, viewer: str) -> None:
        self.viewer = viewer


def schema() -> GraphQLSchema:
    """A stream of news."""
    return build_schema(SDL)


def question(text: str, **variables: Any) -> Question:
    """What a client asks."""
    document = parse(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return ask(text, document, operation, None, variables)


async def answers(text: str, *askers: str) -> tuple[list[Any], int]:
    """What each is answered about one event, and how often it was read."""
    news, renderings, found = News(), Renderings(schema(), json.dumps), []
    event = {"news": news}
    for asker in askers:
        answer = await renderings.render(event, question(text), Asker(asker))
        found.append(json.loads(answer) if isinstance(answer, str) else {"data": answer.data, "errors": len(answer.errors or [])})
    return found, news.reads


async def test_what_is_of_the_event_alone_is_rendered_once() -> None:
    found, reads = await answers("subscription { news { plain } }", "anna", "boris", "vera")
    assert found == [{"data": {"news": {"plain": 7}}}] * 3
    assert reads == 1


async def test_what_depends_on_who_asks_is_never_shared() -> None:
    """Even where a resolver swallows the refusal of the shared rendering."""
    for field in ("secret", "hushed"):
        found, _ = await answers(f"subscription {{ news {{ plain {field} }} }}", "anna", "boris")
        assert found == [{"data": {"news": {"plain": 7, field: f"for {name}"}}, "errors": 0} for name in ("anna", "boris")]


async def test_an_answer_with_errors_is_each_ones_own() -> None:
    found, _ = await answers("subscription { news { broken } }", "anna", "boris")
    assert found == [{"data": {"news": {"broken": None}}, "errors": 1}] * 2


def test_the_question_has_the_variables_that_shape_the_answer_and_no_others() -> None:
    text = "subscription($after: String, $with: Boolean!) { news(after: $after) { plain @include(if: $with) } }"
    first, later, other = (question(text, **given) for given in ({"after": "a", "with": True}, {"after": "b", "with": True}, {"after": "a", "with": False}))
    assert first.key == later.key != other.key
