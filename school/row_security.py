"""As whom a transaction runs, and how PostgreSQL is told so: the second line behind the visible-to clauses (ADR 6). SQLite has none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

VIEWER, SYSTEM = "school_viewer", "school_system"
"""The roles of PostgreSQL that transactions take: a viewer's, which sees what the policies let it, and the service's own, which sees all."""

ROLES = ("guardian", "pupil", "teacher", "canteen", "guard", "office", "head", "district")
"""For each there is a setting with the schools where the viewer is that. `school.context` has the enumeration."""
NOT_OF_THE_SCHOOL = "district"
"""Its officers get figures, and belong to no school."""
AREAS = ("diary", "meals", "access")
"""What can be withheld of a child. `school.context` has the enumeration."""


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom a transaction runs. What none is given for is the service's own work: the gateway, the relay, logins, commands.

    `schools`: where the viewer holds each role; `selves`: as which persons; `children`: the family's, and `children_by_area` those whose data of a
    kind is not withheld; `highest`: the highest role in each school.
    """

    account_id: UUID | None = None
    schools: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    selves: tuple[UUID, ...] = ()
    children: tuple[UUID, ...] = ()
    children_by_area: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
    highest: Mapping[int, str] = field(default_factory=dict)


SETTINGS = ("account", *ROLES, "schools", "selves", "children", *(f"children_{area}" for area in AREAS))
"""What policies read, each as `app.…`: an account's id, else arrays of numbers or UUIDs. One that is not set, or empty, shows nothing."""

# `true`: until the transaction ends. With `false` it would stay with the pooled connection, for whoever gets that next.
_AS_SYSTEM = f"SELECT set_config('role', '{SYSTEM}', true), set_config('app.service', 'yes', true)"
_AS_VIEWER = ", ".join((
    f"SELECT set_config('role', '{VIEWER}', true)", *(f"set_config('app.{name}', ${number}, true)" for number, name in enumerate(SETTINGS, start=1))))


SYSTEM_FOR_GOOD = f"SELECT set_config('role', '{SYSTEM}', false), set_config('app.service', 'yes', false)"
"""For a connection on which the service alone reads."""
VIEWER_FROM_NOW_ON = _AS_VIEWER.replace(", true)", ", false)")
"""For a connection on which viewers read, one after the other: before each read, with the `values` of whoever asks. It leaves nothing of the one before."""


def take(connection: sa.Connection, identity: Identity | None) -> None:
    """Make PostgreSQL run the transaction that has just begun as this viewer, or as the service where there is none. One statement."""
    if identity is None:
        connection.exec_driver_sql(_AS_SYSTEM)
    else:
        connection.exec_driver_sql(_AS_VIEWER, values(identity))


def values(identity: Identity) -> tuple[str, ...]:
    """All settings' values, in their order."""
    belongs = {school for role, schools in identity.schools.items() if role != NOT_OF_THE_SCHOOL for school in schools}
    return (
        str(identity.account_id or ""), *(_array(identity.schools.get(role, ())) for role in ROLES), _array(sorted(belongs)), _array(identity.selves),
        _array(identity.children), *(_array(identity.children_by_area.get(area, ())) for area in AREAS),
    )


def _array(values: Iterable[int | UUID]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


_ROLE_FAULTS = sa.text(f"""
    SELECT format('%s must be neither a superuser nor have BYPASSRLS', rolname) FROM pg_roles
        WHERE rolname IN ('{VIEWER}', '{SYSTEM}') AND (rolsuper OR rolbypassrls)
    UNION ALL SELECT '{VIEWER} must not be a member of {SYSTEM}' FROM pg_roles viewer, pg_roles system
        WHERE viewer.rolname = '{VIEWER}' AND system.rolname = '{SYSTEM}' AND pg_has_role(viewer.oid, system.oid, 'MEMBER')
""")  # noqa: S608 - constants


async def faults(connection: AsyncConnection) -> list[str]:
    """Why a login of PostgreSQL cannot serve, in words for its operator; nothing where it can."""
    found = []
    for role in (VIEWER, SYSTEM):
        try:
            async with connection.begin_nested():
                await connection.exec_driver_sql(f"SET LOCAL ROLE {role}")
                await connection.exec_driver_sql("RESET ROLE")
        except sa.exc.DBAPIError as error:
            if not isinstance(error.__cause__ and error.__cause__.__cause__, asyncpg.InsufficientPrivilegeError | asyncpg.InvalidParameterValueError):
                raise
            found.append(f"this login may not act as {role}: GRANT {role} TO it")
    return found or list(await connection.scalars(_ROLE_FAULTS))
