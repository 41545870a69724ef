"""What tests of absence ask, and what they are answered."""

import datetime as dt
from typing import Any

from school import ids
from tests.diary.desk import Desk
from tests.world import MONDAY

NOTICE = """id childId startsOn endsOn bells state words answer answeredAt sentAt reason { name sign excused inUse } child { name } classGroup { name }
  sentBy { id } answeredBy { id }"""
SEND = f"""mutation($input: SendAbsenceNoticeInput!) {{ sendAbsenceNotice(input: $input) {{
  __typename ... on AbsenceNotice {{ {NOTICE} }} ... on Refusal {{ code message }} }} }}"""
ANSWER = f"""mutation($input: AnswerAbsenceNoticeInput!) {{ answerAbsenceNotice(input: $input) {{
  __typename ... on AbsenceNotice {{ {NOTICE} }} ... on Refusal {{ code message }} }} }}"""
WITHDRAW = f"""mutation($id: ID!) {{ withdrawAbsenceNotice(input: {{noticeId: $id}}) {{
  __typename ... on AbsenceNotice {{ {NOTICE} }} ... on Refusal {{ code message }} }} }}"""
NOTICES = f"""query($child: ID!, $after: String, $first: Int! = 50) {{ absenceNotices(childId: $child, first: $first, after: $after) {{
  edges {{ node {{ {NOTICE} }} }} pageInfo {{ hasNextPage }} }} }}"""
RECEIVED = f"query($waiting: Boolean!) {{ receivedAbsenceNotices(waiting: $waiting) {{ edges {{ node {{ {NOTICE} }} }} }} }}"
SPREAD = """mutation($input: SpreadAbsenceInput!) { spreadAbsence(input: $input) { __typename
  ... on AbsenceSpread { written unchanged ahead contradictions { lesson { id } attendance { kind minutesLate } } } ... on Refusal { code message } } }"""


def days(after: int, last: int | None = None) -> dict[str, str]:
    """So many days after Monday, up to another."""
    return {"startsOn": str(MONDAY + dt.timedelta(days=after)), "endsOn": str(MONDAY + dt.timedelta(days=after if last is None else last))}


async def send(desk: Desk, reason: str, pupil: str = "anna", login: str | None = "parent", **values: Any) -> Any:
    """The answer of sendAbsenceNotice, for Monday unless said otherwise."""
    told = {"id": str(ids.new()), "childId": desk.person(pupil), "reasonId": reason, "words": "температура", **days(0), **values}
    return await desk.ask(login, SEND, input=told)


async def answer(desk: Desk, notice: str, state: str = "ACCEPTED", words: str | None = None, login: str | None = "class_teacher") -> Any:
    """The answer of answerAbsenceNotice."""
    return await desk.ask(login, ANSWER, input={"noticeId": notice, "state": state, "answer": words})


async def notices(desk: Desk, login: str, pupil: str = "anna") -> list[dict[str, Any]]:
    """A child's."""
    return [edge["node"] for edge in (await desk.ask(login, NOTICES, child=desk.person(pupil)))["edges"]]


async def received(desk: Desk, login: str, *, waiting: bool = True) -> list[tuple[str, str]]:
    """By whom and what has become of them."""
    return [(edge["node"]["child"]["name"], edge["node"]["state"]) for edge in (await desk.ask(login, RECEIVED, waiting=waiting))["edges"]]


async def spread(desk: Desk, reason: str, pupil: str = "anna", login: str | None = "class_teacher", **values: Any) -> Any:
    """The answer of spreadAbsence, of Monday unless said otherwise."""
    return await desk.ask(login, SPREAD, input={"childId": desk.person(pupil), "reasonId": reason, "from": str(MONDAY), "to": str(MONDAY), **values})
