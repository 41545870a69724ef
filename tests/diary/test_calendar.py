"""Timetables as iCalendar files, read back by somebody else's parser: what is changed, cancelled and moved, and clocks that are put back."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Timezone

from school import clock
from school.clock import Clock
from school.diary import calendar, calendar_file, ics
from school.diary.models import Lesson
from school.ids import Ref
from school.registry.calendar_feed_models import Language
from school.registry.models import School, Subject
from tests.diary.desk import NOON, Desk
from tests.diary.test_homework import set_
from tests.diary.test_substitutions import change, free, substitute

UTC = dt.UTC
STAMP = dt.datetime(2026, 9, 1, 5, tzinfo=UTC)


async def file_of(desk: Desk, login: str, person: str, zone: str = "Europe/Moscow", language: Language = Language.RU) -> bytes:
    """The file of somebody's lessons, as this account reads them."""
    viewer, whose = desk.world.viewers[login], Ref(1, desk.world.people[person])
    read = await calendar.read(desk.database.reader(viewer.identity()), viewer, whose, zone)
    return calendar_file.write(read, language, whose.id, STAMP)


def entries(content: bytes) -> dict[str, Any]:
    """The events of a file by UID."""
    return {str(event["UID"]): event for event in Calendar.from_ical(content).walk("VEVENT")}


def told(event: Any) -> tuple[Any, ...]:
    """When in UTC, what, where, how often changed, and whether it is held."""
    begins, ends = event["DTSTART"].dt, event["DTEND"].dt
    return (f"{begins.astimezone(UTC):%m-%d %H:%M}-{ends.astimezone(UTC):%H:%M}", str(event["SUMMARY"]), str(event.get("LOCATION", "")),
            int(event["SEQUENCE"]), str(event["STATUS"]), str(event.get("DESCRIPTION", "")))


def uid(desk: Desk, lesson: str) -> str:
    """A lesson's UID."""
    return f"lesson-{desk.world.lessons[lesson]}"


async def test_a_child_s_lessons_keep_their_uid_wherever_they_go(desk: Desk) -> None:
    await free(desk, "helper")
    desk.sign_in("helper")
    days = (("before", "2026-08-23", 1), ("first", "2026-08-24", 1), ("mid", "2026-09-09", 1), ("last", "2026-11-06", 2), ("after", "2026-11-07", 1))
    for name, date, bell in days:
        await desk.add_lesson(name, on_date=dt.date.fromisoformat(date), bell=bell)
    await desk.change(Lesson, desk.world.lessons["5A-2"], topic="Дроби; и, наконец,\nпроценты")
    usual = entries(await file_of(desk, "parent", "anna"))
    assert {name: told(usual[uid(desk, name)]) for name in ("first", "last")} == {
        "first": ("08-24 05:30-06:15", "Алгебра", "7", 0, "CONFIRMED", ""), "last": ("11-06 06:30-07:15", "Алгебра", "7", 0, "CONFIRMED", "")}
    assert set(usual) == {uid(desk, name) for name in ("first", "mid", "last", "5A-1", "5A-2")}
    await substitute(desk, change(desk, "5A-1", cancelled=True), change(desk, "5A-2", teacher="helper", room="22"), change(desk, "last", date="2026-11-05"))
    await substitute(desk, change(desk, "mid", date="2026-11-06", bell=3))
    changed = entries(await file_of(desk, "parent", "anna"))
    assert set(changed) == set(usual)
    assert {name: told(changed[uid(desk, name)]) for name in ("mid", "last", "5A-1", "5A-2")} == {
        "5A-1": ("09-07 05:30-06:15", "Отменён: Алгебра", "101", 1, "CANCELLED", ""),
        "5A-2": ("09-07 06:30-07:15", "Алгебра", "22", 1, "CONFIRMED", "Замена\nДругой кабинет\nТема: Дроби; и, наконец,\nпроценты"),
        "mid": ("11-06 07:30-08:15", "Алгебра", "7", 1, "CONFIRMED", "Перенесён с 09.09.2026, 08:30"),
        "last": ("11-05 06:30-07:15", "Алгебра", "7", 1, "CONFIRMED", "Перенесён с 06.11.2026, 09:30")}
    assert {event["DTSTAMP"].dt for event in changed.values()} == {STAMP}
    english = entries(await file_of(desk, "parent", "anna", language=Language.EN))
    assert told(english[uid(desk, "5A-1")])[1] == "Cancelled: Алгебра"
    mine, helper = [entries(await file_of(desk, login, login)) for login in ("teacher", "helper")]
    assert told(mine[uid(desk, "5A-2")])[1:] == (
        "Отменён: Алгебра, 5A", "22", 1, "CANCELLED", "Ведёт другой учитель\nДругой кабинет\nТема: Дроби; и, наконец,\nпроценты")
    assert set(mine) == set(usual), "a teacher's own courses, and no homework"
    assert {one: told(event)[1:5] for one, event in helper.items()} == {uid(desk, "5A-2"): ("Алгебра, 5A", "22", 1, "CONFIRMED")}


