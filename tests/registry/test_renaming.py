"""Names that are corrected by the office: what was before is kept, lists sort by the new one, and whoever keeps names forgets the old."""

from typing import Any

from school import ids
from school.access import passlist
from school.delivery.relay import Relay
from school.ids import Kind
from school.outbox import Signal
from school.record.models import Record
from school.registry.models import Device, Person
from school.registry.name_models import NameChange
from school.registry.names import sort_key
from tests.registry.office import NO_SUCH, NOON, NOT_ALLOWED, STRANGER, Office

CORRECT = "mutation($input: CorrectNameInput!) {correctName(input: $input) {... on Person {id name} ... on Refusal {code message}}}"
PERSON = "query($id: ID!) {person(id: $id) {name familyName givenName patronymic}}"


async def correct(office: Office, name: str = "anna", login: str | None = "office", **values: Any) -> Any:
    """The answer of correctName."""
    return await office.result(login, CORRECT, **{
        "id": str(ids.new()), "personId": office.id(Kind.PERSON, name), "familyName": "Ёлкина", "givenName": "Анна", "patronymic": "Львовна", **values})


async def test_a_name_is_corrected_and_what_it_was_is_kept(office: Office) -> None:
    id_, anna = str(ids.new()), office.id(Kind.PERSON, "anna")
    made = await correct(office, id=id_, familyName=" Ёлкина ", reason=" свидетельство о браке ")
    assert made == {"id": anna, "name": "Ёлкина Анна Львовна"}
    asked = {"id": id_, "personId": anna, "familyName": "Ёлкина", "givenName": "Анна", "patronymic": "Львовна", "reason": "свидетельство о браке"}
    assert await office.harmless("office", CORRECT, **asked) == made
    assert await correct(office) == made, "what is there already"
    row = await office.row(Person, Person.id == office.world.people["anna"])
    assert (row["family_name"], row["given_name"], row["patronymic"]) == ("Ёлкина", "Анна", "Львовна")
    assert row["sort_key"] == sort_key("Ёлкина", "Анна", "Львовна")
    kept = await office.row(NameChange)
    assert [kept[name] for name in ("old_family_name", "old_given_name", "old_patronymic", "family_name", "reason", "by", "at")] == [
        "Annaова", "Anna", None, "Ёлкина", "свидетельство о браке", office.world.people["office"], NOON]
    [event] = await office.events()
    person = str(office.world.people["anna"])
    assert (event["kind"], event["topics"], event["payload"]) == (
        "registry.person_renamed", [["passes", "00000000-0000-0000-0000-000000000000"], ["pupil", person]], {"person_id": person})
    answer = await office.ask("office", PERSON, id=anna)
    assert answer["data"]["person"] == {"name": made["name"], "familyName": "Ёлкина", "givenName": "Анна", "patronymic": "Львовна"}


async def test_the_record_and_the_gates_hear_of_it(office: Office) -> None:
    """Of a member of the staff it is no family's news."""
    relay = Relay(office.database, Signal())
    await correct(office, "boris")
    while await relay.publish():
        pass
    async with office.database.read() as session:
        device = await session.get(Device, (1, office.world.devices["gate"]))
        assert device is not None
        version = (await passlist.pass_list(session, device, None)).version
    assert (await correct(office, "teacher"))["name"] == "Ёлкина Анна Львовна"
    [event] = await office.events()
    assert [kind for kind, _ in event["topics"]] == ["passes"]
    while await relay.publish():
        pass
    assert (await office.row(Record, Record.person_id == office.world.people["teacher"]))["kind"] == "registry.person_renamed"
    async with office.database.read() as session:
        changes = await passlist.pass_list(session, device, version)
    assert (changes.full, [entry.token for entry in changes.entries]) == (False, [office.world.token("teacher").hex()])


async def test_what_is_refused_changes_nothing(office: Office) -> None:
    id_ = str(ids.new())
    await correct(office, id=id_)
    before = await office.rows(Person), await office.rows(NameChange), await office.events()
    assert await correct(office, id=id_, familyName="Иная") == await correct(office, "boris", id=id_) == {
        "code": "CONFLICT", "message": "another change has this id"}
    for bad in ("", "я" * 81, "а\nб"):
        assert (await correct(office, familyName=bad))["code"] == "BAD_INPUT"
    assert (await correct(office, familyName="Иная", reason="я" * 201))["code"] == "BAD_INPUT"
    assert await correct(office, "gleb") == await correct(office, login="office2") == NO_SUCH
    assert await correct(office, login="teacher") == await correct(office, login="parent") == NOT_ALLOWED
    assert await correct(office, login=None) == STRANGER
    assert (await office.rows(Person), await office.rows(NameChange), await office.events()) == before
