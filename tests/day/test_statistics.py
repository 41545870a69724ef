"""Statistics: the figures of schools, and that nobody can be found in them."""

import datetime as dt
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.access.models import Direction, Passage
from school.clock import Clock
from school.context import NOBODY, Context, Grant, Role, Viewer
from school.day.statistics import PARTS
from school.day.suppression import FEWEST, Cell, divide
from school.diary.models import Attendance, AttendanceKind, Lesson, Mark, WorkKind
from school.ids import Kind
from school.meals import ledger
from school.meals.ledger import Movement
from school.meals.models import AccountKind, MealAccount, Transfer, TransferKind
from school.money import Money
from school.registry.models import Person, Pupil
from school.registry.names import sort_key
from school.registry.types import school_id
from tests.day.porch import Porch, at
from tests.day.test_schema import SCHEMA, SETTINGS
from tests.statements import counted, statements
from tests.world import EARLY, MONDAY

MONTH = "2026-09-01"
QUERY = """query($from: Date!, $to: Date!, $school: ID, $first: Int! = 10) { statistics(from: $from, to: $to, schoolId: $school, first: $first) {
    edges { node { school { shortName } pupils grades { grade pupils } days { date entries } meals { month sold sum { minor currency } }
        months { month grade marks byValue { scale value count } entries byKind { kind count } } } } } }"""
