"""A gate that follows its list by deltas knows what the whole list says, whatever happened, and decides as the server does."""

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from school import clock, ids, outbox
from school.access import doors, rules, verdicts
from school.access.doors import Binding
from school.access.models import AntiPassback, Audience, Direction, DoorRule
from school.access.passlist import pass_list
from school.access.rules import Terms
from school.ids import Ref
from school.registry import cards, events
from school.registry.models import Card, CardState, Pupil, Staff
from tests.access.gate import Gate, meant, read
from tests.access.gatehouse import DAY, HOUR, NOON, Gatehouse, set_clock
from tests.cards import by_tokens

PEOPLE = ("anna", "boris", "vera", "teacher", "class_teacher", "canteen", "guard")
TIMES = (dt.time(), dt.time(7), dt.time(14, 59), dt.time(15), dt.time(15, 1), dt.time(23, 59))


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """A gate that has no list yet."""
    made = Gate(tmp_path)
    yield made
    made.book.close()


class Chance:
    """Something that happens at the school, chosen by chance; each is published before the gate asks again."""

    def __init__(self, house: Gatehouse, seed: int) -> None:
        self.house = house
        self.dice = random.Random(seed)  # noqa: S311 - a history that can be lived again
        self.door = house.door.id

    async def happen(self) -> str:
        """One thing; its name."""
        acts = [self.pass_by] * 5 + [self.block] * 2 + [self.unblock, self.rule_for_one, self.rule_for_one, self.rule_for_many, self.end_rule] + [
            self.issue, self.bind, self.leave_school, self.sleep]
        act = self.dice.choice(acts)
        await act()
        return act.__name__

    def somebody(self) -> str:
        """Anybody with a card."""
        return self.dice.choice(PEOPLE)

    async def pass_by(self) -> None:
        await self.house.move(self.somebody(), self.dice.choice(["in", "out"]), ago=self.dice.choice([0, 0, 1, 30]) * HOUR)

    async def block(self) -> None:
        await self.house.write(cards.block, self.house.viewer("office"), Ref(1, self.house.world.cards[self.somebody()]))

    async def unblock(self) -> None:
        await self.house.write(cards.unblock, self.house.viewer("office"), Ref(1, self.house.world.cards[self.somebody()]))

    async def rule_for_one(self) -> None:
        await self._rule(Audience.PERSON)

    async def rule_for_many(self) -> None:
        await self._rule(self.dice.choice([Audience.PUPILS, Audience.STAFF, Audience.CLASS_GROUP]))

    async def _rule(self, audience: Audience) -> None:
        start, end = sorted(self.dice.sample(TIMES[1:], 2))
        day = clock.school_date(clock.now(), "Europe/Moscow")
        await self.house.write(rules.add_rule, self.house.viewer("office"), 1, ids.new(), Terms(
            audience, self.dice.randint(1, 127), start, end, self.dice.choice([None, self.door]), self.dice.choice([None, *Direction]),
            class_group_id=self.house.group(self.dice.choice(["5A", "6B"])).id if audience is Audience.CLASS_GROUP else None,
            person_id=self.house.person(self.somebody()).id if audience is Audience.PERSON else None,
            valid_from=self.dice.choice([None, day - DAY, day, day + DAY]), valid_until=self.dice.choice([None, day + DAY, day + 2 * DAY]),
        ))

    async def end_rule(self) -> None:
        rule, = self.dice.choice(await self.house.rows(DoorRule, "id"))
        await self.house.write(rules.end_rule, self.house.viewer("office"), Ref(1, rule))

    async def issue(self) -> None:
        card = Card(
            school_id=1, id=ids.new(), person_id=self.house.world.people[self.somebody()], token=self.dice.randbytes(32),
            key_id=self.house.world.card_keys[1][0], state=CardState.ACTIVE, issued_at=clock.now(), blocked_at=None)
        await self.house.insert(card)
        await self.house.write(outbox.append, events.card_issued(card, is_pupil=False))

    async def bind(self) -> None:
        await self.house.write(doors.bind_reader, self.house.viewer("office"), Ref(1, self.house.gate.id), Binding(
            self.dice.choice(["in", "out", "side"]), self.door, self.dice.choice(list(Direction))))

    async def leave_school(self) -> None:
        name, day = self.somebody(), clock.school_date(clock.now(), "Europe/Moscow") + self.dice.choice([0, 1, 2]) * DAY
        await self.house.change(Pupil if name in PEOPLE[:3] else Staff, self.house.world.people[name], left_on=day)
        await self.house.enter("office")  # the day's first news, without which a gate does not ask

    async def sleep(self) -> None:
        set_clock(clock.now() + self.dice.choice([HOUR, DAY, DAY]))
        await self.house.enter("office")