async def test_homework_is_an_entry_of_the_day_and_names_nobody(desk: Desk) -> None:
    await set_(desk, "5A-2", "№ 7; упр. 8, 9", links=["https://school.test/a"], minutes=20)
    await set_(desk, "5A-1", "только Борису", pupilIds=[desk.person("boris")])
    with desk.counted() as sent:
        content = await file_of(desk, "parent", "anna")
    assert len(sent) == 1
    [event] = [event for one, event in entries(content).items() if one.startswith("homework-")]
    assert (event["DTSTART"].dt, event["DTEND"].dt, str(event["TRANSP"])) == (dt.date(2026, 9, 7), dt.date(2026, 9, 8), "TRANSPARENT")
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == ("ДЗ: Алгебра", "№ 7; упр. 8, 9\nhttps://school.test/a\nПримерно минут: 20")
    parsed = Calendar.from_ical(content)
    assert (str(parsed["X-WR-CALNAME"]), parsed.errors, [event.errors for event in parsed.walk("VEVENT")]) == ("Уроки 5A", [], [[], [], []])
    for name in ("anna", "boris", "teacher", "parent"):
        assert name.title().encode() not in content
    await desk.add_pupils(*(f"Ученик {number}" for number in range(20)))
    for number in range(20):
        await desk.add_lesson(f"more {number}", on_date=dt.date(2026, 9, 8) + dt.timedelta(days=number))
        await set_(desk, f"more {number}", f"№ {number}")
    with desk.counted() as sent:
        assert len(entries(await file_of(desk, "parent", "anna"))) == 43
    assert len(sent) == 1, "however many rows"


async def test_clocks_are_put_back_between_two_lessons(desk: Desk) -> None:
    """In Berlin on 25 October 2026, at three o'clock: half past eight is 06:30 UTC before, and 07:30 after. In Moscow it is 05:30 always."""
    async with desk.database.begin() as session:
        await session.execute(sa.update(School).where(School.id == 1).values(time_zone="Europe/Berlin"))
    for name, day in (("friday", 23), ("monday", 26)):
        await desk.add_lesson(name, on_date=dt.date(2026, 10, day), bell=1)
    content = await file_of(desk, "parent", "anna", "Europe/Berlin")
    found = entries(content)
    assert [told(found[uid(desk, name)])[0] for name in ("5A-1", "friday", "monday")] == ["09-07 06:30-07:15", "10-23 06:30-07:15", "10-26 07:30-08:15"]
    [zone] = Calendar.from_ical(content).walk("VTIMEZONE")
    assert isinstance(zone, Timezone)
    told_by_file = zone.to_tz(lookup_tzid=False)
    for name, hours in (("5A-1", 2), ("friday", 2), ("monday", 1)):
        wall = found[uid(desk, name)]["DTSTART"].dt.replace(tzinfo=told_by_file)
        assert wall.utcoffset() == dt.timedelta(hours=hours), name
    assert ics.time_zone("Europe/Berlin", dt.date(2026, 8, 24), dt.date(2026, 11, 6)).split("\r\n")[2:] == [
        "BEGIN:DAYLIGHT", "DTSTART:20260823T020000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0200", "TZNAME:CEST", "END:DAYLIGHT",
        "BEGIN:STANDARD", "DTSTART:20261025T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET", "END:STANDARD", "END:VTIMEZONE", ""]
    assert ics.time_zone("Europe/Moscow", dt.date(2026, 8, 24), dt.date(2026, 11, 6)).count("BEGIN:") == 2
    at_midnight = ics.time_zone("Australia/Lord_Howe", dt.date(2026, 9, 20), dt.date(2026, 12, 1))
    assert "DTSTART:20261004T020000\r\nTZOFFSETFROM:+1030\r\nTZOFFSETTO:+1100" in at_midnight, "half an hour, at two o'clock of the island"


async def test_the_window_goes_with_the_school_s_own_day(desk: Desk) -> None:
    await desk.add_lesson("far", on_date=dt.date(2026, 11, 7), bell=1)
    late = dt.datetime(2026, 9, 7, 21, tzinfo=UTC)  # midnight in Moscow
    clock.use(Clock(late - dt.timedelta(seconds=1), late - dt.timedelta(seconds=1), 0))
    assert uid(desk, "far") not in entries(await file_of(desk, "parent", "anna"))
    clock.use(Clock(late, late, 0))
    assert uid(desk, "far") in entries(await file_of(desk, "parent", "anna"))
    clock.use(Clock(NOON, NOON, 0))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_comes_back_as_it_was(value: str) -> None:
    """But for what is not to be seen; and no line is longer than 75 octets."""
    line = ics.fold(f"SUMMARY:{ics.text(value)}")
    assert max(len(part.encode()) for part in line.split("\r\n")) <= 75
    assert line.endswith("\r\n")
    assert "\r\n" not in line[:-2].replace("\r\n ", "")
    unseen = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
    kept = value.replace("\r\n", "\n").translate(unseen | {13: None})
    read = Calendar.from_ical(f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{line}END:VEVENT\r\nEND:VCALENDAR\r\n").walk("VEVENT")[0]
    assert str(read["SUMMARY"]) == kept


async def test_a_hostile_subject_is_text(desk: Desk) -> None:
    async with desk.database.begin() as session:
        await session.execute(sa.update(Subject).values(name="X\r\nEND:VCALENDAR\r\nATTACH:file:///etc/passwd"))
    content = await file_of(desk, "parent", "anna")
    assert content.count(b"END:VCALENDAR\r\n") == 1
    assert all(not event.get("ATTACH") for event in entries(content).values())


@pytest.mark.parametrize("login", ["parent", "anna"])
async def test_a_pupil_and_a_guardian_read_the_same(desk: Desk, login: str) -> None:
    assert {told(event)[0] for event in entries(await file_of(desk, login, "anna")).values()} == {"09-07 05:30-06:15", "09-07 06:30-07:15"}
