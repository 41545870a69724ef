"""A school's subjects: added, renamed, retired; a name that processes keep is forgotten when it changes."""

from typing import Any

import pytest

from school import ids
from school.ids import Kind
from school.registry.models import Subject
from tests.registry.office import NO_SUCH, NOT_ALLOWED, STRANGER, Office, school_id

ADD = "mutation($input: AddSubjectInput!) {addSubject(input: $input) {... on SchoolSubject {id name inUse} ... on Refusal {code message}}}"
CHANGE = "mutation($input: ChangeSubjectInput!) {changeSubject(input: $input) {... on SchoolSubject {id name inUse} ... on Refusal {code message}}}"
LIST = "query($school: ID!, $retired: Boolean! = false) {subjects(schoolId: $school, retired: $retired) {name inUse}}"
TAKEN = {"code": "CONFLICT", "message": "another subject has this name"}


async def add(office: Office, name: str = "Химия", login: str | None = "office", **values: Any) -> Any:
    """The answer of addSubject."""
    return await office.result(login, ADD, **{"id": str(ids.new()), "schoolId": school_id(1), "name": name, **values})


async def change(office: Office, subject: str, name: str = "Химия", login: str | None = "office", *, in_use: bool = True) -> Any:
    """The answer of changeSubject."""
    return await office.result(login, CHANGE, subjectId=subject, name=name, inUse=in_use)


async def listed(office: Office, login: str, *, retired: bool = False) -> list[str]:
    """The names."""
    answer = await office.ask(login, LIST, school=school_id(1), retired=retired)
    return [one["name"] for one in answer["data"]["subjects"]]


async def test_subjects_are_added_renamed_and_retired(office: Office) -> None:
    old = await listed(office, "office")
    made = await add(office, " Химия ")
    assert made == {"id": made["id"], "name": "Химия", "inUse": True}
    assert await listed(office, "office") == sorted([*old, "Химия"])
    assert await change(office, made["id"], "Химия и жизнь") == {**made, "name": "Химия и жизнь"}
    [event] = await office.events()
    ref = ids.decode(Kind.SUBJECT, made["id"])
    assert (event["kind"], [kind for kind, _ in event["topics"]], event["payload"]) == ("registry.subject_renamed", ["passes"], {"subject_id": str(ref.id)})
    assert (await change(office, made["id"], "Химия и жизнь", in_use=False))["inUse"] is False
    assert await listed(office, "office") == old
    assert await listed(office, "office", retired=True) == sorted([*old, "Химия и жизнь"])
    assert (await change(office, made["id"], "Химия и жизнь"))["inUse"] is True
    assert len(await office.events()) == 1
    assert await listed(office, "office2") == []


async def test_repeating_is_harmless_and_a_name_is_one_subject_s(office: Office) -> None:
    id_ = str(ids.new())
    made = await add(office, id=id_)
    assert await office.harmless("office", ADD, id=id_, schoolId=school_id(1), name="Химия") == made
    assert await add(office, "Физика", id=id_) == {"code": "CONFLICT", "message": "another subject has this id"}
    other = await add(office, "Физика и труд")
    await change(office, made["id"], in_use=False)
    before = await office.rows(Subject)
    assert await add(office) == await change(office, other["id"]) == TAKEN  # a retired one has its name still
    for bad in ("", "я" * 81, "а\nб"):
        assert (await add(office, bad))["code"] == (await change(office, made["id"], bad))["code"] == "BAD_INPUT"
    assert await office.rows(Subject) == before


@pytest.mark.parametrize(("login", "answer"), [("office2", NO_SUCH), ("teacher", NOT_ALLOWED), ("parent", NOT_ALLOWED), (None, STRANGER)])
async def test_only_the_school_s_own_office_changes_subjects(office: Office, login: str | None, answer: dict[str, str]) -> None:
    made = await add(office)
    before = await office.rows(Subject)
    assert await add(office, "Физика", login) == await change(office, made["id"], "Физика", login) == answer
    assert await change(office, ids.encode(Kind.SUBJECT, 1, ids.new())) == NO_SUCH
    assert await office.rows(Subject) == before
