"""`school card`: the keys of a school's cards, a new one, an old one's end."""

import pytest_asyncio

from school import ids
from school.db import Database
from school.ids import Kind
from school.registry.models import CardKey
from tests.commands.shell import Command, Ended
from tests.registry.office import Office
from tests.world import build


@pytest_asyncio.fixture
async def office(database: Database) -> Office:
    """The small world."""
    return Office(database, await build(database))


def rows(ended: Ended) -> list[list[str]]:
    """The cells of a printed table."""
    assert (ended.code, ended.err) == (0, "")
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in ended.out.splitlines() if line.startswith("│")]


async def test_a_key_s_life(school: Command, office: Office) -> None:
    cards = str(sum(1 for name in office.world.cards if office.card(name).school_id == 1))
    first = ids.encode(Kind.CARD_KEY, 1, office.world.card_keys[1][0])
    assert rows(await school("card", "keys")) == [[first, "2026-09-01 00:00:00", "—", cards, "—"]]
    ended = await school("card", "rotate-key", "--reason", "[bold]stolen")
    second = ended.out.strip()
    assert (ended.code, ended.err) == (0, "")
    made = await office.row(CardKey, CardKey.id == ids.decode(Kind.CARD_KEY, second).id)
    assert (made["school_id"], made["reason"], len(made["secret"])) == (1, "[bold]stolen", 32)
    shown = [second, f"{made['made_at']:%Y-%m-%d %H:%M:%S}", "—", "0", "[bold]stolen"]
    assert rows(await school("card", "keys")) == [shown, [first, "2026-09-01 00:00:00", "—", cards, "—"]]
    assert made["secret"].hex() not in (await school("card", "keys")).out
    for _ in range(2):
        assert await school("card", "retire-key", first) == Ended(0, "The key is accepted no more.\n", "")
    retired = await office.row(CardKey, CardKey.id == office.world.card_keys[1][0])
    assert rows(await school("card", "keys"))[1][2] == f"{retired['retired_at']:%Y-%m-%d %H:%M:%S}"
    assert len(rows(await school("card", "keys", "--school", "2"))) == 1


async def test_what_cannot_be_is_told_in_one_line_and_changes_nothing(school: Command, office: Office) -> None:
    first, before = ids.encode(Kind.CARD_KEY, 1, office.world.card_keys[1][0]), await office.everything()
    for arguments, line in (
        (("retire-key", first), "CONFLICT: this is the current card key: make another first"), (("retire-key", "nonsense"), "NOT_FOUND: No such object."),
        (("retire-key", office.id(Kind.CARD, "anna")), "NOT_FOUND: No such object."), (("rotate-key", "--school", "3"), "NOT_FOUND: No such object."),
        (("rotate-key", "--reason", " "), "BAD_INPUT: reason must be one line of 1 to 200 characters"),
    ):
        assert await school("card", *arguments) == Ended(1, "", f"school: {line}\n"), arguments
    assert await office.everything() == before
