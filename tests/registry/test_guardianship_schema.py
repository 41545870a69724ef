"""Guardians in GraphQL: what the office says of them, what a court leaves them, and what each of them then reads."""

import datetime as dt

from school import ids
from school.context import Viewer
from school.ids import Kind
from school.registry.account_models import Session
from school.registry.accounts import digest_of
from school.registry.models import Guardianship
from tests.registry.office import NO_SUCH, NOON, NOT_ALLOWED, STRANGER, Office

TIE = "{... on GuardianshipSaved {guardianId pupilId current open} ... on Refusal {code message}}"
GRANT = f"mutation($input: GrantGuardianshipInput!) {{grantGuardianship(input: $input) {TIE}}}"
END = f"mutation($input: GuardianshipInput!) {{endGuardianship(input: $input) {TIE}}}"
RESTRICT = f"mutation($input: RestrictGuardianshipInput!) {{restrictGuardianship(input: $input) {TIE}}}"
GUARDIANS = "query($id: ID!) {guardians(pupilId: $id) {person {id name} relation since open reason}}"
CARDS = "query($id: ID!) {cards(personId: $id) {id}}"
BLOCK = "mutation($input: CardInput!) {blockCard(input: $input) {... on CardSaved {card {id}} ... on Refusal {code message}}}"
OPEN = ["DIARY", "MEALS", "ACCESS"]
COURT = "решение № 2-118"


async def signed_in(office: Office, login: str) -> Viewer:
    """The viewer behind a fresh session: what the account is now."""
    async with office.database.begin() as session:
        session.add(Session(
            id=ids.new(), account_id=office.world.accounts[login], digest=digest_of(login), made_at=NOON, expires_at=NOON + dt.timedelta(hours=1)))
    return await office.viewer_of(login)


async def test_the_office_ends_and_grants_guardianship(office: Office) -> None:
    tie = {"guardianId": office.id(Kind.PERSON, "divorced"), "pupilId": office.id(Kind.PERSON, "vera")}
    for login, refusal in (("parent", NOT_ALLOWED), ("office2", NO_SUCH), (None, STRANGER)):
        assert await office.harmless(login, END, **tie) == refusal
        assert await office.harmless(login, GRANT, **tie, relation="FATHER") == refusal
    conflict = {"code": "CONFLICT", "message": "this person is a guardian of this pupil already, by another relation"}
    assert await office.harmless("office", GRANT, **tie, relation="FATHER") == conflict
    assert await office.harmless("office", GRANT, **tie, relation="MOTHER") == tie | {"current": True, "open": OPEN}
    assert await office.harmless("office", END, **tie | {"pupilId": office.id(Kind.PERSON, "boris")}) == NO_SUCH
    assert await office.result("office", END, **tie) == tie | {"current": False, "open": []}
    assert await office.harmless("office", END, **tie) == tie | {"current": False, "open": []}
    assert await office.result("office", GRANT, **tie, relation="FATHER") == tie | {"current": True, "open": OPEN}
    assert await office.harmless("office", GRANT, **tie, relation="FATHER") == tie | {"current": True, "open": OPEN}
    assert [event["kind"] for event in await office.events()] == ["registry.guardianship_ended", "registry.guardianship_granted"]
    standing = await office.rows(Guardianship, Guardianship.guardian_id == office.world.people["divorced"], Guardianship.ended_at.is_(None))
    assert [row["since"] for row in standing] == [NOON]


async def test_a_restricted_guardian_reads_and_does_what_is_left(office: Office) -> None:
    vera, card = office.id(Kind.PERSON, "vera"), office.id(Kind.CARD, "vera")
    tie = {"guardianId": office.id(Kind.PERSON, "divorced"), "pupilId": vera}
    for login, refusal in (("parent", NOT_ALLOWED), ("divorced", NOT_ALLOWED), ("teacher", NOT_ALLOWED), ("office2", NO_SUCH), (None, STRANGER)):
        assert await office.harmless(login, RESTRICT, **tie, open=[], reason=COURT) == refusal, login
    told = {"code": "BAD_INPUT", "message": "open names DIARY, MEALS or ACCESS"}
    assert await office.harmless("office", RESTRICT, **tie, open=["PEOPLE"], reason=COURT) == told
    left = tie | {"current": True, "open": ["DIARY", "MEALS"]}
    assert await office.result("office", RESTRICT, **tie, open=["MEALS", "DIARY"], reason=COURT) == left
    assert await office.harmless("office", RESTRICT, **tie, open=["DIARY", "MEALS"], reason=COURT) == left
    divorced = await signed_in(office, "divorced")
    child = {"me": {"children": [{"id": vera, "open": ["DIARY", "MEALS"]}]}}
    assert await office.ask(divorced, "{me {children {id open}}}") == {"data": child}
    assert await office.ask(divorced, CARDS, id=vera) == {"data": {"cards": []}}
    assert await office.harmless(divorced, BLOCK, cardId=card) == NO_SUCH
    assert (await office.ask("parent", CARDS, id=vera))["data"]["cards"] == [{"id": card}]


async def test_the_administration_alone_is_told_who_the_guardians_are(office: Office) -> None:
    vera = office.id(Kind.PERSON, "vera")
    tie = {"guardianId": office.id(Kind.PERSON, "divorced"), "pupilId": vera}
    await office.result("office", RESTRICT, **tie, open=[], reason=COURT)
    since = "2026-09-01T00:00:00+00:00"
    found = (await office.ask("office", GUARDIANS, id=vera))["data"]["guardians"]
    assert sorted(found, key=lambda guardian: guardian["person"]["name"]) == [
        {"person": {"id": tie["guardianId"], "name": "Divorcedова Divorced"}, "relation": "MOTHER", "since": since, "open": [], "reason": COURT},
        {"person": {"id": office.id(Kind.PERSON, "parent"), "name": "Parentова Parent"}, "relation": "MOTHER", "since": since, "open": OPEN, "reason": None},
    ]
    for login, code in (("parent", "NOT_ALLOWED"), ("class_teacher", "NOT_ALLOWED"), ("guard", "NOT_ALLOWED"), ("office2", "NOT_FOUND")):
        assert await office.code(login, GUARDIANS, id=vera) == code, login
    assert await office.code("office", GUARDIANS, id=ids.encode(Kind.PERSON, 1, ids.new())) == "NOT_FOUND"
    await office.result("office", END, **tie)
    [left] = (await office.ask("office", GUARDIANS, id=vera))["data"]["guardians"]
    assert left["person"]["id"] == office.id(Kind.PERSON, "parent")
