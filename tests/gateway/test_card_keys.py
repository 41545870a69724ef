"""A new card key at the machines' side: who learns of it when, cards that move at a tap, and what a stolen PC is worth afterwards."""

import asyncio
import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from school import ids
from school.access import passlist
from school.access.models import Passage
from school.errors import Code, Refused
from school.ids import Ref
from school.meals import till
from school.money import Money
from school.registry import cards, queries
from school.registry.models import Card, CardState, FormerToken, Tap
from tests.gateway.card_keys import Keys, held
from tests.gateway.device import ADMIT, DOCUMENTS, Device, denial, recorded, refusal
from tests.gateway.lodge import NOON, Lodge, at
from tests.gateway.passes import block, entry
from tests.gateway.test_passwatch import PATIENCE, polling


@pytest.fixture
def keys(lodge: Lodge) -> Keys:
    """The world's one key."""
    return Keys(lodge)


async def test_a_new_key_ends_the_gates_long_poll_and_comes_with_the_others_next_heartbeat(lodge: Lodge, keys: Keys) -> None:
    gate, canteen, desk = [await lodge.device(name) for name in ("gate", "canteen", "desk")]
    await block(lodge, "vera")
    version = await lodge.publish()
    async with polling(lodge, gate, version) as poll:
        await keys.rotate()
        second = await lodge.publish()
    answer = poll.result()
    assert (answer["version"], answer["full"], answer["entries"], answer["removed"]) == (second, False, [], [])
    assert answer["cardKeys"] == keys.told(1, 0)
    for device in (canteen, desk):
        assert (await device.call("heartbeat", input=device.report()))["cardKeys"] == keys.told(1, 0)


async def test_a_card_moves_at_its_next_tap_wherever_that_is(lodge: Lodge, keys: Keys) -> None:
    second = await keys.rotate()
    for kind, name in (("gate", "anna"), ("canteen", "boris"), ("desk", "vera")):
        device = await lodge.device(kind)
        old, first = lodge.world.token(name).hex(), keys.made[0][0]
        assert await held(lodge, name) == (old, first)
        verdict = {"verdict": ADMIT} if kind == "gate" else {}
        assert await device.present(keys.tap(device, name, by=0 if kind == "gate" else -1, **verdict)) == recorded(1)
        assert await held(lodge, name) == (keys.token(name), second)
        assert await lodge.row(FormerToken, "token", "key_id", card_id=lodge.world.cards[name]) == (bytes.fromhex(old), first)
    assert {row[0] for row in await lodge.rows(Tap, "person_id")} == {lodge.world.people[name] for name in ("anna", "boris", "vera")}
    assert [event[0] for event in await lodge.events() if event[0] == "registry.card_moved"] == ["registry.card_moved"] * 3


async def test_the_gates_learn_the_new_token_and_forget_the_old_one(lodge: Lodge, keys: Keys) -> None:
    gate = await lodge.device("gate")
    second = await keys.rotate()
    version = await lodge.publish()
    await gate.present(keys.tap(gate, "anna", by=0, verdict=ADMIT))
    published = await lodge.publish()
    delta = await gate.call("passList", since=version)
    changed = await entry(lodge, "anna", token=keys.token("anna"), keyId=str(second), inside=True, changedAt=(NOON + dt.timedelta(minutes=1)).isoformat())
    assert (delta["version"], delta["entries"], delta["removed"]) == (published, [changed], [keys.token("anna", 0)])
    third = await keys.rotate()
    await gate.present(keys.tap(gate, "anna", by=1, reader="out", verdict=ADMIT))
    await lodge.publish()
    again = await gate.call("passList", since=published)
    assert ([(one["token"], one["keyId"]) for one in again["entries"]], set(again["removed"])) == (
        [(keys.token("anna"), str(third))], {keys.token("anna", 0), keys.token("anna", 1)})
    whole = await gate.call("passList")
    assert [one["keyId"] for one in whole["entries"] if one["token"] == keys.token("anna")] == [str(third)]
    assert len({one["holder"] for one in whole["entries"]}) == len(whole["entries"])


async def test_a_tap_from_before_still_finds_its_card(lodge: Lodge, keys: Keys) -> None:
    """A gate without a link decided under the old key; meanwhile the card moved elsewhere."""
    gate, second_gate = await lodge.device("gate"), await lodge.enrol_gate()
    offline = gate.tap("anna", verdict=ADMIT)
    await keys.rotate()
    await second_gate.present(keys.tap(second_gate, "anna", by=0, verdict=ADMIT))
    moved = await held(lodge, "anna")
    assert await gate.submit(offline) == [recorded(1)]
    assert await held(lodge, "anna") == moved
    assert [row[0] for row in await lodge.rows(Passage, "person_id")] == [lodge.world.people["anna"]] * 2


