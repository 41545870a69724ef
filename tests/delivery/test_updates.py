"""The stream page by page: what a family is shown, where it goes on, and what is refused."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from school import clock, ids
from school.context import Area, Scope, Viewer
from school.db import Database
from school.delivery.feed import encode_cursor
from school.ids import Kind, Ref
from school.outbox import Event, FeedHead, FeedRow, OutboxRow, Topic, TopicKind
from tests.delivery.family import BAD_CURSOR, NO_CHILD, NO_SUCH, NOT_SIGNED_IN, TOO_MANY, child_id, news, page, publish, told
from tests.delivery.house import event
from tests.statements import statements
from tests.world import MONDAY, World

BEGINNING = encode_cursor(0)


async def test_pages_follow_each_other_to_the_end(database: Database, world: World) -> None:
    """Without a cursor from the beginning; others' rows lie between and are not seen. The last cursor finds what comes later."""
    await publish(database, *(news(world, name, number) for number in range(5) for name in ("boris", "anna")))
    viewer, cursor, seen = world.viewers["parent"], None, []
    for has_more in (True, True, False):
        found = await page(database, viewer, first=2, after=cursor)
        seen += found["updates"]
        assert found["hasMore"] is has_more
        assert found["cursor"] == found["updates"][-1]["cursor"]
        cursor = found["cursor"]
    assert seen == [
        {"__typename": "LateWithdrawn", "cursor": encode_cursor(2 * number + 2), "childId": child_id(world, "anna"), "minutes": number}
        for number in range(5)]
    assert await page(database, viewer, first=2, after=cursor) == {"updates": [], "cursor": cursor, "hasMore": False}
    await publish(database, news(world, "anna", 5))
    found = await page(database, viewer, first=1, after=cursor)
    assert (told(found["updates"]), found["cursor"], found["hasMore"]) == ([5], encode_cursor(11), False)


async def test_nothing_yet_has_a_cursor_too(database: Database, world: World) -> None:
    empty = {"updates": [], "cursor": BEGINNING, "hasMore": False}
    assert await page(database, world.viewers["parent"]) == await page(database, world.viewers["parent"], after=BEGINNING) == empty


async def test_a_family_in_two_schools_has_one_stream(database: Database, world: World) -> None:
    """All children, or those that are named; each viewer their own."""
    names = ["anna", "boris", "vera", "gleb", "dina"]
    await publish(database, *(news(world, name, number) for number, name in enumerate(names)))

    async def shown(login: str, *children: str) -> list[int]:
        chosen = {"children": [child_id(world, child) for child in children]} if children else {}
        return told((await page(database, world.viewers[login], **chosen))["updates"])

    assert await shown("parent") == [0, 2, 3]
    assert await shown("parent", "gleb") == [3]
    assert await shown("parent", "gleb", "anna", "anna") == [0, 3]
    assert await shown("divorced") == [2]
    assert await shown("anna") == [0]
    assert await shown("stranger") == [4]
    assert await shown("teacher") == []


async def test_what_is_withheld_of_a_child_and_what_a_token_is_not_for_is_passed_over(database: Database, world: World) -> None:
    """Of one child only, of one kind only. A court's word and a token's scopes add up."""
    await publish(database, *(news(world, name, number) for number, name in enumerate(("anna", "vera"))), _card_of(world, "anna"), _homework_for(world, "anna"))
    mother = world.viewers["parent"]
    of_people, of_diary = Scope(Area.PEOPLE, write=False), Scope(Area.DIARY, write=False)

    async def shown(viewer: Viewer) -> list[tuple[str, str]]:
        found = await page(database, viewer)
        assert found["hasMore"] is False
        return [(update["__typename"], update["childId"]) for update in found["updates"]]

    anna, vera = child_id(world, "anna"), child_id(world, "vera")
    everything = [("LateWithdrawn", anna), ("LateWithdrawn", vera), ("CardChanged", anna), ("HomeworkWithdrawn", anna)]
    assert await shown(mother) == everything
    restricted = replace(mother, withheld=frozenset({(Ref(1, world.people["anna"]), Area.ACCESS)}))
    assert await shown(restricted) == [everything[1], everything[3]]
    shortest = await page(database, restricted, first=1)  # what is withheld cannot even be counted
    assert ([update["childId"] for update in shortest["updates"]], shortest["cursor"], shortest["hasMore"]) == ([vera], encode_cursor(2), True)
    assert (await page(database, restricted, first=1, after=encode_cursor(2)))["updates"][0]["cursor"] == encode_cursor(4)
    assert await shown(replace(mother, scopes=frozenset({of_people, of_diary}))) == [everything[3]]
    assert await shown(replace(mother, scopes=frozenset({of_people}))) == []
    assert await page(database, replace(mother, scopes=frozenset({of_diary}))) == {"code": "NOT_ALLOWED", "message": "This token is not for that."}


def _card_of(world: World, name: str) -> Event:
    payload = {"person_id": str(world.people[name]), "card_id": str(world.cards[name])}
    return Event("registry.card_blocked", 1, (Topic(TopicKind.PUPIL, world.people[name]),), payload, clock.now())


