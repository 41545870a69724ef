"""A school's day in its own zone, and the demo's clock."""

import datetime as dt

import pytest

from school.clock import Clock, school_date, school_day, school_moment


def test_a_moment_belongs_to_the_schools_own_date() -> None:
    late = dt.datetime(2026, 9, 6, 21, 30, tzinfo=dt.UTC)
    assert school_date(late, "Europe/Moscow") == dt.date(2026, 9, 7)
    assert school_date(late, "Europe/London") == dt.date(2026, 9, 6)


def test_a_bell_rings_in_local_time() -> None:
    assert school_moment(dt.date(2026, 9, 7), dt.time(8, 30), "Europe/Moscow") == dt.datetime(2026, 9, 7, 5, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(("date", "hours"), [(dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25), (dt.date(2026, 9, 7), 24)])
def test_a_day_has_23_to_25_hours_where_clocks_change(date: dt.date, hours: int) -> None:
    start, end = school_day(date, "Europe/Berlin")
    assert end - start == dt.timedelta(hours=hours)


def test_the_demos_clock_reads_back_and_runs_faster() -> None:
    real = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=10)
    clock = Clock.parse(f"{real.timestamp()},2026-09-07T07:30:00+03:00,60")
    assert clock.now() >= dt.datetime(2026, 9, 7, 4, 40, tzinfo=dt.UTC)
    assert Clock.parse(clock.format()) == clock


@pytest.mark.parametrize("text", ["", "1,2", "x,2026-09-07T07:30:00+03:00,60", "1,2026-09-07T07:30:00,60", "1,2026-09-07T07:30:00+03:00,0"])
def test_a_bad_clock_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Clock.parse(text)
