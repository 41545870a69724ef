"""The command `school-reader`: enrol this host, run its daemon, see how it is."""
import os
import sqlite3
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from readers import failpoints
from readers.enrolment import EnrolmentError, enrol
from readers.journal import JournalDamagedError, NotStoredError
from readers.settings import FAILPOINT, BadSettingsError, Settings, read_settings
from readers.statelock import StateBusyError

BAD_START = 78  # EX_CONFIG: settings or enrolment; starting again will not help, and the systemd unit knows it
REFUSED = 1

app = typer.Typer(help="The reader daemon of a gate, a canteen or an office desk.", no_args_is_help=True, add_completion=False,
                  pretty_exceptions_enable=False)  # a pretty trace shows local variables, and one of them is a UID
StateOption = Annotated[Path | None, typer.Option("--state", help="State directory (READER_STATE).")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="TOML file with settings (READER_CONFIG).")]


def read_version() -> str:
    """What the server is told about this software."""
    try:
        return f"school-reader/{version('school')}"
    except PackageNotFoundError:
        return "school-reader/source"


def configure_log(settings: Settings) -> None:
    """Lines for a technician on standard error; the systemd journal adds the rest."""
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True),
                    structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0,
                                                  exception_formatter=structlog.dev.plain_traceback)],  # no local variables: a UID may be one
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def fail(message: object, code: int) -> typer.Exit:
    """One line that says what is wrong."""
    print(f"school-reader: {message}", file=sys.stderr)  # noqa: T201 - a command line
    return typer.Exit(code)


def prepare(config: Path | None, state: Path | None, server: str | None = None) -> Settings:
    """Settings, log and failpoint of this process."""
    try:
        settings = read_settings(config, state=state, server=server)
        failpoints.arm(os.environ.get(FAILPOINT))
    except (BadSettingsError, failpoints.FailpointError) as error:
        raise fail(error, BAD_START) from None
    configure_log(settings)
    os.umask(0o077)
    return settings


@app.command("enrol")
def enrol_device(
    code: Annotated[str, typer.Option("--code", help="One-time code from the office.")],
    server: Annotated[str | None, typer.Option("--server", help="Address of the server (READER_SERVER).")] = None,
    state: StateOption = None, config: ConfigOption = None,
    force: Annotated[bool, typer.Option("--force", help="Make an enrolled host a new device; refused while taps wait.")] = False,
    leave_taps: Annotated[bool, typer.Option("--leave-taps", help="With --force: waiting taps stay behind, unsent, in the old device's folder.")] = False,
) -> None:
    """Make this host a device of the school."""
    settings = prepare(config, state, server)
    try:
        identity, left = enrol(settings, code, read_version(), force=force, leave_taps=leave_taps)
    except (EnrolmentError, StateBusyError, BadSettingsError, JournalDamagedError, NotStoredError, OSError) as error:
        raise fail(error, REFUSED) from None
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(f"Enrolled as “{identity.name}” ({identity.kind.lower()}), device {identity.device_id}.")
    if left:
        console.print(f"{left}.")


@app.command("run")
def run_daemon(state: StateOption = None, config: ConfigOption = None) -> None:
    """Run the daemon until SIGTERM or SIGINT."""
    settings = prepare(config, state)
    from readers.daemon import Daemon
    try:
        daemon = Daemon(settings, read_version())
    except (StateBusyError, NotStoredError, sqlite3.Error, OSError) as error:  # may pass: systemd starts it again
        raise fail(error, REFUSED) from None
    except (BadSettingsError, RuntimeError) as error:  # not enrolled, damaged files, a missing extra: all are RuntimeErrors with a clear line
        raise fail(error, BAD_START) from None
    raise typer.Exit(daemon.run())


@app.command("rotate-key")
def rotate_key(
    state: StateOption = None, config: ConfigOption = None,
    seconds: Annotated[float, typer.Option("--wait", min=0, max=600, help="Seconds to wait for a running daemon.")] = 60,
) -> None:
    """Have the daemon make this device a new key. Waiting taps are not disturbed; the office need do nothing."""
    from readers.rotation import request_rotation
    settings = prepare(config, state)
    try:
        done = request_rotation(settings.state, seconds)
    except (RuntimeError, OSError) as error:
        raise fail(error, REFUSED) from None
    Console(highlight=False, markup=False, soft_wrap=True).print(
        "A new key signs from now on." if done else "The daemon will make a new key as soon as it runs and reaches its server.")


@app.command("status")
def show_status(
    state: StateOption = None, config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show readers, queue and link, and what is wrong. Exit status 0: healthy, 1: needs attention."""
    from readers.status import read_status, render
    settings = prepare(config, state)
    status = read_status(settings.state)
    if as_json:
        Console().print_json(data=status)
    else:
        render(status, Console(highlight=False))
    raise typer.Exit(0 if status["healthy"] else 1)


def main() -> None:
    """The entry point of `school-reader`."""
    app()


if __name__ == "__main__":
    main()
