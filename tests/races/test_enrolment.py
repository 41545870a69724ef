"""Codes and cards at the same moment, in transactions that really commit: one code admits one device, one card is issued once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.db import Database
from school.errors import Code, Refused
from school.ids import Ref
from school.registry import cards, device_codes, devices
from school.registry.device_codes import Binding
from school.registry.models import Card, CardState, Device, DeviceCode, DeviceKind
from tests.registry.office import Office, invented
from tests.world import build

AT_ONCE = 8
Act = Callable[[AsyncSession], Awaitable[Device | Card]]


@pytest_asyncio.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """The small world, with a connection for each task."""
    database = Database(database_url, pool_size=AT_ONCE)
    yield Office(database, await build(database))
    await database.close()


async def race(office: Office, acts: Iterable[Act]) -> list[UUID | Code]:
    """Each in a transaction of its own, all at once: the id of what each made, or the code of its refusal."""
    acts = list(acts)
    gate = asyncio.Barrier(len(acts))

    async def one(act: Act) -> UUID | Code:
        await gate.wait()
        try:
            return (await office.do(act)).id
        except Refused as refused:
            return refused.code

    return await asyncio.gather(*(one(act) for act in acts))


def enrolling(code: str, number: int) -> Act:
    """A daemon with a key of its own brings the code."""

    async def bind(_session: AsyncSession, _device: Device, _bindings: Sequence[Binding]) -> None:
        pass

    return lambda session: devices.enrol(session, code, bytes([number + 2]) * 32, f"reader {number}", bind)


def issuing(office: Office, id_: UUID, name: str, tap: Ref) -> Act:
    """The office gives somebody a card."""
    return lambda session: cards.issue(session, office.viewer("office"), id_, office.person(name), tap)


async def test_of_eight_that_bring_one_code_at_once_one_is_admitted(office: Office) -> None:
    code = await office.do(device_codes.make_code, 1, DeviceKind.DESK, "Секретарь", [])
    before = await office.rows(Device)
    answers = await race(office, [enrolling(code, number) for number in range(AT_ONCE)])
    [admitted] = [answer for answer in answers if isinstance(answer, UUID)]
    assert sorted(answer for answer in answers if answer != admitted) == [Code.BAD_CODE] * (AT_ONCE - 1)
    [device] = [row for row in await office.rows(Device) if row not in before]
    number = answers.index(admitted)
    assert (device["id"], device["public_key"], device["software"]) == (admitted, bytes([number + 2]) * 32, f"reader {number}")
    assert (await office.row(DeviceCode))["device_id"] == admitted


async def test_eight_codes_at_once_admit_eight(office: Office) -> None:
    made = [await office.do(device_codes.make_code, 1, DeviceKind.DESK, str(number), []) for number in range(AT_ONCE)]
    answers = await race(office, [enrolling(code, number) for number, code in enumerate(made)])
    names = {row["id"]: row["name"] for row in await office.rows(Device)}
    assert [names[answer] for answer in answers if isinstance(answer, UUID)] == [str(number) for number in range(AT_ONCE)]
    assert {row["device_id"] for row in await office.rows(DeviceCode)} == set(answers)


@pytest.mark.parametrize("names", [("anna", "boris"), ("anna", "anna")])
async def test_a_card_issued_at_two_desks_at_once_is_one_card_and_one_conflict(office: Office, names: tuple[str, str]) -> None:
    taps = [await office.present("new") for _ in names]
    before = await office.rows(Card)
    answers = await race(office, [issuing(office, ids.new(), name, tap) for name, tap in zip(names, taps, strict=True)])
    [issued] = [answer for answer in answers if isinstance(answer, UUID)]
    assert [answer for answer in answers if answer != issued] == [Code.CONFLICT]
    [card] = [row for row in await office.rows(Card) if row not in before]
    holder = office.world.people[names[answers.index(issued)]]
    assert (card["id"], card["person_id"], card["token"]) == (issued, holder, invented("new"))
    assert [(event["kind"], event["payload"]) for event in await office.events()] == [
        ("registry.card_issued", {"person_id": str(holder), "card_id": str(issued)})]


async def test_an_issue_that_is_repeated_at_once_is_one_card_and_told_once(office: Office) -> None:
    tap, id_ = await office.present("new"), ids.new()
    before = await office.rows(Card)
    assert await race(office, [issuing(office, id_, "anna", tap)] * AT_ONCE) == [id_] * AT_ONCE
    assert [row["id"] for row in await office.rows(Card) if row not in before] == [id_]
    assert [event["kind"] for event in await office.events()] == ["registry.card_issued"]


async def test_a_card_blocked_by_all_at_once_is_told_once(office: Office) -> None:
    ref = office.card("anna")
    answers = await race(office, [
        lambda session, login=login: cards.block(session, office.viewer(login), ref) for login in ("parent", "anna", "office") * 2])  # type: ignore[misc]
    assert answers == [ref.id] * 6
    assert (await office.row(Card, Card.id == ref.id))["state"] is CardState.BLOCKED
    assert [event["kind"] for event in await office.events()] == ["registry.card_blocked"]
