"""Registers as spreadsheets: read back by somebody else's parser, changed, previewed, and taken back by the usual verbs; and every file that is none."""

import asyncio
import io
import json
import zipfile
from base64 import b64encode
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from school import ids
from school.diary import gradebook, register_cells, register_file, register_sheet, term_sheets
from school.diary.models import Attendance, Mark, MarkRevision
from school.diary.register_cells import Cell, Sign, Told
from school.diary.register_sheet import Snapshot
from school.ids import Kind, Ref
from school.registry.calendar_feed_models import Language
from school.registry.models import Person
from tests.diary.desk import Desk
from tests.diary.test_attendance import entry, record
from tests.diary.test_marks import give, item
from tests.diary.test_scales import add as add_scale
from tests.diary.test_scales import mark_on
from tests.diary.test_works import add as add_work

IMPORT = """mutation($input: ImportRegisterInput!) { importRegister(input: $input) { __typename ... on Refusal { code }
  ... on RegisterImport { applied seen changes { cell kind pupil { givenName } date bell old new } faults { cell row pupil { givenName } code message } } } }"""


async def export(desk: Desk, login: str = "teacher", language: Language = Language.RU, course: str = "5A") -> Snapshot:
    """What stands in the course's only term."""
    viewer, term = desk.world.viewers[login], Ref(1, desk.world.terms[1])
    reader = desk.database.reader(viewer.identity())
    found = await term_sheets.term(reader, viewer, term)
    book = await gradebook.gradebook(reader, viewer, Ref(1, desk.world.courses[course]), found.starts_on, found.ends_on)
    return register_sheet.snapshot(book, term, language)


def edited(kept: Snapshot, cells: dict[str, Any], extra: Any = None) -> bytes:
    """The file as somebody has changed it in their program: these cells (`B2`) say something else."""
    source = CalamineWorkbook.from_filelike(io.BytesIO(register_sheet.write(kept)))
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        for name in source.sheet_names:
            sheet = book.add_worksheet(name)
            for row, values in enumerate(source.get_sheet_by_name(name).to_python(skip_empty_area=False)):
                for column, value in enumerate(values):
                    sheet.write_string(row, column, str(value))
        first = book.worksheets()[0]
        for cell, value in cells.items():
            (first.write_number if isinstance(value, int) else first.write_string)(cell, value)
        if extra is not None:
            extra(first)
    return target.getvalue()


async def send(desk: Desk, content: bytes, login: str = "teacher", course: str = "5A", **more: Any) -> Any:
    """The answer to a file."""
    term = ids.encode(Kind.TERM, 1, desk.world.terms[1])
    return await desk.ask(login, IMPORT, input={
        "id": str(ids.new()), "courseId": desk.course(course), "termId": term, "content": b64encode(content).decode(), **more})


def told(answer: Any) -> list[tuple[Any, ...]]:
    """The changes of an answer."""
    return [(one["cell"], one["kind"], one["pupil"]["givenName"], one["bell"], one["old"], one["new"]) for one in answer["changes"]]


async def lived(desk: Desk) -> None:
    """Marks and a register that there are: Anna has 5 and 4*2 for a test, and was late; Boris was absent for a reason."""
    reason = await desk.add_reason("Болезнь", "Б")
    await give(desk, item(desk, "anna", value=5, weight=1, work="ANSWER", comment="устно"))
    await give(desk, item(desk, "anna", value=4, weight=2, work="TEST"))
    await record(desk, {**entry(desk, "anna", "LATE"), "minutesLate": 7}, {**entry(desk, "boris", "EXCUSED"), "reasonId": reason})


