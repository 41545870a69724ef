"""Card keys: a new one takes over card by card, an old one is retired; what was read under either is known as long as it is accepted."""

import datetime as dt
from typing import Any
from uuid import UUID

from school import ids
from school.errors import Code
from school.ids import Kind, Ref
from school.registry import card_keys, cards
from school.registry.models import Card, CardKey, CardState, FormerToken
from tests.cards import by_tokens
from tests.registry.office import ABSENT, NO_SUCH, NOON, NOT_ALLOWED, STRANGER, Office, at, invented, school_id
from tests.statements import statements

HOUR = dt.timedelta(hours=1)
CURRENT = (Code.CONFLICT, "this is the current card key: make another first")
FOREIGN_KEY = (Code.BAD_INPUT, "this card was not read with the school's current key: present it again")
KEY = "{id current madeAt retiredAt reason cards}"
KEYS = f"query($school: ID!) {{cardKeys(schoolId: $school) {KEY}}}"
SAVED = f"{{... on CardKeysSaved {{keys {KEY}}} ... on Refusal {{code message}}}}"
ROTATE = f"mutation($input: RotateCardKeyInput!) {{rotateCardKey(input: $input) {SAVED}}}"
RETIRE = f"mutation($input: RetireCardKeyInput!) {{retireCardKey(input: $input) {SAVED}}}"
PAGE = """query($key: ID!, $first: Int!, $after: String) {
    cardsOfKey(keyId: $key, first: $first, after: $after) {edges {node {id}} pageInfo {hasNextPage endCursor}}}"""


async def rotated(office: Office, hours: int = 1, school: int = 1) -> UUID:
    """The id of a new key of a school, made so many hours after noon."""
    at(NOON + hours * HOUR)
    id_ = ids.new()
    await office.do(card_keys.rotate_by_operator, school, id_, None)
    return id_


async def moved(office: Office, name: str, key_id: UUID) -> bytes:
    """Somebody's card is presented with a token under this key; the token."""
    token = invented(f"{name} under {key_id}")

    async def move(session: Any) -> None:
        card = await session.get_one(Card, (1, office.world.cards[name]))
        await cards.move(session, card, key_id, token)

    await office.do(move)
    return token


async def named(office: Office, *tokens: bytes) -> dict[bytes, UUID]:
    """Whose cards have these tokens, by the card's id."""
    async with office.database.read() as session:
        return {token: card.id for token, card in (await by_tokens(session, 1, tokens)).items()}


async def test_the_newest_key_that_is_not_retired_is_the_current_one(office: Office) -> None:
    first = office.world.card_keys[1][0]
    second, third = await rotated(office, 1), await rotated(office, 2)
    async with office.database.read() as session:
        assert [key.id for key in await card_keys.keys(session, 1)] == list(await card_keys.key_ids(session, 1)) == [third, second, first]
        assert len({key.secret for key in await card_keys.keys(session, 1)}) == 3
        assert list(await card_keys.key_ids(session, 2)) == [office.world.card_keys[2][0]]
    await office.do(card_keys.retire_by_operator, Ref(1, second))
    async with office.database.read() as session:
        assert list(await card_keys.key_ids(session, 1)) == [third, first]


async def test_the_office_of_the_school_alone_makes_and_retires_keys(office: Office) -> None:
    first, id_ = Ref(1, office.world.card_keys[1][0]), ids.new()
    for login, viewer in office.world.viewers.items():
        if login != "office":
            assert await office.refused(card_keys.rotate, viewer, 1, id_, None) == ABSENT, login
            assert await office.refused(card_keys.retire, viewer, first) == ABSENT, login
    viewer = office.viewer("office")
    assert await office.refused(card_keys.rotate, viewer, 2, id_, None) == ABSENT
    assert await office.refused(card_keys.rotate_by_operator, 3, id_, None) == ABSENT
    made = await office.do(card_keys.rotate, viewer, 1, id_, " gate PC stolen ")
    assert tuple(made) == (1, id_, NOON, None, "gate PC stolen")
    stored = await office.row(CardKey, CardKey.id == id_)
    assert len(stored["secret"]) == 32
    assert [(event["kind"], event["topics"], event["payload"]) for event in await office.events()] == [
        ("registry.card_key_made", [["passes", str(UUID(int=0))]], {"key_id": str(id_)})]
    assert stored["secret"].hex() not in str(await office.events())


async def test_the_same_key_again_is_harmless_and_another_reason_a_conflict(office: Office) -> None:
    viewer, id_ = office.viewer("office"), ids.new()
    made = await office.do(card_keys.rotate, viewer, 1, id_, "why")
    before = await office.everything()
    at(NOON + HOUR)
    assert await office.do(card_keys.rotate, viewer, 1, id_, " why ") == made
    assert await office.everything() == before
    for reason in (None, "why not"):
        assert await office.refused(card_keys.rotate, viewer, 1, id_, reason) == (Code.CONFLICT, "this id stands for another key")
    for reason in ("", "a\nb", "x" * 201, "\0"):
        assert await office.refused(card_keys.rotate, viewer, 1, ids.new(), reason) == (Code.BAD_INPUT, "reason must be one line of 1 to 200 characters")