async def test_a_backlog_moves_each_of_its_cards_once(lodge: Lodge, keys: Keys) -> None:
    gate = await lodge.device("gate")
    second = await keys.rotate()
    taps = [keys.tap(gate, name, by=0, reader=way, verdict=ADMIT) for name in ("vera", "anna", "boris") for way in ("in", "out")]
    taps.append(gate.tap("teacher", verdict=ADMIT))  # a daemon of before: one token
    assert await gate.submit(*taps) == [recorded(number) for number in range(1, 8)]
    assert {name: (await held(lodge, name))[1] for name in ("anna", "boris", "vera")} == dict.fromkeys(("anna", "boris", "vera"), second)
    assert (await held(lodge, "teacher"))[1] == keys.made[0][0]
    async with lodge.unchanged(counters=False):
        assert await gate.submit(*taps) == [recorded(number, repeated=True) for number in range(1, 8)]


async def test_tokens_are_part_of_what_a_sequence_stands_for(lodge: Lodge, keys: Keys) -> None:
    gate = await lodge.device("gate")
    await keys.rotate()
    tap = keys.tap(gate, "anna", by=0, verdict=ADMIT)
    await gate.present(tap)
    async with lodge.unchanged(counters=False):
        for other in ({"tokens": None}, {"tokens": keys.tokens("anna", 0, 1)}, {"tokens": keys.tokens("boris", 1, 0)}):
            assert refusal(await gate.present(tap | other)) == ("CONFLICT", 1)


async def test_a_refused_tap_moves_nothing(lodge: Lodge, keys: Keys) -> None:
    gate = await lodge.device("gate")
    await keys.rotate()
    good = keys.tokens("anna", 1, 0)
    async with lodge.unchanged(counters=False):
        for wrong in (good * 9, [{**good[0], "token": "short"}], [{**good[0], "keyId": ""}], [{**good[0], "keyId": "x" * 41}]):
            assert refusal(await gate.present(gate.tap("anna", verdict=ADMIT, tokens=wrong)))[0] == "BAD_INPUT", wrong


async def test_a_blocked_card_moves_and_stays_blocked(lodge: Lodge, keys: Keys) -> None:
    canteen = await lodge.device("canteen")
    await block(lodge, "boris")
    second = await keys.rotate()
    assert await canteen.present(keys.tap(canteen, "boris")) == recorded(1, "REFUSE", "CARD_BLOCKED")
    assert await held(lodge, "boris") == (keys.token("boris"), second)


async def test_a_stolen_pc_is_answered_by_revocation_a_new_key_and_the_old_one_s_end(lodge: Lodge, keys: Keys) -> None:
    stolen, gate, desk = await lodge.device("gate"), await lodge.enrol_gate(), await lodge.device("desk")
    await block(lodge, "vera")
    version = await lodge.publish()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        waiting = asyncio.Event()
        lodge.signal.told = waiting.set
        poll = tasks.create_task(stolen.ask(DOCUMENTS["passList"], {"since": version, "wait": 25}))
        await waiting.wait()
        await lodge.revoke(stolen)
        await lodge.publish()
    assert denial(poll.result()) == (401, "REVOKED")  # at once, and without the list
    second = await keys.rotate()
    async with lodge.unchanged():
        for operation, variables in (("heartbeat", {"input": stolen.report()}), ("passList", {})):
            assert denial(await stolen.ask(DOCUMENTS[operation], variables)) == (401, "REVOKED")
    await gate.present(keys.tap(gate, "anna", by=0, verdict=ADMIT))
    version = await lodge.publish()
    await keys.retire(0)
    await lodge.publish()
    after = await gate.call("passList", since=version)
    assert (after["full"], after["cardKeys"]) == (True, keys.told(1))
    assert [(one["token"], one["keyId"]) for one in after["entries"]] == [(keys.token("anna"), str(second))]
    assert await desk.present(desk.tap("boris")) == recorded(1, "REFUSE", "UNKNOWN_CARD")  # under the old key
    assert await desk.present(desk.tap("boris", token=keys.token("boris"), keyId=str(second))) == recorded(2, "REFUSE", "UNKNOWN_CARD")
    assert await desk.present(desk.tap("anna", token=keys.token("anna"), keyId=str(second))) == recorded(3)


async def test_the_revocation_of_one_device_is_no_news_for_the_list_of_another(lodge: Lodge) -> None:
    gate, desk = await lodge.device("gate"), await lodge.device("desk")
    await block(lodge, "vera")
    version = await lodge.publish()
    async with polling(lodge, gate, version) as poll:
        await lodge.revoke(desk)
        second = await lodge.publish()
    assert (poll.result()["version"], poll.result()["full"], poll.result()["entries"]) == (second, False, [])


