"""Verdicts: server and daemon decide alike on anything that can be generated, and the server finds in its tables what it decides from."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from readers import decision
from school import ids
from school.access import passlist, rules, verdicts
from school.access.holders import Rule, Rulebook
from school.access.models import AntiPassback, Audience, Direction, DoorRule
from school.access.passlist import PassEntry, PassList, ReaderBinding
from school.access.rules import MIDNIGHT, Terms
from school.access.verdicts import Bound, Entry, Reason, Verdict, decide
from school.ids import Kind, Ref
from school.registry.models import Card, CardState, Outcome, Pupil
from tests.access.gate import read
from tests.access.gatehouse import DAY, NOON, Gatehouse
from tests.cards import by_tokens

MICROSECOND = dt.timedelta(microseconds=1)
DOORS = (UUID(int=1), UUID(int=2))
TOKEN = "a1" * 32
CHANGES = {  # days around which the clocks change; in Cairo and on Lord Howe at midnight and by half an hour
    "Europe/Moscow": ("2026-09-06", "2026-12-31", "2028-02-29"), "Europe/Berlin": ("2026-03-29", "2026-10-25"), "Africa/Cairo": ("2026-04-24", "2026-10-29"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"), "America/St_Johns": ("2026-03-08", "2026-11-01"),
}
MINUTES = tuple(dt.time(*time) for time in ((0, 0), (0, 1), (1, 59), (2, 0), (2, 30), (3, 0), (12, 0), (23, 0), (23, 59)))


class Situation(NamedTuple):
    """A card at a reader: all that a verdict depends on."""

    zone: str
    moment: dt.datetime
    bound: Bound | None
    entry: Entry | None


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Moments at the edges of days, of rules and of summer time; rules that begin and end there."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    day = dt.date.fromisoformat(draw(st.sampled_from(CHANGES[zone]))) + draw(st.sampled_from([-DAY, 0 * DAY, DAY]))
    wall = dt.datetime.combine(day, draw(st.sampled_from(MINUTES)), ZoneInfo(zone)).replace(fold=draw(st.sampled_from([0, 1])))
    moment = wall.astimezone(dt.UTC) + draw(st.sampled_from([-MICROSECOND, 0 * MICROSECOND, MICROSECOND, dt.timedelta(seconds=59)]))
    dates, times = st.sampled_from([None, None, day - DAY, day, day + DAY]), [wall.time().replace(fold=0)] * 4 + [*MINUTES]
    rule = st.builds(
        Rule, id=st.uuids(), door_id=st.sampled_from([None, *DOORS]), direction=st.sampled_from([None, *Direction]),
        weekdays=st.sampled_from([127, 127, *(1 << day for day in range(7)), *(127 - (1 << day) for day in range(7))]),
        starts_at=st.sampled_from(times), ends_at=st.sampled_from([MIDNIGHT, *times]), valid_from=dates, valid_until=dates)
    held = draw(st.lists(rule, max_size=3, unique_by=lambda rule: rule.id))
    state = draw(st.sampled_from([CardState.ACTIVE] * 5 + [CardState.BLOCKED]))
    bound = Bound(draw(st.sampled_from(DOORS)), draw(st.sampled_from(Direction)), draw(st.sampled_from(AntiPassback)))
    nobody, nowhere = draw(st.integers(0, 19)) == 1, draw(st.integers(0, 19)) == 1
    return Situation(zone, moment, None if nowhere else bound, None if nobody else Entry(state, held, draw(st.booleans())))


def by_server(situation: Situation) -> tuple[str, str]:
    """The server's verdict, in the words of the wire."""
    outcome, reason = verdicts.judge(situation.bound, situation.entry, situation.moment.astimezone(ZoneInfo(situation.zone)))
    return outcome.name, reason.value


def by_daemon(situation: Situation) -> tuple[str, str]:
    """The daemon's verdict, from the list that the server would send it."""
    _, moment, bound, entry = situation
    book = Rulebook((Audience.PUPILS, None, rule) for rule in (entry.rules if entry else ()))
    readers = [ReaderBinding("r", ids.encode(Kind.DOOR, 1, bound.door_id), bound.direction, bound.anti_passback)] if bound else []
    held = [ids.encode(Kind.DOOR_RULE, 1, rule.id) for rule in book.rules]
    entries = [PassEntry(TOKEN, "k1", "p1", entry.state, held, entry.inside, moment)] if entry else []
    passes = read(PassList("1", True, situation.zone, readers, passlist._rules(book, 1), entries, []))
    verdict = decision.decide(passes, "r", TOKEN, inside=entry.inside if entry else False, moment=moment)
    return verdict.outcome, verdict.reason