async def test_eight_keys_are_accepted_at_once(office: Office) -> None:
    made = [await rotated(office, hours) for hours in range(1, 8)]
    assert await office.refused(card_keys.rotate_by_operator, 1, ids.new(), None) == (
        Code.TOO_MANY, "at most 8 card keys are accepted at once: retire one first")
    await office.do(card_keys.retire_by_operator, Ref(1, made[3]))
    await rotated(office, 8)


async def test_the_current_key_is_not_retired_and_a_retired_one_stays_so(office: Office) -> None:
    first = Ref(1, office.world.card_keys[1][0])
    assert await office.refused(card_keys.retire_by_operator, first) == CURRENT
    second = await rotated(office)
    for absent in (Ref(1, ids.new()), Ref(2, first.id)):
        assert await office.refused(card_keys.retire_by_operator, absent) == ABSENT
    assert (await office.do(card_keys.retire_by_operator, first)).retired_at == NOON + HOUR
    assert (await office.events())[-1]["kind"] == "registry.card_key_retired"
    before = await office.everything()
    at(NOON + 2 * HOUR)
    assert (await office.do(card_keys.retire_by_operator, first)).retired_at == NOON + HOUR
    assert await office.everything() == before
    assert await office.refused(card_keys.retire_by_operator, Ref(1, second)) == CURRENT


async def test_a_card_that_moves_is_known_by_both_tokens_until_the_old_key_is_retired(office: Office) -> None:
    first, old, card = office.world.card_keys[1][0], office.world.token("anna"), office.world.cards["anna"]
    second = await rotated(office)
    new = await moved(office, "anna", second)
    stored = await office.row(Card, Card.id == card)
    assert (stored["token"], stored["key_id"]) == (new, second)
    assert await office.row(FormerToken) == {"school_id": 1, "token": old, "card_id": card, "key_id": first, "moved_at": NOON + HOUR}
    assert (await office.events())[-1] == {
        "kind": "registry.card_moved", "school_id": 1, "topics": [["passes", str(UUID(int=0))]], "late": False, "occurred_at": NOON + HOUR,
        "payload": {"person_id": str(office.world.people["anna"]), "card_id": str(card)}}
    assert await named(office, old, new, invented("nobody's")) == {old: card, new: card}
    boris = office.world.token("boris")
    await office.do(card_keys.retire_by_operator, Ref(1, first))
    assert await named(office, old, new, boris) == {new: card}  # boris's card has not moved
    third = await rotated(office, 2)
    newest = await moved(office, "anna", third)
    assert await named(office, old, new, newest) == {new: card, newest: card}


async def test_a_token_that_is_another_card_s_moves_nothing(office: Office) -> None:
    second = await rotated(office)
    taken = await moved(office, "anna", second)
    before = await office.everything()

    async def move(session: Any) -> None:
        await cards.move(session, await session.get_one(Card, (1, office.world.cards["boris"])), second, taken)

    await office.do(move)
    assert await office.everything() == before


async def test_a_card_moves_once(office: Office) -> None:
    """Of two taps that found it under the old key, the later one changes nothing."""
    second = await rotated(office)
    async with office.database.read() as session:
        stale = await session.get_one(Card, (1, office.world.cards["anna"]))
    await moved(office, "anna", second)
    before = await office.everything()
    await office.do(cards.move, stale, second, invented("another token"))
    assert await office.everything() == before


async def test_a_card_that_was_left_behind_is_issued_anew_and_blocked(office: Office) -> None:
    viewer, anna, old_key = office.viewer("office"), office.person("anna"), str(office.world.card_keys[1][0])
    second = await rotated(office)
    stale = await office.present("anna's", key_id=old_key)
    await office.do(card_keys.retire_by_operator, Ref(1, office.world.card_keys[1][0]))
    assert await office.refused(cards.issue, viewer, ids.new(), anna, stale) == FOREIGN_KEY
    tap, id_ = await office.present("anna's again", key_id=str(second)), ids.new()
    await office.do(cards.issue, viewer, id_, anna, tap)
    assert {row["id"]: row["state"] for row in await office.rows(Card, Card.person_id == anna.id)} == {
        office.world.cards["anna"]: CardState.BLOCKED, id_: CardState.ACTIVE}
    assert [event["kind"] for event in await office.events()][-2:] == ["registry.card_blocked", "registry.card_issued"]
    assert (await office.row(Card, Card.id == office.world.cards["boris"]))["state"] is CardState.ACTIVE


async def test_the_card_of_a_desk_that_has_not_heard_of_the_new_key_is_known(office: Office) -> None:
    second = await rotated(office)
    await moved(office, "anna", second)
    tap = await office.present("anna's", token=office.world.token("anna"))
    assert await office.refused(cards.issue, office.viewer("office"), ids.new(), office.person("boris"), tap) == (
        Code.CONFLICT, "this card has been issued already")


