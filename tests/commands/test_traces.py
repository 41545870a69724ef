"""What a log keeps of an exception."""

import json
import logging

import pytest
import sqlalchemy as sa
import structlog
from starlette.applications import Starlette

from school.commands.processes import configure
from school.commands.start import configure_log
from school.commands.traces import format_trace
from school.settings import Settings
from tests.commands.shell import process_state

SECRET = "Иванова Анна"


def trace(error: BaseException) -> list[str]:
    """The lines of its trace that are no frames."""
    return [line for line in format_trace((type(error), error, error.__traceback__)).splitlines() if not line.startswith("  ")]


def look_up() -> None:
    """A failure because of another."""
    try:
        int(SECRET)
    except ValueError as error:
        raise KeyError(SECRET) from error


def test_frames_and_kinds_are_kept_and_no_message() -> None:
    with pytest.raises(KeyError) as failed:
        look_up()
    told = format_trace((KeyError, failed.value, failed.value.__traceback__))
    assert trace(failed.value) == ["ValueError", "then", "KeyError"]
    assert "int(SECRET)" in told
    assert SECRET not in told


def test_what_python_says_of_the_program_is_kept() -> None:
    assert trace(AttributeError("'Settings' object has no attribute 'colour'")) == ["AttributeError: 'Settings' object has no attribute 'colour'"]


def test_a_group_is_told_with_what_is_in_it() -> None:
    assert trace(ExceptionGroup(SECRET, [ValueError(SECRET), TypeError(SECRET)])) == ["ValueError", "in a group", "TypeError", "in a group", "ExceptionGroup"]


def test_a_chain_that_bites_its_tail_ends() -> None:
    one, two = ValueError(SECRET), TypeError(SECRET)
    one.__context__, two.__context__ = two, one
    assert trace(one) == ["TypeError", "then", "ValueError"]


def test_a_statement_is_kept_and_nothing_of_what_was_written() -> None:
    engine = sa.create_engine("sqlite://")
    insert = sa.text("INSERT INTO person VALUES (:name)"), {"name": SECRET}
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE person (name TEXT UNIQUE)"))
        connection.execute(*insert)
        with pytest.raises(sa.exc.IntegrityError) as failed:
            connection.execute(*insert)
    engine.dispose()
    assert trace(failed.value)[-1] == "sqlalchemy.exc.IntegrityError (SQLITE_CONSTRAINT_UNIQUE): INSERT INTO person VALUES (?)"
    assert SECRET not in format_trace((type(failed.value), failed.value, failed.value.__traceback__))


@pytest.mark.parametrize("name", ["uvicorn.error", "websockets.server", "asyncpg", "aiosqlite", "sqlalchemy.engine", "asyncio", "another"])
def test_libraries_never_tell_details(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Headers, cookies, messages and statements are among them; whoever lowers a library's level changes nothing."""
    foreign = logging.getLogger(name)
    with process_state():
        configure_log("debug")
        monkeypatch.setattr(foreign, "level", logging.DEBUG)
        foreign.debug("< cookie: %s", SECRET)
        foreign.info("ready")
        structlog.get_logger().debug("our own")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["ready", "our own"]


@pytest.mark.parametrize(("level", "heard"), [("debug", logging.INFO), ("info", logging.INFO), ("warning", logging.WARNING), ("error", logging.ERROR)])
def test_the_server_hears_no_details_of_its_libraries(level: str, heard: int) -> None:
    """websockets does not even write them where nobody listens."""
    with process_state():
        configure_log(level)
        assert logging.getLogger("uvicorn.error").getEffectiveLevel() == heard
        configure(Starlette(), Settings(log_level=level))
        assert logging.getLogger("uvicorn.error").getEffectiveLevel() == heard


def test_a_handshake_s_address_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """A client may have put a token into it."""
    with process_state():
        configure_log("info")
        logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', "127.0.0.1:1", f"/graphql?token={SECRET}")
        logging.getLogger("uvicorn.error").info("Started server process [%d]", 1)
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["Started server process [1]"]