async def test_a_register_says_what_stands_there(desk: Desk) -> None:
    await lived(desk)
    async with desk.database.begin() as session:
        await session.execute(sa.update(Person).where(Person.id == desk.world.people["boris"]).values(family_name='=HYPERLINK("x")'))
    content = register_sheet.write(await export(desk))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Журнал", "Как заполнять", "school"]
    head = ["Ученик", "07.09.2026, урок 1", "07.09.2026, урок 2"]
    assert sorted(book.get_sheet_by_index(0).to_python()) == sorted([
        head, ["Annaова Anna", "о7 5 4к*2", ""], ['=HYPERLINK("x") Boris', "у:Б", ""]])
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    english = CalamineWorkbook.from_filelike(io.BytesIO(register_sheet.write(await export(desk, language=Language.EN))))
    assert english.get_sheet_by_name("Register").to_python()[1][1] == "l7 5 4t*2"


async def test_what_is_changed_is_shown_first_and_then_done(desk: Desk) -> None:
    await lived(desk)
    kept, before = await export(desk), await desk.everything()
    content = edited(kept, {"B2": "н 5 3к*2", "C2": 5, "B3": "у:Б 2Д", "C3": "П"})
    seen = await send(desk, content)
    assert told(seen) == [
        ("B2", "REGISTER", "Anna", 1, "о7", "н"), ("B2", "CORRECT", "Anna", 1, "4к*2", "3к*2"), ("C2", "GIVE", "Anna", 2, None, "5"),
        ("B3", "GIVE", "Boris", 1, None, "2д"), ("C3", "REGISTER", "Boris", 2, None, "п")]
    assert (seen["applied"], seen["faults"], await desk.everything()) == (False, [], before), "nothing is written before it was seen"
    assert await send(desk, content, seen="another") == {"__typename": "Refusal", "code": "CONFLICT"}
    import_id = str(ids.new())
    done = await send(desk, content, seen=seen["seen"], id=import_id, reason="перепроверка")
    assert (done["applied"], told(done), done["faults"]) == (True, told(seen), [])
    values = [(value, weight, str(work), comment, revision) for value, weight, work, comment, revision in await desk.rows(
        Mark, "value", "weight", "work", "comment", "revision")]
    assert sorted(values, key=str) == [(2, 1, "homework", None, 1), (3, 2, "test", None, 2), (5, 1, "answer", "устно", 1), (5, 1, "answer", None, 1)]
    assert [row for row in await desk.rows(MarkRevision, "reason", "revision") if row[1] == 2] == [("перепроверка", 2)]
    assert sorted(str(kind) for (kind,) in await desk.rows(Attendance, "kind")) == ["absent", "excused", "present"]
    kinds = [kind for kind, _, _ in await desk.events()]
    assert sorted(kinds[4:]) == ["diary.attendance_recorded"] * 2 + ["diary.mark_corrected"] + ["diary.mark_given"] * 2
    after = await desk.everything()
    again = await send(desk, content, seen=seen["seen"], id=import_id, reason="перепроверка")
    assert (again["applied"], again["changes"], await desk.everything()) == (True, [], after), "what stands there already is no change"
    [withdrawn] = (await send(desk, edited(await export(desk), {"C2": ""})))["changes"]
    assert (withdrawn["kind"], withdrawn["old"], withdrawn["new"]) == ("WITHDRAW", "5", None)


async def test_what_the_numbers_of_a_scale_mean_stands_beside(desk: Desk) -> None:
    """Cells hold the values: they are what is counted and corrected."""
    content = register_sheet.write(await export(desk), [[0, "незач."], [1, "зач."]])
    assert CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Как заполнять").to_python()[-1] == [
        "Шкала: 0 — незач., 1 — зач.. Слово или букву можно писать и в журнале, вместо числа."]
    assert register_file.read(content).rows == register_file.read(register_sheet.write(await export(desk))).rows


