"""Who asks, and with what: the Viewer, and the transactions and loaders of one operation."""

from collections.abc import Callable, Collection, Hashable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeVar, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.dataloader import DataLoader

from school.db import Database
from school.errors import Code, Refused
from school.execution import Loading
from school.ids import Ref
from school.outbox import last_told
from school.reading import Reader
from school.row_security import Identity
from school.settings import Settings
from school.store import Store

T = TypeVar("T")


class Role(StrEnum):
    """What an account may be in a school; it may hold several roles in several schools."""

    GUARDIAN = "guardian"
    PUPIL = "pupil"
    TEACHER = "teacher"
    CANTEEN = "canteen"
    GUARD = "guard"
    OFFICE = "office"
    HEAD = "head"
    DISTRICT = "district"


MEMBERS = tuple(role for role in Role if role is not Role.DISTRICT)
"""Who belongs to a school. The district's officers get its figures and nobody's name."""
FAMILY = frozenset({Role.GUARDIAN, Role.PUPIL})
"""Roles of whoever is not of the staff: no second factor is asked for them."""
ADMINISTRATION = (Role.OFFICE, Role.HEAD)
"""Who reads all of a school, sets it up and changes its timetable. Guardians, cards, money and who leaves are the office's alone."""


class Area(StrEnum):
    """A kind of data. A court may leave a guardian some of a child's; a program's token is for some."""

    ACCOUNT = "account"  # the login itself, its sessions and factors: never a token's
    PEOPLE = "people"  # who is who: pupils, classes, guardians
    DIARY = "diary"
    MEALS = "meals"
    ACCESS = "access"  # cards, doors, passages, presence
    DEVICES = "devices"
    RECORD = "record"  # who read or changed what; statistics


MOST_CHILDREN = 10
"""Of a family whose answers are kept: each is looked up each time."""
OF_A_CHILD = frozenset({Area.DIARY, Area.MEALS, Area.ACCESS})
"""What can be withheld from a guardian. The child's name and class stay."""


class Scope(NamedTuple):
    """What a program's token is for."""

    area: Area
    write: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of an account: as which person of which school."""

    school_id: int
    person_id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking. `children` are the pupils whose family this account is: a guardian's, or a pupil's own self.

    `withheld` are the kinds of data of a child that a court has kept from this guardian. `scopes` are a program's token's; None, a person's session, is all.
    """

    account_id: UUID | None = None
    session_id: UUID | None = None
    grants: tuple[Grant, ...] = ()
    children: frozenset[Ref] = frozenset()
    withheld: frozenset[tuple[Ref, Area]] = frozenset()
    scopes: frozenset[Scope] | None = None

    @property
    def shape(self) -> Hashable:
        """What decides how visible-to clauses are written; the rest of the viewer are values in them."""
        return frozenset([grant.role for grant in self.grants]), tuple([self.opens(area) for area in Area]), self.account_id is not None

    @property
    def signed_in(self) -> bool:
        """Whether a valid session stands behind the request."""
        return self.account_id is not None

    def has(self, *roles: Role) -> bool:
        """Whether one of the roles is held in any school."""
        return any(grant.role in roles for grant in self.grants)

    def schools(self, *roles: Role) -> tuple[int, ...]:
        """The schools in which one of the roles is held, in order."""
        return tuple(sorted({grant.school_id for grant in self.grants if grant.role in roles}))

    def persons(self, *roles: Role) -> tuple[Ref, ...]:
        """As whom one of the roles is held."""
        return tuple(sorted({Ref(grant.school_id, grant.person_id) for grant in self.grants if grant.role in roles}, key=_order))

    def family(self, area: Area) -> frozenset[Ref]:
        """The children whose data of this kind the viewer may read."""
        if not self.allows(area):
            return frozenset()
        return self.children - {child for child, kept in self.withheld if kept is area}

    def guarded(self) -> frozenset[Ref]:
        """The children for whom the viewer answers as a guardian, and whose diary may be read; not the pupil who is the viewer."""
        return self.family(Area.DIARY) - set(self.persons(Role.PUPIL)) if self.has(Role.GUARDIAN) else frozenset()

    def opens(self, area: Area) -> bool:
        """Whether there is a child whose data of this kind the viewer may read."""
        return self.allows(area) and any((child, area) not in self.withheld for child in self.children)

    def allows(self, area: Area, *, write: bool = False) -> bool:
        """Whether the session, or the program's token, is for this kind of data at all."""
        return self.scopes is None or Scope(area, write) in self.scopes

    def role_towards(self, person: Ref) -> Role | None:
        """In which role the viewer meets a person's record: as oneself, as the family, or as what one is at the school, the highest first."""
        held = {grant.role for grant in self.grants if grant.school_id == person.school_id}
        if person in self.children:
            return Role.PUPIL if person in self.persons(Role.PUPIL) else Role.GUARDIAN
        return next((role for role in _BY_RANK if role in held), None)

    def identity(self) -> Identity:
        """As whom the viewer's transactions run: what row-level security asks, and who an event was caused by."""
        return Identity(
            self.account_id, {role.value: self.schools(role) for role in {grant.role for grant in self.grants}},
            tuple(sorted({grant.person_id for grant in self.grants})), tuple(sorted(child.id for child in self.children)),
            {area.value: tuple(sorted(child.id for child in self.family(area))) for area in OF_A_CHILD},
            {grant.school_id: grant.role.value for grant in sorted(self.grants, key=lambda grant: -_BY_RANK.index(grant.role))},
        )

    def person_in(self, school_id: int, *roles: Role) -> UUID | None:
        """As whom one of the roles is held in this school; None where it is not."""
        return next((grant.person_id for grant in self.grants if grant.school_id == school_id and grant.role in roles), None)


