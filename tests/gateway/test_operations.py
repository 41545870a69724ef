"""Operations: which kind of device may call what, looked at from outside; the rest is turned away before anything runs."""


import pytest
import sqlalchemy as sa

from school.gateway import operations
from school.gateway.denial import Denied, Reason
from school.gateway.schema import machines
from school.registry.models import Device as Stored
from school.registry.models import DeviceKind
from tests.gateway.device import DOCUMENTS, Device, denial
from tests.gateway.lodge import Lodge

ALLOWED = {
    "gate": {"heartbeat", "passList", "presentTap", "rotateKey", "submitTaps"}, "canteen": {"heartbeat", "presentTap", "rotateKey", "submitTaps"},
    "desk": {"heartbeat", "presentTap", "rotateKey", "submitTaps"}, "turnstile": set[str](), None: {"enrol"},
}
"""By kind; None is a stranger, a turnstile is what this version does not know."""
INTROSPECTION = {
    "__typename": "{ __typename }", "__schema": "{ __schema { queryType { name } } }", "__type": '{ __type(name: "Card") { name } }',
    "mutation __typename": "mutation { __typename }",
    "named __schema": "query IntrospectionQuery { one: __schema { types { ...F } } } fragment F on __Type { name fields { name } }",
}
NOT_ALLOWED = (403, "NOT_ALLOWED")
KINDS = ("gate", "canteen", "desk")


def root_fields() -> set[str]:
    """All that the schema offers."""
    schema = machines().graphql_schema
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    assert schema.subscription_type is None
    return {*schema.query_type.fields, *schema.mutation_type.fields}


def test_the_matrix_names_every_operation() -> None:
    assert root_fields() == set(DOCUMENTS) == set().union(*ALLOWED.values())


@pytest.mark.parametrize("kind", ALLOWED)
def test_what_is_not_written_is_not_allowed(kind: str | None) -> None:
    for name in (*root_fields(), "__schema", "__type", "__typename", "", "PassList", "pass_list"):
        if name in ALLOWED[kind]:
            operations.check(kind, name)
            continue
        with pytest.raises(Denied) as denied:
            operations.check(kind, name)
        assert denied.value.reason is Reason.NOT_ALLOWED


async def assert_only(lodge: Lodge, device: Device, allowed: set[str]) -> None:
    """It may call these and nothing else; what it may not call changes nothing, not even its counter."""
    code = await lodge.code(DeviceKind.DESK)
    async with lodge.unchanged():
        for operation in sorted(DOCUMENTS.keys() - allowed):
            answer = await device.ask(DOCUMENTS[operation], lodge.variables(device, operation, code))
            assert denial(answer) == NOT_ALLOWED, operation
        for document in INTROSPECTION.values():
            assert denial(await device.ask(document)) == NOT_ALLOWED, document
    for operation in sorted(allowed):
        member = await device.call(operation, **lodge.variables(device, operation, code))
        assert member["__typename"] in {"Enrolled", "Heartbeat", "KeyAnnounced", "PassList", "TapRecorded", "Submitted"}, member


@pytest.mark.parametrize("kind", KINDS)
async def test_a_device_calls_what_its_kind_may(lodge: Lodge, kind: str) -> None:
    await assert_only(lodge, await lodge.device(kind), ALLOWED[kind])


async def test_a_stranger_may_only_enrol(lodge: Lodge) -> None:
    await assert_only(lodge, lodge.stranger(), ALLOWED[None])


async def test_a_kind_of_a_later_version_may_do_nothing(lodge: Lodge) -> None:
    device = await lodge.device("desk")
    statement = sa.text("UPDATE device SET kind = 'turnstile' WHERE name = 'desk'")
    async with lodge.database.begin() as session:  # as a newer server, and its migration, would have it
        if lodge.database.sqlite:
            await session.execute(sa.text("PRAGMA ignore_check_constraints = ON"))
            await session.execute(statement)
            await session.execute(sa.text("PRAGMA ignore_check_constraints = OFF"))
        else:
            await session.execute(sa.text("RESET ROLE"))
            await session.execute(sa.text("ALTER TABLE device DROP CONSTRAINT ck_device_device_kind"))
            await session.execute(statement)
    assert await lodge.row(Stored, "counter", id=lodge.key(device)) == (0,)
    await assert_only(lodge, device, ALLOWED["turnstile"])


async def test_no_name_nor_fragment_hides_what_is_called(lodge: Lodge) -> None:
    canteen = await lodge.device("canteen")
    async with lodge.unchanged():
        for document in (
            "{ heartbeat: passList { __typename } }", "query heartbeat { passList { __typename } }", "{ ... on Query { passList { __typename } } }",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { presentTap: passList { __typename } }", "{ passList @skip(if: true) { __typename } }",
            "{ ... @include(if: false) { passList { __typename } } }",
        ):
            assert denial(await canteen.ask(document)) == NOT_ALLOWED, document
    gate = await lodge.device("gate")
    assert (await gate.ask("{ heartbeat: passList { kind: __typename } }")).json() == {"data": {"heartbeat": {"kind": "PassList"}}}


async def test_a_right_does_not_cover_a_second_field(lodge: Lodge) -> None:
    gate = await lodge.device("gate")
    async with lodge.unchanged():
        for document in (
            "{ passList { __typename } __typename }", "{ passList { __typename } __schema { queryType { name } } }",
            "{ ...A ...A __typename } fragment A on Query { passList { __typename } }",
        ):
            assert denial(await gate.ask(document)) == (400, "BAD_REQUEST"), document
