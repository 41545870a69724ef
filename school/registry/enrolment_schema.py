"""The GraphQL face of enrolment: the office adds staff, pupils and guardians, many at once."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from school import ids
from school.batches import check_length, decoded, in_order
from school.context import ADMINISTRATION, Area, Role
from school.errors import Refused
from school.fields import Info, Refusal, holds, mutation, rows
from school.ids import Kind
from school.registry import enrolment
from school.registry.models import Relation
from school.registry.types import Person, RelationName


@strawberry.input(description="Somebody new. `id` is a UUIDv7 made by the client, so that it may ask again.")
class NewPersonInput:
    """What all of them have."""

    id: str
    family_name: str
    given_name: str
    patronymic: str | None = None


@strawberry.input(description="One of the staff to be, and what they are at the school.")
class AddStaffItem(NewPersonInput):
    """An item of addStaff."""

    position: str


@strawberry.input(description="A pupil to be, in a class from a day on: at most a year ago or ahead.")
class EnrolPupilsItem(NewPersonInput):
    """An item of enrolPupils."""

    class_group_id: strawberry.ID
    enrolled_on: dt.date


@strawberry.input(description="Who is to answer for a pupil, and what they are to the child.")
class AddGuardiansItem(NewPersonInput):
    """An item of addGuardians."""

    pupil_id: strawberry.ID
    relation: Annotated[Relation, RelationName]


@strawberry.input(description="Staff of one school, at most 100.")
class AddStaffInput:
    """What addStaff takes."""

    school_id: strawberry.ID
    items: list[AddStaffItem]


@strawberry.input(description="Pupils of one school, at most 100.")
class EnrolPupilsInput:
    """What enrolPupils takes."""

    school_id: strawberry.ID
    items: list[EnrolPupilsItem]


@strawberry.input(description="Guardians of one school's pupils, at most 100.")
class AddGuardiansInput:
    """What addGuardians takes."""

    school_id: strawberry.ID
    items: list[AddGuardiansItem]


AddPersonResult = Annotated[Person | Refusal, strawberry.union("AddPersonResult")]


@rows(description="The list has been gone through. Results stand in the order of the items.")
class PeopleAdded:
    """An answer for each item."""

    results: list[AddPersonResult]

    @classmethod
    def of(cls, items: Sequence[object], answers: enrolment.Answers) -> "PeopleAdded":
        """From items that could be read or not, and the answers to those that could."""
        return cls(results=in_order(items, answers, Person.from_row))


PeopleAddedResult = Annotated[PeopleAdded | Refusal, strawberry.union("PeopleAddedResult")]


@strawberry.type
class EnrolmentMutation:
    """People come to a school."""

    @mutation(holds(*ADMINISTRATION), Area.PEOPLE)
    async def add_staff(self, info: Info, input: AddStaffInput) -> PeopleAddedResult:  # noqa: A002 - public name
        """Add staff. One bad item does not hold up the others; repeating is harmless, the same id with other content a CONFLICT."""
        school, items = _read(input, lambda item: enrolment.NewStaff(ids.client_id(item.id), _name(item), item.position))
        async with info.context.begin() as session:
            return PeopleAdded.of(items, await enrolment.add_staff(session, info.context.viewer, school, _good(items)) if _good(items) else [])

    @mutation(holds(*ADMINISTRATION), Area.PEOPLE)
    async def enrol_pupils(self, info: Info, input: EnrolPupilsInput) -> PeopleAddedResult:  # noqa: A002 - public name
        """Enrol pupils. One bad item does not hold up the others; repeating is harmless, the same id with other content a CONFLICT."""
        school, items = _read(input, lambda item: enrolment.NewPupil(
            ids.client_id(item.id), _name(item), ids.decode(Kind.CLASS_GROUP, item.class_group_id), item.enrolled_on))
        async with info.context.begin() as session:
            return PeopleAdded.of(items, await enrolment.enrol_many(session, info.context.viewer, school, _good(items)) if _good(items) else [])

    @mutation(holds(Role.OFFICE), Area.PEOPLE)
    async def add_guardians(self, info: Info, input: AddGuardiansInput) -> PeopleAddedResult:  # noqa: A002 - public name
        """Add people who answer for a pupil each; whom the school knows already, grantGuardianship. Repeating is harmless."""
        school, items = _read(input, lambda item: enrolment.NewGuardian(
            ids.client_id(item.id), _name(item), ids.decode(Kind.PERSON, item.pupil_id), item.relation))
        async with info.context.begin() as session:
            return PeopleAdded.of(items, await enrolment.add_guardians(session, info.context.viewer, school, _good(items)) if _good(items) else [])


def _read(input_: Any, read: Any) -> tuple[int, list[Any]]:
    """The school, and each item or why it cannot be read. Refused as a whole: another school's id that is none, no item, more than 100."""
    check_length(input_.items, "items")
    return ids.decode(Kind.SCHOOL, input_.school_id).school_id, [decoded(read, item) for item in input_.items]


def _good(items: Sequence[Any]) -> list[Any]:
    return [item for item in items if not isinstance(item, Refused)]


def _name(item: NewPersonInput) -> enrolment.Name:
    return enrolment.Name(item.family_name, item.given_name, item.patronymic)
