"""Cards in GraphQL: who reads them, what the office and a family may do, and how a refusal looks on the wire."""

from typing import Any
from uuid import UUID

from school import ids
from school.ids import Kind
from school.registry.models import Card, CardState
from tests.registry.office import NO_SUCH, NOON, NOT_ALLOWED, STRANGER, Office

CARDS = "query($id: ID!) {cards(personId: $id) {id personId state issuedAt blockedAt}}"
CARD = "{... on CardSaved {card {id personId state issuedAt blockedAt}} ... on Refusal {code message}}"
ISSUE = f"mutation($input: IssueCardInput!) {{issueCard(input: $input) {CARD}}}"
BLOCK = f"mutation($input: CardInput!) {{blockCard(input: $input) {CARD}}}"
UNBLOCK = f"mutation($input: CardInput!) {{unblockCard(input: $input) {CARD}}}"


def card(office: Office, name: str, **changes: Any) -> dict[str, Any]:
    """A card of the world on the wire."""
    return {
        "id": office.id(Kind.CARD, name), "personId": office.id(Kind.PERSON, name), "state": "ACTIVE", "issuedAt": "2026-09-01T00:00:00+00:00",
        "blockedAt": None,
    } | changes


async def test_cards_are_shown_to_family_holder_and_office(office: Office) -> None:
    for login in ("parent", "anna", "office"):
        assert await office.ask(login, CARDS, id=office.id(Kind.PERSON, "anna")) == {"data": {"cards": [card(office, "anna")]}}, login
    for login in ("other_parent", "stranger", "teacher", "guard", "canteen", "office2"):
        for person in (office.id(Kind.PERSON, "anna"), ids.encode(Kind.PERSON, 1, ids.new())):
            assert await office.ask(login, CARDS, id=person) == {"data": {"cards": []}}, login
    assert await office.code(None, CARDS, id=office.id(Kind.PERSON, "anna")) == "NOT_SIGNED_IN"


async def test_a_card_s_life_through_the_api(office: Office) -> None:
    tap = ids.encode(Kind.TAP, 1, (await office.present("new")).id)
    id_, vera = ids.new(), office.id(Kind.PERSON, "vera")
    values = {"id": str(id_), "personId": vera, "tapId": tap}
    new = {"id": ids.encode(Kind.CARD, 1, id_), "personId": vera, "state": "ACTIVE", "issuedAt": NOON.isoformat(), "blockedAt": None}
    blocked = new | {"state": "BLOCKED", "blockedAt": NOON.isoformat()}
    assert await office.result("office", ISSUE, **values) == {"card": new}
    assert await office.harmless("office", ISSUE, **values) == {"card": new}
    assert (await office.ask("divorced", CARDS, id=vera))["data"]["cards"] == [new, card(office, "vera")]
    assert await office.result("divorced", BLOCK, cardId=new["id"]) == {"card": blocked}
    assert await office.harmless("parent", BLOCK, cardId=new["id"]) == {"card": blocked}
    assert await office.harmless("parent", UNBLOCK, cardId=new["id"]) == NOT_ALLOWED
    assert await office.result("office", UNBLOCK, cardId=new["id"]) == {"card": new}
    assert [event["kind"] for event in await office.events()] == ["registry.card_issued", "registry.card_blocked", "registry.card_unblocked"]
    assert (await office.row(Card, Card.id == id_))["state"] is CardState.ACTIVE


async def test_refusals_about_cards_are_members_of_the_result(office: Office) -> None:
    tap = ids.encode(Kind.TAP, 1, (await office.present("new")).id)
    values = {"id": str(ids.new()), "personId": office.id(Kind.PERSON, "anna"), "tapId": tap}
    for changes in (
        {"personId": office.id(Kind.PERSON, "gleb")}, {"personId": values["tapId"]}, {"tapId": "nonsense"}, {"tapId": office.id(Kind.CARD, "anna")},
    ):
        assert await office.harmless("office", ISSUE, **values | changes) == NO_SUCH, changes
    for text in ("", "1", str(UUID(int=4)), f"{{{values['id']}}}"):
        refused = {"code": "BAD_INPUT", "message": "id must be a UUIDv7 in canonical form"}
        assert await office.harmless("office", ISSUE, **values | {"id": text}) == refused, text
    assert await office.harmless("office2", ISSUE, **values) == NO_SUCH
    for document, sent in ((ISSUE, values), (BLOCK, {"cardId": office.id(Kind.CARD, "anna")}), (UNBLOCK, {"cardId": office.id(Kind.CARD, "anna")})):
        assert await office.harmless(None, document, **sent) == STRANGER
        assert await office.harmless("teacher", document, **sent) == (NO_SUCH if document == BLOCK else NOT_ALLOWED)
    for login in ("other_parent", "stranger", "office2"):
        for text in (office.id(Kind.CARD, "anna"), ids.encode(Kind.CARD, 1, ids.new()), "nonsense"):
            assert await office.harmless(login, BLOCK, cardId=text) == NO_SUCH, (login, text)
