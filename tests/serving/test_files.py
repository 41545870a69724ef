"""Files as the whole application takes and serves them: from our own pages alone, by a session that lasts, and as downloads."""

from pathlib import Path

import sqlalchemy as sa

from school import clock, ids
from school.ids import Kind
from school.registry.account_models import Session
from school.registry.accounts import digest_of
from school.registry.types import school_id as opaque_school
from school.settings import Mode
from tests.diary.shelf import PDF, PREPARE
from tests.serving.house import HOUR, running

SEND = "mutation($input: SendAbsenceNoticeInput!) { sendAbsenceNotice(input: $input) { __typename ... on Refusal { code } } }"
REASON = "mutation($input: AddAbsenceReasonInput!) { addAbsenceReason(input: $input) { ... on AbsenceReason { id } } }"


async def test_a_page_of_ours_sends_a_file_and_who_may_saves_it(sqlite_url: str, tmp_path: Path) -> None:
    async with running(sqlite_url, Mode.DEMO, store=str(tmp_path / "files")) as house:
        token, anna = await house.session("parent"), house.id(Kind.PERSON, house.world.people["anna"])
        slot = {"id": str(ids.new()), "schoolId": opaque_school(1), "name": "справка.pdf", "size": len(PDF)}
        prepared = (await house.ask(PREPARE, {"input": slot}, token=token)).json()["data"]["prepareFile"]
        async with house.database.begin() as session:
            session.add(Session(
                account_id=house.world.accounts["parent"], digest=digest_of("a-browser-s"), made_at=clock.now(), expires_at=clock.now() + HOUR))
        cookie, address = {"cookie": "school=a-browser-s"}, prepared["address"]
        for origin in ({}, {"origin": "https://evil.test"}):
            answer = await house.client.put(address, content=PDF, headers={**cookie, **origin})
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "NOT_ALLOWED")
        assert (await house.client.put(address, content=PDF)).status_code == 401
        assert not (tmp_path / "files").exists()
        own = {**cookie, "origin": house.address if "://" in house.address else f"http://{house.address}"}
        another = {**own, "school-account": ids.encode(Kind.ACCOUNT, 0, house.world.accounts["anna"])}
        assert (await house.client.put(address, content=PDF, headers=another)).status_code == 401, "the window is of another account"
        answer = await house.client.put(address, content=PDF, headers=own)
        assert (answer.status_code, answer.json()["kind"], answer.headers["cache-control"]) == (200, "pdf", "no-store")
        assert (await house.client.get(address, headers=cookie)).status_code == 404, "it hangs on nothing yet"
        new = {"id": str(ids.new()), "schoolId": opaque_school(1), "name": "Болезнь", "sign": "Б", "excused": True}
        reason = (await house.ask(REASON, {"input": new}, token=await house.session("office"))).json()["data"]["addAbsenceReason"]["id"]
        today = str(clock.school_date(clock.now(), "Europe/Moscow"))
        notice = {"id": str(ids.new()), "childId": anna, "startsOn": today, "endsOn": today, "reasonId": reason, "fileIds": [prepared["fileId"]]}
        sent = (await house.ask(SEND, {"input": notice}, token=token)).json()["data"]["sendAbsenceNotice"]
        assert sent == {"__typename": "AbsenceNotice"}
        shown = await house.client.get(address, headers=cookie)
        assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, PDF, "application/pdf")
        assert {name: shown.headers[name] for name in ("x-content-type-options", "cross-origin-resource-policy", "content-security-policy")} == {
            "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin",
            "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
        assert shown.headers["content-disposition"].startswith("attachment; ")
        assert (await house.client.head(address, headers=cookie)).content == b""
        assert (await house.client.post(address, content=PDF, headers=own)).status_code == 405
        async with house.database.begin() as session:
            await session.execute(sa.update(Session).values(revoked_at=clock.now()))
        for headers in (cookie, {"authorization": f"Bearer {token}"}, {**cookie, "accept": "text/html"}):
            assert (await house.client.get(address, headers=headers)).status_code == 404
