"""The documented order in which a gate decides, row by row."""
from datetime import UTC, datetime
from typing import Any

import pytest

from readers.decision import Verdict, decide
from readers.passwire import make_list, parse_entries, parse_head
from tests.readers.loopback import binding, entry, pass_list, rule

CARD, OTHER = "a1" * 32, "b2" * 32
NOON = "2026-03-04T12:00:00+03:00"  # a Wednesday in Moscow


def judge(*, at: str = NOON, reader: str = "in", token: str = CARD, inside: bool = False, rules: list[dict[str, Any]] | None = None,
          card: dict[str, Any] | None = None, **changes: Any) -> tuple[str, str]:
    """A verdict from a list with one card."""
    content = pass_list(rules=[rule()] if rules is None else rules, entries=[entry(CARD, **(card or {}))], **changes)
    passes = make_list(parse_head(content), parse_entries(content["entries"]))
    verdict = decide(passes, reader, token, inside=inside, moment=datetime.fromisoformat(at))
    assert verdict.data_version == "v1"
    return verdict.outcome, verdict.reason


def test_without_a_list_nobody_is_admitted() -> None:
    assert decide(None, "in", CARD, inside=False, moment=datetime.now(UTC)) == Verdict("REFUSE", "NO_LIST", "none")


def test_first_match_wins_in_the_documented_order() -> None:
    blocked = {"state": "BLOCKED", "rules": []}
    never = [rule(weekdays=0)]
    hard = [binding("in", "IN", "HARD")]
    assert judge(reader="side", token=OTHER, card=blocked, rules=never) == ("REFUSE", "UNKNOWN_READER")
    assert judge(token=OTHER, card=blocked, rules=never) == ("REFUSE", "UNKNOWN_CARD")
    assert judge(card=blocked, rules=never, inside=True, readers=hard) == ("REFUSE", "CARD_BLOCKED")
    assert judge(card={"rules": []}, rules=never, inside=True, readers=hard) == ("REFUSE", "NO_RIGHT")
    assert judge(rules=never, inside=True, readers=hard) == ("REFUSE", "NOT_NOW")
    assert judge(inside=True, readers=hard) == ("REFUSE", "ALREADY_INSIDE")
    assert judge(inside=False, readers=hard) == ("ADMIT", "OK")


@pytest.mark.parametrize(("direction", "anti_passback", "inside", "verdict"), [
    ("IN", "OFF", False, ("ADMIT", "OK")), ("IN", "OFF", True, ("ADMIT", "OK")),
    ("IN", "SOFT", False, ("ADMIT", "OK")), ("IN", "SOFT", True, ("ADMIT", "ALREADY_INSIDE")),
    ("IN", "HARD", False, ("ADMIT", "OK")), ("IN", "HARD", True, ("REFUSE", "ALREADY_INSIDE")),
    ("OUT", "OFF", True, ("ADMIT", "OK")), ("OUT", "OFF", False, ("ADMIT", "NOT_INSIDE")),
    ("OUT", "SOFT", True, ("ADMIT", "OK")), ("OUT", "SOFT", False, ("ADMIT", "NOT_INSIDE")),
    ("OUT", "HARD", True, ("ADMIT", "OK")), ("OUT", "HARD", False, ("ADMIT", "NOT_INSIDE")),
])
def test_anti_passback(direction: str, anti_passback: str, inside: bool, verdict: tuple[str, str]) -> None:
    assert judge(inside=inside, readers=[binding("in", direction, anti_passback)]) == verdict


