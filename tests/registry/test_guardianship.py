"""Guardianship begins, is restricted and ends by the office alone, is told to the feed, and is never deleted."""

import pytest
import sqlalchemy as sa

from school.context import OF_A_CHILD, Area, Grant, Role, Viewer
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
        ("restrict", "office", parent, boris, Code.NOT_FOUND), ("restrict", "office2", parent, anna, Code.NOT_FOUND),
        ("restrict", "head", parent, anna, Code.NOT_FOUND), ("restrict", "parent", parent, anna, Code.NOT_FOUND),
        ("restrict", "office", Ref(2, people["parent2"]), anna, Code.NOT_FOUND),
    ]


async def test_every_other_wish_is_refused_and_changes_nothing(database: Database) -> None:
    world = await build(database)
    world.viewers["head"] = Viewer(world.accounts["office"], new(), (Grant(1, world.people["office"], Role.HEAD),))
    before = await standing(database)
    for verb, login, guardian, pupil, code in refused(world):
        more: tuple[object, ...] = {"grant": (Relation.OTHER,), "restrict": (frozenset({Area.MEALS}), "решение суда"), "end": ()}[verb]
        with pytest.raises(Refused) as caught:
            async with database.begin() as session:
                await getattr(guardianship, verb)(session, world.viewers[login], guardian, pupil, *more)
        assert caught.value.code == code, (verb, login)
    assert await standing(database) == before
    assert await told(database) == []


async def opened(database: Database, guardian: Ref, pupil: Ref) -> frozenset[Area] | None:
    """What of the pupil is open to the guardian; None for no guardian of theirs."""
    return (await guardianship.children_of(database.reader(), [guardian]))[guardian].get(pupil)


async def test_what_a_court_withholds_is_told_and_kept(database: Database) -> None:
    world = await build(database)
    office, guardian, vera, mother = world.viewers["office"], Ref(1, world.people["divorced"]), Ref(1, world.people["vera"]), Ref(1, world.people["parent"])
    for repetition in range(2):
        async with database.begin() as session:
            row = await guardianship.restrict(session, office, guardian, vera, {Area.DIARY}, " решение № 2-118 ")
        assert (row.diary, row.meals, row.access, row.reason, row.ended_at) == (True, False, False, "решение № 2-118", None), repetition
    assert await told(database) == [(guardianship.RESTRICTED, str(guardian.id))]
    assert (await opened(database, guardian, vera), await opened(database, mother, vera)) == (frozenset({Area.DIARY}), OF_A_CHILD)
    async with database.read() as session:
        payload = await session.scalar(sa.select(OutboxRow.payload))
    assert payload == {
        "guardianship_id": str(row.id), "guardian_id": str(guardian.id), "pupil_id": str(vera.id), "relation": "mother"}
    async with database.begin() as session:
        await guardianship.restrict(session, office, guardian, vera, OF_A_CHILD, "определение № 2-140")
    assert (await opened(database, guardian, vera), len(await told(database))) == (OF_A_CHILD, 2)


async def test_ending_and_granting_opens_nothing(database: Database) -> None:
    world = await build(database)
    office, guardian, vera = world.viewers["office"], Ref(1, world.people["divorced"]), Ref(1, world.people["vera"])
    async with database.begin() as session:
        await guardianship.restrict(session, office, guardian, vera, set(), "решение № 2-118")
        await guardianship.end(session, office, guardian, vera)
    assert await opened(database, guardian, vera) is None
    async with database.begin() as session:
        row = await guardianship.grant(session, office, guardian, vera, Relation.FATHER)
    assert (await opened(database, guardian, vera), row.reason) == (frozenset(), "решение № 2-118")


@pytest.mark.parametrize(("areas", "reason"), [
    ({Area.PEOPLE}, "суд"), ({Area.DIARY, Area.RECORD}, "суд"), (set(), " "), (set(), "с" * 201), (set(), "два\nряда"),
])
async def test_a_senseless_restriction_is_refused(database: Database, areas: set[Area], reason: str) -> None:
    world = await build(database)
    guardian, vera = Ref(1, world.people["divorced"]), Ref(1, world.people["vera"])
    with pytest.raises(Refused) as caught:
        async with database.begin() as session:
            await guardianship.restrict(session, world.viewers["office"], guardian, vera, areas, reason)
    assert (caught.value.code, await opened(database, guardian, vera), await told(database)) == (Code.BAD_INPUT, OF_A_CHILD, [])
