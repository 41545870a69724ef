"""Photos as the whole application serves them: by the cookie of a session, with the same strict headers, and to nobody once that has ended."""

from pathlib import Path

import sqlalchemy as sa

from school import clock
from school.ids import Kind
from school.registry.account_models import Session
from school.registry.accounts import digest_of
from school.settings import Mode
from tests.faces import FACE
from tests.serving.house import HOUR, running

PUT = "mutation($input: PhotoInput!) { setPhoto(input: $input) { __typename ... on PhotoSaved { photo } ... on Refusal { code } } }"


async def test_an_image_is_asked_for_with_the_session_s_cookie(sqlite_url: str, tmp_path: Path) -> None:
    async with running(sqlite_url, Mode.DEMO, store=str(tmp_path / "files")) as house:
        given = {"input": {"personId": house.id(Kind.PERSON, house.world.people["anna"]), "content": FACE}}
        answer = await house.ask(PUT, given, token=await house.session("office"))
        address = answer.json()["data"]["setPhoto"]["photo"]
        async with house.database.begin() as session:
            session.add(Session(
                account_id=house.world.accounts["parent"], digest=digest_of("a-browser-s"), made_at=clock.now(), expires_at=clock.now() + HOUR))
        cookie = {"cookie": "school=a-browser-s"}
        assert (await house.client.get(address, headers=cookie)).status_code == 200, "an image brings no Origin along"
        token = await house.session("parent")
        shown = await house.client.get(address, headers={"authorization": f"Bearer {token}"})
        assert (shown.status_code, shown.headers["content-type"], shown.content[8:12]) == (200, "image/webp", b"WEBP")
        assert {name: shown.headers[name] for name in (
            "cache-control", "x-content-type-options", "referrer-policy", "cross-origin-resource-policy", "content-security-policy")} == {
            "cache-control": "private, no-cache", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
            "cross-origin-resource-policy": "same-origin", "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
        assert (await house.client.head(address, headers={"authorization": f"Bearer {token}"})).content == b""
        async with house.database.begin() as session:
            await session.execute(sa.update(Session).values(revoked_at=clock.now()))
        assert (await house.client.get(address, headers={"authorization": f"Bearer {token}"})).status_code == 404
        assert (await house.client.get(address, headers=cookie)).status_code == 404
        assert (await house.client.get(address, headers={"accept": "text/html"})).status_code == 404, "the app's page is no answer to it"
        assert (await house.client.post(address)).status_code == 405


async def test_a_picture_that_is_too_large_for_a_body_is_refused_before_it_is_read(sqlite_url: str, tmp_path: Path) -> None:
    async with running(sqlite_url, Mode.DEMO, store=str(tmp_path / "files")) as house:
        given = {"input": {"personId": house.id(Kind.PERSON, house.world.people["anna"]), "content": "A" * 1_100_000}}
        answer = await house.ask(PUT, given, token=await house.session("office"))
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "TOO_LARGE")
        assert not (tmp_path / "files").exists()