@pytest.mark.parametrize(("changes", "reason"), [
    ({"door": "d1"}, "OK"), ({"door": "d2"}, "NO_RIGHT"), ({"door": None}, "OK"),
    ({"direction": "IN"}, "OK"), ({"direction": "OUT"}, "NO_RIGHT"),
    ({"validFrom": "2026-03-04"}, "OK"), ({"validFrom": "2026-03-05"}, "NO_RIGHT"),
    ({"validUntil": "2026-03-04"}, "OK"), ({"validUntil": "2026-03-03"}, "NO_RIGHT"),
    ({"weekdays": 4}, "OK"), ({"weekdays": 127 - 4}, "NOT_NOW"),
    ({"startsAt": "12:00"}, "OK"), ({"startsAt": "12:01"}, "NOT_NOW"),
    ({"endsAt": "12:00"}, "NOT_NOW"), ({"endsAt": "12:01"}, "OK"),
    ({"startsAt": "22:00", "endsAt": "06:00"}, "NOT_NOW"),
])
def test_a_rule_bounds(changes: dict[str, Any], reason: str) -> None:
    assert judge(rules=[rule(**changes)])[1] == reason


@pytest.mark.parametrize(("day", "bit"), [(2, 1), (3, 2), (4, 4), (5, 8), (6, 16), (7, 32), (8, 64)])
def test_weekday_bits_begin_with_monday(day: int, bit: int) -> None:
    at = f"2026-03-{day:02}T12:00:00+03:00"
    assert judge(at=at, rules=[rule(weekdays=bit)]) == ("ADMIT", "OK")
    assert judge(at=at, rules=[rule(weekdays=127 - bit)]) == ("REFUSE", "NOT_NOW")


@pytest.mark.parametrize(("at", "span", "reason"), [
    ("2026-03-04T23:59:59.999999+03:00", ("00:00", "24:00"), "OK"),
    ("2026-03-04T23:59:59.999999+03:00", ("00:00", "23:59"), "NOT_NOW"),
    ("2026-03-05T00:00:00+03:00", ("00:00", "00:01"), "OK"),
    ("2026-03-05T00:00:00+03:00", ("00:01", "24:00"), "NOT_NOW"),
    ("2026-03-04T21:00:00+00:00", ("00:00", "00:01"), "OK"),  # midnight in Moscow, told in UTC
])
def test_midnight(at: str, span: tuple[str, str], reason: str) -> None:
    assert judge(at=at, rules=[rule(startsAt=span[0], endsAt=span[1])])[1] == reason


def test_the_date_is_the_schools() -> None:
    only_fifth = [rule(validFrom="2026-03-05", validUntil="2026-03-05", weekdays=8)]
    assert judge(at="2026-03-04T20:59:59+00:00", rules=only_fifth)[1] == "NO_RIGHT"
    assert judge(at="2026-03-04T21:00:00+00:00", rules=only_fifth)[1] == "OK"
    assert judge(at="2026-03-05T21:00:00+00:00", rules=only_fifth)[1] == "NO_RIGHT"


@pytest.mark.parametrize(("at", "reason"), [
    ("2026-03-29T00:59:00+00:00", "NOT_NOW"),  # 01:59 in Berlin, before the hour that is left out
    ("2026-03-29T01:00:00+00:00", "OK"),       # 03:00
    ("2026-10-25T00:30:00+00:00", "NOT_NOW"),  # 02:30, the first time
    ("2026-10-25T01:30:00+00:00", "NOT_NOW"),  # 02:30, the second time
    ("2026-10-25T02:00:00+00:00", "OK"),       # 03:00
])
def test_summer_time(at: str, reason: str) -> None:
    assert judge(at=at, timeZone="Europe/Berlin", rules=[rule(startsAt="03:00", endsAt="04:00")])[1] == reason


def test_any_of_several_rules_is_enough_and_an_unknown_one_is_none() -> None:
    rules = [rule("r1", door="d2"), rule("r2", weekdays=0), rule("r3")]
    assert judge(rules=rules, card={"rules": ["r1", "gone"]}) == ("REFUSE", "NO_RIGHT")
    assert judge(rules=rules, card={"rules": ["r1", "r2"]}) == ("REFUSE", "NOT_NOW")
    assert judge(rules=rules, card={"rules": ["r1", "r2", "r3"]}) == ("ADMIT", "OK")
