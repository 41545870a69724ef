"""Guardianship begins and ends by the office alone, is told to the feed, and is never deleted."""

import pytest
import sqlalchemy as sa

from school.db import Database
from school.errors import Code, Refused
from school.ids import Ref, new
from school.outbox import OutboxRow
from school.registry import guardianship
from school.registry.models import Guardianship, Relation
from tests.world import World, build


async def standing(database: Database) -> set[tuple[object, object]]:
    """Guardians and pupils, as they stand."""
    async with database.read() as session:
        found = await session.execute(sa.select(Guardianship.guardian_id, Guardianship.pupil_id).where(Guardianship.ended_at.is_(None)))
        return {(row.guardian_id, row.pupil_id) for row in found}


async def told(database: Database) -> list[tuple[str, str]]:
    """What the outbox holds: kind and guardian."""
    async with database.read() as session:
        return [(row.kind, row.payload["guardian_id"]) for row in (await session.scalars(sa.select(OutboxRow).order_by(OutboxRow.position))).all()]


async def test_the_office_ends_and_grants(database: Database) -> None:
    world = await build(database)
    before = await standing(database)
    guardian, pupil = Ref(1, world.people["divorced"]), Ref(1, world.people["vera"])
    async with database.begin() as session:
        await guardianship.end(session, world.viewers["office"], guardian, pupil)
    assert await standing(database) == before - {(guardian.id, pupil.id)}
    async with database.begin() as session:
        await guardianship.grant(session, world.viewers["office"], guardian, pupil, Relation.FATHER)
    assert await standing(database) == before
    assert await told(database) == [("registry.guardianship_ended", str(guardian.id)), ("registry.guardianship_granted", str(guardian.id))]
    async with database.read() as session:
        rows = await session.scalar(sa.select(sa.func.count()).select_from(Guardianship).where(Guardianship.guardian_id == guardian.id))
    assert rows == 2


async def test_what_is_repeated_is_harmless_and_told_once(database: Database) -> None:
    world = await build(database)
    office, guardian, vera, boris = world.viewers["office"], Ref(1, world.people["divorced"]), Ref(1, world.people["vera"]), Ref(1, world.people["boris"])
    told_by: list[tuple[object, ...]] = []
    for repetition in range(3):
        async with database.begin() as session:
            granted = await guardianship.grant(session, office, guardian, boris, Relation.FATHER)
        told_by.append((granted.id, granted.since, granted.ended_at))
        assert told_by[-1] == told_by[0], repetition
    assert await told(database) == [("registry.guardianship_granted", str(guardian.id))]
    for turn in range(2):
        ended: list[tuple[object, ...]] = []
        for repetition in range(3):
            async with database.begin() as session:
                row = await guardianship.end(session, office, guardian, vera)
            ended.append((row.id, row.since, row.ended_at))
            assert ended[-1] == ended[0], (turn, repetition)
            assert row.ended_at is not None
        assert len(await told(database)) == 2 + 2 * turn
        if turn == 0:
            before = ended[0]
            async with database.begin() as session:
                await guardianship.grant(session, office, guardian, vera, Relation.OTHER)
        else:
            assert ended[0] != before  # the last one


def refused(world: World) -> list[tuple[str, str, Ref, Ref, Code]]:
    """Verb, viewer, guardian, pupil, code."""
    people = world.people
    parent, anna, boris, gleb = Ref(1, people["parent"]), Ref(1, people["anna"]), Ref(1, people["boris"]), Ref(2, people["gleb"])
    return [
        ("grant", "office", parent, anna, Code.CONFLICT),  # by another relation
        ("grant", "office2", parent, boris, Code.NOT_FOUND),
        ("grant", "teacher", parent, boris, Code.NOT_FOUND), ("grant", "parent", parent, boris, Code.NOT_FOUND),
        ("grant", "office", parent, gleb, Code.NOT_FOUND), ("grant", "office", Ref(2, people["parent2"]), anna, Code.NOT_FOUND),
        ("grant", "office", Ref(1, new()), anna, Code.NOT_FOUND), ("grant", "office", parent, Ref(1, people["teacher"]), Code.NOT_FOUND),
        ("end", "office", parent, boris, Code.NOT_FOUND), ("end", "office2", parent, anna, Code.NOT_FOUND), ("end", "parent", parent, anna, Code.NOT_FOUND),
    ]


async def test_every_other_wish_is_refused_and_changes_nothing(database: Database) -> None:
    world = await build(database)
    before = await standing(database)
    for verb, login, guardian, pupil, code in refused(world):
        more = (Relation.OTHER,) if verb == "grant" else ()
        with pytest.raises(Refused) as caught:
            async with database.begin() as session:
                await getattr(guardianship, verb)(session, world.viewers[login], guardian, pupil, *more)
        assert caught.value.code == code, (verb, login)
    assert await standing(database) == before
    assert await told(database) == []
