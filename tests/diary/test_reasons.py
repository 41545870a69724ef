"""The school's own reasons of absence, and the register's entries that carry one."""

from typing import Any

import pytest

from school import ids
from school.diary.absence_models import AbsenceReason
from school.diary.models import Attendance
from school.registry.types import school_id
from tests.diary.desk import NOON, Desk
from tests.diary.test_attendance import entry, record
from tests.diary.test_marks import ABSENT

ADD = """mutation($input: AddAbsenceReasonInput!) { addAbsenceReason(input: $input) {
  __typename ... on AbsenceReason { id name sign excused inUse } ... on Refusal { code message } } }"""
CHANGE = """mutation($input: ChangeAbsenceReasonInput!) { changeAbsenceReason(input: $input) {
  __typename ... on AbsenceReason { name sign excused inUse } ... on Refusal { code message } } }"""
LIST = "query($school: ID!, $retired: Boolean! = false) { absenceReasons(schoolId: $school, retired: $retired) { name sign excused inUse } }"
TAKEN = {"__typename": "Refusal", "code": "CONFLICT", "message": "another reason in use has this name or this sign"}


async def add(desk: Desk, login: str | None = "office", **values: Any) -> Any:
    """The answer of addAbsenceReason."""
    return await desk.ask(login, ADD, input={"id": str(ids.new()), "schoolId": school_id(1), "name": "Болезнь", "sign": "Б", "excused": True, **values})


async def change(desk: Desk, reason: str, login: str | None = "office", **values: Any) -> Any:
    """The answer of changeAbsenceReason."""
    return await desk.ask(login, CHANGE, input={"reasonId": reason, "name": "Болезнь", "sign": "Б", "inUse": True, **values})


async def listed(desk: Desk, login: str, **values: Any) -> list[tuple[str, str]]:
    """Name and sign of the first school's."""
    return [(one["name"], one["sign"]) for one in await desk.ask(login, LIST, school=school_id(1), **values)]


async def test_reasons_are_added_renamed_and_retired(desk: Desk) -> None:
    made = await add(desk)
    assert made == {"__typename": "AbsenceReason", "id": made["id"], "name": "Болезнь", "sign": "Б", "excused": True, "inUse": True}
    await add(desk, name="Без причины", sign="Н", excused=False)
    assert await change(desk, made["id"], name=" Заболел ", sign="Зб") == {
        "__typename": "AbsenceReason", "name": "Заболел", "sign": "Зб", "excused": True, "inUse": True}
    everyone = ("office", "teacher", "parent", "anna")
    assert [await listed(desk, login) for login in everyone] == [[("Заболел", "Зб"), ("Без причины", "Н")]] * 4
    await change(desk, made["id"], inUse=False)
    assert await listed(desk, "office") == [("Без причины", "Н")]
    assert await listed(desk, "office", retired=True) == [("Болезнь", "Б"), ("Без причины", "Н")]
    assert [await listed(desk, login) for login in ("office2", "guard", "canteen")] == [[]] * 3


async def test_repeating_is_harmless_and_another_content_a_conflict(desk: Desk) -> None:
    id_ = str(ids.new())
    made = await add(desk, id=id_)
    assert await add(desk, id=id_) == made
    assert await add(desk, id=id_, excused=False) == {"__typename": "Refusal", "code": "CONFLICT", "message": "another reason has this id"}
    assert await change(desk, made["id"]) == {name: value for name, value in made.items() if name != "id"}
    assert len(await desk.rows(AbsenceReason, "id")) == 1


async def test_a_name_or_a_sign_in_use_is_taken(desk: Desk) -> None:
    first, second = await add(desk), await add(desk, name="Приём у врача", sign="В")
    before = await desk.rows(AbsenceReason, "name", "sign", "retired_at")
    assert await add(desk, sign="Бл") == await add(desk, name="Грипп") == TAKEN
    assert await change(desk, second["id"], name="Болезнь", sign="В") == await change(desk, second["id"], name="Врач", sign="Б") == TAKEN
    assert await desk.rows(AbsenceReason, "name", "sign", "retired_at") == before
    await change(desk, first["id"], inUse=False)
    assert (await change(desk, second["id"]))["name"] == "Болезнь"
    assert await change(desk, first["id"]) == TAKEN


@pytest.mark.parametrize(("values", "message"), [
    ({"sign": ""}, "sign must not be empty"), ({"sign": "болн"}, "sign has at most 3 characters"), ({"sign": "Б1"}, "sign is 1 to 3 letters"),
    ({"name": "  "}, "name must not be empty"), ({"name": "я" * 61}, "name has at most 60 characters"), ({"id": "x"}, "id must be a UUIDv7 in canonical form"),
])
async def test_what_is_no_reason_is_refused(desk: Desk, values: dict[str, str], message: str) -> None:
    assert await add(desk, **values) == {"__typename": "Refusal", "code": "BAD_INPUT", "message": message}
    assert await desk.rows(AbsenceReason, "id") == []


