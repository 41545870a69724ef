"""The registry's explicit GraphQL types."""

import datetime as dt
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry

from school import clock, ids
from school.context import OF_A_CHILD, Area, Role
from school.fields import ROWS, Info, query, rows
from school.ids import Kind
from school.registry.faces import load_photo
from school.registry.models import CardState, DeviceKind, Relation
from school.registry.names import full_name

RoleName = strawberry.enum(Role, name="Role", description="What an account may be in a school.")
AreaName = strawberry.enum(Area, name="Area", description="A kind of data.")
CardStateName = strawberry.enum(CardState, name="CardState", description="Whether a card opens doors and pays.")
RelationName = strawberry.enum(Relation, name="Relation", description="What a guardian is to the child.")
DeviceKindName = strawberry.enum(DeviceKind, name="DeviceKind", description="What a device is for.")


@rows(description="A school.")
class School:
    """A tenant, as its people see it."""

    id: strawberry.ID
    name: str
    short_name: str
    time_zone: str
    today: dt.date = strawberry.field(description="The school's own date, by the service's clock.")

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From a school's row."""
        return cls(
            id=school_id(row.id), name=row.name, short_name=row.short_name, time_zone=row.time_zone,
            today=clock.school_date(clock.now(), row.time_zone))


@rows(description="A human being as one school knows them.")
class Person:
    """A person's name."""

    id: strawberry.ID
    family_name: str
    given_name: str
    patronymic: str | None
    name: str

    @query(ROWS)
    def photo(self, info: Info) -> str | None:
        """The address of their photo on this host; null where there is none, or none for whoever asks. It is answered with the same session only."""
        return load_photo(info, ids.decode(Kind.PERSON, self.id))

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a person."""
        return cls(
            id=strawberry.ID(ids.encode(Kind.PERSON, row.school_id, row.id)), family_name=row.family_name, given_name=row.given_name,
            patronymic=row.patronymic, name=full_name(row.family_name, row.given_name, row.patronymic),
        )


@rows(description="A class: 5А.")
class ClassGroup:
    """A class."""

    id: strawberry.ID
    school_id: strawberry.ID
    grade: int
    letter: str
    name: str

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a class."""
        return cls.of(row.school_id, row.id, row.grade, row.letter)

    @classmethod
    def of(cls, school: int, class_id: UUID, grade: int, letter: str) -> Self:
        """From its key, its grade and its letter."""
        id_ = strawberry.ID(ids.encode(Kind.CLASS_GROUP, school, class_id))
        return cls(id=id_, school_id=school_id(school), grade=grade, letter=letter, name=f"{grade}{letter}")


@rows(description="Some pupils of a class: `division` is what the class is divided for, `name` which part it is.")
class PupilGroup:
    """A group within a class."""

    id: strawberry.ID
    division: str
    name: str

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a group."""
        return cls(id=strawberry.ID(ids.encode(Kind.PUPIL_GROUP, row.school_id, row.id)), division=row.division, name=row.name)


@rows(description="What is taught.")
class Subject:
    """A subject."""

    id: strawberry.ID
    name: str

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a subject."""
        return cls.of(row.school_id, row.id, row.name)

    @classmethod
    def of(cls, school_id: int, subject_id: UUID, name: str) -> Self:
        """From its key and its name."""
        return cls(id=strawberry.ID(ids.encode(Kind.SUBJECT, school_id, subject_id)), name=name)


@rows(description="A person who learns at the school. The id is the person's.")
class Pupil:
    """A pupil with the class and the school."""

    id: strawberry.ID
    family_name: str
    given_name: str
    patronymic: str | None
    name: str
    class_group: ClassGroup
    school: School

    @query(ROWS)
    def photo(self, info: Info) -> str | None:
        """The address of their photo on this host; null where there is none, or none for whoever asks. It is answered with the same session only."""
        return load_photo(info, ids.decode(Kind.PERSON, self.id))

    @query(ROWS)
    def open(self, info: Info) -> list[Annotated[Area, AreaName]]:
        """Of one's own child: which kinds of data the family's account may read; of another pupil none."""
        child, viewer = ids.decode(Kind.PERSON, self.id), info.context.viewer
        return [area for area in Area if area in OF_A_CHILD and child in viewer.family(area)]

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From the joined columns of `queries.PUPIL`."""
        return cls(
            id=strawberry.ID(ids.encode(Kind.PERSON, row.school_id, row.id)), family_name=row.family_name, given_name=row.given_name,
            patronymic=row.patronymic, name=full_name(row.family_name, row.given_name, row.patronymic),
            class_group=ClassGroup.of(row.school_id, row.class_group_id, row.grade, row.letter),
            school=School(
                id=school_id(row.school_id), name=row.school_name, short_name=row.short_name, time_zone=row.time_zone,
                today=clock.school_date(clock.now(), row.time_zone)),
        )


@rows(description="One role of an account: as which person of which school.")
class Grant:
    """A role held."""

    school: School
    person_id: strawberry.ID
    role: Annotated[Role, RoleName]


@rows(description="A contactless card. Its number is known to no one here.")
class Card:
    """A card of a person."""

    id: strawberry.ID
    person_id: strawberry.ID
    state: Annotated[CardState, CardStateName]
    issued_at: dt.datetime
    blocked_at: dt.datetime | None

    @classmethod
    def from_row(cls, row: Any) -> Self:
        """From columns of a card."""
        return cls(
            id=strawberry.ID(ids.encode(Kind.CARD, row.school_id, row.id)), person_id=strawberry.ID(ids.encode(Kind.PERSON, row.school_id, row.person_id)),
            state=row.state, issued_at=row.issued_at, blocked_at=row.blocked_at,
        )


def school_id(number: int) -> strawberry.ID:
    """A school's opaque id; schools are counted and have no UUID."""
    return strawberry.ID(ids.encode(Kind.SCHOOL, number, UUID(int=0)))

