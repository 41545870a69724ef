"""Who asks, and with what: the Viewer, and the transactions and loaders of one operation."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.dataloader import DataLoader

from school.db import Database
from school.errors import Code, Refused
from school.ids import Ref
from school.settings import Settings

T = TypeVar("T")


class Role(StrEnum):
    """What an account may be in a school; it may hold several roles in several schools."""

    GUARDIAN = "guardian"
    PUPIL = "pupil"
    TEACHER = "teacher"
    CANTEEN = "canteen"
    GUARD = "guard"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of an account: as which person of which school."""

    school_id: int
    person_id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking. `children` are the pupils whose family this account is: a guardian's, or a pupil's own self."""

    account_id: UUID | None = None
    session_id: UUID | None = None
    grants: tuple[Grant, ...] = ()
    children: frozenset[Ref] = frozenset()

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

    def person_in(self, school_id: int, *roles: Role) -> UUID | None:
        """As whom one of the roles is held in this school; None where it is not."""
        return next((grant.person_id for grant in self.grants if grant.school_id == school_id and grant.role in roles), None)


def _order(ref: Ref) -> tuple[int, UUID]:
    return ref.school_id, ref.id


NOBODY = Viewer()


def act_in(viewer: Viewer, school_id: int, *roles: Role) -> UUID:
    """As whom the viewer acts in this school with one of these roles; refused as absent where none is held there."""
    person_id = viewer.person_in(school_id, *roles)
    if person_id is None:
        raise Refused(Code.NOT_FOUND, "No such object.")
    return person_id


@dataclass(slots=True)
class Context:
    """What a resolver gets: the viewer, short transactions of its own, and loaders that live as long as the operation.

    `live` is the delivery's hub, where the process has one; `connection_params` what a WebSocket client sent first.
    """

    viewer: Viewer
    database: Database
    settings: Settings
    address: str = ""
    live: Any = None
    connection_params: dict[str, Any] | None = None
    _loaders: dict[str, DataLoader[Any, Any]] = field(default_factory=dict)

    def begin(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A write: one transaction, committed at its end."""
        return self.database.begin()

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A read; each resolver opens its own, for parallel resolvers may not share one."""
        return self.database.read()

    def loader(self, name: str, make: Callable[["Context"], DataLoader[Any, Any]]) -> DataLoader[Any, Any]:
        """The operation's loader of this name, made at its first use."""
        if name not in self._loaders:
            self._loaders[name] = make(self)
        return self._loaders[name]

    def forget(self) -> None:
        """Drop the loaders and what they hold: a subscription does so before each message, for it outlives any operation."""
        self._loaders.clear()
