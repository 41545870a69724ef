"""One card at many readers while the key changes: it moves once, and each tap finds it."""

import asyncio
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from school import ids
from school.db import Database
from school.registry import card_keys
from school.registry.models import Card, CardKey, Device, FormerToken, Tap
from tests.gateway.device import ADMIT, denial, recorded
from tests.gateway.lodge import lodge_at
from tests.gateway.test_card_keys import Keys

GATES = 6


async def test_a_card_at_many_gates_at_once_moves_once(database: Database) -> None:
    async with lodge_at(database) as lodge:
        gates = [await lodge.enrol_gate() for _ in range(GATES)]
        keys = Keys(lodge)
        second = await keys.rotate()
        names = ("anna", "boris", "vera")

        async def tap(place: int) -> list[dict[str, Any]]:
            order = names if place % 2 else names[::-1]  # a deadlock's chance
            return await gates[place].submit(*(keys.tap(gates[place], name, by=0, verdict=ADMIT) for name in order))

        answers = await asyncio.gather(*map(tap, range(GATES)))
        assert answers == [[recorded(number) for number in (1, 2, 3)]] * GATES
        for name in names:
            assert await lodge.row(Card, "key_id", "token", id=lodge.world.cards[name]) == (second, bytes.fromhex(keys.token(name)))
        assert len(await lodge.rows(FormerToken)) == 3
        assert sorted(row[0] for row in await lodge.rows(Tap, "person_id")) == sorted([lodge.world.people[name] for name in names] * GATES)
        assert [event[0] for event in await lodge.events()].count("registry.card_moved") == 3


async def test_one_rotation_repeated_at_once_makes_one_key(database: Database) -> None:
    async with lodge_at(database) as lodge:
        office, id_ = lodge.world.viewers["office"], ids.new()

        async def rotate() -> Any:
            async with database.begin(office.identity()) as session:
                return (await card_keys.rotate(session, office, 1, id_, "why")).id

        assert await asyncio.gather(*(rotate() for _ in range(8))) == [id_] * 8
        assert len(await lodge.rows(CardKey, school_id=1)) == 2
        assert [event[0] for event in await lodge.events()] == ["registry.card_key_made"]


async def test_the_first_use_of_a_new_key_and_requests_under_the_other(database: Database) -> None:
    """Whatever comes first: each request is carried out once or turned away by the retired key's code, and one key is left."""
    async with lodge_at(database) as lodge:
        gate, following = await lodge.device("gate"), Ed25519PrivateKey.generate()
        await gate.call("rotateKey", input=gate.announcement(following))
        posts = []
        for place in range(12):
            key = following if place % 3 == 2 else gate.key
            body = b'{"query":"{ passList { __typename } }"}'
            posts.append((key, gate.post(body, gate.sign(body, key=key))))
        answers = await asyncio.gather(*(post for _, post in posts))
        for (key, _), answer in zip(posts, answers, strict=True):
            assert answer.status_code == 200 or (key is gate.key and denial(answer) == (401, "BAD_SIGNATURE"))
        stored = await lodge.row(Device, "public_key", "next_key", id=lodge.key(gate))
        assert stored == (following.public_key().public_bytes_raw(), None)
