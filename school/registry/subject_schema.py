"""The GraphQL face of a school's subjects, for its office."""

from typing import Annotated

import strawberry

from school import ids
from school.columns import OfRow, column, made, opaque
from school.context import ADMINISTRATION, Area
from school.fields import Info, Refusal, holds, mutation, no_one, query, rows
from school.ids import Kind
from school.registry import subjects


def _is_in_use(retired_at: object) -> bool:
    return retired_at is None


@rows(description="A subject of the school's list; one that is not in use any more gets no new course.")
class SchoolSubject(OfRow):
    """A subject, of a `SubjectRow`."""

    id: strawberry.ID = opaque(Kind.SUBJECT)
    name: str = column()
    in_use: bool = made(_is_in_use, "retired_at")


@strawberry.input(description="A new subject. `id` is a UUIDv7 made by the client, so that it may ask again.")
class AddSubjectInput:
    """What addSubject takes."""

    id: str
    school_id: strawberry.ID
    name: str


@strawberry.input(description="What a subject is called from now on, and whether new courses may teach it.")
class ChangeSubjectInput:
    """What changeSubject takes."""

    subject_id: strawberry.ID
    name: str
    in_use: bool


@strawberry.type
class SubjectQuery:
    """The list of subjects."""

    @query(holds(*ADMINISTRATION), Area.DIARY, no_one)
    async def subjects(self, info: Info, school_id: strawberry.ID, retired: bool = False) -> list[SchoolSubject]:
        """A school's subjects by name, for its office and head; `retired` with those that are not in use any more."""
        school = ids.decode(Kind.SCHOOL, school_id).school_id
        return [SchoolSubject.from_row(row) for row in await subjects.of_school(info.context.reader, info.context.viewer, school, retired=retired)]


@strawberry.type
class SubjectMutation:
    """Subjects are added and changed."""

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def add_subject(
        self, info: Info, input: AddSubjectInput,  # noqa: A002 - public name
    ) -> Annotated[SchoolSubject | Refusal, strawberry.union("AddSubjectResult")]:
        """Add a subject. Repeating it is harmless; a name that another one has is a CONFLICT."""
        school, id_ = ids.decode(Kind.SCHOOL, input.school_id).school_id, ids.client_id(input.id)
        async with info.context.begin() as session:
            return SchoolSubject.from_row(await subjects.add(session, info.context.viewer, school, id_, input.name))

    @mutation(holds(*ADMINISTRATION), Area.DIARY)
    async def change_subject(
        self, info: Info, input: ChangeSubjectInput,  # noqa: A002 - public name
    ) -> Annotated[SchoolSubject | Refusal, strawberry.union("ChangeSubjectResult")]:
        """Rename a subject, retire it, or take it into use again. Its courses keep it, under its new name."""
        ref = ids.decode(Kind.SUBJECT, input.subject_id)
        async with info.context.begin() as session:
            return SchoolSubject.from_row(await subjects.change(session, info.context.viewer, ref, name=input.name, in_use=input.in_use))
