"""The daemon's settings: from the environment (READER_…) or a TOML file; a bad one stops the start with a line that names it."""
import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError, TomlConfigSettingsSource

from readers.clock import Simulation, parse_simulation

PREFIX = "READER_"
CONFIG, FAILPOINT = "READER_CONFIG", "READER_FAILPOINT"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class BadSettingsError(ValueError):
    """One line for the technician, naming the setting."""


class Settings(BaseSettings):
    """Every setting has a default but the readers."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid")

    state: Path = Path("/var/lib/school-reader")
    server: str = ""                                     # https://school.example; empty: the one enrolled at
    ca_file: Path | None = None                          # certificate authority of the server, where not the system's
    allow_plain_http: bool = False                       # http:// beyond loopback: keys and tokens could be read on the way

    readers: dict[str, str] = Field(default={}, max_length=16)    # name → glob pattern of the PC/SC name
    simulated: list[str] = Field(default=[], max_length=16)       # names of simulated readers
    reverse_uid: bool = False                                     # for cards enrolled with a reader of the other byte order
    repeat_seconds: float = Field(default=3, ge=0, le=3600)

    actuator: Literal["log", "gpio"] = "log"
    gpio_pins: dict[str, int] = Field(default={}, max_length=16)  # reader's name → GPIO number (BCM)
    gpio_seconds: float = Field(default=1, gt=0, le=60)           # how long the turnstile is released

    queue_limit: int = Field(default=100_000, ge=1, le=10_000_000)    # taps that may wait for the server
    keep_accepted: int = Field(default=10_000, ge=1, le=10_000_000)   # answered taps kept for the technician
    ballast_bytes: int = Field(default=8 * 2**20, ge=0, le=2**30)     # disk space held back for taps

    heartbeat_seconds: float = Field(default=15, gt=0, le=600)
    present_seconds: float = Field(default=3, gt=0, le=30)     # how long a canteen's card waits for the server
    request_seconds: float = Field(default=20, gt=0, le=300)
    list_wait_seconds: int = Field(default=25, ge=0, le=25)    # the long-poll's patience
    backoff_seconds: float = Field(default=0.5, gt=0, le=60)   # first pause after a failure
    backoff_most_seconds: float = Field(default=60, gt=0, le=3600)

    log_level: Literal["debug", "info", "warning"] = "info"
    clock: str | None = None                                   # demonstrations only: see clock.parse_simulation

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource, file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The command line, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @field_validator("server")
    @classmethod
    def check_server(cls, value: str) -> str:
        """A plain address of a server."""
        return check_address(value) if value else ""

    @field_validator("clock")
    @classmethod
    def check_clock(cls, value: str | None) -> str | None:
        """Refuse an unreadable clock at the start, not at the first tap."""
        if value is not None:
            parse_simulation(value)
        return value

    @model_validator(mode="after")
    def check_names(self) -> "Settings":
        """Reader names are distinct, short and printable; they travel with every tap."""
        names = [*self.readers, *self.simulated]
        if len(set(names)) != len(names):
            raise ValueError("readers and simulated: a name is used twice")
        for name in names:
            if not name.strip() or len(name) > 64 or not name.isprintable():
                raise ValueError(f"readers and simulated: not a reader's name: {name[:64]!r}")
        unknown = set(self.gpio_pins) - set(names)
        if unknown:
            raise ValueError(f"gpio_pins: no such reader: {min(unknown)}")
        return self

    @property
    def simulation(self) -> Simulation | None:
        """The demonstration's clock, if any."""
        return parse_simulation(self.clock) if self.clock is not None else None


def check_address(value: str) -> str:
    """`http(s)://host[:port][/path]` without a slash at the end."""
    parts = urlsplit(value)
    try:
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if not whole or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("expected http://host:port or https://host:port")
    return value.rstrip("/")


def check_transport(address: str, *, allow_plain_http: bool) -> None:
    """Card keys travel in the answer to `enrol`: only loopback may be plain, unless the technician says so."""
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not allow_plain_http:
        raise BadSettingsError(f"READER_SERVER: {address} is not encrypted; use https:// or set READER_ALLOW_PLAIN_HTTP=true")


def read_settings(config: Path | None = None, **given: Any) -> Settings:
    """Settings from what was given, the environment and the file (`config`, else READER_CONFIG)."""
    named = config or (Path(os.environ[CONFIG]) if os.environ.get(CONFIG) else None)
    if named is not None and not named.is_file():
        raise BadSettingsError(f"{CONFIG}: no such file: {named}")
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {CONFIG, FAILPOINT}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise BadSettingsError(f"{unknown[0]}: there is no such setting")

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=named)

    try:
        return FromFile(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = PREFIX + str(first["loc"][0]).upper() if first["loc"] else "settings"
        raise BadSettingsError(f"{place}: {first['msg'].removeprefix('Value error, ')}") from None
    except (SettingsError, ValueError) as error:
        raise BadSettingsError(" ".join(str(error).split())) from None
