"""The database: tables' common columns, one engine for SQLite or PostgreSQL, transactions, migration."""

import asyncio
import datetime as dt
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, Session, SessionTransaction, mapped_column
from sqlalchemy.sql.functions import GenericFunction

from school import ids, row_security, sets, sqlite
from school.reading import Connections, Reader, Waiting
from school.row_security import Identity

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")
OLDEST_POSTGRESQL = 16
BigIdentity = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A 64-bit number that the database gives out (SQLite counts only in INTEGER, which has 64 bits there)."""
Json = sa.JSON().with_variant(JSONB(), "postgresql")
"""A small document that is read and written whole."""


Rows = sa.Select[*tuple[Any, ...]]
"""A statement whatever its columns."""
Column = sa.ColumnElement[Any] | InstrumentedAttribute[Any]
"""A column, of a table or of a mapped class."""


class Moment(sa.TypeDecorator[dt.datetime]):
    """A moment: timezone-aware, stored in UTC; a naive datetime is a bug and is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True
    comes_as_it_is = True  # PostgreSQL's driver gives moments in UTC

    @property
    def python_type(self) -> type[dt.datetime]:
        """What a cursor over this column holds; a decorator says `object` unless it is told."""
        return dt.datetime

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """To UTC; SQLite keeps it without the offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """From the database, in UTC."""
        del dialect
        if value is None or value.tzinfo is dt.UTC:
            return value
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """All tables. Constraints are named by one convention, so that migrations can name them too."""

    metadata = sa.MetaData(naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s", "fk": "fk_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s",
    })
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's hook
        dt.datetime: Moment(), UUID: sa.Uuid(), dict[str, Any]: Json, list[Any]: Json,
    }


class Tenant:
    """The key of every tenant row: its school first, so that the tables can be spread by school."""

    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"), primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new, sort_order=-1)


def tenant_key(*columns: str, to: str) -> sa.ForeignKeyConstraint:
    """A foreign key between tenant tables: the school is part of it. `to` names a table whose key is (school_id, id)."""
    return sa.ForeignKeyConstraint(["school_id", *columns], [f"{to}.school_id", f"{to}.id"])


def enumerated(kind: type[Any], name: str) -> sa.Enum:
    """A column of a StrEnum's values, kept as text with a check, the same on both databases."""
    return sa.Enum(
        kind, name=name, native_enum=False, create_constraint=True, length=24, validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


class _Session(Session):
    """A session whose every transaction runs as whom it is for."""


@sa.event.listens_for(_Session, "after_begin")
def _take_role(session: Session, transaction: SessionTransaction, connection: sa.Connection) -> None:
    if not transaction.nested and connection.dialect.name == "postgresql":
        row_security.take(connection, None if session.info.get("as_service") else session.info.get("identity"))


class Database:
    """One engine and its transactions. `after_commit` is told when a committed write has put something into the outbox."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self.after_commit: list[Callable[[], None]] = []
        self._threads = sqlite.Threads() if self.sqlite else None
        connect = {"async_creator_fn": self._threads.connect} if self._threads else {"server_settings": {"application_name": "school"}, "timeout": 5}
        # A statement's parameters are what persons wrote: no error may carry them into a log.
        self.engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=5, connect_args=connect, hide_parameters=True)
        if self.sqlite:
            sqlite.prepare(self.engine.sync_engine)
        self._reads = sqlite.Reads(self.engine.url.database or "") if self.sqlite else Connections(url, pool_size)
        writes = self.engine.execution_options(school_write=True)
        self._write = async_sessionmaker(writes, sync_session_class=_Session, expire_on_commit=False)
        self._read = async_sessionmaker(self.engine, sync_session_class=_Session, expire_on_commit=False, autoflush=False)

    @property
    def sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.startswith("sqlite")

    @asynccontextmanager
    async def begin(self, identity: Identity | None = None, *, as_service: bool = False) -> AsyncIterator[AsyncSession]:
        """A write: commits at the end, rolls back on any exception. Verbs never commit; this boundary does.

        It runs as the viewer that is given, else as the service. `as_service`: it is caused by this viewer, but does what no viewer may.
        """
        async with self._write.begin() as session:
            session.info.update(identity=identity, as_service=as_service)
            yield session
            await session.flush()
            told = bool(session.info.get("outbox"))
        if told:
            for tell in self.after_commit:
                tell()

    @asynccontextmanager
    async def read(self, identity: Identity | None = None, *, as_service: bool = False) -> AsyncIterator[AsyncSession]:
        """A short read, as `begin` runs; nothing is written."""
        async with self._read() as session:
            session.info.update(identity=identity, as_service=as_service)
            yield session

    @asynccontextmanager
    async def work(self) -> AsyncIterator[sets.Work]:
        """A write of the service's own without a session: of statements that were compiled once. What it puts into the outbox it tells itself."""
        if isinstance(self._reads, Connections):
            async with self._reads.begin() as connection:
                yield sets.Work(self.engine.dialect, lambda text, values: connection.fetch(text, *values))
        else:
            async with self.begin() as session:
                yield await sets.join(session)

    def reader(self, identity: Identity | None = None) -> Reader:
        """The reads of one operation, which run as `read` does."""
        return Reader(lambda waiting: self._bring(identity, waiting), self.engine.dialect)

    async def _bring(self, identity: Identity | None, waiting: list[Waiting]) -> list[list[Any]]:
        """The rows of each, as they are at one moment."""
        if isinstance(self._reads, Connections):
            return await self._reads.fetch(identity, waiting)
        found = await self._reads.fetch([(one.prepared.text, one.values) for one in waiting])
        return [one.prepared.rows(rows) for one, rows in zip(waiting, found, strict=True)]

    async def close(self) -> None:
        """Close every connection."""
        await self._reads.close()
        await self.engine.dispose()
        if self._threads:
            await self._threads.end()


class local_date(GenericFunction[dt.date]):  # noqa: N801 - a function of SQL, called as one
    """The school-local date of a moment: `local_date(moment, time_zone)`."""

    type = sa.Date()
    inherit_cache = True


@compiles(local_date, "postgresql")
def _local_date(element: local_date, compiler: Any, **words: Any) -> str:
    moment, time_zone = (compiler.process(clause, **words) for clause in element.clauses)
    return f"CAST(timezone({time_zone}, {moment}) AS date)"


_AWAY = {
    "CannotConnectNowError", "ConnectionDoesNotExistError", "AdminShutdownError", "TooManyConnectionsError", "CrashShutdownError", "InternalClientError",
    # A failover, a crowd: the next try may succeed.
    "ReadOnlySQLTransactionError", "DeadlockDetectedError", "LockNotAvailableError", "QueryCanceledError",
}
"""Errors of asyncpg, by name, for they come wrapped."""


def is_away(error: BaseException | None) -> bool:
    """Whether an error says that the database cannot be reached or is too busy (and not that a statement is wrong): answer 503, try again."""
    while error is not None:
        if isinstance(error, BaseExceptionGroup):
            return any(is_away(one) for one in error.exceptions)
        if _says_away(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _says_away(error: BaseException) -> bool:
    if isinstance(error, ConnectionError | TimeoutError | sa.exc.TimeoutError | socket.gaierror) or type(error) is OSError:
        return True  # asyncio raises a plain OSError where a name has several addresses and none answers
    if isinstance(error, sa.exc.DBAPIError) and (error.connection_invalidated or isinstance(error, sa.exc.InterfaceError)):
        return "another operation is in progress" not in str(error)
    return type(error).__name__ in _AWAY or (isinstance(error, sa.exc.OperationalError) and "database is locked" in str(error))


class UnfitDatabaseError(Exception):
    """A database that no version of the service can use; the text is one line that says why."""


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to a revision. Synchronous: it runs before a server starts, or in a command. UnfitDatabaseError for a server that is too old."""
    from alembic import command

    if not url.startswith("sqlite"):
        _ask(url, _require_server)
    config = _alembic()
    config.attributes["url"] = url
    command.upgrade(config, revision)


def is_current(url: str) -> bool:
    """Whether the database is at this version's revision. As `version_fault`."""
    return version_fault(url) is None


def version_fault(url: str) -> str | None:
    """Why a database is not at this version's revision, in words that name it, without its password; None where it is.

    Synchronous, as `migrate` is; what the driver raises passes through, as does UnfitDatabaseError.
    """
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    address = sa.make_url(url)
    name = address.set(drivername=address.get_backend_name(), password=None).render_as_string()
    if url.startswith("sqlite") and not Path(address.database or "").is_file():  # opening it would make it
        return f"there is no database {name}: run `school migrate` first"

    async def read(connection: AsyncConnection) -> str | None:
        await _require_server(connection)
        return await connection.run_sync(lambda inner: MigrationContext.configure(inner).get_current_revision())

    found, script = _ask(url, read), ScriptDirectory.from_config(_alembic())
    if found is None:
        return f"there is nothing of a school in the database {name}: run `school migrate` first"
    if found == script.get_current_head():
        return None
    if found in {one.revision for one in script.walk_revisions()}:
        return f"the database {name} is of an earlier version: run `school migrate` first"
    return f"the database {name} is of a version that this one does not know"


async def _require_server(connection: AsyncConnection) -> None:
    version = connection.dialect.server_version_info or ()
    if connection.dialect.name == "postgresql" and version < (OLDEST_POSTGRESQL,):
        raise UnfitDatabaseError(f"PostgreSQL {OLDEST_POSTGRESQL} or newer is needed; this is {'.'.join(map(str, version))}")


def login_faults(url: str) -> list[str]:
    """Why PostgreSQL's login in this address cannot serve, in words for its operator. Synchronous, as `migrate` is; what the driver raises passes through."""
    return [] if url.startswith("sqlite") else _ask(url, row_security.faults)


def _ask(url: str, read: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    async def ask() -> T:
        engine = create_async_engine(url)
        try:
            async with engine.connect() as connection:
                return await read(connection)
        finally:
            await engine.dispose()

    return asyncio.run(ask())


def _alembic() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
