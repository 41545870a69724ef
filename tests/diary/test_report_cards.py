"""Report cards: what they say against values computed by hand, read out of the PDF by somebody else's program; and names that look like a program."""

import asyncio
import datetime as dt
import threading
from fractions import Fraction
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from school import ids
from school.context import Role
from school.diary import class_year_sheet, class_years, report_card_file, report_cards
from school.diary.models import Attendance, AttendanceKind, CourseScale, GradingScale, Lesson, Mark, WorkKind
from school.diary.term_models import TermMark
from school.errors import Refused
from school.ids import Kind, Ref
from school.registry.calendar_feed_models import Language
from school.registry.calendar_models import Term, TermKind
from school.registry.models import Course, Person, Subject
from tests.diary.desk import NOON, Desk
from tests.diary.test_class_moves import move
from tests.world import MONDAY

CLASSES = "{ reportCardClasses { name } }"


async def cards(desk: Desk, login: str, whose: str, term: UUID, kind: Kind = Kind.PERSON) -> report_cards.ReportCards:
    """The cards as this account reads them."""
    viewer = desk.world.viewers[login]
    of = desk.world.classes[whose] if kind is Kind.CLASS_GROUP else desk.world.people[whose]
    return await report_cards.read(desk.database.reader(viewer.identity()), viewer, Ref(1, of), kind, Ref(1, term))


async def pages(found: report_cards.ReportCards, language: Language = Language.RU) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(BytesIO(await report_card_file.write(found, language))).pages]


async def grade(desk: Desk, pupil: str, *marks: tuple[int, int], lesson: str = "5A-1", withdrawn: bool = False) -> None:
    """Marks with their weights."""
    async with desk.database.begin() as session:
        session.add_all(Mark(
            school_id=1, id=ids.new(), pupil_id=desk.world.people[pupil], lesson_id=desk.world.lessons[lesson], course_id=desk.world.courses["5A"],
            value=value, weight=weight, work=WorkKind.TEST, comment=None, revision=1, given_by=desk.world.people["teacher"], given_at=NOON,
            withdrawn_at=NOON if withdrawn else None) for value, weight in marks)


async def decide(desk: Desk, pupil: str, term: UUID, value: int | None) -> None:
    """A term's mark."""
    async with desk.database.begin() as session:
        session.add(TermMark(
            school_id=1, term_id=term, course_id=desk.world.courses["5A"], pupil_id=desk.world.people[pupil], value=value, comment=None,
            average_numerator=None, average_denominator=None, revision=1, decided_by=desk.world.people["teacher"], decided_at=NOON))


async def attend(desk: Desk, pupil: str, lesson: str, kind: AttendanceKind) -> None:
    """An entry of the register."""
    async with desk.database.begin() as session:
        session.add(Attendance(
            school_id=1, lesson_id=desk.world.lessons[lesson], pupil_id=desk.world.people[pupil], kind=kind,
            minutes_late=7 if kind is AttendanceKind.LATE else None, by=desk.world.people["teacher"], at=NOON))


async def year_of(desk: Desk) -> UUID:
    """A year around the world's only term."""
    async with desk.database.begin() as session:
        year = Term(school_id=1, id=ids.new(), name="2026/27", kind=TermKind.YEAR, starts_on=dt.date(2026, 9, 1), ends_on=dt.date(2027, 5, 31))
        session.add(year)
    return year.id


