"""The demo's canteen: in the breaks pupils present their cards, and the canteen's login sells; a parent puts money onto an account."""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

from school import ids
from school.demo.acts import Act, Tell
from school.demo.api import Client, RefusedError
from school.demo.programme import MAIN, Programme, Visit, moment
from school.demo.roster import Roster
from school.demo.taps import Reader
from school.ids import Kind
from school.seed.curriculum import DRINKS, LUNCHES, SNACKS
from school.seed.dice import Dice
from school.seed.plan import CURRENCY

_BUYERS_A_SECOND = 3
"""At most so many cards are served at the till in a second of real time."""
_PRESENTATIONS = 3
"""How often a card is presented for one sale: by a fast clock it may have lain there for too long before the till has asked."""
Item = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Counter:
    """Where the canteen sells: its reader, its login, its till; and who is told what does not become a sale, by name."""

    reader: Reader
    client: Client
    till: str
    roster: Roster
    tell: Tell


def plan_canteen(programme: Programme, counter: Counter, speed: float, dice: Dice) -> list[Act]:
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
            acts.append(Act(at, partial(serve, counter, visit, dice)))
    return acts


async def serve(counter: Counter, visit: Visit, dice: Dice) -> None:
    """A card is presented; the canteen sees it, and sells a lunch or a snack, or only a drink if the money does not suffice."""
    who = counter.roster.name(visit.person)
    items = [dice.choice(LUNCHES if dice.random() < 0.5 else SNACKS), *([dice.choice(DRINKS)] if dice.random() < 0.6 else [])]
    for wanted in (items, [DRINKS[0]]):
        try:
            await _sell(counter, visit.uid, who, wanted)
        except RefusedError as refused:
            if refused.code != "NOT_ENOUGH_MONEY":
                raise
        else:
            return
    counter.tell(f"             … {who} has not enough money for anything")


async def _sell(counter: Counter, uid: bytes, who: str, items: list[Item]) -> None:
    """A sale to a card that is presented for it, and again if that took too long."""
    lines = [{"name": name, "quantity": 1, "price": price} for name, price in items]
    total = {"minor": sum(price for _, price in items), "currency": CURRENCY}
    for _ in range(_PRESENTATIONS):
        answer = await counter.reader.tap(uid)
        if answer.get("outcome") != "ADMIT":
            counter.tell(f"             … {who} at the till: {answer.get('reason') or answer.get('error')}")
            return
        taps: list[dict[str, Any]] = await counter.client.ask("taps", till=counter.till)
        ready = next((tap["id"] for tap in taps if tap["state"] == "READY"), None)
        if ready is None:
            continue
        try:
            await counter.client.ask("sell", input={"id": str(ids.new()), "tillId": counter.till, "tapId": ready, "items": lines, "total": total})
        except RefusedError as refused:
            if refused.code != "TAP_TOO_OLD":
                raise
        else:
            return
    counter.tell(f"             … {who} at the till: the demo's clock is too fast for a sale")


def plan_parent(programme: Programme, client: Client) -> list[Act]:
    """The parent tops up a child's account in the second lesson, by a sandbox payment."""
    child = programme.children[0]
    top_up = {
        "id": str(ids.new()), "childId": ids.encode(Kind.PERSON, child.school_id, child.id), "amount": {"minor": 50_000, "currency": CURRENCY},
        "method": "SANDBOX", "note": None,
    }
    return [Act(moment(programme.day, 9, 40), partial(client.ask, "top_up", input=top_up))]
