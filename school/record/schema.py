"""The record's GraphQL face: who looked at a child's record, and all that is held on a person."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Self
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from school import ids
from school.connections import Connection
from school.context import FAMILY, Area, Role
from school.diary import files
from school.fields import SIGNED_IN, Info, named, no_one, query, rows
from school.identity.throttle import Limit, attempt
from school.ids import Kind
from school.record import export, policy, queries
from school.record.models import RecordAction
from school.registry import photos
from school.registry.models import Relation
from school.registry.names import full_name
from school.registry.types import AreaName, RelationName, RoleName

RecordActionName = strawberry.enum(RecordAction, name="RecordAction", description="What was done with a person's record.")
EXPORT = Limit("export", 5, dt.timedelta(minutes=10))
"""Exports by one account: an office's busy morning, and no way to make the service work for ever."""


@rows(description="What one person did with one kind of a child's data on one day. `times` counts readings a minute apart, or changes.")
class RecordLine:
    """A line of the record. Of the staff it tells the name, of a family only what its member is to the child, of a login nothing."""

    date: dt.date
    area: Annotated[Area, AreaName]
    action: Annotated[RecordAction, RecordActionName]
    kind: str | None = strawberry.field(description="Of a change: the kind of its event.")
    role: Annotated[Role, RoleName] | None = strawberry.field(description="In which role; null for the service's operator.")
    own: bool = strawberry.field(description="The account that asks did it itself.")
    name: str | None = strawberry.field(description="Of the staff: who it was, as far as it is still known.")
    position: str | None
    relation: Annotated[Relation, RelationName] | None = strawberry.field(description="Of a guardian: what they are, or were, to the child.")
    times: int
    first_at: dt.datetime
    last_at: dt.datetime

    @classmethod
    def from_row(cls, row: Any, actors: Mapping[tuple[UUID, str], Any], account_id: UUID | None) -> Self:
        """From a line of `queries.of_child` and whoever stands behind it."""
        role = None if row.role is None else Role(row.role)
        actor = actors.get((row.account_id, row.role))
        staff = None if role in FAMILY else actor
        return cls(
            date=row.on_date, area=Area(row.area), action=RecordAction(row.action), kind=row.kind, role=role,
            own=row.account_id is not None and row.account_id == account_id,
            name=full_name(staff.family_name, staff.given_name, staff.patronymic) if staff else None, position=staff.position if staff else None,
            relation=actor.relation if actor is not None and role is Role.GUARDIAN else None,
            times=row.times, first_at=row.first_at, last_at=row.last_at,
        )


@rows(description="All that the service holds on a person, table by table. Other people stand in it as ids.")
class PersonalData:
    """A person's data, to take along."""

    document: JSON
    complete: bool = strawberry.field(description="False where a table had more rows than one answer may hold: ask the office for the file.")


@strawberry.type
class RecordQuery:
    """Queries of the record."""

    @query(SIGNED_IN, Area.RECORD, named("child_id"))
    async def record(self, info: Info, child_id: strawberry.ID, first: int = 50, after: str | None = None) -> Connection[RecordLine]:
        """Who read or changed a child's record, the newest first: for its family, the pupil, and the school's office and head."""
        viewer, child = info.context.viewer, ids.decode(Kind.PERSON, child_id)
        async with info.context.read() as session:
            page = await queries.of_child(session, viewer, child, first=first, after=after)
        accounts = {row.account_id for row in page.rows if row.account_id is not None}
        actors: dict[tuple[UUID, str], Any] = {}
        if accounts:
            async with info.context.read(as_service=True) as session:
                actors = {(actor.account_id, actor.role): actor for actor in await queries.actors(session, child, accounts)}
        return page.connect(lambda row: RecordLine.from_row(row, actors, viewer.account_id))

    @query(SIGNED_IN, Area.RECORD, no_one)
    async def personal_data(self, info: Info, person_id: strawberry.ID) -> PersonalData:
        """All data on a person: on oneself, on one's child, and for office and head on anyone of their school. That it was handed out is put into the record.

        How and from where somebody signed in is told to themselves alone, of the account that asks.
        Refused: NOT_ALLOWED to a program, and where a court withholds a part of the child's data; TOO_MANY_ATTEMPTS after some in a row.
        """
        viewer, person = info.context.viewer, ids.decode(Kind.PERSON, person_id)
        policy.check_export(viewer, person)
        await attempt(info.context.database, (EXPORT, str(viewer.account_id)))
        logins = {viewer.account_id} if viewer.account_id is not None and person in viewer.persons(*Role) else set()
        async with info.context.begin(as_service=True) as session:
            await export.announce(session, person, account_id=viewer.account_id, role=viewer.role_towards(person))
        async with info.context.read(as_service=True) as session:
            exported = await export.of_person(session, person, logins=logins, most=export.MOST_ROWS)
            photo, handed = await photos.of_person(session, person), await files.of_pupil(session, person)
        if info.context.store is not None:
            exported = await export.attach_files(exported, info.context.store, photo, handed, most=export.MOST_BYTES)
        return PersonalData(document=JSON(exported.document), complete=exported.complete)
