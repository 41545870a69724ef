"""Desks in GraphQL: the office finds the card that lies there, and issues it."""

import pytest

from school import ids
from school.ids import Kind
from tests.registry.office import Office
from tests.statements import statements

TAPS = "query($id: ID!, $first: Int! = 10) {deskTaps(deviceId: $id, first: $first) {id reader happenedAt state person {givenName}}}"
ISSUE = "mutation($input: IssueCardInput!) {issueCard(input: $input) {... on CardSaved {card {personId state}} ... on Refusal {code}}}"


async def test_a_card_on_the_desk_is_found_and_issued(office: Office) -> None:
    desk = office.id(Kind.DEVICE, "desk")
    assert await office.ask("office", TAPS, id=desk) == {"data": {"deskTaps": []}}
    await office.present("anna", token=office.world.token("anna"))
    await office.present("new")
    known, fresh = reversed((await office.ask("office", TAPS, id=desk))["data"]["deskTaps"])
    assert (known["state"], known["person"]) == ("ACTIVE", {"givenName": "Anna"})
    assert (fresh["state"], fresh["person"]) == (None, None)
    vera = office.id(Kind.PERSON, "vera")
    assert await office.result("office", ISSUE, id=str(ids.new()), personId=vera, tapId=fresh["id"]) == {"card": {"personId": vera, "state": "ACTIVE"}}
    newest, = (await office.ask("office", TAPS, id=desk, first=1))["data"]["deskTaps"]
    assert (newest["id"], newest["state"], newest["person"]) == (fresh["id"], "ACTIVE", {"givenName": "Vera"})


async def test_for_all_others_the_desk_is_as_absent(office: Office) -> None:
    await office.present("new")
    desk, absent = office.id(Kind.DEVICE, "desk"), ids.encode(Kind.DEVICE, 1, ids.new())
    told = await office.ask("office", TAPS, id=absent)
    assert told["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    for login, device in (("office2", desk), ("office", office.id(Kind.DEVICE, "gate")), ("office", office.id(Kind.DEVICE, "canteen"))):
        assert await office.ask(login, TAPS, id=device) == told, login
    for login in ("parent", "anna", "teacher", "guard", "canteen"):
        assert await office.code(login, TAPS, id=desk) == "NOT_ALLOWED", login
    assert await office.code(None, TAPS, id=desk) == "NOT_SIGNED_IN"
    assert await office.code("office", TAPS, id=desk, first=0) == "BAD_INPUT"
    assert await office.code("office", TAPS, id=desk, first=101) == "TOO_MANY"


@pytest.mark.parametrize(("cards", "most"), [(0, 2), (1, 1), (5, 1)])
async def test_it_takes_one_statement_or_two(office: Office, cards: int, most: int) -> None:
    for number in range(cards):
        await office.present(f"new {number}")
    with statements(office.database) as seen:
        await office.ask("office", TAPS, id=office.id(Kind.DEVICE, "desk"))
    assert len([text for text in seen if text.startswith("SELECT")]) == most
