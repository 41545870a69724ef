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
    second = ended.out.split()[7].rstrip(".")
    assert ended == Ended(0, f"School 1 has a new card key, {second}. Each card moves to it when it is presented next: see `school card keys`.\n", "")
    made = await office.row(CardKey, CardKey.id == ids.decode(Kind.CARD_KEY, second).id)
    assert (made["school_id"], made["reason"], len(made["secret"])) == (1, "[bold]stolen", 32)
    shown = [second, f"{made['made_at']:%Y-%m-%d %H:%M:%S}", "—", "0", "[bold]stolen"]
    assert rows(await school("card", "keys")) == [shown, [first, "2026-09-01 00:00:00", "—", cards, "—"]]
    assert made["secret"].hex() not in (await school("card", "keys")).out
    before = await office.everything()
    meant = f"active cards under this key: {cards}. They would be unknown until the office issues them anew: --yes if that is meant"
    assert await school("card", "retire-key", first) == Ended(1, "", f"school: CONFLICT: {meant}\n")
    assert await office.everything() == before
    for more in (("--yes",), ()):
        assert await school("card", "retire-key", first, *more) == Ended(
            0, f"The key is accepted no more. Active cards under it, to be issued anew: {cards}.\n", "")
    retired = await office.row(CardKey, CardKey.id == office.world.card_keys[1][0])
    assert rows(await school("card", "keys"))[1][2] == f"{retired['retired_at']:%Y-%m-%d %H:%M:%S}"
    assert len(rows(await school("card", "keys", "--school", "2"))) == 1


async def test_a_key_that_no_card_is_under_is_retired_without_more_ado(school: Command, office: Office) -> None:
    await school("card", "rotate-key")
    between = rows(await school("card", "keys"))[0][0]
    await school("card", "rotate-key")
    assert await school("card", "retire-key", between) == Ended(0, "The key is accepted no more. Active cards under it, to be issued anew: 0.\n", "")
    assert (await office.row(CardKey, CardKey.id == ids.decode(Kind.CARD_KEY, between).id))["retired_at"] is not None


async def test_what_cannot_be_is_told_in_one_line_and_changes_nothing(school: Command, office: Office) -> None:
    first, before = ids.encode(Kind.CARD_KEY, 1, office.world.card_keys[1][0]), await office.everything()
    for arguments, line in (
        *((("retire-key", first, *more), "CONFLICT: this is the current card key: make another first") for more in ((), ("--yes",))),
        *((("retire-key", key), "NOT_FOUND: no such card key") for key in ("nonsense", office.id(Kind.CARD, "anna"), ids.encode(Kind.CARD_KEY, 1, ids.new()))),
        (("rotate-key", "--school", "3"), "NOT_FOUND: no school 3"), (("keys", "--school", "3"), "NOT_FOUND: no school 3"),
        (("rotate-key", "--reason", " "), "BAD_INPUT: reason must be one line of 1 to 200 characters"),
    ):
        assert await school("card", *arguments) == Ended(1, "", f"school: {line}\n"), arguments
    assert await office.everything() == before
