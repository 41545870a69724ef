"""The registry's GraphQL face: who I am, pupils, classes, cards."""

import strawberry

from school import ids
from school.connections import Connection
from school.context import Area
from school.fields import ANYONE, SIGNED_IN, Info, each, named, no_one, query, rows
from school.ids import Kind
from school.registry import queries
from school.registry.card_key_schema import CardKeyMutation, CardKeyQuery
from school.registry.card_schema import CardMutation, CardQuery
from school.registry.desk_schema import DeskQuery
from school.registry.enrolment_schema import EnrolmentMutation
from school.registry.guardianship_schema import GuardianshipMutation, GuardianshipQuery
from school.registry.leaving_schema import LeavingMutation
from school.registry.people import PeopleQuery
from school.registry.photo_schema import PhotoMutation
from school.registry.renaming_schema import RenamingMutation
from school.registry.subject_schema import SubjectMutation, SubjectQuery
from school.registry.types import ClassGroup, Grant, Person, Pupil, School, Subject

__all__ = ["ClassGroup", "Person", "Pupil", "RegistryMutation", "RegistryQuery", "School", "Subject"]


@rows(description="The account that asks.")
class Me:
    """Who is signed in. Its own fields read what the account may see anyway."""

    account_id: strawberry.ID
    login: str

    @query(SIGNED_IN, Area.PEOPLE, each(lambda pupil: pupil.id))
    async def children(self, info: Info) -> list[Pupil]:
        """The account's own children, in all schools; a pupil finds themself."""
        return [Pupil.from_row(row) for row in await queries.children(info.context.reader, info.context.viewer)]

    @query(SIGNED_IN, Area.ACCOUNT, no_one)
    async def grants(self, info: Info) -> list[Grant]:
        """The roles that the account holds."""
        schools = await queries.schools(info.context.reader, info.context.viewer)
        return [
            Grant(
                school=School.from_row(schools[grant.school_id]), role=grant.role,
                person_id=strawberry.ID(ids.encode(Kind.PERSON, grant.school_id, grant.person_id)),
            )
            for grant in info.context.viewer.grants
        ]


@strawberry.type
class RegistryQuery(GuardianshipQuery, CardQuery, CardKeyQuery, DeskQuery, PeopleQuery, SubjectQuery):
    """Queries of the registry."""

    @query(ANYONE, Area.ACCOUNT, no_one)
    async def me(self, info: Info) -> Me | None:
        """The account that asks; null when nobody is signed in."""
        viewer = info.context.viewer
        if viewer.account_id is None:
            return None
        return Me(account_id=strawberry.ID(ids.encode(Kind.ACCOUNT, 0, viewer.account_id)), login=await queries.login(info.context.reader, viewer))

    @query(SIGNED_IN, Area.PEOPLE, named("id"))
    async def pupil(self, info: Info, id: strawberry.ID) -> Pupil:  # noqa: A002 - the argument's public name
        """One pupil; NOT_FOUND when absent or not for this viewer."""
        return Pupil.from_row(await queries.pupil(info.context.reader, info.context.viewer, ids.decode(Kind.PERSON, id)))

    @query(SIGNED_IN, Area.PEOPLE, each(lambda pupil: pupil.id))
    async def pupils(self, info: Info, class_group_id: strawberry.ID | None = None, first: int = 50, after: str | None = None) -> Connection[Pupil]:
        """The pupils whom the viewer may see, by name."""
        group = ids.decode(Kind.CLASS_GROUP, class_group_id) if class_group_id is not None else None
        return (await queries.pupils(info.context.reader, info.context.viewer, group, first=first, after=after)).connect(Pupil.from_row)

    @query(SIGNED_IN, Area.PEOPLE, no_one)
    async def class_groups(self, info: Info) -> list[ClassGroup]:
        """The classes that the viewer may see."""
        return [ClassGroup.from_row(row) for row in await queries.class_groups(info.context.reader, info.context.viewer)]


@strawberry.type
class RegistryMutation(
    GuardianshipMutation, LeavingMutation, CardMutation, CardKeyMutation, PhotoMutation, EnrolmentMutation, SubjectMutation, RenamingMutation,
):
    """Mutations of the registry."""
