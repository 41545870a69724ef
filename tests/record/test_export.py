"""The export: everything about a person and nothing of others but ids; for whom it is; and that it is in the record."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from school.context import Area, Role
from school.db import Database
from school.meals.models import MealAccount
from school.record import export
from school.record.export import Exported
from school.record.models import Record, RecordAction
from school.record.personal import HOLDINGS
from school.registry.account_models import AccountRole
from tests.record.archive import Archive, give_proofs
from tests.world import PUPILS

RESTRICT = "mutation($input: RestrictGuardianshipInput!) { restrictGuardianship(input: $input) { __typename } }"
DATA = "query($person: ID!) { personalData(personId: $person) { document complete } }"


def by_table(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows by their tables."""
    return {table["table"]: table["rows"] for table in document["tables"]}


async def test_it_has_every_table_in_which_the_person_is(archive: Archive) -> None:
    for name in ("anna", "boris"):
        await archive.live(name)
    await archive.publish()
    answer = await archive.ask("parent", DATA, person=archive.person("anna"))
    assert answer["complete"] is True
    tables, anna = by_table(answer["document"]), str(archive.world.people["anna"])
    assert {table: len(rows) for table, rows in tables.items()} == {
        "account_role": 1, "feed": 1, "mark_revision": 1, "mark": 1, "attendance": 1, "late_arrival": 1, "sale_item": 1, "posting": 2, "transfer": 2,
        "meal_account": 1, "presence": 1, "passage": 1, "tap": 2, "door_rule": 1, "card": 1, "guardianship": 1, "pupil": 1, "record": 1, "person": 1,
    }
    assert tables["person"] == [{"school_id": 1, "id": anna, "family_name": "Annaова", "given_name": "Anna", "patronymic": None}]
    [mark] = tables["mark"]
    assert (mark["value"], mark["work"], mark["comment"], mark["given_by"]) == (4, "answer", "anna старалась", str(archive.world.people["teacher"]))
    assert {row["note"] for row in tables["transfer"]} == {None, "от мамы anna"}
    assert answer["document"]["school"] == "Школа № 1"


async def test_other_people_are_ids_in_it(archive: Archive) -> None:
    for name in ("anna", "boris"):
        await archive.live(name)
    await archive.lines("parent", "anna")
    await archive.reads.flush()
    text = json.dumps((await archive.ask("parent", DATA, person=archive.person("anna")))["document"], ensure_ascii=False)
    others = {*archive.world.people} - {"anna"}
    assert [name for name in others if f"{name.title()}ова" in text or f"{name} старалась" in text or f"{name} просила" in text] == []
    assert [login for login, account in archive.world.accounts.items() if str(account) in text] == ["anna"]
    assert archive.world.token("anna").hex() not in text
    assert str(archive.world.people["boris"]) not in text


async def test_it_is_in_the_record(archive: Archive) -> None:
    await archive.ask("parent", DATA, person=archive.person("anna"))
    await archive.ask("office", DATA, person=archive.person("anna"))
    await archive.ask("teacher", DATA, person=archive.person("teacher"))
    accounts = archive.world.accounts
    assert await archive.written() == [
        (accounts["parent"], Role.GUARDIAN, "anna", Area.RECORD, RecordAction.EXPORTED, None),
        (accounts["office"], Role.OFFICE, "anna", Area.RECORD, RecordAction.EXPORTED, None),
        (accounts["teacher"], Role.TEACHER, "teacher", Area.RECORD, RecordAction.EXPORTED, None),
    ]
    tables = by_table((await archive.ask("anna", DATA, person=archive.person("anna")))["document"])
    assert [(row["role"], row["action"]) for row in tables["record"]] == [
        ("guardian", "exported"), ("office", "exported"), ("pupil", "exported")]


async def test_how_somebody_signs_in_is_told_to_themselves_alone(archive: Archive) -> None:
    """A login is the same in every school: its addresses, programs and keys are no school's to hand out, nor a guardian's to read."""
    await give_proofs(archive, "anna")
    async with archive.database.begin() as session:  # somebody else's login, with which they are Anna, too
        session.add(AccountRole(account_id=archive.world.accounts["other_parent"], school_id=1, person_id=archive.world.people["anna"], role=Role.PUPIL))
    logins = {"session", "ticket", "totp", "recovery_code", "passkey", "account"}
    assert {name for name, holding in HOLDINGS.items() if holding.shown and "school_id" not in (*holding.shown, *holding.secret)} == {
        *logins, "outside_identity"}
    for login in ("parent", "office"):
        document = (await archive.ask(login, DATA, person=archive.person("anna")))["document"]
        assert by_table(document).keys() & {*logins, "outside_identity"} == set()
        assert "192.0.2.7" not in json.dumps(document)
    own = by_table((await archive.ask("anna", DATA, person=archive.person("anna")))["document"])
    assert own.keys() & logins == logins
    assert [row["address"] for row in own["session"]] == ["192.0.2.7"]
    assert [row["login"] for row in own["account"]] == ["anna"]


