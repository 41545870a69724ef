"""The second flow, on real parts: a teacher's mark through the API, the relay, a parent's open socket."""

import asyncio
from pathlib import Path

from school import ids
from school.db import Database
from school.ids import Kind
from tests.service_process import Service, give_passwords
from tests.world import build

GIVE = """
mutation($input: GiveMarksInput!) {
  giveMarks(input: $input) { __typename ... on Refusal { code message } }
}
"""


async def test_a_mark_reaches_the_parent_and_no_other_family(database_url: str, database: Database, tmp_path: Path) -> None:
    world = await build(database)
    await give_passwords(database, "parent", "other_parent", "teacher")
    with Service(database_url, tmp_path) as service:
        parent, other, teacher = (service.sign_in(login) for login in ("parent", "other_parent", "teacher"))
        async with service.updates(parent) as own, service.updates(other) as others, asyncio.timeout(60):
            for name in ("anna", "boris"):
                item = {"id": str(ids.new()), "pupilId": ids.encode(Kind.PERSON, 1, world.people[name]), "value": 5, "weight": 1, "work": "ANSWER"}
                answer = service.graphql(GIVE, {"input": {"lessonId": ids.encode(Kind.LESSON, 1, world.lessons["5A-1"]), "items": [item]}}, teacher)
                assert answer["data"]["giveMarks"]["__typename"] != "Refusal", answer
            seen = [await anext(own), await anext(others)]
    assert [update["__typename"] for update in seen] == ["MarkGiven", "MarkGiven"]
    assert [update["childId"] for update in seen] == [ids.encode(Kind.PERSON, 1, world.people[name]) for name in ("anna", "boris")]
