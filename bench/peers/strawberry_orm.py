"""The peer that many a team writes: Strawberry's own view, the ORM, dataloaders; no caches. One process of uvicorn, as ours.

Whose child it is, is checked by Python for each request: session, account, guardianships. It serves as a superuser, whom no policy of row-level security
binds, so the database costs it less than it costs us.
"""

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import strawberry
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from school.access.models import Door, Passage
from school.diary.models import Lesson, Mark
from school.meals.models import MealAccount, Transfer
from school.registry.account_models import AccountRole, Session
from school.registry.models import Course, Guardianship, Person, Subject

engine = create_async_engine(os.environ["BENCH_DATABASE_URL"], pool_size=10, max_overflow=0)
make_session = async_sessionmaker(engine, expire_on_commit=False)


async def _by_id(model: Any, schools: Sequence[int], ids: Sequence[UUID]) -> list[Any]:
    async with make_session() as session:
        found = {row.id: row for row in await session.scalars(sa.select(model).where(model.school_id.in_(schools), model.id.in_(ids)))}
    return [found[id_] for id_ in ids]


def loaders(schools: Sequence[int]) -> dict[type, DataLoader[UUID, Any]]:
    """One for each noun that others point to. The schools of the viewer's children lead every key and index."""
    def of(model: type[DeclarativeBase]) -> Callable[[list[UUID]], Any]:
        return lambda ids: _by_id(model, schools, ids)

    return {model: DataLoader(of(model)) for model in (Course, Subject, Lesson, Person, Door)}


async def _newest(model: Any, column: Any, moment: Any, schools: Sequence[int], owners: Sequence[UUID], first: int, *more: Any) -> list[list[Any]]:
    """The newest rows of each owner: numbered by a window, as a loader over several owners needs."""
    number = sa.func.row_number().over(partition_by=column, order_by=(moment.desc(), model.id.desc())).label("number")
    ranked = sa.select(model.school_id, model.id, number).where(model.school_id.in_(schools), column.in_(owners), *more).subquery()
    same = sa.and_(ranked.c.school_id == model.school_id, ranked.c.id == model.id)
    async with make_session() as session:
        rows = await session.scalars(
            sa.select(model).join(ranked, same).where(ranked.c.number <= first).order_by(moment.desc(), model.id.desc()))
        found: dict[UUID, list[Any]] = {owner: [] for owner in owners}
        for row in rows:
            found[getattr(row, column.key)].append(row)
    return [found[owner] for owner in owners]


@strawberry.type
class SubjectType:
    """A subject."""

    id: strawberry.ID
    name: str


@strawberry.type
class PersonType:
    """A person."""

    id: strawberry.ID
    name: str


@strawberry.type
class DoorType:
    """A door."""

    id: strawberry.ID
    name: str


@strawberry.type
class MoneyType:
    """Money."""

    minor: int
    currency: str


@strawberry.type
class MarkType:
    """A mark; what it points to comes by loaders."""

    row: strawberry.Private[Any]
    id: strawberry.ID
    value: int
    weight: int
    work: str
    given_at: dt.datetime

    @strawberry.field
    async def date(self, info: Info) -> dt.date:
        """The lesson's."""
        lesson = await info.context["loaders"][Lesson].load(self.row.lesson_id)
        return lesson.on_date  # type: ignore[no-any-return]

    @strawberry.field
    async def subject(self, info: Info) -> SubjectType:
        """The course's."""
        course = await info.context["loaders"][Course].load(self.row.course_id)
        subject = await info.context["loaders"][Subject].load(course.subject_id)
        return SubjectType(id=strawberry.ID(str(subject.id)), name=subject.name)

    @strawberry.field
    async def given_by(self, info: Info) -> PersonType:
        """The teacher."""
        person = await info.context["loaders"][Person].load(self.row.given_by)
        names = (person.family_name, person.given_name, person.patronymic)
        return PersonType(id=strawberry.ID(str(person.id)), name=" ".join(name for name in names if name))


@strawberry.type
class TransferType:
    """Money that moved."""

    id: strawberry.ID
    kind: str
    amount: MoneyType
    happened_at: dt.datetime