async def test_what_a_court_withholds_from_one_is_not_told_to_the_other(archive: Archive) -> None:
    """Neither by the guardianship's columns, nor by the event of it, nor by the record of the change."""
    ties = {"guardianId": archive.person("divorced"), "pupilId": archive.person("vera")}
    assert await archive.ask("office", RESTRICT, input=ties | {"open": [], "reason": "решение суда"}) == {"__typename": "GuardianshipSaved"}
    await archive.publish()
    document = (await archive.ask("parent", DATA, person=archive.person("vera")))["document"]
    tables = by_table(document)
    assert [sorted(row) for row in tables["guardianship"]] == [["ended_at", "guardian_id", "id", "pupil_id", "relation", "school_id", "since"]] * 2
    text = json.dumps(document, ensure_ascii=False)
    assert [word for word in ("restricted", "решение", '"open"') if word in text] == []
    assert [line["kind"] for line in await archive.lines("parent", "vera")] == [None]
    assert [line["kind"] for line in await archive.lines("office", "vera")] == [None, "registry.guardianship_restricted"]


async def test_others_write_while_it_is_read(archive: Archive, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry is committed before the first row is read: no lock is held for as long as all tables take."""
    read, seen = export.of_person, list[RecordAction]()

    async def watch(*arguments: Any, **more: Any) -> Exported:
        other = Database(database_url)
        try:
            async with other.begin() as session:
                await session.execute(sa.update(MealAccount).values(floor=-1))
                seen.extend(await session.scalars(sa.select(Record.action)))
        finally:
            await other.close()
        return await read(*arguments, **more)

    monkeypatch.setattr(export, "of_person", watch)
    await archive.ask("parent", DATA, person=archive.person("anna"))
    assert seen == [RecordAction.EXPORTED]


async def test_who_does_not_exist_is_not_in_the_record(archive: Archive) -> None:
    archive.world.people["nobody"] = archive.world.people["dina"]  # of the other school
    assert await archive.refusal("office", DATA, person=archive.person("nobody")) == "NOT_FOUND"
    assert await archive.rows() == []


async def test_for_whom_it_is(archive: Archive) -> None:
    anna = archive.person("anna")
    for login in ("other_parent", "teacher", "class_teacher", "guard", "canteen", "office2", "stranger"):
        assert await archive.refusal(login, DATA, person=anna) == "NOT_FOUND"
    assert await archive.refusal(None, DATA, person=anna) == "NOT_SIGNED_IN"
    assert await archive.refusal(archive.restricted("parent", "anna", Area.MEALS), DATA, person=anna) == "NOT_ALLOWED"
    assert await archive.refusal("parent", DATA, person=archive.person("boris")) == "NOT_FOUND"
    assert await archive.refusal("office", DATA, person=archive.person("dina")) == "NOT_FOUND"
    assert await archive.rows() == []
    assert await archive.ask(archive.restricted("parent", "vera", Area.MEALS), DATA, person=anna)


async def test_it_cannot_be_asked_for_without_end(archive: Archive) -> None:
    for _ in range(5):
        await archive.ask("parent", DATA, person=archive.person("anna"))
    assert await archive.refusal("parent", DATA, person=archive.person("anna")) == "TOO_MANY_ATTEMPTS"
    assert len(await archive.rows()) == 5
    await archive.ask("other_parent", DATA, person=archive.person("boris"))


async def test_an_answer_has_an_end_and_says_so(archive: Archive) -> None:
    await archive.live("anna")
    async with archive.database.begin() as session:
        cut = await export.of_person(session, archive.ref("anna"), logins=(), most=1)
        whole = await export.of_person(session, archive.ref("anna"), logins=())
    assert (cut.complete, cut.document["complete"], len(by_table(cut.document)["tap"])) == (False, False, 1)
    assert (whole.complete, len(by_table(whole.document)["tap"])) == (True, 2)


def test_every_table_has_a_title() -> None:
    titles = [holding.title for holding in HOLDINGS.values()]
    assert len(set(titles)) == len(titles)
    assert set(PUPILS) & set(titles) == set()
