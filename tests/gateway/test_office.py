"""One-time codes in the people's GraphQL: the office orders them, for places of its own school."""

import hashlib
from typing import Any
from uuid import UUID

from school import ids
from school.access.models import AntiPassback, Door
from school.context import NOBODY, Context
from school.ids import Kind
from school.meals.models import Till
from school.registry.models import DeviceCode, DeviceKind
from school.schema import people
from school.settings import Settings
from tests.gateway.lodge import Lodge

MADE = "... on DeviceCodeMade {code: enrolmentCode} ... on Refusal {refusal: code message}"
CODE = f"mutation($input: MakeDeviceCodeInput!) {{makeDeviceCode(input: $input) {{{MADE}}}}}"


def school(number: int) -> str:
    """A school's opaque id."""
    return ids.encode(Kind.SCHOOL, number, UUID(int=0))


async def order(lodge: Lodge, login: str | None, **values: Any) -> Any:
    """What makeDeviceCode answers this viewer."""
    viewer = lodge.world.viewers[login] if login else NOBODY
    result = await people().execute(CODE, {"input": values}, Context(viewer, lodge.database, Settings()))
    assert result.errors is None
    assert result.data is not None
    return result.data["makeDeviceCode"]


async def refused(lodge: Lodge, login: str | None, **values: Any) -> tuple[str, str]:
    """Its refusal; nothing has changed."""
    async with lodge.unchanged():
        answer = await order(lodge, login, **values)
    return answer["refusal"], answer["message"]


def places(lodge: Lodge) -> tuple[str, str]:
    """The door and the till of the world."""
    return ids.encode(Kind.DOOR, 1, lodge.world.doors["main"]), ids.encode(Kind.TILL, 1, lodge.world.tills["till"])


async def test_the_office_orders_a_code(lodge: Lodge) -> None:
    door, till = places(lodge)
    for kind, bindings, kept in (
        ("GATE", [{"reader": "in", "doorId": door, "direction": "IN"}], [{"reader": "in", "door": str(lodge.world.doors["main"]), "direction": "in"}]),
        ("CANTEEN", [{"reader": "till", "tillId": till}], [{"reader": "till", "till": str(lodge.world.tills["till"])}]),
        ("DESK", [{"reader": "desk"}], [{"reader": "desk"}]),
    ):
        code = (await order(lodge, "office", schoolId=school(1), kind=kind, name=kind, bindings=bindings))["code"]
        assert await lodge.row(DeviceCode, "digest", "school_id", "kind", "bindings", name=kind) == (
            hashlib.sha256(code.replace("-", "").encode()).digest(), 1, DeviceKind[kind], kept)
        stranger = lodge.stranger(DeviceKind[kind])
        assert (await stranger.call("enrol", input=lodge.enrolment(stranger, code)))["__typename"] == "Enrolled"


async def test_what_is_not_sensible_or_not_the_office_s_is_refused(lodge: Lodge) -> None:
    door, till = places(lodge)
    good = {"schoolId": school(1), "kind": "GATE", "name": "gate", "bindings": [{"reader": "in", "doorId": door, "direction": "IN"}]}
    wrong: tuple[tuple[str | None, dict[str, Any], str], ...] = (
        ("office2", {}, "NOT_FOUND"), ("office", {"schoolId": school(2), "bindings": []}, "NOT_FOUND"),
        ("office", {"schoolId": school(3), "bindings": []}, "NOT_FOUND"), ("office", {"schoolId": door}, "NOT_FOUND"),
        ("parent", {}, "NOT_ALLOWED"), (None, {}, "NOT_SIGNED_IN"), ("office", {"name": ""}, "BAD_INPUT"), ("office", {"kind": "DESK"}, "BAD_INPUT"),
        ("office", {"bindings": [{"reader": "in", "doorId": till, "direction": "IN"}]}, "NOT_FOUND"),
        ("office", {"bindings": [{"reader": "in", "doorId": door, "direction": "UP"}]}, "BAD_INPUT"),
        ("office", {"bindings": [{"reader": "in", "doorId": door}]}, "BAD_INPUT"), ("office", {"bindings": [{"reader": "in"}]}, "BAD_INPUT"),
        ("office", {"bindings": [{"reader": "in", "tillId": till}]}, "BAD_INPUT"), ("office", {"bindings": good["bindings"] * 2}, "BAD_INPUT"),
        ("office", {"kind": "DESK", "bindings": [{"reader": str(number)} for number in range(33)]}, "TOO_MANY"),
        ("office", {"bindings": [
            {"reader": str(number), "doorId": ids.encode(Kind.DOOR, 1, ids.new()), "direction": "IN"} for number in range(33)]}, "TOO_MANY"),
    )
    for login, changes, code in wrong:
        assert (await refused(lodge, login, **good | changes))[0] == code, (login, changes)


async def test_a_place_of_another_school_is_as_absent_as_one_that_is_nowhere(lodge: Lodge) -> None:
    door, till = Door(school_id=2, id=ids.new(), name="Вход", anti_passback=AntiPassback.OFF), Till(school_id=2, id=ids.new(), name="Буфет")
    async with lodge.database.begin() as session:
        session.add_all([door, till])
    own_door, own_till = places(lodge)
    for kind, noun, field, place, own, more in (
        ("GATE", Kind.DOOR, "doorId", door.id, own_door, {"direction": "IN"}), ("CANTEEN", Kind.TILL, "tillId", till.id, own_till, {}),
    ):
        absent = (ids.encode(noun, 2, place), ids.encode(noun, 1, place), ids.encode(noun, 1, ids.new()), ids.encode(noun, 2, ids.new()), "nonsense")
        for text in absent:
            bindings = [{"reader": "first", field: own, **more}, {"reader": "second", field: text, **more}]
            values = {"schoolId": school(1), "kind": kind, "name": "name", "bindings": bindings}
            assert await refused(lodge, "office", **values) == ("NOT_FOUND", "No such object."), (kind, text)