async def unsold(lodge: Lodge, tap: UUID) -> Code:
    """The code by which the till refuses to sell to whoever presented this; nothing has changed."""
    seller, till_ref = lodge.world.viewers["canteen"], Ref(1, lodge.world.tills["till"])
    async with lodge.unchanged():
        with pytest.raises(Refused) as caught:
            async with lodge.database.begin(seller.identity()) as session:
                await till.sell(session, seller, ids.new(), till_ref, Ref(1, tap), [till.Item("Каша", 1, 100)], Money(100, "RUB"))
    return caught.value.code


async def shown(lodge: Lodge, desk: Device) -> tuple[CardState, UUID]:
    """The state and the holder of the card that was presented last, on the desk's screen."""
    office = lodge.world.viewers["office"]
    [found] = await queries.desk_taps(lodge.database.reader(office.identity()), office, Ref(1, lodge.key(desk)), first=1)
    return found.state, found.holder_id


async def test_what_was_presented_before_the_card_moved_is_sold_to_and_shown(lodge: Lodge, keys: Keys) -> None:
    """A till's and a desk's screens know the card of a tap by whatever token it was read."""
    canteen, desk, gate = [await lodge.device(name) for name in ("canteen", "desk", "gate")]
    await canteen.present(canteen.tap("anna"))
    await desk.present(desk.tap("anna"))
    [tap] = await lodge.row(Tap, "id", device_id=lodge.key(canteen))
    await keys.rotate()
    await gate.present(keys.tap(gate, "anna", by=0, verdict=ADMIT))
    assert await unsold(lodge, tap) is Code.NOT_ENOUGH_MONEY  # and not CARD_REFUSED: the holder is known
    assert await shown(lodge, desk) == (CardState.ACTIVE, lodge.world.people["anna"])
    async with lodge.database.begin() as session:
        await cards.block(session, lodge.world.viewers["office"], Ref(1, lodge.world.cards["anna"]))
    assert await unsold(lodge, tap) is Code.CARD_BLOCKED


async def test_a_card_that_is_known_by_an_earlier_key_alone_is_its_holder_s(lodge: Lodge, keys: Keys) -> None:
    """Two keys were made; the till and the desk have heard of the first of them, and the card has not moved to either."""
    canteen, desk = await lodge.device("canteen"), await lodge.device("desk")
    await keys.rotate()
    await keys.rotate()
    for device in (canteen, desk):
        told: dict[str, Any] = {"token": keys.token("anna", 1), "keyId": str(keys.made[1][0]), "tokens": keys.tokens("anna", 1, 0)}
        tap = device.tap("anna", **told)
        assert await device.present(tap) == recorded(1)
        async with lodge.unchanged(counters=False):
            assert await device.present(tap) == recorded(1, repeated=True)
    first = (lodge.world.token("anna"), keys.made[0][0])
    assert await lodge.row(Card, "token", "key_id", id=lodge.world.cards["anna"]) == first
    assert await lodge.rows(Tap, "token", "key_id") == [(first[0], str(first[1]))] * 2
    taps: dict[UUID, UUID] = dict(await lodge.rows(Tap, "device_id", "id"))
    assert await unsold(lodge, taps[lodge.key(canteen)]) is Code.NOT_ENOUGH_MONEY
    assert await shown(lodge, desk) == (CardState.ACTIVE, lodge.world.people["anna"])
    office, boris = lodge.world.viewers["office"], Ref(1, lodge.world.people["boris"])
    async with lodge.unchanged():
        with pytest.raises(Refused) as caught:
            async with lodge.database.begin(office.identity()) as session:
                await cards.issue(session, office, ids.new(), boris, Ref(1, taps[lodge.key(desk)]))
    assert caught.value.code is Code.CONFLICT


async def test_of_a_sequence_that_is_told_twice_the_refused_one_moves_nothing(lodge: Lodge, keys: Keys) -> None:
    gate = await lodge.device("gate")
    second = await keys.rotate()
    first = keys.tap(gate, "anna", by=0, verdict=ADMIT)
    other = keys.tap(gate, "boris", by=0, verdict=ADMIT) | {"sequence": 1}
    answers = await gate.submit(first, other, first)
    assert [answers[0], answers[2]] == [recorded(1), recorded(1, repeated=True)]
    assert refusal(answers[1]) == ("CONFLICT", 1)
    assert await held(lodge, "anna") == (keys.token("anna"), second)
    assert await held(lodge, "boris") == (keys.token("boris", 0), keys.made[0][0])
    assert len(await lodge.rows(FormerToken)) == 1


async def test_a_key_that_is_made_after_the_revocation_is_not_in_the_list_under_way(lodge: Lodge, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    stolen = await lodge.device("gate")
    make = passlist.pass_list

    async def late(*arguments: Any) -> Any:
        await lodge.revoke(stolen)
        await keys.rotate()
        at(NOON)
        return await make(*arguments)

    monkeypatch.setattr(passlist, "pass_list", late)
    assert (await stolen.call("passList"))["cardKeys"] == keys.told(0)