async def test_only_the_schools_own_office_and_head_change_reasons(desk: Desk) -> None:
    made = await add(desk)
    absent = {"__typename": "Refusal", **ABSENT}
    assert await add(desk, "office2") == await change(desk, made["id"], "office2") == absent
    for login in ("teacher", "parent", "anna", "guard"):
        assert (await add(desk, login))["code"] == (await change(desk, made["id"], login))["code"] == "NOT_ALLOWED"
    assert await desk.rows(AbsenceReason, "name", "retired_at") == [("Болезнь", None)]


RECORD = """mutation($lesson: ID!, $items: [RecordAttendanceItem!]!) { recordAttendance(input: {lessonId: $lesson, items: $items}) {
  ... on AttendanceResults { results { ... on Attendance { kind reason { sign } } ... on Refusal { code message } } } } }"""


async def tell(desk: Desk, pupil: str, reason: str | None, kind: str = "ABSENT", **values: Any) -> Any:
    """One entry with a reason."""
    item = {**entry(desk, pupil, kind), "reasonId": reason, **values}
    return (await desk.ask("teacher", RECORD, lesson=desk.lesson("5A-1"), items=[item]))["results"][0]


async def test_a_reason_decides_how_an_entry_counts(desk: Desk) -> None:
    ill, none = await desk.add_reason("Болезнь", "Б"), await desk.add_reason("Без причины", "Н", excused=False)
    assert await tell(desk, "anna", ill) == {"kind": "EXCUSED", "reason": {"sign": "Б"}}
    assert await tell(desk, "boris", none, "EXCUSED") == {"kind": "ABSENT", "reason": {"sign": "Н"}}
    before = await desk.everything()
    assert await tell(desk, "anna", ill, "EXCUSED") == {"kind": "EXCUSED", "reason": {"sign": "Б"}}
    assert await tell(desk, "anna", None, "EXCUSED") == {"kind": "EXCUSED", "reason": {"sign": "Б"}}  # no word of a reason leaves it
    assert await desk.everything() == before
    assert await tell(desk, "anna", None, "PRESENT") == {"kind": "PRESENT", "reason": None}
    assert await desk.rows(Attendance, "kind", "reason_id") == sorted(
        [("present", None), ("absent", ids.decode(ids.Kind.ABSENCE_REASON, none).id)], key=str)
    said = [tuple(payload[name] for name in ("kind", "reason_id", "old_kind", "old_reason_id")) for _, _, payload in await desk.events()]
    of_ill, of_none = (str(ids.decode(ids.Kind.ABSENCE_REASON, one).id) for one in (ill, none))
    assert said == [("excused", of_ill, None, None), ("absent", of_none, None, None), ("present", None, "excused", of_ill)]


async def test_a_reason_that_may_not_be_told_is_refused(desk: Desk) -> None:
    ill, elsewhere = await desk.add_reason("Болезнь", "Б"), await desk.add_reason("Болезнь", "Б", school_id=2)
    old = await desk.add_reason("Карантин", "К", retired=True)
    only = {"code": "BAD_INPUT", "message": "reasonId belongs to ABSENT and EXCUSED, and only there"}
    assert await tell(desk, "anna", ill, "PRESENT") == await tell(desk, "anna", ill, "LATE", minutesLate=5) == only
    assert await tell(desk, "anna", elsewhere) == await tell(desk, "anna", ids.encode(ids.Kind.ABSENCE_REASON, 1, ids.new())) == ABSENT
    assert await tell(desk, "anna", old) == {"code": "BAD_INPUT", "message": "the reason is not in use any more"}
    assert not any((await desk.everything()).values())
    await tell(desk, "anna", ill)
    await desk.change(AbsenceReason, ids.decode(ids.Kind.ABSENCE_REASON, ill).id, retired_at=NOON)
    before = await desk.everything()
    assert await tell(desk, "anna", ill) == {"kind": "EXCUSED", "reason": {"sign": "Б"}}  # the same again
    assert await desk.everything() == before


async def test_reasons_are_one_statement_more(desk: Desk) -> None:
    names = [f"Ученик {number:02}" for number in range(100)]
    await desk.add_pupils(*names)
    reasons = [await desk.add_reason(f"Причина {letter}", letter) for letter in "АБВГ"]
    for size in (1, 100):
        items = [{**entry(desk, name, "ABSENT"), "reasonId": reasons[size % 4 if size == 1 else place % 4]} for place, name in enumerate(names[:size])]
        with desk.counted() as statements:
            assert len(await record(desk, *items, lesson="5A-2" if size == 1 else "5A-1")) == size
        assert len(statements) == 5, statements
