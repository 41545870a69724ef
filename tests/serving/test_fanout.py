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
    """A context. `shared` is what others of the same school have, too."""

    def __init__(self, viewer: str, shared: Any = "a school") -> None:
        self.viewer, self.shared = viewer, shared


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


class School:
    """A context's `shared`: a name that all of a school may know, once somebody has read it."""

    def __init__(self, name: str | None) -> None:
        self.name = name


class Pupil(Asker):
    """A context by which a name is found, and kept for all."""

    def __init__(self, viewer: str, school: School) -> None:
        super().__init__(viewer, school)

    def read(self) -> str:
        """As whoever may."""
        self.shared.name = f"read by {self.viewer}"
        return self.shared.name


class Named:
    """An event with a name."""

    def __init__(self) -> None:
        self.tries = 0

    def secret(self, info: Any) -> str:
        """What all of a school may know."""
        self.tries += 1
        return info.context.shared.name or info.context.read()


async def test_what_some_may_know_is_shared_among_them_alone() -> None:
    news, renderings = {"news": Named()}, Renderings(schema(), json.dumps)
    here, there = School("here"), School("there")
    for viewer, school in (("anna", here), ("boris", here), ("gleb", there)):
        answer = await renderings.render(news, question("subscription { news { secret } }"), Pupil(viewer, school))
        assert isinstance(answer, str)
        assert json.loads(answer) == {"data": {"news": {"secret": school.name}}}
    assert news["news"].tries == 2


async def test_what_the_first_one_has_read_is_shared_by_the_next_ones() -> None:
    news, renderings, school = {"news": Named()}, Renderings(schema(), json.dumps), School(None)
    answers = [
        await renderings.render(news, question("subscription { news { secret } }"), Pupil(viewer, school)) for viewer in ("anna", "boris", "vera")]
    assert not isinstance(answers[0], str)
    assert [json.loads(answer) for answer in answers[1:] if isinstance(answer, str)] == [{"data": {"news": {"secret": "read by anna"}}}] * 2
    assert news["news"].tries == 3  # blindly, as anna, and once for all others