async def test_the_words_of_a_scale_are_read_as_its_numbers(desk: Desk) -> None:
    """In capitals or not; what could be a sign, too, is a word if it is written just like that, and a sign in small letters."""
    scale = (await add_scale(desk, labels=[{"value": 5, "label": "A"}, {"value": 2, "label": "зачёт"}]))["id"]
    await mark_on(desk, scale)
    content = edited(await export(desk), {"B2": "a A Aк*2", "C2": "Зачёт 3", "B3": "ЗАЧЁТд", "C3": "B"})
    answer = await send(desk, content)
    assert sorted(told(answer)) == sorted([
        ("B2", "REGISTER", "Anna", 1, None, "н"), ("B2", "GIVE", "Anna", 1, None, "5"), ("B2", "GIVE", "Anna", 1, None, "5к*2"),
        ("C2", "GIVE", "Anna", 2, None, "2"), ("C2", "GIVE", "Anna", 2, None, "3"), ("B3", "GIVE", "Boris", 1, None, "2д")])
    assert [(fault["cell"], fault["message"]) for fault in answer["faults"]] == [("C3", "not understood: B")]


async def test_a_mark_of_an_own_kind_stays_one_while_its_cell_tells_the_same_work(desk: Desk) -> None:
    """A cell tells the usual kind alone: another value is no other kind."""
    dictation = (await add_work(desk))["id"]
    await give(desk, item(desk, value=4, ownWorkId=dictation), item(desk, "boris", value=4, ownWorkId=dictation))
    content = edited(await export(desk), {"B2": "5к*3", "B3": "4д*3"})
    seen = await send(desk, content)
    assert [(one["old"], one["new"]) for one in seen["changes"]] == [("4к*3", "5к*3"), ("4к*3", "4д*3")]
    assert (await send(desk, content, seen=seen["seen"]))["applied"] is True
    key = ids.decode(Kind.OWN_WORK, dictation).id
    assert sorted(await desk.rows(Mark, "value", "work_id"), key=str) == [(4, None), (5, key)]


async def test_what_is_wrong_is_told_by_its_cell_and_nothing_is_written(desk: Desk) -> None:
    await lived(desk)
    kept = await export(desk)
    await give(desk, item(desk, "boris", value=3), lesson="5A-2")
    await desk.add_lesson("future", bell=4)
    before = await desk.everything()
    content = edited(kept, {"B2": "о7 9 4к*2", "C2": "5 хорошо", "B3": "", "C3": "4"})
    answer = await send(desk, content)
    assert [(one["cell"], one["row"], one["pupil"]["givenName"], one["code"]) for one in answer["faults"]] == [
        ("C2", 2, "Anna", "BAD_INPUT"), ("B3", 3, "Boris", "BAD_INPUT"), ("C3", 3, "Boris", "CONFLICT"), ("B2", 2, "Anna", "OUT_OF_SCALE")]
    done = await send(desk, content, seen=answer["seen"])
    assert (done["applied"], await desk.everything()) == (False, before)
    unknown = await send(desk, edited(await export(desk), {"C2": "н:Ю", "C3": "о300 3"}))
    assert [(one["cell"], one["code"]) for one in unknown["faults"]] == [("C2", "NOT_FOUND"), ("C3", "BAD_INPUT")]
    foreign = await send(desk, edited(kept, {"C2": "5"}), login="class_teacher")
    assert [(one["code"], one["cell"]) for one in foreign["faults"]] == [("NOT_FOUND", "C2")], "who leads the class gives no marks in another's course"


async def test_a_file_of_another_course_and_a_foreign_course_are_refused(desk: Desk) -> None:
    kept = await export(desk, "class_teacher", course="6B")
    assert await send(desk, register_sheet.write(kept)) == {"__typename": "Refusal", "code": "OTHER_COURSE"}
    assert await send(desk, b"", course="6B") == {"__typename": "Refusal", "code": "NOT_FOUND"}
    assert await send(desk, b"", login="parent") == {"__typename": "Refusal", "code": "NOT_ALLOWED"}


