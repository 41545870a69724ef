"""A school's day in its own zone, and the demo's clock."""

import datetime as dt

import pytest
import time_machine

from school.clock import Clock, now, real, school_date, school_day, school_moment, use


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


@time_machine.travel("2026-11-25 12:00:00+00:00", tick=False)
@pytest.mark.parametrize(("seconds", "shows"), [(0, "04:30:00"), (30, "05:00:00"), (31, "05:00:01"), (3630, "06:00:00")])
def test_after_its_last_moment_the_demos_clock_runs_as_in_life(seconds: int, shows: str) -> None:
    anchor = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)
    clock = Clock.parse(f"{anchor.timestamp()},2026-09-07T07:30:00+03:00,60,2026-09-07T08:00:00+03:00")
    assert clock.now() == dt.datetime.fromisoformat(f"2026-09-07T{shows}+00:00")
    assert Clock.parse(clock.format()) == clock


@time_machine.travel("2026-11-25 12:00:00+00:00", tick=False)
@pytest.mark.parametrize(("seconds", "since", "lived"), [
    (30, "07:30:00", 30), (30, "07:45:00", 15), (90, "07:45:00", 75), (90, "08:00:30", 30), (30, "08:30:00", -30),
])
def test_a_machine_lives_no_faster_in_the_demo(seconds: int, since: str, lived: float) -> None:
    anchor = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)
    clock = Clock.parse(f"{anchor.timestamp()},2026-09-07T07:30:00+03:00,60,2026-09-07T08:00:00+03:00")
    assert clock.lived(dt.datetime.fromisoformat(f"2026-09-07T{since}+03:00")) == lived
    assert Clock().lived(dt.datetime.fromisoformat("2026-11-25T11:59:00+00:00")) == 60


def test_what_goes_by_the_real_time_does_not_hear_of_the_demos() -> None:
    try:
        use(Clock.parse("1,2026-09-07T07:30:00+03:00,60"))
        with time_machine.travel("2026-11-25 12:00:00+00:00", tick=False):
            assert real() == dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC) != now()
    finally:
        use(Clock())


@pytest.mark.parametrize("text", [
    "", "1,2", "x,2026-09-07T07:30:00+03:00,60", "1,2026-09-07T07:30:00,60", "1,2026-09-07T07:30:00+03:00,0",
    "1,2026-09-07T07:30:00+03:00,60,2026-09-07T08:00:00", "1,2026-09-07T07:30:00+03:00,60,2026-09-07T08:00:00+03:00,1",
])
def test_a_bad_clock_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Clock.parse(text)
