"""What a gate learns of the small world by its pass list, and what makes the list change."""

from typing import Any
from uuid import UUID

from school import ids
from school.access.models import DoorRule
from school.ids import Kind, Ref
from school.outbox import PASSES, Event, append
from school.registry import cards
from tests.gateway.device import base64
from tests.gateway.lodge import NOON, Lodge
from tests.world import STAFF


def opaque(kind: Kind, key: UUID) -> str:
    """An id of school 1."""
    return ids.encode(kind, 1, key)


async def entry(lodge: Lodge, name: str, **changes: Any) -> dict[str, Any]:
    """What a gate learns of somebody's card."""
    rules = {audience.value: opaque(Kind.DOOR_RULE, id_) for audience, id_ in await lodge.rows(DoorRule, "audience", "id")}
    return {
        "token": lodge.world.token(name).hex(), "keyId": str(lodge.world.card_keys[1][0]), "holder": opaque(Kind.PERSON, lodge.world.people[name]),
        "state": "ACTIVE", "rules": [rules["staff" if name in STAFF else "pupils"]], "inside": None, "changedAt": None, **changes,
    }


async def always(lodge: Lodge) -> dict[str, Any]:
    """What a list says whatever is new: readers, rules and keys."""
    key_id, secret = lodge.world.card_keys[1]
    door, rules = opaque(Kind.DOOR, lodge.world.doors["main"]), await lodge.rows(DoorRule, "id")
    return {
        "__typename": "PassList", "timeZone": "Europe/Moscow", "cardKeys": [{"id": str(key_id), "key": base64(secret), "current": True}],
        "readers": [{"name": way, "door": door, "direction": way.upper(), "antiPassback": "HARD"} for way in ("in", "out")],
        "rules": [{
            "id": opaque(Kind.DOOR_RULE, id_), "door": None, "direction": None, "weekdays": 63, "startsAt": "07:00", "endsAt": "20:00",
            "validFrom": None, "validUntil": None} for id_, in rules],
    }


async def nothing_new(lodge: Lodge, version: str) -> dict[str, Any]:
    """A list with no entries."""
    return await always(lodge) | {"version": version, "full": False, "entries": [], "removed": []}


async def block(lodge: Lodge, name: str) -> None:
    """The office blocks somebody's card."""
    async with lodge.database.begin() as session:
        await cards.block(session, lodge.world.viewers["office"], Ref(1, lodge.world.cards[name]))


async def elsewhere(lodge: Lodge) -> str:
    """Something happens at the other school."""
    async with lodge.database.begin() as session:
        await append(session, Event("access.passed", 2, (PASSES,), {"person_id": str(lodge.world.people["gleb"])}, NOON))
    return await lodge.publish()