def packed(**parts: bytes) -> bytes:
    """A ZIP file of these."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name.replace("__", "/"), data)
    return target.getvalue()


def sheet_of(inner: bytes) -> bytes:
    """A ZIP with a sheet of this content."""
    return packed(**{"xl__worksheets__sheet1.xml": b"<worksheet><sheetData>" + inner + b"</sheetData></worksheet>"})


@pytest.mark.parametrize(("content", "code"), [
    (b"%PDF-1.7 a report", "NOT_A_SPREADSHEET"), (b"", "NOT_A_SPREADSHEET"), (packed(a=b"x"), "NOT_A_SPREADSHEET"),
    (b"PK\x03\x04" + bytes(100), "NOT_A_SPREADSHEET"),
    (bytes(700_001), "TOO_LARGE"), (packed(**{"xl__sharedStrings.xml": b" " * 13_000_000}), "TOO_LARGE"),
    (sheet_of(b"<row r='1'/>" * 100_000), "TOO_LARGE"), (sheet_of(b"<row><c/>" + b"<c/>" * 10_000 + b"</row>"), "TOO_LARGE"),
    (sheet_of(b'<row r="1"><c r="XFD1"/></row><row r="1000"><c/></row>'), "TOO_LARGE"), (sheet_of(b"<row " + b"a" * 500 + b"/>"), "NOT_A_SPREADSHEET"),
    (sheet_of(b"<row><c><f>1+1</f></c></row>"), "FORMULAS"),
    (sheet_of(b"</sheetData><mergeCells><mergeCell ref='A1:B1'/></mergeCells><sheetData>"), "MERGED_CELLS"),
    (packed(**{"a.xml": b"<!DOCTYPE lolz [<!ENTITY lol 'lol'>]><a/>"}), "NOT_A_SPREADSHEET"),
    (sheet_of(b"<row><c s='>' r='XFD1048576'/></row>"), "TOO_LARGE"), (sheet_of(b"<row r='1048576' s='>'><c/></row>"), "TOO_LARGE"),
    (packed(**{"odd.xml": b"<a-b:worksheet><a-b:sheetData><a-b:c r='XFD1048576'/></a-b:sheetData></a-b:worksheet>"}), "TOO_LARGE"),
    (sheet_of(b"<!-- <row> --><%s:c r='XFD1048576'/>" % (b"x" * 30)), "TOO_LARGE"), (sheet_of(b"<row><c r='$A$1'/></row>"), "NOT_A_SPREADSHEET"),
    (sheet_of(b"<row></c>"), "NOT_A_SPREADSHEET"), (packed(**{"xl__workbook.xml": b"<a/>", "XL__workbook.bin": b"x"}), "NOT_A_SPREADSHEET"),
    (packed(**{"xl__workbook.xml": b"<a/>", "content.xml": b"<table:table-cell table:number-columns-repeated='99999999'/>"}), "NOT_A_SPREADSHEET"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + packed(**{"xl__workbook.xml": b"<a/>"}), "NOT_A_SPREADSHEET"),
], ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes")
def test_a_file_that_is_none_is_refused_before_it_is_parsed(content: bytes, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser makes room for all cells before the last one, and where there is none the process ends."""
    monkeypatch.delattr(register_file, "CalamineWorkbook")
    with pytest.raises(register_file.Refused) as raised:
        register_file.read(content)
    assert raised.value.code == code


@pytest.mark.parametrize("told", [
    {"lessons": ["x"]}, {"cells": []}, {"cells": {"0:0": ["5", [["a", float("inf")]]]}}, {"header": ["Ученик"]}, {"language": []}, {"version": 2}, {"more": 1}])
def test_what_the_hidden_sheet_tells_is_ours_or_none(told: dict[str, Any]) -> None:
    one = ids.new().hex
    kept = {"version": 1, "course": "c", "term": "t", "language": "ru", "header": ["Ученик", "1"], "names": ["А"], "lessons": [one], "pupils": [one],
            "cells": {"0:0": ["5", [[one, 1]]]}}
    assert register_sheet.load([json.dumps(kept)]).lessons == [one]
    with pytest.raises((ValueError, TypeError, KeyError, ArithmeticError)):
        register_sheet.load([json.dumps({**kept, **told})])