@strawberry.type
class PassageType:
    """A passage."""

    row: strawberry.Private[Any]
    id: strawberry.ID
    direction: str
    happened_at: dt.datetime

    @strawberry.field
    async def door(self, info: Info) -> DoorType:
        """Where."""
        door = await info.context["loaders"][Door].load(self.row.door_id)
        return DoorType(id=strawberry.ID(str(door.id)), name=door.name)


@strawberry.type
class ChildType:
    """A child of the viewer's."""

    id: strawberry.ID
    key: strawberry.Private[UUID]

    @strawberry.field
    async def marks(self, info: Info, first: int) -> list[MarkType]:
        """The newest."""
        rows = await info.context["marks"](first).load(self.key)
        return [
            MarkType(row=row, id=strawberry.ID(str(row.id)), value=row.value, weight=row.weight, work=row.work.name, given_at=row.given_at) for row in rows
        ]

    @strawberry.field
    async def transfers(self, info: Info, first: int) -> list[TransferType]:
        """The newest."""
        account = await info.context["accounts"].load(self.key)
        return [
            TransferType(
                id=strawberry.ID(str(row.id)), kind=row.kind.name, amount=MoneyType(minor=row.amount, currency=row.currency), happened_at=row.happened_at)
            for row in await info.context["transfers"](first).load(account)
        ]

    @strawberry.field
    async def passages(self, info: Info, first: int) -> list[PassageType]:
        """The newest."""
        rows = await info.context["passages"](first).load(self.key)
        return [PassageType(row=row, id=strawberry.ID(str(row.id)), direction=row.direction.name, happened_at=row.happened_at) for row in rows]


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    async def child(self, info: Info, id: strawberry.ID) -> ChildType | None:  # noqa: A002 - the argument's name
        """A child, if it is the viewer's."""
        key = UUID(id)
        return ChildType(id=id, key=key) if key in info.context["children"] else None


async def children_of(token: str) -> dict[UUID, int]:
    """Whose parent the bearer of a token is, and the school of each."""
    async with make_session() as session:
        found = await session.scalar(sa.select(Session).where(
            Session.digest == hashlib.sha256(token.encode()).digest(), Session.revoked_at.is_(None), Session.expires_at > dt.datetime.now(dt.UTC)))
        if found is None:
            return {}
        roles = (await session.scalars(sa.select(AccountRole).where(AccountRole.account_id == found.account_id))).all()
        guardians = [role.person_id for role in roles if role.role == "guardian"]
        ties = await session.scalars(sa.select(Guardianship).where(
            Guardianship.school_id.in_([role.school_id for role in roles]), Guardianship.guardian_id.in_(guardians), Guardianship.ended_at.is_(None)))
        return {tie.pupil_id: tie.school_id for tie in ties}


async def _accounts(schools: Sequence[int], persons: list[UUID]) -> list[UUID]:
    async with make_session() as session:
        rows = await session.scalars(sa.select(MealAccount).where(MealAccount.school_id.in_(schools), MealAccount.person_id.in_(persons)))
        found = {row.person_id: row.id for row in rows}
    return [found[person] for person in persons]


class View(GraphQL[dict[str, Any], None]):
    """Strawberry's, with a context for each request."""

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        """Who asks, and the request's loaders."""
        del response
        children = await children_of(request.headers.get("authorization", "").removeprefix("Bearer "))
        schools = sorted(set(children.values()))
        made: dict[Any, DataLoader[UUID, list[Any]]] = {}

        def lists(model: Any, column: Any, moment: Any, *more: Any) -> Callable[[int], DataLoader[UUID, list[Any]]]:
            async def load(owners: list[UUID], first: int) -> list[list[Any]]:
                return await _newest(model, column, moment, schools, owners, first, *more)

            def of(first: int) -> DataLoader[UUID, list[Any]]:
                return made.setdefault((model, first), DataLoader(lambda owners: load(owners, first)))

            return of

        return {
            "children": children, "loaders": loaders(schools), "accounts": DataLoader(lambda persons: _accounts(schools, persons)),
            "marks": lists(Mark, Mark.pupil_id, Mark.given_at, Mark.withdrawn_at.is_(None)),
            "transfers": lists(Transfer, Transfer.account_id, Transfer.happened_at),
            "passages": lists(Passage, Passage.person_id, Passage.happened_at),
        }


app = View(strawberry.Schema(query=Query), graphql_ide=None)
