"""A question: a root field asked in full, about whomever a target stands for. A field that is asked in two ways has two names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from school import ids
from tests.matrix.town import Ids

DAYS = {"from": "2026-09-07", "to": "2026-09-07"}


class About(Enum):
    """Which targets a question is asked about."""

    PUPIL = ("own", "classmate", "other class", "other school")
    SCHOOL = ("own", "other school")
    NOBODY = ("own",)


@dataclass(frozen=True, slots=True)
class Question:
    """A root field with its arguments. `holds`: it takes no target; its answer is looked through for this thing of each target."""

    operation: str
    name: str
    about: About
    arguments: Callable[[Ids], Mapping[str, Any]]
    holds: str | None = None

    @property
    def field(self) -> str:
        """The root field: the name without what tells two questions apart."""
        return self.name.partition(" ")[0]


Values = Callable[[Ids], Mapping[str, Any]]


def ask(name: str, about: About, arguments: Values = lambda _: {}, holds: str | None = None) -> Question:
    """A query."""
    return Question("query", name, about, arguments, holds)


def do(name: str, about: About, arguments: Values = lambda _: {}) -> Question:
    """A mutation with arguments of its own."""
    return Question("mutation", name, about, arguments)


def put(name: str, about: About, values: Values) -> Question:
    """A mutation with an input."""
    return Question("mutation", name, about, lambda of: {"input": values(of)})


def new() -> str:
    """An id that a client makes."""
    return str(ids.new())
