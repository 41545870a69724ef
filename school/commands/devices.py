"""`school device`: what the office's technician does about reader PCs."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
import typer
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.access.models import Door
from school.commands.listing import absent, moment, show
from school.commands.schools import SchoolOption, require_school
from school.commands.start import prepare, require_migrated, with_database
from school.db import Database
from school.errors import Refused, bad_input
from school.ids import Kind
from school.meals.models import Till
from school.registry import device_codes, devices
from school.registry.models import Device, DeviceKind

app = typer.Typer(help="Reader PCs: one-time codes, the list, revocation.", no_args_is_help=True)
_KINDS = {Door: Kind.DOOR, Till: Kind.TILL}
_PAIR = "READER=PLACE, the place by its name or id; repeat for more"


@app.command("code")
def make_code(
    kind: Annotated[DeviceKind, typer.Option("--kind", help="What the device is for.")],
    name: Annotated[str, typer.Option("--name", help="What the device is called.")],
    school: SchoolOption = 1,
    entries: Annotated[list[str] | None, typer.Option("--in", help=f"A gate's reader for entering: {_PAIR}.")] = None,
    exits: Annotated[list[str] | None, typer.Option("--out", help=f"A gate's reader for leaving: {_PAIR}.")] = None,
    tills: Annotated[list[str] | None, typer.Option("--till", help=f"A canteen's reader: {_PAIR}.")] = None,
    readers: Annotated[list[str] | None, typer.Option("--reader", help="A desk's reader; repeat for more.")] = None,
) -> None:
    """Print a one-time code that admits one device within 24 hours.

    A gate needs --in or --out, a canteen --till: without them every card would be refused.

    For example: school device code --kind gate --name "Main gate" --in "in=Главный вход" --out "out=Главный вход"
    """
    settings = prepare()
    require_migrated(settings)

    async def make(database: Database) -> str:
        async with database.begin() as session:
            await require_school(session, school)
            bindings = [
                *await _bind(session, school, Door, entries, {"direction": "in"}), *await _bind(session, school, Door, exits, {"direction": "out"}),
                *await _bind(session, school, Till, tills, {}), *({"reader": reader} for reader in readers or ()),
            ]
            return await device_codes.make_code(session, school, kind, name, bindings)

    print(with_database(settings, make))


async def _bind(session: AsyncSession, school: int, place: type[Door | Till], pairs: Sequence[str] | None, more: dict[str, str]) -> list[dict[str, str]]:
    """Bindings as `device_codes.make_code` wants them, from READER=PLACE. Refused (BAD_INPUT): no such place, or two of this name."""
    noun, bindings = place.__tablename__, []
    for pair in pairs or ():
        reader, separator, called = pair.partition("=")
        if not separator:
            raise bad_input(f"{pair!r} is not {_PAIR}")
        is_it = sa.or_(place.name == called, place.id == _key(_KINDS[place], school, called))
        found = (await session.scalars(sa.select(place.id).where(place.school_id == school, is_it))).all()
        if len(found) != 1:
            raise bad_input(f"there {'is no' if not found else 'are several'} {noun} {called!r} in school {school}")
        bindings.append({"reader": reader, noun: str(found[0]), **more})
    return bindings


def _key(kind: Kind, school: int, text: str) -> UUID | None:
    """Of a place of this school, if the text is its id."""
    try:
        ref = ids.decode(kind, text)
    except Refused:
        return None
    return ref.id if ref.school_id == school else None


@app.command("list")
def list_devices(school: SchoolOption = 1) -> None:
    """Show a school's devices."""
    settings = prepare()
    require_migrated(settings)

    async def read(database: Database) -> Sequence[Device]:
        async with database.read() as session:
            await require_school(session, school)
            return await devices.of_school(session, school)

    table = Table("id", "kind", "name", "software", "waiting", "refused", "seen (UTC)", "revoked (UTC)")
    for device in with_database(settings, read):
        table.add_row(
            ids.encode(Kind.DEVICE, device.school_id, device.id), device.kind.value, device.name, device.software, str(device.queue_depth),
            str(device.rejected), moment(device.seen_at), moment(device.revoked_at),
        )
    show(table)


@app.command("revoke")
def revoke(
    device: Annotated[str, typer.Argument(help="The device's id, as the list, the API and the reader itself print it.")],
) -> None:
    """Turn a device away from now on; what it has recorded stays."""
    settings = prepare()
    require_migrated(settings)

    async def turn_away(database: Database) -> str:
        async with database.begin() as session:
            with absent("no such device"):
                return await devices.revoke_by_operator(session, ids.decode(Kind.DEVICE, device))

    print(f"“{with_database(settings, turn_away)}” is turned away.")
