"""What PostgreSQL's second line costs: the same reads as the viewer, as the service, and as a superuser whom no policy binds; interleaved.

Each is read as a resolver reads it, by statements compiled once. The service says once for a connection who it is, a viewer before each read; `superuser` says
nothing, and no policy binds it. Anyone can run it:

    .venv/bin/python bench/row_security.py [--quick]
"""

import argparse
import asyncio
import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent.parent))

from school.access import queries as access
from school.context import Context, Role, Viewer
from school.db import Database, migrate
from school.diary import queries as diary
from school.diary.days import child_diary
from school.identity import sessions
from school.meals import queries as meals
from school.read_pool import ReadPool
from school.reading import Connections, Reader
from school.registry import queries as registry
from school.registry import viewers
from school.registry.account_models import AccountRole
from school.seed.build import build
from school.seed.logins import make_passwords
from school.seed.plan import Size
from school.settings import Settings
from school.statements import Asking, Read
from tests.postgres import PostgresServer

TODAY = dt.date(2026, 11, 23)
Ask = Callable[[Reader], Awaitable[Any]]



@Read
def _nothing(_viewer: Asking) -> Any:
    return sa.select(sa.literal_column("1").label("one"))


async def viewer_of(database: Database, role: Role) -> Viewer:
    """Somebody of this role, the one with the most children first."""
    client = sessions.Client.of(Context(Viewer(), database, Settings()), cookie=False)
    async with database.begin() as session:
        found = await session.scalars(sa.select(AccountRole.account_id).where(AccountRole.role == role).order_by(AccountRole.account_id).limit(20))
        opened = [await sessions.begin(session, account, client, strong=True) for account in found.all()]
    known = [await viewers.viewer_of(database.reader(), one.token) for one in opened]
    return max(known, key=lambda viewer: len(viewer.children))


def reads(parent: Viewer, teacher: Viewer) -> dict[str, tuple[Viewer, Ask]]:
    """What is read, and by whom."""
    child = min(parent.children, key=lambda ref: ref.id)
    return {
        "nothing": (parent, lambda reader: reader.all(_nothing, parent)),
        "parent: a week's lessons": (parent, lambda reader: diary.child_lessons(reader, parent, child, TODAY - dt.timedelta(days=6), TODAY)),
        "parent: a week's diary": (parent, lambda reader: child_diary(reader, parent, child, TODAY - dt.timedelta(days=6), TODAY)),
        "parent: 20 transfers": (parent, lambda reader: meals.history(reader, parent, child, first=20, after=None)),
        "parent: where a child is": (parent, lambda reader: access.pupil_presence(reader, parent, child)),
        "teacher: 50 pupils": (teacher, lambda reader: registry.pupils(reader, teacher, None, first=50, after=None)),
    }


async def measure(url: str, rounds: int) -> list[tuple[str, dict[str, float]]]:
    """Milliseconds of each read, by side: the lower quartile, for other work on the machine only ever adds."""
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    await build(database, make_passwords(), TODAY, size=Size.SMALL)
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(sa.text("ANALYZE"))
    bare = Connections(url, 1)
    bare._service = ReadPool(lambda: bare._open("SELECT 1"), 1)  # noqa: SLF001 - takes no role: nothing else may have such a connection
    table = []
    for name, (viewer, read) in reads(await viewer_of(database, Role.GUARDIAN), await viewer_of(database, Role.TEACHER)).items():
        identity = viewer.identity()
        sides: dict[str, Callable[[], Reader]] = {
            "superuser": lambda: Reader(lambda waiting: bare.fetch(None, waiting), bare.dialect), "service": database.reader,
            "viewer": lambda identity=identity: database.reader(identity),  # type: ignore[misc]
        }
        taken: dict[str, list[float]] = {side: [] for side in sides}
        for number in range(rounds + 20):  # the first ones prepare statements and plans
            for side, begin in sides.items():
                started = time.perf_counter()
                await read(begin())
                if number >= 20:
                    taken[side].append((time.perf_counter() - started) * 1000)
        table.append((name, {side: statistics.quantiles(times, n=4)[0] for side, times in taken.items()}))
    await bare.close()
    await database.close()
    return table


def main() -> None:
    """Print a table for docs/measurements.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds")
    rounds = 20 if parser.parse_args().quick else 600
    with tempfile.TemporaryDirectory(prefix="school-bench-") as folder:
        Path(folder).chmod(0o711)
        with PostgresServer(Path(folder) / "cluster") as server:
            table = asyncio.run(measure(server.url(), rounds))
    print("| read | superuser ms | service ms | viewer ms | viewer costs more |\n|---|---|---|---|---|")
    for name, by_side in table:
        bare, service, viewer = by_side["superuser"], by_side["service"], by_side["viewer"]
        print(f"| {name} | {bare:.2f} | {service:.2f} | {viewer:.2f} | {viewer - bare:.2f} ms, × {viewer / bare:.2f} |")


if __name__ == "__main__":
    main()