async def test_a_card_says_what_was_decided_and_what_stands_behind_it(desk: Desk) -> None:
    """33/8 = 4.125, a half goes up; of the year 35/9 = 3.888…; a withdrawn mark and a cancelled lesson's entry do not count."""
    term, year = desk.world.terms[1], await year_of(desk)
    for name, date in (("late", MONDAY), ("away", MONDAY), ("gone", MONDAY), ("spring", dt.date(2027, 2, 1))):
        await desk.add_lesson(name, on_date=date)
    await grade(desk, "anna", (5, 3), (4, 3), (3, 2))
    await grade(desk, "anna", (2, 10), withdrawn=True)
    await grade(desk, "anna", (2, 1), lesson="spring")
    await decide(desk, "anna", term, 4)
    await decide(desk, "boris", term, None)
    kinds = ("5A-1", AttendanceKind.PRESENT), ("5A-2", AttendanceKind.ABSENT), ("late", AttendanceKind.LATE), ("away", AttendanceKind.EXCUSED)
    for lesson, kind in (*kinds, ("gone", AttendanceKind.ABSENT), ("spring", AttendanceKind.ABSENT)):
        await attend(desk, "anna", lesson, kind)
    await desk.change(Lesson, desk.world.lessons["gone"], cancelled_at=NOON)
    with desk.counted() as sent:
        mine = await cards(desk, "parent", "anna", term)
    assert len(sent) == 1
    [page] = await pages(mine)
    assert page.splitlines() == [
        "Школа № 1", "Табель успеваемости", "Ученик Annaова Anna", "Класс 5A", "Период I, 01.09.2026 – 30.12.2026", "Предмет Отметок Средний балл Итог",
        "Алгебра 3 4,13 4", "Пропущено уроков: 2, из них по уважительной причине: 1. Опозданий: 1.",
        *page.splitlines()[8:-4], "Классный руководитель, Class_Teacherова Class_Teacher", "Директор", "Подпись родителя (законного представителя)",
        "Школа № 1 · 5A · I"]
    assert "половина — вверх." in page
    [page] = await pages(await cards(desk, "anna", "anna", year), Language.EN)
    assert [line for line in page.splitlines() if line.startswith(("Subject", "Алгебра", "Lessons", "Term"))] == [
        "Term 2026/27, 2026-09-01 – 2027-05-31", "Subject I Marks Average Final mark", "Алгебра 4 4 3.89 —",
        "Lessons missed: 3, of these excused: 1. Late: 1."]
    whole = await pages(await cards(desk, "class_teacher", "5A", term, Kind.CLASS_GROUP))
    assert [[line for line in page.splitlines() if line.startswith(("Ученик", "Алгебра"))] for page in whole] == [
        ["Ученик Annaова Anna", "Алгебра 3 4,13 4"], ["Ученик Borisова Boris", "Алгебра 0 — н/а"]]


@pytest.mark.parametrize(("login", "whose", "kind"), [
    ("parent", "boris", Kind.PERSON), ("teacher", "anna", Kind.PERSON), ("parent", "5A", Kind.CLASS_GROUP), ("teacher", "5A", Kind.CLASS_GROUP),
    ("class_teacher", "6B", Kind.CLASS_GROUP), ("guard", "anna", Kind.PERSON),
])
async def test_others_cards_are_absent(desk: Desk, login: str, whose: str, kind: Kind) -> None:
    with pytest.raises(Refused, match="No such object"):
        await cards(desk, login, whose, desk.world.terms[1], kind)


async def test_whoever_was_not_there_in_the_term_has_no_card(desk: Desk) -> None:
    for term in (desk.world.terms[2], ids.new()):
        with pytest.raises(Refused, match="No such object"):
            await cards(desk, "office", "anna", term)
    async with desk.database.begin() as session:
        await session.execute(sa.text("UPDATE pupil SET left_on = '2026-09-01' WHERE id = :id").bindparams(
            sa.bindparam("id", desk.world.people["boris"], sa.Uuid())))
    found = await cards(desk, "office", "5A", desk.world.terms[1], Kind.CLASS_GROUP)
    assert [card.name for card in found.cards] == ["Annaова Anna"]


async def test_a_name_is_text_whatever_it_looks_like(desk: Desk) -> None:
    """Nothing of it is evaluated, no file is read, nothing breaks; and what is long is laid out on as many pages as it needs."""
    hostile, long = '#read("/etc/passwd") *b* $x$ <a> \\ //', "Константинопольская-Преображенская"
    async with desk.database.begin() as session:
        await session.execute(sa.update(Person).where(Person.id == desk.world.people["anna"]).values(family_name=hostile, given_name=long, patronymic=long))
        scale = await session.scalar(sa.select(CourseScale.scale_id).where(CourseScale.id == desk.world.courses["5A"]))
        for number in range(59):
            subject = Subject(school_id=1, id=ids.new(), name=f"Предмет {number:02} #panic()")
            course = Course(school_id=1, id=ids.new(), class_group_id=desk.world.classes["5A"], subject_id=subject.id, teacher_id=desk.world.people["teacher"])
            session.add(subject)
            await session.flush()
            session.add(course)
            await session.flush()
            session.add(CourseScale(school_id=1, id=course.id, scale_id=scale))
    with desk.counted() as sent:
        found = await cards(desk, "parent", "anna", desk.world.terms[1])
    assert len(sent) == 1
    one, two = await pages(found)
    assert hostile in one.replace("\n", " ")
    assert one.count(long) == 2
    assert "root:" not in one
    lines = [line for page in (one, two) for line in page.splitlines() if line.startswith(("Предмет 0", "Предмет 5"))]
    assert lines == [f"Предмет {number:02} #panic() 0 — —" for number in (*range(10), *range(50, 59))]
    assert two.splitlines()[0] == "Предмет Отметок Средний балл Итог", "the head of the table goes on"


