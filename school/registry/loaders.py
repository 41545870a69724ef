"""Loaders of names: many asked for at once become one statement, each through its visible-to clause."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from strawberry.dataloader import DataLoader

from school.context import Context
from school.db import Column, Rows
from school.fields import Info
from school.ids import Ref
from school.registry import types
from school.registry.models import ClassGroup, Person, Subject
from school.registry.policy import in_schools, visible_class_groups, visible_persons

T = TypeVar("T")
Make = Callable[[Any], T]


def _loader(context: Context, statement: Rows, key: Sequence[Column], make: Make[T]) -> DataLoader[Ref, T | None]:
    async def load(refs: list[Ref]) -> list[T | None]:
        async with context.read() as session:
            found = await session.execute(statement.where(sa.tuple_(*key).in_(sorted({(ref.school_id, ref.id) for ref in refs}))))
            by_ref = {Ref(row.school_id, row.id): make(row) for row in found}
        return [by_ref.get(ref) for ref in refs]

    return DataLoader(load_fn=load, max_batch_size=500)


def _persons(context: Context) -> DataLoader[Ref, types.Person | None]:
    columns = sa.select(Person.school_id, Person.id, Person.family_name, Person.given_name, Person.patronymic)
    return _loader(context, columns.where(visible_persons(context.viewer)), (Person.school_id, Person.id), types.Person.from_row)


def _subjects(context: Context) -> DataLoader[Ref, types.Subject | None]:
    viewer = context.viewer
    schools = in_schools(viewer, Subject.school_id, *{grant.role for grant in viewer.grants})
    return _loader(
        context, sa.select(Subject.school_id, Subject.id, Subject.name).where(schools), (Subject.school_id, Subject.id), types.Subject.from_row)


def _class_groups(context: Context) -> DataLoader[Ref, types.ClassGroup | None]:
    columns = sa.select(ClassGroup.school_id, ClassGroup.id, ClassGroup.grade, ClassGroup.letter)
    return _loader(context, columns.where(visible_class_groups(context.viewer)), (ClassGroup.school_id, ClassGroup.id), types.ClassGroup.from_row)


async def load_person(info: Info, ref: Ref) -> types.Person | None:
    """A person's name; None when absent or not for this viewer."""
    found: types.Person | None = await info.context.loader("person", _persons).load(ref)
    return found


async def load_subject(info: Info, ref: Ref) -> types.Subject | None:
    """A subject of the viewer's schools."""
    found: types.Subject | None = await info.context.loader("subject", _subjects).load(ref)
    return found


async def load_class_group(info: Info, ref: Ref) -> types.ClassGroup | None:
    """A class that the viewer may see."""
    found: types.ClassGroup | None = await info.context.loader("class_group", _class_groups).load(ref)
    return found
