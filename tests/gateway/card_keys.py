"""A school's card keys as the tests of the gateway know them: made, retired, and what they make of somebody's card."""

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from school import ids
from school.ids import Ref
from school.registry import card_keys
from school.registry.models import Card, CardKey
from tests.gateway.device import Device, base64
from tests.gateway.lodge import NOON, Lodge, at
from tests.world import uid


@dataclass
class Keys:
    """The school's card keys as a test knows them, the oldest first."""

    lodge: Lodge

    def __post_init__(self) -> None:
        self.made: list[tuple[UUID, bytes]] = [self.lodge.world.card_keys[1]]

    async def rotate(self) -> UUID:
        """The office makes another."""
        at(NOON + dt.timedelta(minutes=len(self.made)))
        id_ = ids.new()
        async with self.lodge.database.begin() as session:
            await card_keys.rotate(session, self.lodge.world.viewers["office"], 1, id_, None)
        self.made.append((id_, (await self.lodge.row(CardKey, "secret", id=id_))[0]))
        return id_

    async def retire(self, place: int) -> None:
        """The office retires one."""
        async with self.lodge.database.begin() as session:
            await card_keys.retire(session, self.lodge.world.viewers["office"], Ref(1, self.made[place][0]))

    def token(self, name: str, place: int = -1) -> str:
        """The token of somebody's card under a key, the newest if none is named."""
        return hmac.new(self.made[place][1], uid(name), hashlib.sha256).hexdigest()

    def tokens(self, name: str, *places: int) -> list[dict[str, str]]:
        """A tap's tokens under these keys."""
        return [{"keyId": str(self.made[place][0]), "token": self.token(name, place)} for place in places]

    def tap(self, device: Device, name: str, by: int = -1, **changes: Any) -> dict[str, Any]:
        """A tap as a daemon with all keys sends it; `by` is the key under which it was decided."""
        places = range(len(self.made) - 1, -1, -1)
        named: dict[str, Any] = {"token": self.token(name, by), "keyId": str(self.made[by][0]), "tokens": self.tokens(name, *places)}
        return device.tap(name, **named, **changes)

    def told(self, *places: int) -> list[dict[str, Any]]:
        """These keys as devices are told, the first as the current one."""
        return [{"id": str(self.made[place][0]), "key": base64(self.made[place][1]), "current": place == places[0]} for place in places]


async def held(lodge: Lodge, name: str) -> tuple[str, UUID]:
    """The token and the key of somebody's card."""
    token, key_id = await lodge.row(Card, "token", "key_id", id=lodge.world.cards[name])
    return token.hex(), key_id