async def test_the_loop_goes_on_while_a_class_is_laid_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.add_pupils(*(f"Ученик {number}" for number in range(28)))
    found = await cards(desk, "office", "5A", desk.world.terms[1], Kind.CLASS_GROUP)
    loop, seen, compile_ = asyncio.get_running_loop(), threading.Event(), report_card_file.typst.compile

    def compiled(*arguments: Any, **more: Any) -> bytes:
        loop.call_soon_threadsafe(seen.set)
        content: bytes = compile_(*arguments, **more)
        assert seen.wait(10), "the loop stands still"
        return content

    monkeypatch.setattr(report_card_file.typst, "compile", compiled)
    assert len(PdfReader(BytesIO(await report_card_file.write(found, Language.RU))).pages) == 30


async def test_who_prints_which_classes(desk: Desk) -> None:
    desk.sign_in("office", Role.HEAD)
    for login, names in (("class_teacher", ["5A"]), ("teacher", []), ("office", ["5A", "6B"]), ("office2", ["5A"])):
        assert [one["name"] for one in await desk.ask(login, CLASSES)] == names, login
    assert (await desk.error("parent", CLASSES))[0] == "NOT_ALLOWED"


async def test_a_card_is_that_of_the_class_of_then_and_tells_of_the_class_before(desk: Desk) -> None:
    """Of the days before the move the old class has the card; of a term in which both lie, the new one, with what was given and decided in the old."""
    async with desk.database.begin() as session:
        weeks = Term(school_id=1, id=ids.new(), name="0", kind=TermKind.TERM, starts_on=dt.date(2026, 9, 1), ends_on=MONDAY)
        session.add(weeks)
    await grade(desk, "anna", (5, 1), (4, 1))
    await attend(desk, "anna", "5A-1", AttendanceKind.LATE)
    await decide(desk, "anna", weeks.id, 5)
    assert (await move(desk))["classGroup"] == {"name": "6B"}
    with desk.counted() as sent:
        then = await cards(desk, "parent", "anna", weeks.id)
    assert len(sent) == 1
    assert then.group == "5A"
    [line] = then.cards[0].lines
    assert (line.subject, line.decisions, line.marks, line.average, then.cards[0].attended.late) == ("Алгебра", {weeks.id: 5}, 2, Fraction(9, 2), 1)
    whole = await cards(desk, "class_teacher", "5A", weeks.id, Kind.CLASS_GROUP)
    assert [(card.name, [one.marks for one in card.lines]) for card in whole.cards] == [("Annaова Anna", [2]), ("Borisова Boris", [0])]
    assert await cards(desk, "class_teacher", "anna", weeks.id) == then
    now = await cards(desk, "parent", "anna", desk.world.terms[1])
    assert (now.group, [(one.subject, one.decisions, one.marks) for one in now.cards[0].lines]) == (
        "6B", [("Алгебра", {}, 0), ("Алгебра (5A)", {weeks.id: 5}, 2)])
    both = {group: await cards(desk, "office", group, desk.world.terms[1], Kind.CLASS_GROUP) for group in ("5A", "6B")}
    assert [[card.name for card in both[group].cards] for group in ("5A", "6B")] == [["Borisова Boris"], ["Annaова Anna", "Veraова Vera"]]
    assert [len(card.lines) for card in both["6B"].cards] == [2, 1]
    viewer = desk.world.viewers["office"]
    before = [["Ученик", "07.09, 1", "0", "I", "Среднее"], ["Annaова Anna", "5к 4к", "5", "", "4,50"]]
    for group, marks, sheets in (("5A", 0, {}), ("6B", 2, {"Алгебра (5A)": before})):
        year = await class_years.read(desk.database.reader(viewer.identity()), viewer, Ref(1, desk.world.classes[group]), Ref(1, desk.world.terms[1]))
        assert len(year.marks) == marks
        book = CalamineWorkbook.from_filelike(BytesIO(class_year_sheet.write(year, Language.RU)))
        assert {name: book.get_sheet_by_name(name).to_python()[:2] for name in book.sheet_names if name.endswith("(5A)")} == sheets


