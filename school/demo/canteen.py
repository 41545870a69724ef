"""The demo's canteen: in the breaks pupils present their cards, and the canteen's login sells; a parent puts money onto an account."""

import datetime as dt
from functools import partial
from typing import Any

from school import ids
from school.demo.acts import Act, Tell
from school.demo.api import Client, RefusedError
from school.demo.programme import MAIN, Programme, moment
from school.demo.taps import Reader
from school.ids import Kind
from school.seed.curriculum import DRINKS, LUNCHES, SNACKS
from school.seed.dice import Dice
from school.seed.plan import CURRENCY

_BUYERS_A_SECOND = 3
"""At most so many cards are served at the till in a second of real time."""
Item = tuple[str, int]


def plan_canteen(programme: Programme, reader: Reader, client: Client, till: str, speed: float, dice: Dice, tell: Tell) -> list[Act]:
    """About a third of those who came buy something in one of the breaks; the `parent` login's children do."""
    here = [visit for visit in programme.visits if visit.person not in programme.absent]
    own = {child.id for child in programme.children if child.school_id == MAIN}
    acts = []
    for begins, ends in programme.breaks:
        seconds = (ends - begins).total_seconds()
        inside = [visit for visit in here if visit.comes < begins]
        most = max(2, int(seconds / speed * _BUYERS_A_SECOND))
        buyers = [visit for visit in inside if visit.person in own and begins == programme.breaks[1][0]]
        buyers += [visit for visit in dice.sample(inside, min(len(inside), most, len(here) // 12 + 1)) if visit not in buyers]
        for place, visit in enumerate(buyers):
            at = begins + dt.timedelta(seconds=seconds * (place + 1) / (len(buyers) + 1))
            acts.append(Act(at, partial(_serve, reader, client, till, visit.uid, dice, tell)))
    return acts


async def _serve(reader: Reader, client: Client, till: str, uid: bytes, dice: Dice, tell: Tell) -> None:
    """A card is presented; the canteen sees it, and sells a lunch or a snack, or only a drink if the money does not suffice."""
    answer = await reader.tap(uid)
    if answer.get("outcome") != "ADMIT":
        tell(f"             … till: {answer.get('reason') or answer.get('error')}")
        return
    taps: list[dict[str, Any]] = await client.ask("taps", till=till)
    ready = next((tap["id"] for tap in taps if tap["state"] == "READY"), None)
    if ready is None:
        return
    items = [dice.choice(LUNCHES if dice.random() < 0.5 else SNACKS), *([dice.choice(DRINKS)] if dice.random() < 0.6 else [])]
    try:
        await _sell(client, till, ready, items)
    except RefusedError as refused:
        if not str(refused).startswith("NOT_ENOUGH_MONEY"):
            raise
        await _sell(client, till, ready, [DRINKS[0]])


async def _sell(client: Client, till: str, tap: str, items: list[Item]) -> None:
    lines = [{"name": name, "quantity": 1, "price": price} for name, price in items]
    total = {"minor": sum(price for _, price in items), "currency": CURRENCY}
    await client.ask("sell", input={"id": str(ids.new()), "tillId": till, "tapId": tap, "items": lines, "total": total})


def plan_parent(programme: Programme, client: Client) -> list[Act]:
    """The parent tops up a child's account in the second lesson, by a sandbox payment."""
    child = programme.children[0]
    top_up = {
        "id": str(ids.new()), "childId": ids.encode(Kind.PERSON, child.school_id, child.id), "amount": {"minor": 50_000, "currency": CURRENCY},
        "method": "SANDBOX", "note": None,
    }
    return [Act(moment(programme.day, 9, 40), partial(client.ask, "top_up", input=top_up))]