_BY_RANK = (Role.HEAD, Role.OFFICE, Role.TEACHER, Role.GUARD, Role.CANTEEN, Role.DISTRICT, Role.GUARDIAN, Role.PUPIL)


def _order(ref: Ref) -> tuple[int, UUID]:
    return ref.school_id, ref.id


NOBODY = Viewer()


def act_in(viewer: Viewer, school_id: int, *roles: Role) -> UUID:
    """As whom the viewer acts in this school with one of these roles; refused as absent where none is held there."""
    person_id = viewer.person_in(school_id, *roles)
    if person_id is None:
        raise Refused(Code.NOT_FOUND, "No such object.")
    return person_id


class Notebook(Protocol):
    """Where reads of persons' records are noted."""

    def note(self, viewer: Viewer, area: Area, persons: Collection[Ref]) -> None:
        """The viewer has read this kind of data of these persons."""


@dataclass(slots=True)
class Context:
    """What a resolver gets: the viewer, short transactions of its own, and loaders that live as long as the operation.

    `live` is the delivery's hub, where the process has one; `connection_params` what a WebSocket client sent first; `reads` the record of reads.
    `names` are the registry's, where the process keeps them. `agent` is what the client says that it is; `cookie`, once set, goes out with the
    answer; `guesses` counts the secrets tried in this operation. `store` keeps files, in the process that serves people; `kept` keeps answers there.
    """

    viewer: Viewer
    database: Database
    settings: Settings
    address: str = ""
    live: Any = None
    connection_params: dict[str, Any] | None = None
    reads: Notebook | None = None
    agent: str = ""
    cookie: Any = None
    guesses: int = 0
    names: Any = None
    store: Store | None = None
    kept: Any = None
    _loaders: dict[str, DataLoader[Any, Any]] = field(default_factory=dict)
    _reader: tuple[Viewer, Reader] | None = None
    _told: tuple[Viewer, Any] | None = None

    def begin(self, *, as_service: bool = False) -> AbstractAsyncContextManager[AsyncSession]:
        """A write: one transaction, committed at its end. It runs as the viewer, or for them as the service, where no viewer's rights are enough."""
        return self.database.begin(self.viewer.identity(), as_service=as_service)

    def read(self, *, as_service: bool = False) -> AbstractAsyncContextManager[AsyncSession]:
        """A read, as `begin` runs; each resolver opens its own, for parallel resolvers may not share one."""
        return self.database.read(self.viewer.identity(), as_service=as_service)

    @property
    def reader(self) -> Reader:
        """The operation's reads of screens: what is asked for in one moment makes one round trip."""
        if self._reader is None or self._reader[0] is not self.viewer:
            self._reader = self.viewer, self.database.reader(self.viewer.identity())
        return self._reader[1]

    @property
    def shared(self) -> Any:
        """What the viewer may be told as others are: the kept names of their schools. Equal, and hashable, for all to whom the same may be told."""
        if self.names is not None and (self._told is None or self._told[0] is not self.viewer):
            self._told = self.viewer, self.names.told_to(self.viewer)
        return None if self._told is None else self._told[1]

    def rights(self, persons: Collection[Ref]) -> Hashable | None:
        """What the account may read, if it is a family and nothing else, of few children, and asks about these alone: then its answer may be kept
        (`school.serving.kept`). None where it may not.
        """
        viewer = self.viewer
        if not viewer.children.issuperset(persons) or len(viewer.children) > MOST_CHILDREN or any(grant.role not in FAMILY for grant in viewer.grants):
            return None
        return viewer.account_id, viewer.grants, viewer.children, viewer.withheld, viewer.scopes

    async def stamp(self) -> Hashable | None:
        """What has last happened to the family's children; None while something has that is not told yet, or while names may change unheard."""
        names = None if self.names is None else self.names.stamp
        if names is None:
            return None
        told = await last_told(self.database.reader(), sorted(self.viewer.children, key=_order))
        return None if told is None else (names, told)

    def note(self, area: Area, persons: Collection[Ref]) -> None:
        """Put into the record that the viewer has read this of these persons."""
        if self.reads is not None and persons:
            self.reads.note(self.viewer, area, persons)

    def loader(self, name: str, make: Callable[["Context"], DataLoader[Any, Any]]) -> DataLoader[Any, Any]:
        """The operation's loader of this name, made at its first use."""
        if name not in self._loaders:
            self._loaders[name] = make(self)
        return self._loaders[name]

    def load(self, name: str, make: Callable[["Context"], DataLoader[Any, T]], key: Any) -> T:
        """What the operation's loader of this name will bring for a key: a `Loading`, typed as what it brings, for the executor awaits it."""
        return cast("T", Loading(self.loader(name, make), key))

    def forget(self) -> None:
        """Drop the loaders and what they hold: a subscription does so before each message, for it outlives any operation."""
        self._loaders.clear()
        self._reader = None
