"""Door rules: their times and days, who adds and ends them, what is refused, and what the gates are told."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from school import ids
from school.access import rules
from school.access.models import Audience, Direction, DoorRule
from school.access.rules import MIDNIGHT, Terms, Weekday, read_time, weekday_bits, weekdays_of, write_time
from school.errors import Code, Refused
from school.ids import Ref
from school.registry.models import ClassGroup
from tests.access.gatehouse import ABSENT, HOUR, NOON, Gatehouse, set_clock

PASSES = [["passes", "00000000-0000-0000-0000-000000000000"]]
PUPILS = Terms(Audience.PUPILS, 31, dt.time(7, 30), dt.time(19))
SUBJECTS = {
    "class_group_id": "classGroupId belongs to the audience CLASS_GROUP, and to no other",
    "person_id": "personId belongs to the audience PERSON, and to no other",
}
NO_TIMES = ("", "7:00", "07:00:00", "07", "25:00", "07:60", "0700", "T07:00", "07:00Z", " 07:00", "٠٧:٠٠", "\ud800")


@pytest.mark.parametrize(("text", "value"), [("00:00", dt.time()), ("07:05", dt.time(7, 5)), ("23:59", dt.time(23, 59))])
def test_a_time_is_read_and_written_alike(text: str, value: dt.time) -> None:
    assert (read_time(text, "startsAt"), write_time(value)) == (value, text)


def test_the_day_s_end_is_written_so() -> None:
    assert (read_time("24:00", "endsAt", end=True), write_time(MIDNIGHT, end=True), write_time(MIDNIGHT)) == (MIDNIGHT, "24:00", "00:00")
    assert (read_time("19:30", "endsAt", end=True), write_time(dt.time(19, 30), end=True)) == (dt.time(19, 30), "19:30")


@pytest.mark.parametrize(("text", "end"), [
    *((text, end) for text in NO_TIMES for end in (True, False)), ("24:00", False), ("00:00", True),
])
def test_what_is_no_time_is_refused(text: str, end: bool) -> None:
    with pytest.raises(Refused) as refused:
        read_time(text, "at", end=end)
    assert (refused.value.code, refused.value.message) == (Code.BAD_INPUT, 'at must be "HH:MM"')


def test_days_are_bits_from_monday_on() -> None:
    assert [weekday_bits([day]) for day in Weekday] == [1, 2, 4, 8, 16, 32, 64]
    assert weekday_bits([Weekday.SUNDAY, Weekday.MONDAY, Weekday.MONDAY]) == 65
    assert all(weekday_bits(weekdays_of(bits)) == bits for bits in range(128))
    assert weekdays_of(0b1000010) == [Weekday.TUESDAY, Weekday.SUNDAY]


async def test_the_office_adds_a_rule_once_and_the_gates_are_told(house: Gatehouse) -> None:
    office, id_, anna = house.viewer("office"), ids.new(), house.person("anna").id
    day = dt.date(2026, 9, 7)
    terms = Terms(Audience.PERSON, 65, dt.time(9), MIDNIGHT, house.door.id, Direction.OUT, person_id=anna, valid_from=day, valid_until=day)
    added = await house.write(rules.add_rule, office, 1, id_, terms)
    assert {field.name: getattr(added, field.name) for field in dataclasses.fields(Terms)} == dataclasses.asdict(terms)
    assert (added.school_id, added.id, added.made_at, added.ended_at) == (1, id_, NOON, None)
    await house.write(rules.add_rule, office, 1, pupils := ids.new(), PUPILS)
    await house.write(rules.add_rule, office, 1, group := ids.new(), Terms(Audience.CLASS_GROUP, 1, MIDNIGHT, MIDNIGHT, class_group_id=house.group("5A").id))
    assert [tuple(event) for event in await house.events()] == [
        ("access.rules_changed", 1, PASSES, {"rule_id": str(rule), "person_id": person, "ended": False}, NOON, False)
        for rule, person in ((id_, str(anna)), (pupils, None), (group, None))]
    before = await house.tables()
    set_clock(NOON + HOUR)
    assert (await house.write(rules.add_rule, office, 1, id_, terms)).made_at == NOON
    assert await house.tables() == before


async def test_the_same_id_with_other_terms_is_a_conflict(house: Gatehouse) -> None:
    office, id_ = house.viewer("office"), ids.new()
    await house.write(rules.add_rule, office, 1, id_, PUPILS)
    changes: list[dict[str, Any]] = [
        {"audience": Audience.STAFF}, {"weekdays": 63}, {"starts_at": dt.time(7)}, {"ends_at": MIDNIGHT}, {"door_id": house.door.id},
        {"direction": Direction.IN}, {"valid_from": dt.date(2026, 9, 1)}, {"valid_until": dt.date(2026, 12, 1)},
        {"audience": Audience.CLASS_GROUP, "class_group_id": house.group("5A").id}, {"audience": Audience.PERSON, "person_id": house.person("anna").id},
    ]
    for change in changes:
        refusal = await house.refuse(rules.add_rule, office, 1, id_, dataclasses.replace(PUPILS, **change))
        assert refusal == (Code.CONFLICT, "This id stands for another rule."), change
    await house.write(rules.add_rule, house.viewer("office2"), 2, id_, dataclasses.replace(PUPILS, weekdays=1))  # another school's id
    assert sorted(await house.rows(DoorRule, "school_id", "weekdays")) == [(1, 31), (1, 63), (1, 63), (2, 1)]


@pytest.mark.parametrize(("change", "message"), [
    ({"weekdays": 0}, "weekdays must name at least one day"), ({"weekdays": 128}, "weekdays must name at least one day"),
    ({"weekdays": -1}, "weekdays must name at least one day"),
    *(({name: dt.time(8, 0, *time)}, "startsAt and endsAt are whole minutes of the school's day")
      for name in ("starts_at", "ends_at") for time in ((1,), (0, 1), (0, 0, dt.UTC))),
    ({"starts_at": dt.time(19)}, "startsAt must be before endsAt; a night is two rules"),
    ({"starts_at": dt.time(22), "ends_at": dt.time(6)}, "startsAt must be before endsAt; a night is two rules"),
    ({"valid_from": dt.date(2026, 9, 8), "valid_until": dt.date(2026, 9, 7)}, "validFrom must not be after validUntil"),
    *(({"audience": audience}, SUBJECTS[name]) for audience, name in ((Audience.CLASS_GROUP, "class_group_id"), (Audience.PERSON, "person_id"))),
    *(({"audience": audience, name: ids.new()}, SUBJECTS[name]) for audience in (Audience.PUPILS, Audience.STAFF) for name in SUBJECTS),
    ({"audience": Audience.CLASS_GROUP, "class_group_id": ids.new(), "person_id": ids.new()}, SUBJECTS["person_id"]),
    ({"audience": Audience.PERSON, "class_group_id": ids.new(), "person_id": ids.new()}, SUBJECTS["class_group_id"]),
])
def test_terms_that_cannot_be_meant_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused) as refused:
        dataclasses.replace(PUPILS, **change).check()
    assert (refused.value.code, refused.value.message) == (Code.BAD_INPUT, message)


@pytest.mark.parametrize("change", [
    {"starts_at": MIDNIGHT, "ends_at": MIDNIGHT}, {"starts_at": dt.time(23, 59), "ends_at": MIDNIGHT}, {"weekdays": 1}, {"weekdays": 127},
    {"valid_from": dt.date(2026, 9, 7), "valid_until": dt.date(2026, 9, 7)}, {"starts_at": dt.time(18, 59)},
])
def test_terms_at_the_edge_are_fine(change: dict[str, Any]) -> None:
    dataclasses.replace(PUPILS, **change).check()


async def test_a_rule_that_cannot_be_changes_nothing(house: Gatehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    office = house.viewer("office")
    assert (await house.refuse(rules.add_rule, office, 1, ids.new(), dataclasses.replace(PUPILS, weekdays=0)))[0] is Code.BAD_INPUT
    for viewer in ("office2", "teacher", "guard", "canteen", "parent", "anna"):
        assert await house.refuse(rules.add_rule, house.viewer(viewer), 1, ids.new(), PUPILS) == ABSENT
    absent: list[dict[str, Any]] = [
        {"door_id": ids.new()}, *({"audience": Audience.CLASS_GROUP, "class_group_id": group} for group in (ids.new(), house.group("2-5A").id)),
        *({"audience": Audience.PERSON, "person_id": person, "door_id": house.door.id} for person in (ids.new(), house.person("gleb").id)),
    ]
    for change in absent:
        assert await house.refuse(rules.add_rule, office, 1, ids.new(), dataclasses.replace(PUPILS, **change)) == ABSENT, change
    foreign = dataclasses.replace(PUPILS, door_id=house.door.id)
    assert await house.refuse(rules.add_rule, house.viewer("office2"), 2, ids.new(), foreign) == ABSENT
    await house.change(ClassGroup, house.group("5A").id, closed_on=dt.date(2026, 9, 1))
    ended = dataclasses.replace(PUPILS, audience=Audience.CLASS_GROUP, class_group_id=house.group("5A").id)
    assert await house.refuse(rules.add_rule, office, 1, ids.new(), ended) == ABSENT
    monkeypatch.setattr(rules, "MOST_RULES", 2)  # as many as the world has
    assert await house.refuse(rules.add_rule, office, 1, ids.new(), PUPILS) == (Code.TOO_MANY, "A school has at most 2 rules in force.")
    [first, _] = await house.rows(DoorRule, "id")
    await house.write(rules.end_rule, office, Ref(1, first[0]))
    await house.write(rules.add_rule, office, 1, ids.new(), PUPILS)


async def test_the_office_ends_a_rule_once_and_the_gates_are_told(house: Gatehouse) -> None:
    office, id_, anna = house.viewer("office"), ids.new(), house.person("anna").id
    await house.write(rules.add_rule, office, 1, id_, dataclasses.replace(PUPILS, audience=Audience.PERSON, person_id=anna))
    before = await house.rows(DoorRule)
    for rule, viewer in ((Ref(1, id_), "guard"), (Ref(1, id_), "office2"), (Ref(2, id_), "office2"), (Ref(1, ids.new()), "office"), (Ref(2, id_), "office")):
        assert await house.refuse(rules.end_rule, house.viewer(viewer), rule) == ABSENT
    ended = await house.write(rules.end_rule, office, Ref(1, id_))
    assert (ended.id, ended.ended_at) == (id_, NOON)
    assert [row[:-1] for row in await house.rows(DoorRule)] == [row[:-1] for row in before]
    event = (await house.events())[-1]
    assert tuple(event) == ("access.rules_changed", 1, PASSES, {"rule_id": str(id_), "person_id": str(anna), "ended": True}, NOON, False)
    known = await house.tables()
    set_clock(NOON + HOUR)
    assert (await house.write(rules.end_rule, office, Ref(1, id_))).ended_at == NOON
    repeated = await house.write(rules.add_rule, office, 1, id_, dataclasses.replace(PUPILS, audience=Audience.PERSON, person_id=anna))
    assert repeated.ended_at == NOON  # a late repeat of the addition does not bring it back
    assert await house.tables() == known
