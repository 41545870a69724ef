"""What keeps answers: by whose rights and stamp, how many, and for how long."""

from collections.abc import Collection, Hashable
from typing import Any

import orjson
import pytest

from school.serving import kept
from school.serving.kept import OVERHEAD, KeptAnswers, kept_or_made

DOCUMENT = ["a compiled document"]


class Asker:
    """A context, whose answers are numbered as they are made."""

    def __init__(self, shelf: KeptAnswers | None) -> None:
        self.kept, self.allowed, self.happened = shelf, True, 1
        self.made, self.noted, self.size = 0, 0, 1

    def rights(self, persons: Collection[Any]) -> Hashable | None:
        """As they are now."""
        assert persons == {"a child"}
        return ("account", self.allowed) if self.allowed else None

    async def stamp(self) -> Hashable | None:
        """Nothing where it is 0."""
        return self.happened or None

    async def ask(self, of: Any = DOCUMENT, **variables: Any) -> int:
        """The number of the answer that is given."""

        def note() -> None:
            self.noted += 1

        async def make() -> dict[str, Any]:
            self.made += 1
            return {"number": self.made, "much": "x" * self.size}

        data, _ = await kept_or_made(self, of, variables, lambda: {"a child"}, note, make)
        number: int = orjson.loads(orjson.dumps(data))["number"]
        return number


async def test_what_is_asked_for_twice_is_kept_until_something_happens() -> None:
    asker = Asker(KeptAnswers())
    assert [await asker.ask(child=1) for _ in range(4)] == [1, 2, 2, 2]
    assert asker.noted == 2
    asker.happened = 2
    assert [await asker.ask(child=1) for _ in range(2)] == [3, 3]
    asker.happened = 0
    assert [await asker.ask(child=1) for _ in range(2)] == [4, 5]
    asker.happened = 2
    assert await asker.ask(child=1) == 3


async def test_other_variables_documents_and_rights_are_others() -> None:
    asker = Asker(KeptAnswers())
    assert [await asker.ask(child=1) for _ in range(3)] == [1, 2, 2]
    assert [await asker.ask(child=2) for _ in range(3)] == [3, 4, 4]
    assert [await asker.ask(["another"], child=1) for _ in range(1)] == [5]
    asker.allowed = False
    assert [await asker.ask(child=1) for _ in range(2)] == [6, 7]
    asker.allowed = True
    assert await asker.ask(child=1) == 2
    assert await asker.ask(child=object()) == 8
    assert [await Asker(None).ask() for _ in range(2)] == [1, 1]


async def test_what_is_old_or_long_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asker, now = Asker(KeptAnswers()), 0.0
    monkeypatch.setattr("school.serving.kept.time.monotonic", lambda: now)
    assert [await asker.ask() for _ in range(3)] == [1, 2, 2]
    now = kept.KEPT_SECONDS - 1
    assert await asker.ask() == 2
    now = kept.KEPT_SECONDS
    assert [await asker.ask() for _ in range(3)] == [3, 4, 4]
    asker.happened, asker.size = 2, kept.LONGEST
    assert [await asker.ask() for _ in range(3)] == [5, 6, 7]


async def test_no_more_is_kept_than_there_is_room_for() -> None:
    shelf = KeptAnswers(most_bytes=5 * (OVERHEAD + 200))
    asker = Asker(shelf)
    asker.size = 150
    for child in range(100):
        for _ in range(3):
            await asker.ask(child=child)
    assert len(shelf) == 5
    assert shelf.bytes <= 5 * (OVERHEAD + 200)
    made = asker.made
    await asker.ask(child=99)
    assert asker.made == made
    await asker.ask(child=1)
    assert asker.made == made + 1


async def test_what_raises_leaves_nothing_kept() -> None:
    asker = Asker(KeptAnswers())

    async def fail() -> Any:
        raise ValueError("no")

    def ignore() -> None:
        """Nothing to note."""

    for _ in range(3):
        with pytest.raises(ValueError, match="no"):
            await kept_or_made(asker, DOCUMENT, {}, lambda: {"a child"}, ignore, fail)
    assert await asker.ask() == 1