@pytest.mark.parametrize("seed", [1, 2])
async def test_deltas_lead_to_what_the_whole_list_says(house: Gatehouse, gate: Gate, seed: int) -> None:
    chance, history, deltas = Chance(house, seed), [], 0
    await house.enter("office")
    await house.publish()
    for _ in range(30):
        await gate.poll(house)
        history += [await chance.happen() for _ in range(chance.dice.choice([1, 1, 2]))]
        await house.publish()
        deltas += not (await gate.poll(house)).full
        whole = read(await house.read(pass_list, house.gate, None))
        assert meant(gate.book.passes) == meant(whole), history
    assert deltas > 15


async def test_a_gate_decides_from_its_list_as_the_server_from_its_tables(house: Gatehouse, gate: Gate) -> None:
    """Every card at every reader, at the edges of the day and of the week; the list is as old as the tables."""
    chance = Chance(house, 3)
    for act in (chance.pass_by, chance.rule_for_one, chance.rule_for_many, chance.issue) * 5:
        await act()
    await house.write(cards.block, house.viewer("office"), Ref(1, house.world.cards["boris"]))
    await house.change(Pupil, house.world.people["vera"], left_on=NOON.date())
    await house.enter("anna")
    await house.leave("teacher")
    await house.publish()
    await gate.poll(house)
    today, reasons = clock.school_date(clock.now(), "Europe/Moscow"), set()
    tokens = [*await house.rows(Card, "school_id", "token"), (1, b"nobody's".ljust(32))]
    for at in [clock.school_moment(today, time, "Europe/Moscow") for time in TIMES]:
        for _, token in tokens:
            card = (await house.read(by_tokens, 1, [token])).get(token)
            for reader in ("in", "out", "side", "nowhere"):
                verdict = await house.read(verdicts.decide, house.gate, reader, card, at)
                assert gate.decide(reader, token, at) == (verdict.outcome.name, verdict.reason.value)
                reasons.add(verdict.reason.value)
    assert reasons >= {"OK", "UNKNOWN_READER", "UNKNOWN_CARD", "CARD_BLOCKED", "NOT_NOW", "ALREADY_INSIDE", "NOT_INSIDE"}


async def test_a_gate_that_missed_a_rule_for_all_gets_a_new_list(house: Gatehouse, gate: Gate) -> None:
    """Also when rules for one person stand around it."""
    await house.enter("office")
    await house.publish()
    await gate.poll(house)
    chance = Chance(house, 4)
    for act in (chance.rule_for_one, chance.rule_for_many, chance.rule_for_one):
        await act()
    await house.publish()
    assert (await gate.poll(house)).full is True
    assert gate.book.passes == read(await house.read(pass_list, house.gate, None))


async def test_the_office_s_day_reaches_the_gate(house: Gatehouse, gate: Gate) -> None:
    """The gate's answers change with what the office says, and with nothing else."""
    anna, at = house.world.token("anna"), NOON
    await house.enter("office")
    await house.publish()
    await gate.poll(house)
    assert [gate.decide(reader, anna, at) for reader in ("in", "out", "side")] == [("ADMIT", "OK"), ("ADMIT", "NOT_INSIDE"), ("REFUSE", "UNKNOWN_READER")]
    side = await house.write(doors.add_door, house.viewer("office"), 1, ids.new(), name="Калитка", anti_passback=AntiPassback.SOFT)
    await house.write(doors.bind_reader, house.viewer("office"), Ref(1, house.gate.id), Binding("side", side.id, Direction.IN))
    await house.enter("anna")
    assert gate.decide("in", anna, at) == ("ADMIT", "OK")  # not published yet
    await house.publish()
    await gate.poll(house)
    assert [gate.decide(reader, anna, at) for reader in ("in", "out", "side")] == [("REFUSE", "ALREADY_INSIDE"), ("ADMIT", "OK"), ("ADMIT", "ALREADY_INSIDE")]
    async with house.database.begin() as session:
        pupils = await session.scalar(sa.select(DoorRule.id).where(DoorRule.audience == Audience.PUPILS))
    assert pupils is not None
    await house.write(rules.end_rule, house.viewer("office"), Ref(1, pupils))
    await house.publish()
    await gate.poll(house)
    assert gate.decide("out", anna, at) == ("REFUSE", "NO_RIGHT")
    await house.write(cards.block, house.viewer("anna"), Ref(1, house.world.cards["anna"]))
    await house.publish()
    await gate.poll(house)
    assert gate.decide("out", anna, at) == ("REFUSE", "CARD_BLOCKED")
