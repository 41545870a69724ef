"""The seed's outline works on any day of any year."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.registry.names import sort_key
from school.seed.curriculum import hours
from school.seed.dice import Dice
from school.seed.names import draw_name, female_form
from school.seed.plan import Calendar, Size, lay_calendar, next_school_day, plan_schools
from school.seed.timetable import Need, lay_week


@given(st.dates(dt.date(2020, 1, 1), dt.date(2050, 12, 31)), st.sampled_from(Size))
def test_school_days_lie_behind_and_ahead_of_any_day(today: dt.date, size: Size) -> None:
    calendar: Calendar = lay_calendar(today, size)
    days = [*calendar.past, *calendar.ahead]
    assert days == sorted(set(days))
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}
    assert calendar.past[-1] < today or today.weekday() >= 5
    assert today <= calendar.ahead[0] == next_school_day(today) <= today + dt.timedelta(days=2)
    weeks = (12, 4) if size is Size.FULL else (2, 2)
    assert (len(calendar.past), len(calendar.ahead)) == (weeks[0] * 5 + calendar.ahead[0].weekday(), weeks[1] * 5)
    assert calendar.past[0] <= calendar.passages_from <= calendar.past[-1]


def test_the_schools_have_the_size_they_are_said_to_have() -> None:
    main, second = plan_schools(Size.FULL)
    assert (sum(row.pupils for row in main.classes), len(main.classes)) == (600, 26)
    assert len(main.teachers) + len(main.posts) + sum(row.grade <= 4 for row in main.classes) == 45
    assert (sum(row.pupils for row in second.classes), len(second.classes)) == (60, 3)


@pytest.mark.parametrize("grade", range(1, 12))
def test_a_week_fits_into_the_bells(grade: int) -> None:
    assert 20 <= sum(hours(grade).values()) <= 35


def test_a_timetable_without_enough_teachers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("school.seed.timetable._PATIENCE", 50)
    with pytest.raises(RuntimeError, match="two rooms at once"):
        lay_week([Need(0, 0, 0, 5), Need(1, 1, 0, 5)], Dice("too few"))


@pytest.mark.parametrize(("male", "female"), [
    ("Соловьёв", "Соловьёва"), ("Левицкий", "Левицкая"), ("Пушкин", "Пушкина"), ("Черных", "Черных"), ("Ткаченко", "Ткаченко"),
])
def test_family_names_have_two_forms(male: str, female: str) -> None:
    assert female_form(male) == female


def test_a_child_is_named_after_the_father() -> None:
    child = draw_name(Dice("a child"), "Королёв", female=True, father="Фёдор")
    assert (child.family, child.patronymic) == ("Королёва", "Фёдоровна")
    assert sort_key("Ершов") < sort_key("Ёлкин") < sort_key("Жуков")


def test_an_id_carries_its_moment() -> None:
    moment = dt.datetime(2026, 9, 1, 5, 30, 0, 123_000, dt.UTC)
    made = Dice("ids").id_at(moment)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(moment.timestamp() * 1000)
    assert Dice("ids").id_at(moment) == made != Dice("other ids").id_at(moment)