def hold_equal(examples: int, *phases: Phase) -> set[tuple[str, str]]:
    """Every verdict that was met; AssertionError where server and daemon differ."""
    full_day = Rule(UUID(int=9), None, None, 127, MIDNIGHT, MIDNIGHT, None, None)
    soft, hard = (Bound(DOORS[0], Direction.IN, kind) for kind in (AntiPassback.SOFT, AntiPassback.HARD))
    out, seen = Bound(DOORS[0], Direction.OUT, AntiPassback.OFF), set()

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True, phases=phases, report_multiple_bugs=False)
    @given(situation=situations())
    @example(situation=Situation("Europe/Moscow", NOON, soft, Entry(CardState.ACTIVE, [full_day], True)))  # what chance meets too seldom
    @example(situation=Situation("Europe/Moscow", NOON, hard, Entry(CardState.ACTIVE, [full_day], True)))
    @example(situation=Situation("Europe/Moscow", NOON, hard, Entry(CardState.ACTIVE, [full_day], False)))
    @example(situation=Situation("Europe/Moscow", NOON, out, Entry(CardState.ACTIVE, [full_day], False)))
    def compare(situation: Situation) -> None:
        verdict = by_server(situation)
        seen.add(verdict)
        assert verdict == by_daemon(situation)

    compare()
    return seen


@pytest.mark.parametrize("examples", [400, pytest.param(20_000, marks=pytest.mark.soak)])
def test_server_and_daemon_decide_alike(examples: int) -> None:
    """ADR 4: the same rules stand in two programs that share no code. Every verdict is met."""
    assert hold_equal(examples, Phase.explicit, Phase.generate, Phase.shrink) == {
        *(("REFUSE", reason) for reason in ("UNKNOWN_READER", "UNKNOWN_CARD", "CARD_BLOCKED", "NO_RIGHT", "NOT_NOW", "ALREADY_INSIDE")),
        *(("ADMIT", reason) for reason in ("ALREADY_INSIDE", "NOT_INSIDE", "OK")),
    }


COVERS, JUDGE = verdicts.covers, verdicts.judge


def changed(**values: Any) -> Callable[[Rule, Bound, dt.date], bool]:
    """`covers` of a rule whose fields are something else."""
    return lambda rule, bound, day: COVERS(rule._replace(**values), bound, day)


def allows(*, later: dt.timedelta = 0 * DAY, midnight: dt.time = MIDNIGHT, turn: int = 0) -> Callable[[Rule, dt.datetime], bool]:
    """`allows` a moment later or earlier than it should, with another end of the day, or by a week that is turned."""

    def wrong(rule: Rule, local: dt.datetime) -> bool:
        time = (local.replace(tzinfo=None) + later).time()
        return bool(rule.weekdays >> (local.weekday() + turn) % 7 & 1) and rule.starts_at <= time and (rule.ends_at == midnight or time < rule.ends_at)

    return wrong


