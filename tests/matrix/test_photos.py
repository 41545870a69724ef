"""The matrix of the one thing that is not asked in GraphQL: a photo, by its address, asked for by everyone about every child."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from school import ids
from school.context import Context
from school.registry import photos
from school.registry.photo_route import Photos
from tests.matrix.asking import SETTINGS, Desk
from tests.matrix.table import read, row
from tests.matrix.town import ROLES, TARGETS

pytestmark = pytest.mark.xdist_group("matrix")


async def test_everyone_sees_the_faces_that_are_declared(counter: Desk) -> None:
    town = counter.town
    for target, name in TARGETS.items():
        await counter.store.put(photos.file_of(ids.decode(ids.Kind.PHOTO, town.targets[target]["photo"])), b"the face of " + name.encode())

    async def context_for(request: Request) -> Context:
        return Context(town.viewers[request.headers["who"]], town.database, SETTINGS, reads=counter, store=counter.store)

    found = dict.fromkeys(ROLES, "")
    transport = httpx.ASGITransport(Starlette(routes=[Photos(context_for).route]))
    async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as client:
        for role in ROLES:
            for target, name in TARGETS.items():
                counter.noted.clear()
                answer = await client.get(f"/photos/{town.targets[target]['photo']}", headers={"who": role})
                absent = await client.get(f"/photos/{town.absent(target)['photo']}", headers={"who": role})
                assert (absent.status_code, absent.content) == (404, b"")
                if answer.status_code == 200:
                    assert (answer.content, counter.noted) == (b"the face of " + name.encode(), {town.ref(name)})
                else:
                    assert (answer.status_code, answer.content, answer.headers) == (404, b"", absent.headers)
                found[role] += "+" if answer.status_code == 200 else "-"
    declared = read().sections["Photos"]["GET /photos/…"]
    assert row("GET /photos/…", "Photos", found) == row("GET /photos/…", "Photos", declared)