def test_rows_that_are_formatted_to_the_end_of_a_sheet_are_none() -> None:
    for inner in (b'<row r="1048576" ht="15"/>', b'<row r="1048576" ht="15"></row>'):
        with pytest.raises(register_file.Refused) as raised:
            register_file.read(sheet_of(b'<row r="1"><c r="C1"/></row>' + inner))
        assert raised.value.code == "NOT_A_SPREADSHEET", "and not too large"
    with pytest.raises(register_file.Refused) as raised:
        register_file.read(sheet_of(b'<row r="1048576"><c><v>1</v></c></row>'))
    assert raised.value.code == "TOO_LARGE"


async def test_a_file_that_was_changed_beyond_its_cells_is_refused(desk: Desk) -> None:
    kept = await export(desk)
    for cells, extra, code in (
        ({"B1": "08.09.2026, урок 1"}, None, "HEADER_CHANGED"), ({"A2": "Кто-то другой"}, None, "HEADER_CHANGED"), ({"D2": "5"}, None, "HEADER_CHANGED"),
        ({"A4": "Новый ученик"}, None, "HEADER_CHANGED"), ({}, lambda sheet: sheet.write_formula("C2", "=2+3"), "FORMULAS"),
        ({}, lambda sheet: sheet.merge_range("B2:C2", "5"), "MERGED_CELLS"),
    ):
        assert await send(desk, edited(kept, cells, extra)) == {"__typename": "Refusal", "code": code}, (cells, code)


async def test_the_statements_are_as_many_for_thirty_new_marks_as_for_one(desk: Desk) -> None:
    await desk.add_pupils(*(f"Ученик {number}" for number in range(28)))
    kept = await export(desk)
    counts = []
    for cells in ({"B2": "5"}, {f"C{row}": "4" for row in range(2, 32)}):
        content = edited(kept, cells)
        seen = await send(desk, content)
        with desk.counted() as sent:
            assert (await send(desk, content, seen=seen["seen"]))["applied"]
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12


async def test_a_file_that_comes_twice_at_once_gives_each_mark_once(desk: Desk) -> None:
    await lived(desk)
    content = edited(await export(desk), {"B2": "н 3 4к*2", "C2": "5", "C3": "4 4"})
    seen, id_ = (await send(desk, content))["seen"], str(ids.new())
    answers = await asyncio.gather(*(send(desk, content, seen=seen, id=id_) for _ in range(3)))
    assert [(answer["applied"], answer["faults"]) for answer in answers] == [(True, [])] * 3
    assert sorted(await desk.rows(Mark, "value", "weight", "revision")) == [(3, 1, 2), (4, 1, 1), (4, 1, 1), (4, 2, 1), (5, 1, 1)]
    assert [kind for kind, _, _ in await desk.events()].count("diary.mark_given") == 5
    kept = await export(desk)
    files = [edited(kept, {"C2": f"н {mark}"}) for mark in ("5 2", "5 3", "5 4")]
    seen_each = [(await send(desk, file))["seen"] for file in files]
    answers = await asyncio.gather(*(send(desk, file, seen=seen) for file, seen in zip(files, seen_each, strict=True)))
    told_each = sorted((answer["applied"], [(fault["cell"], fault["code"]) for fault in answer["faults"]]) for answer in answers)
    assert told_each == [(False, [("C2", "CONFLICT")])] * 2 + [(True, [])], "of files that want different things, one"


@given(st.builds(
    Cell, st.none() | st.builds(Sign, st.sampled_from(list(register_cells.SIGNS[Language.RU])), st.none() | st.integers(1, 240),
                                st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=3)),
    st.lists(st.builds(Told, st.integers(0, 1000), st.sampled_from(list(register_cells.WORKS[Language.RU])), st.integers(1, 10)), max_size=5).map(tuple)),
    st.sampled_from(list(Language)))
def test_any_cell_is_read_as_it_was_written(cell: Cell, language: Language) -> None:
    assert register_cells.read(register_cells.write(cell, language)) == cell
    assert register_cells.read(register_cells.write(cell, language).replace("к", "К").replace("н", "Н")) is not None
