"""What our own clients send: valid, far within the limits, known to production, and enough to get in and to keep who one is."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    OperationDefinitionNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
    parse,
    type_from_ast,
)
from graphql.language import FieldNode
from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from readers.operations import DOCUMENTS
from school import app, ids
from school.context import Role
from school.gateway.documents import DAEMON
from school.identity import invitations
from school.identity.schema import IdentityMutation, IdentityQuery
from school.ids import Kind, Ref
from school.operations import SHARED, operations_of
from school.record.schema import RecordQuery
from school.schema import LIMITS, people
from school.serving.limits import check
from school.settings import Mode
from tests.identity.desk import KEY, ORIGIN
from tests.serving.house import House, running

SCHOOL = Path(app.__file__).parent


FAR = {"commands": 4, "demo": 4, "rehearsal": 1.5, "web": 2.5}
"""How many times what its dearest operation costs a client may ask for; a page's is the gradebook of a class."""


@pytest.mark.parametrize("client", app.CLIENTS)
def test_what_our_clients_send_is_valid_and_far_within_the_limits(client: str) -> None:
    documents = people(closed=True).documents
    operations = operations_of(SCHOOL / client)
    assert SHARED.items() < operations.items()
    for name, text in operations.items():
        documents.read(text)
        assert check(people(closed=True)._schema, parse(text), LIMITS) * FAR[client] < LIMITS.cost, name
        assert text in app._own_documents()


def test_the_gateway_knows_what_daemons_send() -> None:
    assert set(DOCUMENTS.values()) <= set(DAEMON), "write what readers/operations.py sends into school/gateway/daemon, beside older versions"


def shared() -> dict[str, tuple[str, OperationDefinitionNode]]:
    """The operations that any client may send, by name, each with its document."""
    return {
        node.name.value: (text, node)
        for text in SHARED.values() for node in parse(text).definitions if isinstance(node, OperationDefinitionNode) and node.name is not None
    }


def test_all_that_identity_and_the_record_offer_can_be_asked_in_production() -> None:
    kinds = (IdentityQuery, IdentityMutation, RecordQuery)
    offered = {to_camel_case(field.python_name) for kind in kinds for field in get_object_definition(kind, strict=True).fields}
    asked = {field.name.value for _, node in shared().values() for field in node.selection_set.selections if isinstance(field, FieldNode)}
    assert asked == offered | {"me", "endStaff", "endPupil"}