MUTANTS: dict[str, tuple[str, Any]] = {
    "any door": ("covers", changed(door_id=None)), "both ways": ("covers", changed(direction=None)), "from ever": ("covers", changed(valid_from=None)),
    "for ever": ("covers", changed(valid_until=None)),
    "the last day excluded": ("covers", lambda rule, bound, day: COVERS(rule, bound, day) and rule.valid_until != day),
    "the first day excluded": ("covers", lambda rule, bound, day: COVERS(rule, bound, day) and rule.valid_from != day),
    "the start excluded, the end included": ("allows", allows(later=-MICROSECOND)),
    "midnight is the morning": ("allows", allows(midnight=dt.time(0, 2))), "the week begins on Sunday": ("allows", allows(turn=1)),
    "summer time forgotten": ("judge", lambda bound, entry, local: JUDGE(bound, entry, local - (local.dst() or 0 * DAY))),
    "Greenwich's time": ("judge", lambda bound, entry, local: JUDGE(bound, entry, local.astimezone(dt.UTC))),
    "blocked cards pass": ("judge", lambda bound, entry, local: JUDGE(
        bound, entry and dataclasses.replace(entry, state=CardState.ACTIVE), local)),
    "nobody is inside": ("judge", lambda bound, entry, local: JUDGE(bound, entry and dataclasses.replace(entry, inside=False), local)),
    "soft is off": ("judge", lambda bound, entry, local: JUDGE(
        bound and (dataclasses.replace(bound, anti_passback=AntiPassback.OFF) if bound.anti_passback is AntiPassback.SOFT else bound), entry, local)),
    "reader and card exchanged": ("judge", lambda bound, entry, local: (
        (Outcome.REFUSE, Reason.UNKNOWN_CARD) if entry is None else JUDGE(bound, entry, local))),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_server_that_decides_otherwise_is_caught(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, wrong = MUTANTS[mutant]
    monkeypatch.setattr(verdicts, name, wrong)
    with pytest.raises(AssertionError):
        hold_equal(20_000, Phase.explicit, Phase.generate)  # ends at the first difference; how soon depends on the modules that are loaded


async def ask(house: Gatehouse, name: str | None, reader: str = "in", at: dt.datetime = NOON, *, statements: int = 2) -> str:
    """The server's reason; a card that is refused for nothing but itself costs one statement."""
    token = house.world.token(name) if name else b""
    card = (await house.read(by_tokens, 1, [token])).get(token)
    before = await house.tables()
    with house.counted() as sent:
        verdict = await house.read(decide, house.gate, reader, card, at)
    assert sent == ["SELECT"] * statements
    assert await house.tables() == before
    admitted = verdict.reason in {Reason.OK, Reason.NOT_INSIDE}
    assert verdict.outcome is (Outcome.ADMIT if admitted else Outcome.REFUSE)
    return verdict.reason.value


async def test_the_server_decides_in_the_documented_order(house: Gatehouse) -> None:
    assert await ask(house, "boris") == "OK"
    await house.change(Card, house.world.cards["boris"], state=CardState.BLOCKED, blocked_at=NOON)
    assert await ask(house, "boris", "side", statements=1) == "UNKNOWN_READER"
    assert await ask(house, None, "side", statements=1) == "UNKNOWN_READER"
    assert await ask(house, None, statements=1) == "UNKNOWN_CARD"
    assert await ask(house, "boris", statements=1) == "CARD_BLOCKED"
    assert await ask(house, "anna", at=NOON - DAY) == "NOT_NOW"  # Sunday
    assert await ask(house, "anna", at=NOON.replace(hour=17)) == "NOT_NOW"  # 20:00 in Moscow
    assert await ask(house, "anna", at=NOON.replace(hour=17) - MICROSECOND) == "OK"
    assert await ask(house, "anna", at=NOON.replace(hour=4) - MICROSECOND) == "NOT_NOW"
    assert await ask(house, "anna", at=NOON.replace(hour=4)) == "OK"
    assert await ask(house, "anna", "out") == "NOT_INSIDE"
    await house.enter("anna")
    assert [await ask(house, "anna"), await ask(house, "anna", "out"), await ask(house, "vera")] == ["ALREADY_INSIDE", "OK", "OK"]


async def test_the_verdict_names_the_version_of_the_data(house: Gatehouse) -> None:
    assert await house.read(decide, house.gate, "in", None, NOON) == Verdict(Outcome.REFUSE, Reason.UNKNOWN_CARD, "0")
    await house.enter("anna")
    assert await house.publish() == "3"  # told to her family, at the door and to the gates
    assert await house.read(decide, house.gate, "in", None, NOON) == Verdict(Outcome.REFUSE, Reason.UNKNOWN_CARD, "3")


async def test_a_rule_is_for_its_audience_alone(house: Gatehouse) -> None:
    async with house.database.begin() as session:
        await session.execute(sa.update(DoorRule).values(ended_at=NOON))
    names = ("anna", "boris", "vera", "teacher", "guard")
    assert [await ask(house, name) for name in names] == ["NO_RIGHT"] * 5
    for audience, subject, may in (
        (Audience.PUPILS, {}, {"anna", "boris", "vera"}), (Audience.STAFF, {}, {"teacher", "guard"}),
        (Audience.CLASS_GROUP, {"class_group_id": house.group("5A").id}, {"anna", "boris"}),
        (Audience.PERSON, {"person_id": house.person("vera").id}, {"vera"}), (Audience.PERSON, {"person_id": house.person("guard").id}, {"guard"}),
    ):
        terms = Terms(audience, 127, MIDNIGHT, MIDNIGHT, **subject)  # type: ignore[arg-type]
        rule = await house.write(rules.add_rule, house.viewer("office"), 1, ids.new(), terms)
        assert {name for name in names if await ask(house, name) == "OK"} == may
        await house.write(rules.end_rule, house.viewer("office"), Ref(1, rule.id))


async def test_the_card_of_one_who_left_is_unknown(house: Gatehouse) -> None:
    """From the school's own midnight on."""
    await house.change(Pupil, house.world.people["anna"], left_on=dt.date(2026, 9, 8))
    async with house.database.begin() as session:
        await session.execute(sa.update(DoorRule).values(starts_at=MIDNIGHT, ends_at=MIDNIGHT))
    midnight = NOON.replace(hour=21)
    assert await ask(house, "anna", at=midnight - MICROSECOND) == "OK"
    assert await ask(house, "anna", at=midnight, statements=1) == "UNKNOWN_CARD"
    await house.change(Card, house.world.cards["anna"], state=CardState.BLOCKED, blocked_at=NOON)
    assert await ask(house, "anna", at=midnight, statements=1) == "UNKNOWN_CARD"