def _homework_for(world: World, name: str) -> Event:
    lesson = {"lesson_id": str(world.lessons["5A-1"]), "course_id": str(world.courses["5A"]), "date": MONDAY.isoformat()}
    payload = {**lesson, "subject_id": str(ids.new()), "homework_id": str(ids.new())}
    return Event("diary.homework_withdrawn", 1, (Topic(TopicKind.PUPIL, world.people[name]),), payload, clock.now())


async def test_a_kind_that_nobody_knows_is_stepped_over(database: Database, world: World) -> None:
    """Its place counts, so that the next page begins behind it."""
    await publish(database, news(world, "anna", 0), event(world, "anna", 1), event(world, "anna", 2), news(world, "anna", 3))
    found = await page(database, world.viewers["parent"], first=3)
    assert (told(found["updates"]), found["cursor"], found["hasMore"]) == ([0], encode_cursor(3), True)
    found = await page(database, world.viewers["parent"], first=3, after=found["cursor"])
    assert (told(found["updates"]), found["cursor"], found["hasMore"]) == ([3], encode_cursor(4), False)


@pytest.mark.parametrize("first", [1, 100])
async def test_the_shortest_and_the_longest_page(database: Database, world: World, first: int) -> None:
    await publish(database, *(news(world, "anna", number) for number in range(101)))
    found = await page(database, world.viewers["parent"], first=first)
    assert (told(found["updates"]), found["cursor"], found["hasMore"]) == (list(range(first)), encode_cursor(first), True)


@pytest.mark.parametrize(("first", "refusal"), [
    (0, {"code": "BAD_INPUT", "message": "first must be at least 1"}), (-1, {"code": "BAD_INPUT", "message": "first must be at least 1"}),
    (101, {"code": "TOO_MANY", "message": "first must be at most 100"}),
])
async def test_a_page_that_is_too_long_or_none_is_refused(database: Database, world: World, first: int, refusal: dict[str, str]) -> None:
    assert await _refused(database, world, first=first) == refusal


async def test_another_familys_child_is_as_absent(database: Database, world: World) -> None:
    """The same answer to the letter for a child of others, for one beside one's own, for no one, for a wrong kind and for nonsense."""
    await publish(database, news(world, "boris", 1), news(world, "anna", 2))
    boris, anna = child_id(world, "boris"), child_id(world, "anna")
    nobody, card = ids.encode(Kind.PERSON, 1, ids.new()), ids.encode(Kind.CARD, 1, world.cards["anna"])
    elsewhere = ids.encode(Kind.PERSON, 2, world.people["anna"])
    for children in ([boris], [anna, boris], [nobody], [elsewhere], [card], ["nonsense"], [""], [child_id(world, "parent")]):
        assert await _refused(database, world, children=children) == NO_SUCH


async def test_no_children_and_too_many_are_refused(database: Database, world: World) -> None:
    """Fifty may be named: the refusal is then the one of a stranger's child."""
    many = [ids.encode(Kind.PERSON, 1, ids.new()) for _ in range(51)]
    assert await _refused(database, world, children=[]) == NO_CHILD
    assert await _refused(database, world, children=many) == TOO_MANY
    assert await _refused(database, world, children=many[:50]) == NO_SUCH


@pytest.mark.parametrize("after", ["", "x", "AQ", BEGINNING[:-1] + "!", BEGINNING + "=", encode_cursor(2), "é" * 18, "A" * 5000])
async def test_a_foreign_cursor_is_refused(database: Database, world: World, after: str) -> None:
    """What was not made here, or lies beyond the feed's head."""
    await publish(database, news(world, "anna", 1))
    assert await _refused(database, world, after=after) == BAD_CURSOR


async def test_who_is_not_signed_in_is_told_so(database: Database, world: World) -> None:
    with statements(database) as sent:
        assert await page(database, None, children=[child_id(world, "anna")]) == NOT_SIGNED_IN
    assert sent == []


async def test_a_page_is_one_statement_and_a_cursor_one_more(database: Database, world: World) -> None:
    """However many children and rows; who has no children causes none."""
    await publish(database, *(news(world, name, number) for number in range(60) for name in ("anna", "vera", "gleb")))
    viewer = world.viewers["parent"]
    many = replace(viewer, children=viewer.children | {Ref(1, ids.new()) for _ in range(47)})
    for asker, variables, count in ((viewer, {}, 1), (many, {"first": 100}, 1), (many, {"after": BEGINNING}, 2), (world.viewers["teacher"], {}, 0)):
        with statements(database) as sent:
            found = await page(database, asker, **variables)
        assert sent == ["SELECT"] * count
        assert len(found["updates"]) == (0 if count == 0 else variables.get("first", 50))


async def _refused(database: Database, world: World, **variables: Any) -> dict[str, Any]:
    """What the mother is refused with; nothing has changed."""
    before = await _everything(database)
    refusal = await page(database, world.viewers["parent"], **variables)
    assert await _everything(database) == before
    return refusal


async def _everything(database: Database) -> list[list[str]]:
    """All that the delivery holds."""
    async with database.read() as session:
        return [sorted(map(repr, (await session.execute(sa.select(*table.__table__.c))).all())) for table in (FeedRow, FeedHead, OutboxRow)]