def filled(kind: Any) -> Any:
    """A value of a type, with no more than it must have."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        value: Any = {name: filled(field.type) for name, field in named.fields.items() if is_non_null_type(field.type)}
    elif isinstance(named, GraphQLEnumType):
        value = next(iter(named.values))
    else:
        value = {"Int": 1, "Boolean": True, "Date": "2026-09-07"}.get(named.name, "nothing at all")
    return [value] if is_list_type(getattr(kind, "of_type", kind)) else value


def outcome(answer: dict[str, Any]) -> str:
    """What an answer comes down to: the code of an error or a refusal, else the type that was shown, if it has several."""
    if "errors" in answer:
        return str(answer["errors"][0]["extensions"]["code"])
    (value,) = answer["data"].values()
    return str(value.get("code", value["__typename"])) if isinstance(value, dict) and "__typename" in value else "answered"


async def operate(house: House, text: str, name: str, token: str | None = None, /, **variables: Any) -> dict[str, Any]:
    """One operation of a document that may have several."""
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    answer = await house.client.post("/graphql", json={"query": text, "operationName": name, "variables": variables}, headers=headers)
    found: dict[str, Any] = answer.json()
    return found


OUTCOMES = {
    "MySecurity": "answered", "StartTotp": "TotpStarted", "ConfirmTotp": "BAD_CODE", "RenewRecoveryCodes": "BAD_CODE", "RemoveTotp": "BAD_CODE",
    "StartPasskey": "PasskeyOptions", "AddPasskey": "BAD_INPUT", "RemovePasskey": "NOT_FOUND", "InvitationInfo": "BAD_CODE", "AcceptInvitation": "BAD_CODE",
    "Me": "answered", "Invitations": "answered", "Invite": "NOT_FOUND", "InviteGuardians": "NOT_FOUND", "CancelInvitation": "NOT_FOUND",
    "ResetPassword": "NOT_FOUND", "RequireStaffFactor": "NOT_FOUND", "EndStaff": "NOT_FOUND", "EndPupil": "NOT_FOUND",
    "ChangePassword": "Done", "SetPassword": "BAD_CODE",
    "SignInProviders": "answered", "PrepareProvider": "NOT_OFFERED", "MyProviders": "answered", "UnlinkProvider": "NOT_FOUND", "Record": "NOT_FOUND",
    "PersonalData": "NOT_FOUND", "MySessions": "answered", "RevokeSession": "NOT_FOUND", "RevokeOtherSessions": "SessionsRevoked",
    "SignIn": "BAD_CREDENTIALS", "StartPasskeySignIn": "PasskeyOptions", "SignInWithPasskey": "BAD_INPUT", "CompleteSignIn": "SIGN_IN_AGAIN",
    "SignOut": "Done", "MyTokens": "answered", "MakeToken": "BAD_INPUT", "RevokeToken": "NOT_FOUND",
    "MyCalendarFeeds": "answered", "MakeCalendarFeed": "NOT_FOUND", "RevokeCalendarFeed": "NOT_FOUND",
}
"""What each operation comes to in production, asked by an office that has signed in, about what there is not."""


async def test_what_any_client_may_send_is_executed_in_production(sqlite_url: str) -> None:
    schema, found = people(closed=True)._schema, {}
    async with running(sqlite_url, Mode.PRODUCTION, public_url=ORIGIN, secret_keys=(KEY,)) as house:
        for name, (text, node) in shared().items():
            kinds = {one.variable.name.value: type_from_ast(schema, one.type) for one in node.variable_definitions}
            variables = {variable: filled(kind) for variable, kind in kinds.items() if is_non_null_type(kind)}
            found[name] = outcome(await operate(house, text, name, await house.session("office"), **variables))
    assert found == OUTCOMES


async def test_in_production_somebody_who_is_invited_gets_in(sqlite_url: str) -> None:
    """From the letter to what the account is, by the documents that are known from the start."""
    async with running(sqlite_url, Mode.PRODUCTION) as house:
        async with house.database.begin() as session:
            code = (await invitations.invite_by_operator(session, Ref(1, house.world.people["office"]), Role.HEAD)).code
        told = {"schoolId": ids.encode(Kind.SCHOOL, 1, UUID(int=0)), "schoolName": "Школа № 1", "role": "HEAD"}
        assert await operate(house, SHARED["invitation"], "InvitationInfo", code=code) == {"data": {"invitationInfo": told}}
        account = {"login": "newcomer", "password": "a quite new password"}
        accepted = await operate(house, SHARED["invitation"], "AcceptInvitation", input={"code": code, **account})
        assert accepted == {"data": {"acceptInvitation": {"__typename": "InvitationAccepted", "invitation": told}}}
        token = (await operate(house, SHARED["sign_in"], "SignIn", input=account))["data"]["signIn"]["token"]
        me = (await operate(house, SHARED["me"], "Me", token))["data"]["me"]
        school = {"id": told["schoolId"], "name": "Школа № 1", "shortName": "Ш1", "timeZone": "Europe/Moscow"}
        assert (me["login"], me["grants"]) == ("newcomer", [
            {"school": school, "personId": house.id(Kind.PERSON, house.world.people["office"]), "role": "HEAD"}])


def test_clients_hold_no_other_documents() -> None:
    """A document in a module would be unknown to the service in production."""
    for client in app.CLIENTS:
        for path in (SCHOOL / client).glob("*.py"):
            text = path.read_text()
            assert not [word for word in ("query ", "mutation ", "subscription ") if f'"{word}' in text or f"\n{word}" in text], path.name