async def test_a_grade_is_told_by_its_label_and_what_makes_no_average_has_none(desk: Desk) -> None:
    async with desk.database.begin() as session:
        scale = GradingScale(school_id=1, id=ids.new(), name="Зачёт", lowest=0, highest=1, counts=False, labels=[[0, "незач."], [1, "зач."]])
        session.add(scale)
        await session.flush()
        await session.execute(sa.update(CourseScale).where(CourseScale.id == desk.world.courses["5A"]).values(scale_id=scale.id))
    await grade(desk, "anna", (1, 1), (0, 1))
    await decide(desk, "anna", desk.world.terms[1], 1)
    [page] = await pages(await cards(desk, "parent", "anna", desk.world.terms[1]))
    assert "Алгебра 2 — зач." in page.splitlines()


async def test_a_closed_course_stands_on_a_card_where_it_says_something(desk: Desk) -> None:
    await desk.change(Course, desk.world.courses["5A"], closed_at=NOON)
    await grade(desk, "anna", (4, 1))
    found = await cards(desk, "office", "5A", desk.world.terms[1], Kind.CLASS_GROUP)
    assert [[line.marks for line in card.lines] for card in found.cards] == [[1], []]


async def test_a_class_s_year_is_a_workbook_that_says_what_its_cards_do(desk: Desk) -> None:
    """As the first card above: 33/8; and the marks lesson by lesson, read back by somebody else's parser. Names are no formulas."""
    term = desk.world.terms[1]
    await grade(desk, "anna", (5, 3), (4, 3))
    await grade(desk, "anna", (3, 2), lesson="5A-2")
    await grade(desk, "anna", (2, 10), withdrawn=True)
    await decide(desk, "anna", term, 4)
    await decide(desk, "boris", term, None)
    await attend(desk, "anna", "5A-2", AttendanceKind.ABSENT)
    async with desk.database.begin() as session:
        await session.execute(sa.update(Person).where(Person.id == desk.world.people["boris"]).values(family_name='=HYPERLINK("x")'))
        await session.execute(sa.update(Subject).where(Subject.name == "Алгебра").values(name="Алгебра: [начала]"))
    viewer = desk.world.viewers["class_teacher"]
    group, reader = Ref(1, desk.world.classes["5A"]), desk.database.reader(viewer.identity())
    with desk.counted() as sent:
        year = await class_years.read(reader, viewer, group, Ref(1, term))
    assert len(sent) == 2
    book = CalamineWorkbook.from_filelike(BytesIO(class_year_sheet.write(year, Language.RU)))
    assert book.sheet_names == ["Итоги", "Алгебра   начала"]
    whole, algebra = (book.get_sheet_by_index(place).to_python() for place in (0, 1))
    assert sorted(whole) == sorted([
        ["Ученик", "Алгебра: [начала]", "Пропущено", "По уважительной", "Опозданий"], ["Annaова Anna", "4", "1", "0", "0"],
        ['=HYPERLINK("x") Boris', "н/а", "0", "0", "0"]])
    assert sorted(algebra) == sorted([
        ["Ученик", "07.09, 1", "07.09, 2", "I", "Среднее"], ["Annaова Anna", "5к*3 4к*3", "3к*2", "4", "4,13"], ['=HYPERLINK("x") Boris', "", "", "н/а", ""]])
    for login, whose in (("teacher", "5A"), ("class_teacher", "6B"), ("parent", "5A"), ("office2", "5A")):
        viewer = desk.world.viewers[login]
        with pytest.raises(Refused, match="No such object"):
            await class_years.read(desk.database.reader(viewer.identity()), viewer, Ref(1, desk.world.classes[whose]), Ref(1, term))