async def test_a_card_that_was_issued_under_the_new_key_is_not_issued_again_by_a_desk_that_has_not_heard_of_it(office: Office) -> None:
    second = await rotated(office)
    new, stale = await office.present("new", key_id=str(second)), await office.present("new by the old key")
    await office.do(cards.issue, office.viewer("office"), ids.new(), office.person("anna"), new)
    assert await office.refused(cards.issue, office.viewer("office"), ids.new(), office.person("boris"), stale) == FOREIGN_KEY


def shown(office: Office, key: UUID, **changes: Any) -> dict[str, Any]:
    """A key on the wire."""
    cards_ = sum(1 for name in office.world.cards if office.card(name).school_id == 1)
    told = {"id": ids.encode(Kind.CARD_KEY, 1, key), "current": True, "madeAt": "2026-09-01T00:00:00+00:00", "retiredAt": None, "reason": None, "cards": cards_}
    return told | changes


async def test_the_office_turns_the_keys_through_the_api(office: Office) -> None:
    first, id_ = office.world.card_keys[1][0], ids.new()
    assert await office.ask("office", KEYS, school=school_id(1)) == {"data": {"cardKeys": [shown(office, first)]}}
    at(NOON + HOUR)
    values = {"id": str(id_), "schoolId": school_id(1), "reason": "stolen"}
    made = [shown(office, id_, madeAt=(NOON + HOUR).isoformat(), reason="stolen", cards=0), shown(office, first, current=False)]
    for login, refusal in (("office2", NO_SUCH), ("head", NOT_ALLOWED), ("guard", NOT_ALLOWED), ("parent", NOT_ALLOWED), (None, STRANGER)):
        if login is None or login in office.world.viewers:
            assert await office.harmless(login, ROTATE, **values) == refusal, login
            assert await office.harmless(login, RETIRE, keyId=made[1]["id"], cards=made[1]["cards"]) == refusal, login
    assert await office.result("office", ROTATE, **values) == {"keys": made}
    assert await office.harmless("office", ROTATE, **values) == {"keys": made}
    await moved(office, "anna", id_)
    before, left = made[1]["cards"], made[1]["cards"] - 1
    made[0]["cards"], made[1]["cards"] = 1, left
    assert await office.harmless("office", RETIRE, keyId=made[0]["id"], cards=1) == {"code": "CONFLICT", "message": CURRENT[1]}
    assert await office.harmless("office", RETIRE, keyId=office.id(Kind.CARD, "anna"), cards=0) == NO_SUCH
    for known in (before, 0, -1):
        told = {"code": "CONFLICT", "message": f"active cards under this key: {left}, not {known}"}
        assert await office.harmless("office", RETIRE, keyId=made[1]["id"], cards=known) == told
    retired = [made[0], made[1] | {"retiredAt": (NOON + HOUR).isoformat()}]
    assert await office.result("office", RETIRE, keyId=made[1]["id"], cards=left) == {"keys": retired}
    assert await office.harmless("office", RETIRE, keyId=made[1]["id"], cards=0) == {"keys": retired}


async def test_who_may_see_keys_sees_which_cards_have_not_moved(office: Office) -> None:
    key = ids.encode(Kind.CARD_KEY, 1, office.world.card_keys[1][0])
    waiting = {office.id(Kind.CARD, name) for name in office.world.cards if office.card(name).school_id == 1} - {office.id(Kind.CARD, "anna")}
    second = await rotated(office)
    await moved(office, "anna", second)
    found: list[str] = []
    after, more = None, True
    while more:
        page = (await office.ask("office", PAGE, key=key, first=3, after=after))["data"]["cardsOfKey"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(found) == len(set(found))
    assert set(found) == waiting
    for login in ("parent", "anna", "teacher", "guard", "canteen"):
        assert await office.code(login, PAGE, key=key, first=3) == "NOT_ALLOWED", login
        assert await office.code(login, KEYS, school=school_id(1)) == "NOT_ALLOWED", login
    assert (await office.ask("office2", PAGE, key=key, first=3))["data"]["cardsOfKey"]["edges"] == []
    assert (await office.ask("office2", KEYS, school=school_id(1)))["data"] == {"cardKeys": []}
    for document, variables in ((KEYS, {"school": school_id(1)}), (PAGE, {"key": key, "first": 10})):
        with statements(office.database) as sent:
            await office.ask("office", document, **variables)
        assert sent == ["SELECT"], document


async def test_no_answer_tells_a_secret(office: Office) -> None:
    id_ = ids.new()
    answers = [await office.result("office", ROTATE, id=str(id_), schoolId=school_id(1)), await office.ask("office", KEYS, school=school_id(1))]
    for secret in [row["secret"] for row in await office.rows(CardKey)]:
        assert secret.hex() not in str(answers)
    assert "secret" not in KEYS.lower()