OCTOBER = dt.datetime(2026, 10, 5, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def october() -> Any:
    """September is over."""
    clock.use(Clock(OCTOBER, OCTOBER, 0))
    yield
    clock.use(Clock())


def viewer(porch: Porch, role: Role, *schools: int) -> Viewer:
    """Somebody who is this in these schools."""
    return Viewer(UUID(int=1), UUID(int=2), tuple(Grant(number, porch.world.people["office"], role) for number in schools))


async def ask(porch: Porch, asker: Viewer, *, from_: str = MONTH, to: str = "2026-09-30", school: str | None = None, first: int = 10) -> Any:
    """The figures by school, or the code of the one error."""
    variables = {"from": from_, "to": to, "school": school, "first": first}
    result = await SCHEMA.execute(QUERY, variable_values=variables, context_value=Context(asker, porch.database, SETTINGS))
    if result.errors:
        return (result.errors[0].extensions or {})["code"]
    return {edge["node"]["school"]["shortName"]: edge["node"] for edge in (result.data or {})["statistics"]["edges"]}


async def crowd(porch: Porch, count: int, group: str = "5A") -> list[UUID]:
    """More pupils in a class of school 1."""
    made = []
    async with porch.database.begin() as session:
        for number in range(count):
            name = f"Many{number:02}{group}"
            person = Person(school_id=1, id=ids.new(), family_name=name, given_name=name, patronymic=None, sort_key=sort_key(name, name))
            session.add(person)
            await session.flush()
            session.add(Pupil(school_id=1, id=person.id, class_group_id=porch.world.classes[group], enrolled_on=EARLY.date(), left_on=None))
            porch.world.people[name] = person.id
            made.append(person.id)
    return made


async def give(porch: Porch, value: int, *pupils: UUID, lesson: str = "5A-1") -> None:
    """A mark for each."""
    async with porch.database.begin() as session:
        session.add_all(Mark(
            school_id=1, id=ids.new(), pupil_id=pupil, lesson_id=porch.world.lessons[lesson], course_id=porch.world.courses[lesson[:2]], value=value, weight=1,
            work=WorkKind.TEST, comment="secret", revision=1, given_by=porch.world.people["teacher"], given_at=at(9), withdrawn_at=None,
        ) for pupil in pupils)


async def attend(porch: Porch, kind: AttendanceKind, *pupils: UUID) -> None:
    """An entry for each."""
    async with porch.database.begin() as session:
        session.add_all(Attendance(
            school_id=1, lesson_id=porch.world.lessons["5A-1"], pupil_id=pupil, kind=kind, minutes_late=None, by=porch.world.people["teacher"], at=at(9),
        ) for pupil in pupils)


async def test_the_figures_are_right(porch: Porch) -> None:
    pupils = await crowd(porch, 8)
    await give(porch, 5, *pupils[:6])
    await give(porch, 4, *pupils[1:7], *pupils[1:7], lesson="5A-2")
    await attend(porch, AttendanceKind.PRESENT, *pupils[:5])
    for number in range(6):
        await porch.passes(f"Many{number:02}5A", at(8, number))
        await porch.passes(f"Many{number:02}5A", at(13, number), "out")
    async with porch.database.begin() as session:
        for number, pupil in enumerate(pupils[:5]):
            await _sell(porch, session, pupil, 100 + number)
    found = await ask(porch, viewer(porch, Role.DISTRICT, 1))
    assert found == {"Ш1": {
        "school": {"shortName": "Ш1"}, "pupils": 11, "grades": [{"grade": 5, "pupils": None}, {"grade": 6, "pupils": None}],
        "days": [{"date": "2026-09-07", "entries": 6}], "meals": [{"month": MONTH, "sold": 5, "sum": {"minor": 510, "currency": "RUB"}}],
        "months": [{
            "month": MONTH, "grade": 5, "marks": 18, "byValue": [{"scale": "5", "value": 4, "count": 12}, {"scale": "5", "value": 5, "count": 6}],
            "entries": 5, "byKind": [{"kind": "PRESENT", "count": 5}],
        }],
    }}


async def _sell(porch: Porch, session: AsyncSession, pupil: UUID, amount: int) -> None:
    """At noon of the one lesson day, whatever day it is."""
    session.add(MealAccount(
        school_id=1, id=ids.new(), kind=AccountKind.PERSON, person_id=pupil, currency="RUB", balance=amount, floor=0, opened_at=EARLY))
    await session.flush()
    await ledger.post(session, Movement(
        ref=ids.Ref(1, ids.new()), kind=TransferKind.SALE, person_id=pupil, amount=Money(amount, "RUB"), digest=bytes(32),
        by=porch.world.people["canteen"],
        till_id=porch.world.tills["till"]))
    await session.execute(sa.update(Transfer).values(happened_at=at(12)))


async def test_a_small_group_is_told_of_in_no_way(porch: Porch) -> None:
    pupils = await crowd(porch, 12)
    await give(porch, 5, *pupils[:7])
    await give(porch, 4, *pupils[:6])
    await give(porch, 2, pupils[0], pupils[0], pupils[0], pupils[0], pupils[0])  # five marks of one pupil
    await give(porch, 3, porch.world.people["vera"], lesson="6B-1")
    await porch.passes("anna", at(8))
    await attend(porch, AttendanceKind.ABSENT, *pupils[:4])
    node = (await ask(porch, viewer(porch, Role.DISTRICT, 1)))["Ш1"]
    fifth, sixth = node["months"]
    assert (fifth["marks"], [(one["value"], one["count"]) for one in fifth["byValue"]]) == (18, [(2, None), (4, None), (5, 7)])
    assert (fifth["entries"], fifth["byKind"]) == (None, [{"kind": "ABSENT", "count": None}])
    assert (sixth["grade"], sixth["marks"], sixth["byValue"]) == (6, None, [{"scale": "5", "value": 3, "count": None}])
    assert node["days"] == [{"date": "2026-09-07", "entries": None}]


async def test_whatever_days_are_asked_for_the_figures_are_of_months(porch: Porch) -> None:
    pupils = await crowd(porch, 6)
    await give(porch, 5, *pupils)
    district = viewer(porch, Role.DISTRICT, 1)
    whole = await ask(porch, district)
    assert whole["Ш1"]["months"][0]["marks"] == 6
    for from_, to in (("2026-09-07", "2026-09-07"), ("2026-09-08", "2026-09-09"), ("2026-08-31", "2026-10-01")):
        assert await ask(porch, district, from_=from_, to=to) == whole, from_
    assert (await ask(porch, district, from_="2026-10-01", to="2026-10-31"))["Ш1"]["months"] == []


async def test_the_running_month_is_the_schools_own(porch: Porch) -> None:
    pupils = await crowd(porch, 6)
    async with porch.database.begin() as session:
        await session.execute(sa.update(Lesson).values(on_date=OCTOBER.date()))
    await give(porch, 5, *pupils)
    for role, seen in ((Role.DISTRICT, []), (Role.HEAD, [6]), (Role.OFFICE, [6])):
        found = await ask(porch, viewer(porch, role, 1), to="2026-10-31")
        assert [month["marks"] for month in found["Ш1"]["months"]] == seen, role


async def test_each_gets_the_schools_that_are_theirs(porch: Porch) -> None:
    both = [school_id(1), school_id(2)]
    for role, schools, seen in (
        (Role.DISTRICT, (1, 2), ["Ш1", "Ш2"]), (Role.DISTRICT, (2,), ["Ш2"]), (Role.HEAD, (1,), ["Ш1"]), (Role.OFFICE, (1,), ["Ш1"]),
    ):
        asker = viewer(porch, role, *schools)
        assert list(await ask(porch, asker)) == seen, role
        assert [await ask(porch, asker, school=school) == "NOT_FOUND" for school in both] == [1 not in schools, 2 not in schools]
        assert await ask(porch, asker, school=ids.encode(Kind.SCHOOL, 7, UUID(int=0))) == "NOT_FOUND"
    assert list(await ask(porch, viewer(porch, Role.DISTRICT, 1, 2), first=1)) == ["Ш1"]
    for role in (Role.TEACHER, Role.GUARDIAN, Role.CANTEEN, Role.GUARD, Role.PUPIL):
        assert await ask(porch, viewer(porch, role, 1)) == "NOT_ALLOWED", role
    assert await ask(porch, NOBODY) == "NOT_SIGNED_IN"


@pytest.mark.parametrize(("changes", "code"), [
    ({"to": "2026-08-01"}, "BAD_INPUT"), ({"from_": "2026-01-01"}, "TOO_MANY"), ({"first": 101}, "TOO_COSTLY"), ({"first": 0}, "BAD_INPUT"),
    ({"school": "nonsense"}, "NOT_FOUND"),
])
async def test_bad_questions_are_refused(porch: Porch, changes: dict[str, Any], code: str) -> None:
    assert await ask(porch, viewer(porch, Role.DISTRICT, 1), **changes) == code


async def test_it_takes_two_statements(porch: Porch) -> None:
    with statements(porch.database) as sent:
        assert len(await ask(porch, viewer(porch, Role.DISTRICT, 1, 2))) == 2
    assert sent == ["SELECT", "SELECT"]


async def test_only_what_is_asked_for_is_counted(porch: Porch) -> None:
    """And of the distinct pupils behind a figure none is looked for by sorting all that is counted."""
    pupils = await crowd(porch, 6)
    await give(porch, 5, *pupils)
    await attend(porch, AttendanceKind.ABSENT, *pupils)
    head = viewer(porch, Role.HEAD, 1)
    whole = (await ask(porch, head))["Ш1"]
    for field, fields, nouns in (
        ("school", "school { shortName }", set()), ("pupils", "pupils", {"pupils"}), ("grades", "grades { grade pupils }", {"pupils"}),
        ("days", "days { date entries }", {"entries"}), ("meals", "meals { month sold sum { minor currency } }", {"meals"}),
        ("months", "months { month grade marks byValue { scale value count } entries byKind { kind count } }", {"marks", "attendance"}),
    ):
        document = f'{{ statistics(from: "{MONTH}", to: "{MONTH}") {{ edges {{ node {{ {fields} }} }} }} }}'
        with counted(porch.database) as sent:
            result = await SCHEMA.execute(document, context_value=Context(head, porch.database, SETTINGS))
        assert result.data == {"statistics": {"edges": [{"node": {field: whole[field]}}]}}
        assert {noun for noun in PARTS for _, values in sent if f"'{noun}'" in str(values)} == nouns, field
        assert not any("DISTINCT" in text for text, _ in sent)


async def test_a_passage_counts_on_the_schools_own_day(porch: Porch) -> None:
    pupils = await crowd(porch, 5)
    for number in range(5):
        await porch.passes(f"Many{number:02}5A", at(0, 30, day=MONDAY))  # half past nine of the evening before, in UTC
    assert len(pupils) == 5
    found = await ask(porch, viewer(porch, Role.DISTRICT, 1))
    assert found["Ш1"]["days"] == [{"date": "2026-09-07", "entries": 5}]
    async with porch.database.read() as session:
        assert await session.scalar(sa.select(sa.func.count()).where(Passage.direction == Direction.IN)) == 5


@given(st.lists(st.sets(st.integers(0, 11), min_size=1), max_size=6))
def test_what_is_told_and_every_difference_stands_for_five(groups: list[set[int]]) -> None:
    """Each pupil may be in several parts; a count is how many pupils are in it, so that a sum of parts is known by its members."""
    cells = [Cell(number, len(group), len(group)) for number, group in enumerate(groups)]
    total, told = divide(cells)
    shown = [cell.key for cell in told if cell.count is not None]
    assert all(len(groups[key]) >= FEWEST for key in shown)
    if total is None:
        assert not shown
        return
    assert total == sum(len(group) for group in groups)
    for count in range(len(shown) + 1):
        for some in combinations(shown, count):
            rest = set().union(*(group for number, group in enumerate(groups) if number not in some))
            assert len(rest) >= FEWEST or not rest
