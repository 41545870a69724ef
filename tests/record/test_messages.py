"""What school and family have written: handed to who wrote it, and gone with the erasure of the pupil about whom it was."""

import datetime as dt

import sqlalchemy as sa

from school import ids, outbox
from school.diary import message_events
from school.diary.message_models import Acknowledged, Acknowledgement, Message, Remark, ThreadReading
from school.ids import Ref
from school.outbox import FeedRow, TopicKind
from school.record import erasure, export
from school.registry.models import Pupil
from tests.record.archive import NOON, Archive
from tests.security.everything import fill

GONE = dt.date(2026, 9, 1)


async def test_messages_are_handed_to_who_wrote_them_and_not_to_the_pupil(archive: Archive) -> None:
    world = await fill(archive.database)
    async with archive.database.read() as session:
        told = {name: {table["table"] for table in (await export.of_person(session, Ref(1, world.people[name]), logins=[])).document["tables"]}
                for name in ("anna", "parent", "teacher")}
    words = {"message", "thread", "thread_reading", "remark", "acknowledgement", "announcement"}
    assert {name: tables & words for name, tables in told.items()} == {
        "anna": {"remark"}, "parent": {"message", "thread_reading", "acknowledgement"}, "teacher": {"message", "thread", "thread_reading", "announcement"}}


async def test_what_was_written_about_a_pupil_goes_with_the_erasure(archive: Archive) -> None:
    world = await fill(archive.database)
    anna = world.people["anna"]
    async with archive.database.begin() as session:
        await session.execute(sa.update(Pupil).where(Pupil.id == anna).values(left_on=GONE))
        changed = await erasure.erase(session, Ref(1, anna), "письмо")
    assert {name: changed[name] for name in ("acknowledgement", "remark", "message")} == {"acknowledgement": 1, "remark": 1, "message": 2}
    async with archive.database.read() as session:
        assert (await session.scalars(sa.select(Remark.text).where(Remark.pupil_id == anna))).all() == [""]
        assert len((await session.scalars(sa.select(Message.id).where(Message.text.is_(None)))).all()) == 2
        assert len((await session.scalars(sa.select(Message.id).where(Message.text.is_not(None)))).all()) == 8  # of the four others
        assert (await session.scalars(sa.select(Acknowledgement.thing_id).where(Acknowledgement.pupil_id == anna))).all() == []
        assert len((await session.scalars(sa.select(ThreadReading.person_id))).all()) == 10


async def test_the_author_s_inbox_forgets_who_is_erased(archive: Archive) -> None:
    """One announcement that two families have read: each is told of by itself, so that one can go."""
    anna, boris, office = (archive.world.people[name] for name in ("anna", "boris", "office"))
    thing = ids.new()
    async with archive.database.begin() as session:
        await outbox.append(session, *(
            message_events.acknowledged(1, Acknowledged.ANNOUNCEMENT, thing, pupil, office, NOON) for pupil in (anna, boris)))
    await archive.publish()
    async with archive.database.begin() as session:
        await session.execute(sa.update(Pupil).where(Pupil.id == anna).values(left_on=GONE))
        await erasure.erase(session, Ref(1, anna), "письмо")
    async with archive.database.read() as session:
        inbox = await session.scalars(sa.select(FeedRow.payload).where(FeedRow.topic_kind == TopicKind.INBOX))
        assert [payload["person_id"] for payload in inbox] == [str(boris)]
