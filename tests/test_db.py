"""Which errors say that the database is away, so that the answer is 503 and another try, and which are bugs."""

import errno
import socket
from collections.abc import Callable

import asyncpg
import pytest
import sqlalchemy as sa

from school.db import Database, is_away

AWAY: list[BaseException] = [
    ConnectionRefusedError(), ConnectionResetError(), TimeoutError(), sa.exc.TimeoutError(),
    OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 5432, 0, 0), [Errno 111] Connect call failed ('127.0.0.1', 5432)"),
    OSError(errno.EHOSTUNREACH, "No route to host"), socket.gaierror(-3, "Temporary failure in name resolution"),
    asyncpg.CannotConnectNowError("the database system is starting up"), asyncpg.TooManyConnectionsError("sorry, too many clients already"),
    asyncpg.ReadOnlySQLTransactionError("cannot execute UPDATE in a read-only transaction"), asyncpg.DeadlockDetectedError("deadlock detected"),
    sa.exc.OperationalError("INSERT", {}, Exception("database is locked")), sa.exc.InterfaceError("SELECT", {}, Exception("connection is closed")),
    ExceptionGroup("tasks", [ValueError(), ConnectionRefusedError()]),
]
BUGS: list[BaseException] = [
    ValueError(), FileNotFoundError(errno.ENOENT, "no file"), PermissionError(), sa.exc.IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed")),
    sa.exc.OperationalError("SELECT", {}, Exception("no such table: nonsense")),
    sa.exc.InterfaceError("SELECT", {}, Exception("cannot perform operation: another operation is in progress")), ExceptionGroup("tasks", [ValueError()]),
]


def raised(error: BaseException, around: Callable[[], BaseException]) -> BaseException:
    """Another error, raised from this one."""
    outer = around()
    outer.__cause__ = error
    return outer


@pytest.mark.parametrize("error", AWAY, ids=repr)
def test_a_database_that_cannot_be_reached_is_away_however_it_is_wrapped(error: BaseException) -> None:
    assert is_away(error)
    assert is_away(raised(error, lambda: RuntimeError("a resolver failed")))


@pytest.mark.parametrize("error", BUGS, ids=repr)
def test_a_bug_is_no_database_that_is_away(error: BaseException) -> None:
    assert not is_away(error)
    assert not is_away(raised(error, lambda: RuntimeError("a resolver failed")))
    assert not is_away(None)


async def test_a_name_with_several_addresses_of_which_none_answers(private_port: int) -> None:
    database = Database(f"postgresql+asyncpg://nobody:secret@localhost:{private_port}/school")
    with pytest.raises(OSError, match=str(private_port)) as caught:
        async with database.read() as session:
            await session.execute(sa.text("SELECT 1"))
    assert is_away(caught.value)
    await database.close()


@pytest.fixture
def private_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port: int = reserved.getsockname()[1]
        return port
