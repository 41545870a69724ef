"""The pass list: whole, or what changed since a version; who is in it, what each answer costs, and when a gate is woken."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from school import ids, outbox
from school.access import doors, passlist, rules
from school.access.doors import Binding
from school.access.models import AntiPassback, Audience, Direction, DoorRule
from school.access.passlist import PassEntry, PassList, PassRule, ReaderBinding, is_newer, pass_list
from school.access.rules import MIDNIGHT, Terms
from school.context import Viewer
from school.ids import Kind, Ref
from school.outbox import Event, Topic, TopicKind
from school.registry import cards
from school.registry.models import CardState, Outcome, Pupil, Staff
from tests.access.gatehouse import DAY, HOUR, NOON, Gatehouse, opaque, set_clock

HERE = ("anna", "boris", "vera", "teacher", "class_teacher", "canteen", "guard", "office")
"""Who holds a card of the first school, in the order they were issued."""
ALWAYS = (127, MIDNIGHT, MIDNIGHT)


async def ask(house: Gatehouse, since: str | None, *, full: bool, statements: int) -> PassList:
    """The answer to the gate; reading it changes nothing."""
    before = await house.tables()
    with house.counted() as sent:
        passes = await house.read(pass_list, house.gate, since)
    assert (passes.full, sent) == (full, ["SELECT"] * statements)
    assert await house.tables() == before
    return passes


def names(house: Gatehouse, tokens: list[str]) -> list[str]:
    """Whose tokens these are."""
    known = {house.world.token(name).hex(): name for name in HERE}
    return [known[token] for token in tokens]


def holders(house: Gatehouse, passes: PassList) -> list[str]:
    """Whose entries a list has."""
    return names(house, [entry.token for entry in passes.entries])


async def add_rule(house: Gatehouse, terms: Terms) -> Ref:
    """The office adds a rule."""
    return Ref(1, (await house.write(rules.add_rule, house.viewer("office"), 1, ids.new(), terms)).id)


async def test_the_whole_list(house: Gatehouse) -> None:
    await house.enter("anna")
    await house.leave("guard", ago=HOUR)
    passes = await ask(house, None, full=True, statements=3)
    door, (pupils, staff) = opaque(Kind.DOOR, house.door), [opaque(Kind.DOOR_RULE, Ref(1, id_)) for id_, in await house.rows(DoorRule, "id")]
    seen: dict[str, tuple[bool, dt.datetime]] = {"anna": (True, NOON), "guard": (False, NOON - HOUR)}
    assert passes == PassList(
        version="0", full=True, time_zone="Europe/Moscow", removed=[],
        readers=[ReaderBinding("in", door, Direction.IN, AntiPassback.HARD), ReaderBinding("out", door, Direction.OUT, AntiPassback.HARD)],
        rules=[PassRule(rule, None, None, 63, "07:00", "20:00", None, None) for rule in (pupils, staff)],
        entries=[
            PassEntry(
                house.world.token(name).hex(), str(house.world.card_keys[1][0]), opaque(Kind.PERSON, house.person(name)), CardState.ACTIVE,
                [pupils if name in HERE[:3] else staff], *seen.get(name, (None, None)))
            for name in HERE
        ],
    )


async def test_a_rule_and_a_binding_are_told_with_all_they_have(house: Gatehouse) -> None:
    id_, day = ids.new(), dt.date(2026, 9, 7)
    await house.write(rules.add_rule, house.viewer("office"), 1, id_, Terms(
        Audience.PERSON, 65, dt.time(9, 5), MIDNIGHT, house.door.id, Direction.OUT, person_id=house.person("vera").id, valid_from=day, valid_until=day + DAY))
    side = await house.write(doors.add_door, house.viewer("office"), 1, ids.new(), name="Калитка", anti_passback=AntiPassback.SOFT)
    await house.write(doors.bind_reader, house.viewer("office"), Ref(1, house.gate.id), Binding("a", side.id, Direction.OUT))
    passes = await ask(house, None, full=True, statements=3)
    rule = opaque(Kind.DOOR_RULE, Ref(1, id_))
    assert passes.rules[-1] == PassRule(rule, opaque(Kind.DOOR, house.door), Direction.OUT, 65, "09:05", "24:00", "2026-09-07", "2026-09-08")
    assert [name for name, entry in zip(HERE, passes.entries, strict=True) if rule in entry.rules] == ["vera"]
    assert passes.readers[0] == ReaderBinding("a", opaque(Kind.DOOR, Ref(1, side.id)), Direction.OUT, AntiPassback.SOFT)


async def test_a_version_that_is_none_of_ours_gets_the_whole_list(house: Gatehouse) -> None:
    await house.enter("anna")
    version = await house.publish()
    whole = await ask(house, None, full=True, statements=3)
    assert (whole.version, holders(house, whole)) == (version, list(HERE))
    for since in ("", "v1", "-1", "1.0", " 1", "١", "9" * 19, str(int(version) + 1), "9" * 18, "0"):
        assert await ask(house, since, full=True, statements=3) == whole
        assert await house.read(is_newer, house.gate, since) is True


async def test_nothing_new_is_two_statements(house: Gatehouse) -> None:
    await house.enter("anna")
    version = await house.publish()
    whole = await ask(house, None, full=True, statements=3)
    passes = await ask(house, version, full=False, statements=2)
    assert (passes.version, passes.entries, passes.removed) == (version, [], [])
    assert (passes.readers, passes.rules, passes.time_zone) == (whole.readers, whole.rules, whole.time_zone)


async def test_a_passage_is_told_as_one_entry(house: Gatehouse) -> None:
    await house.enter("boris")
    since = await house.publish()
    await house.enter("anna", ago=HOUR)
    await house.leave("anna")
    version = await house.publish()
    passes = await ask(house, since, full=False, statements=4)
    assert (passes.version, passes.removed, holders(house, passes)) == (version, [], ["anna"])
    assert (passes.entries[0].inside, passes.entries[0].changed_at) == (False, NOON)


async def test_what_is_known_before_it_is_published_comes_again(house: Gatehouse) -> None:
    """The version is never ahead of the data, so nothing is missed."""
    await house.enter("boris")
    since = await house.publish()
    await house.enter("anna")
    whole = await ask(house, None, full=True, statements=3)
    assert (whole.version, whole.entries[0].inside) == (since, True)
    await house.publish()
    assert (await ask(house, since, full=False, statements=4)).entries == [whole.entries[0]]


async def test_a_blocked_card_is_told_and_told_again_when_it_works(house: Gatehouse) -> None:
    await house.enter("boris")
    since = await house.publish()
    card = Ref(1, house.world.cards["anna"])
    for verb, viewer, state in ((cards.block, "parent", CardState.BLOCKED), (cards.unblock, "office", CardState.ACTIVE)):
        await house.write(verb, house.viewer(viewer), card)
        version = await house.publish()
        passes = await ask(house, since, full=False, statements=4)
        assert [(entry.token, entry.state) for entry in passes.entries] == [(house.world.token("anna").hex(), state)]
        assert (await ask(house, None, full=True, statements=3)).entries[0].state is state
        since = version


async def test_one_who_left_is_removed(house: Gatehouse) -> None:
    """Nothing is told on that day: the list looks at the calendar."""
    await house.enter("boris")
    since = await house.publish()
    await house.change(Pupil, house.world.people["anna"], left_on=dt.date(2026, 9, 8))
    await house.change(Staff, house.world.people["guard"], left_on=dt.date(2026, 9, 9))
    await house.leave("boris")
    await house.publish()
    for day, gone in ((0, []), (1, ["anna"]), (2, ["anna", "guard"]), (3, ["anna", "guard"])):
        set_clock(NOON + day * DAY)
        passes = await ask(house, since, full=False, statements=4)
        assert (names(house, passes.removed), holders(house, passes)) == (gone, ["boris"])
        whole = await ask(house, None, full=True, statements=3)
        assert (whole.removed, holders(house, whole)) == ([], [name for name in HERE if name not in gone])
    set_clock(NOON.replace(hour=21))  # midnight in Moscow
    assert names(house, (await ask(house, since, full=False, statements=4)).removed) == ["anna"]


async def test_a_rule_for_one_person_is_one_entry_and_for_many_a_whole_list(house: Gatehouse) -> None:
    await house.enter("boris")
    since = await house.publish()
    group = {"class_group_id": house.group("5A").id}
    cases: list[tuple[Audience, dict[str, Any], list[str]]] = [
        (Audience.PERSON, {"person_id": house.person("anna").id}, ["anna"]), (Audience.CLASS_GROUP, group, ["anna", "boris"]),
        (Audience.PUPILS, {}, ["anna", "boris", "vera"]), (Audience.STAFF, {}, list(HERE[3:])),
    ]
    for audience, subject, affected in cases:
        one = audience is Audience.PERSON
        rule = await add_rule(house, Terms(audience, *ALWAYS, **subject))
        for ended in (False, True):
            if ended:
                await house.write(rules.end_rule, house.viewer("office"), rule)
            version = await house.publish()
            passes = await ask(house, since, full=not one, statements=4)
            id_ = opaque(Kind.DOOR_RULE, rule)
            assert (id_ in {told.id for told in passes.rules}) is not ended
            assert holders(house, passes) == (["anna"] if one else list(HERE))
            assert [name for name, entry in zip(holders(house, passes), passes.entries, strict=True) if id_ in entry.rules] == ([] if ended else affected)
            since = version


async def test_other_bindings_change_nobody_s_entry(house: Gatehouse) -> None:
    await house.enter("boris")
    since = await house.publish()
    await house.write(doors.bind_reader, house.viewer("office"), Ref(1, house.gate.id), Binding("in", house.door.id, Direction.OUT))
    await house.add_device("gate 2")
    await house.write(doors.bind_reader, house.viewer("office"), Ref(1, house.world.devices["gate 2"]), Binding("other", house.door.id, Direction.IN))
    await house.publish()
    passes = await ask(house, since, full=False, statements=4)
    assert ([(reader.name, reader.direction) for reader in passes.readers], passes.entries, passes.removed) == (
        [("in", Direction.OUT), ("out", Direction.OUT)], [], [])
    assert await house.read(is_newer, house.gate, since) is True


async def test_a_list_older_than_a_week_is_sent_whole(house: Gatehouse) -> None:
    await house.enter("boris")
    since = await house.publish()
    set_clock(NOON + 7 * DAY - dt.timedelta(microseconds=1))
    await house.enter("anna")
    await house.publish()
    assert holders(house, await ask(house, since, full=False, statements=4)) == ["anna"]
    set_clock(NOON + 7 * DAY)
    await ask(house, since, full=True, statements=3)


async def test_more_than_five_hundred_changed_are_a_whole_list(house: Gatehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    assert passlist.MOST_CHANGED == 500
    monkeypatch.setattr(passlist, "MOST_CHANGED", 2)
    await house.enter("boris")
    since = await house.publish()
    for name in ("anna", "vera", "anna"):
        await house.move(name, "in")
    await house.publish()
    assert holders(house, await ask(house, since, full=False, statements=4)) == ["anna", "vera"]
    await house.enter("guard")
    await house.publish()
    await ask(house, since, full=True, statements=4)


async def test_only_what_changes_the_list_wakes_a_gate(house: Gatehouse) -> None:
    await house.enter("boris")
    since = await house.publish()
    elsewhere = Event("access.passed", 2, (outbox.PASSES,), {"person_id": str(house.person("gleb").id)}, NOON)
    mark = Event("diary.mark_given", 1, (Topic(TopicKind.PUPIL, house.person("anna").id),), {"value": 5}, NOON)
    await house.write(outbox.append, elsewhere, mark)
    await house.receive(house.tap("anna", outcome=Outcome.REFUSE, reason="NOT_NOW"), house.tap(None, outcome=Outcome.REFUSE, reason="UNKNOWN_CARD"))
    version = await house.publish()
    with house.counted() as sent:
        assert await house.read(is_newer, house.gate, since) is False
    assert sent == ["SELECT"]
    passes = await ask(house, since, full=False, statements=4)
    assert (passes.version, passes.entries, passes.removed) == (version, [], [])
    await house.enter("anna")
    await house.publish()
    assert (await house.read(is_newer, house.gate, version), await house.read(is_newer, house.gate, since)) == (True, True)
    with house.counted() as sent:
        assert await house.read(is_newer, house.gate, None) is True
    assert sent == []


async def test_rules_stay_until_the_day_after_their_last(house: Gatehouse) -> None:
    """A gate's day may begin a little later than the server's. What is not yet valid is told: the gate reads the dates itself."""
    async with house.database.begin() as session:
        await session.execute(sa.update(DoorRule).values(ended_at=NOON))
    today, office = dt.date(2026, 9, 7), house.viewer("office")
    kept = [await _valid(house, office, until=today - DAY), await _valid(house, office, until=today), await _valid(house, office, since=today + 90 * DAY)]
    await _valid(house, office, until=today - 2 * DAY)
    passes = await ask(house, None, full=True, statements=3)
    assert [rule.id for rule in passes.rules] == passes.entries[0].rules == kept


async def _valid(house: Gatehouse, office: Viewer, since: dt.date | None = None, until: dt.date | None = None) -> str:
    rule = await house.write(rules.add_rule, office, 1, ids.new(), Terms(Audience.PUPILS, *ALWAYS, valid_from=since, valid_until=until))
    return opaque(Kind.DOOR_RULE, Ref(1, rule.id))
