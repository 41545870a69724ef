"""The matrix of files: of what hangs on homework, on work and on a notice of absence, asked for by everyone about every child."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from school import ids
from school.context import Context
from school.diary.file_route import Files
from school.diary.file_rows import place_of
from tests.matrix.asking import SETTINGS, Desk
from tests.matrix.table import read, row
from tests.matrix.town import ROLES, TARGETS

pytestmark = pytest.mark.xdist_group("matrix")
THINGS = {"material": "material of {key}.pdf", "page": "page of {name}.pdf", "paper": "paper of {name}.pdf"}
KEYS = {"boris": "5A", "anna": "physics", "egor": "7B", "dina": "2-5A"}


async def test_everyone_sees_the_files_that_are_declared(counter: Desk) -> None:
    town = counter.town

    async def context_for(request: Request) -> Context:
        return Context(town.viewers[request.headers["who"]], town.database, SETTINGS, reads=counter, store=counter.store)

    transport = httpx.ASGITransport(Starlette(routes=Files(context_for, context_for).routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as client:
        for thing, words in THINGS.items():
            found = dict.fromkeys(ROLES, "")
            for target, name in TARGETS.items():
                content, file = words.format(name=name, key=KEYS[name]).encode(), town.targets[target][thing]
                await counter.store.put(place_of(*ids.decode(ids.Kind.FILE, file)), content)
                absent = await client.get(f"/files/{town.absent(target)[thing]}", headers={"who": "office"})
                assert (absent.status_code, absent.content) == (404, b"")
                for role in ROLES:
                    counter.noted.clear()
                    answer = await client.get(f"/files/{file}", headers={"who": role})
                    if answer.status_code == 200:
                        assert (answer.content, counter.noted) == (content, set() if thing == "material" else {town.ref(name)})
                    else:
                        assert (answer.status_code, answer.content, answer.headers) == (404, b"", absent.headers)
                    found[role] += "+" if answer.status_code == 200 else "-"
            field = f"GET /files/… ({thing})"
            assert row(field, "Files", found) == row(field, "Files", read().sections["Files"][field])
