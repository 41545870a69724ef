"""What the tests of remarks, threads and announcements say and ask."""

from typing import Any

from school import ids
from school.ids import Kind
from school.registry.types import school_id
from tests.diary.desk import Desk

REFUSED = "... on Refusal { code message retryAfter }"
REMARK = "id pupilId lessonId kind text givenAt withdrawnAt acknowledgedAt givenBy { givenName }"
MAKE = f"""mutation($input: MakeRemarksInput!) {{ makeRemarks(input: $input) {{
    ... on MakeRemarksResults {{ results {{ ... on Remark {{ {REMARK} }} {REFUSED} }} }} {REFUSED} }} }}"""
TAKE_BACK = f"mutation($id: ID!) {{ withdrawRemark(input: {{remarkId: $id}}) {{ ... on Remark {{ {REMARK} }} {REFUSED} }} }}"
REMARKS = f"query($child: ID!) {{ remarks(childId: $child) {{ edges {{ node {{ {REMARK} }} }} }} }}"
MESSAGE = "id number own fromTeacher author text at withdrawnAt threadId"
WRITE = f"mutation($input: WriteMessageInput!) {{ writeMessage(input: $input) {{ ... on Message {{ {MESSAGE} }} {REFUSED} }} }}"
WITHDRAW = f"mutation($id: ID!) {{ withdrawMessage(input: {{messageId: $id}}) {{ ... on Message {{ {MESSAGE} }} {REFUSED} }} }}"
READ = f"mutation($id: ID!, $upTo: Int!) {{ readThread(input: {{threadId: $id, upTo: $upTo}}) {{ ... on ThreadRead {{ upTo }} {REFUSED} }} }}"
THREADS = """query($child: ID, $first: Int! = 20) { threads(childId: $child, first: $first) { edges { node {
    id messages unread teacherReadUpTo familyReadUpTo lastText lastAt lastOwn pupil { givenName } teacher { givenName } classGroup { name } } } } }"""
MESSAGES = f"query($id: ID!, $first: Int! = 50) {{ messages(threadId: $id, first: $first) {{ edges {{ node {{ {MESSAGE} }} }} pageInfo {{ hasNextPage }} }} }}"
UNREAD = "{ unreadMessages }"
CORRESPONDENTS = "query($child: ID!) { correspondents(childId: $child) { teacherId subjects leads teacher { givenName } } }"
ANNOUNCEMENT = "id grade classGroup { name } title text acknowledgeBy madeAt withdrawnAt acknowledgedAt own families haveRead madeBy { givenName }"
ANNOUNCE = f"mutation($input: AnnounceInput!) {{ announce(input: $input) {{ ... on Announcement {{ {ANNOUNCEMENT} }} {REFUSED} }} }}"
UNSAY = f"mutation($id: ID!) {{ withdrawAnnouncement(input: {{announcementId: $id}}) {{ ... on Announcement {{ {ANNOUNCEMENT} }} {REFUSED} }} }}"
ANNOUNCEMENTS = f"query($child: ID) {{ announcements(childId: $child) {{ edges {{ node {{ {ANNOUNCEMENT} }} }} }} }}"
ACKNOWLEDGE = f"mutation($id: ID!) {{ acknowledge(input: {{thingId: $id}}) {{ ... on Acknowledged {{ thingId acknowledgedAt }} {REFUSED} }} }}"
READ_BY = "query($id: ID!) { readBy(thingId: $id) { families haveRead readings { pupil guardian at } notYet { pupil } } }"
ABSENT = {"code": "NOT_FOUND", "message": "No such object.", "retryAfter": None}
NO_SUCH = ("NOT_FOUND", "No such object.")


def refusal(code: str, message: str) -> dict[str, Any]:
    """As it is answered."""
    return {"code": code, "message": message, "retryAfter": None}


def remark(desk: Desk, pupil: str = "anna", text: str = "Помогла соседу", kind: str = "PRAISE", id_: str | None = None) -> dict[str, Any]:
    """An item of makeRemarks."""
    return {"id": id_ or str(ids.new()), "pupilId": desk.person(pupil), "kind": kind, "text": text}


async def make(desk: Desk, *items: dict[str, Any], login: str = "teacher", lesson: str | None = None) -> Any:
    """The answers of makeRemarks."""
    asked = {"items": list(items)} if lesson is None else {"items": list(items), "lessonId": desk.lesson(lesson)}
    answer = await desk.ask(login, MAKE, input=asked)
    return answer.get("results", answer)


async def write(
    desk: Desk, login: str = "parent", text: str = "Здравствуйте!", *, child: str = "anna", teacher: str = "teacher", id_: str | None = None,
) -> Any:
    """The answer of writeMessage."""
    teacher_id = ids.encode(Kind.PERSON, 1, desk.world.people[teacher])
    return await desk.ask(login, WRITE, input={"id": id_ or str(ids.new()), "childId": desk.person(child), "teacherId": teacher_id, "text": text})


async def nodes(desk: Desk, login: str, document: str, **variables: Any) -> list[Any]:
    """What stands on a page."""
    return [edge["node"] for edge in (await desk.ask(login, document, **variables))["edges"]]


async def announce(desk: Desk, login: str = "office", *, id_: str | None = None, school: int = 1, **values: Any) -> Any:
    """The answer of announce."""
    asked = {"id": id_ or str(ids.new()), "schoolId": school_id(school), "title": "Собрание", "text": "В среду в 18:00", **values}
    return await desk.ask(login, ANNOUNCE, input=asked)
