"""Loaders of names: many asked for at once become one statement, each through its visible-to clause."""

from collections.abc import Callable
from typing import Any, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
from strawberry.dataloader import DataLoader

from school.context import ADMINISTRATION, Context, Role
from school.db import Column, Rows
from school.fields import Info
from school.ids import Ref
from school.registry import types
from school.registry.models import ClassGroup, Course, Person, Pupil, Staff, Subject
from school.registry.policy import Clause, in_schools, visible_class_groups, visible_persons
from school.statements import Asking, Many, Read, any_of, given

T = TypeVar("T")
Make = Callable[[Any], T]


def loader(context: Context, read: Read, make: Make[T], *, keeps: Callable[[Any], bool] = lambda _row: False) -> DataLoader[Ref, T | None]:
    """A loader of rows with `school_id` and `id`. `read` takes `schools` and `ids`; rows that all of their school may know are kept (`KeptNames`)."""

    async def load(refs: list[Ref]) -> list[T | None]:
        keys = {"schools": sorted({ref.school_id for ref in refs}), "ids": sorted({ref.id for ref in refs})}
        names = context.names
        changes, by_ref = (None if names is None else names.changes), dict[Ref, T]()
        for row in await context.reader.all(read, context.viewer, **keys):
            ref = Ref(row.school_id, row.id)
            by_ref[ref] = make(row)
            if names is not None and keeps(row):
                names.keep(ref, by_ref[ref], changes)
        return [by_ref.get(ref) for ref in refs]

    return DataLoader(load_fn=load, max_batch_size=500)


def wanted(school_id: Column, id_: Column) -> Clause:
    """Rows of the keys that a loader is asked for."""
    return sa.and_(any_of(school_id, given("schools", Many(int))), any_of(id_, given("ids", Many(UUID))))


@Read
def _person(viewer: Asking) -> Rows:
    columns = sa.select(Person.school_id, Person.id, Person.family_name, Person.given_name, Person.patronymic, Staff.id.is_not(None).label("of_the_staff"))
    return columns.outerjoin(Staff, sa.and_(Staff.school_id == Person.school_id, Staff.id == Person.id)).where(
        wanted(Person.school_id, Person.id), visible_persons(viewer))


@Read
def _subject(viewer: Asking) -> Rows:
    schools = in_schools(viewer, Subject.school_id, *Role)
    return sa.select(Subject.school_id, Subject.id, Subject.name).where(wanted(Subject.school_id, Subject.id), schools)


@Read
def _subject_of(viewer: Asking) -> Rows:
    columns = sa.select(Course.school_id, Course.id, Course.subject_id, Subject.name)
    return columns.join(Subject, sa.and_(Subject.school_id == Course.school_id, Subject.id == Course.subject_id)).where(
        wanted(Course.school_id, Course.id), in_schools(viewer, Course.school_id, *Role))


@Read
def _class_group(viewer: Asking) -> Rows:
    columns = sa.select(ClassGroup.school_id, ClassGroup.id, ClassGroup.grade, ClassGroup.letter)
    return columns.where(wanted(ClassGroup.school_id, ClassGroup.id), visible_class_groups(viewer))


@Read
def _class_of(viewer: Asking) -> Rows:
    columns = sa.select(Pupil.school_id, Pupil.id, ClassGroup.id.label("class_id"), ClassGroup.grade, ClassGroup.letter)
    return columns.join(ClassGroup, sa.and_(ClassGroup.school_id == Pupil.school_id, ClassGroup.id == Pupil.class_group_id)).where(
        wanted(Pupil.school_id, Pupil.id), Pupil.left_on.is_(None), visible_class_groups(viewer))


@Read
def _position(viewer: Asking) -> Rows:
    watched = in_schools(viewer, Staff.school_id, Role.GUARD, *ADMINISTRATION)
    return sa.select(Staff.school_id, Staff.id, Staff.position).where(wanted(Staff.school_id, Staff.id), Staff.left_on.is_(None), watched)


def _persons(context: Context) -> DataLoader[Ref, types.Person | None]:
    return loader(context, _person, types.Person.from_row, keeps=lambda row: bool(row.of_the_staff))


def _subjects(context: Context) -> DataLoader[Ref, types.Subject | None]:
    return loader(context, _subject, types.Subject.from_row, keeps=lambda _row: True)


def _subjects_of(context: Context) -> DataLoader[Ref, types.Subject | None]:
    return loader(context, _subject_of, lambda row: types.Subject.of(row.school_id, row.subject_id, row.name), keeps=lambda _row: True)


def _class_groups(context: Context) -> DataLoader[Ref, types.ClassGroup | None]:
    return loader(context, _class_group, types.ClassGroup.from_row)


def _classes_of(context: Context) -> DataLoader[Ref, types.ClassGroup | None]:
    return loader(context, _class_of, lambda row: types.ClassGroup.of(row.school_id, row.class_id, row.grade, row.letter))


def _positions(context: Context) -> DataLoader[Ref, str | None]:
    return loader(context, _position, lambda row: str(row.position))


def known_or_loaded(info: Info, name: str, make: Callable[[Context], DataLoader[Any, T | None]], ref: Ref) -> T | None:
    """A name that is kept for whoever asks; else what the operation's loader of this name brings."""
    shared = info.context.shared
    known: T | None = None if shared is None else shared.find(ref)
    return info.context.load(name, make, ref) if known is None else known


def load_person(info: Info, ref: Ref) -> types.Person | None:
    """A person's name; None when absent or not for this viewer."""
    return known_or_loaded(info, "person", _persons, ref)


def load_subject(info: Info, ref: Ref) -> types.Subject | None:
    """A subject of the viewer's schools."""
    return known_or_loaded(info, "subject", _subjects, ref)


def load_subject_of(info: Info, course: Ref) -> types.Subject:
    """What a course of the viewer's schools teaches."""
    return cast("types.Subject", known_or_loaded(info, "subject of", _subjects_of, course))


def load_class_group(info: Info, ref: Ref) -> types.ClassGroup | None:
    """A class that the viewer may see."""
    return info.context.load("class_group", _class_groups, ref)


def load_class_of(info: Info, pupil: Ref) -> types.ClassGroup | None:
    """The class that a pupil is in now; None for everybody else, and where the viewer may not see it."""
    return info.context.load("class_of", _classes_of, pupil)


def load_position(info: Info, ref: Ref) -> str | None:
    """What somebody of the staff is; None for everybody else. It is told to guards, the office and the head of their school."""
    return info.context.load("position", _positions, ref)
