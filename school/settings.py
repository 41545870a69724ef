"""Settings: from the environment (SCHOOL_…) or the TOML file that SCHOOL_CONFIG names; a bad one stops the start with one line."""

import os
from enum import StrEnum
from pathlib import Path

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError, TomlConfigSettingsSource
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from school.clock import Clock

PREFIX = "SCHOOL_"
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_ELSEWHERE = {"SCHOOL_CONFIG", "SCHOOL_TEST_POSTGRES", "SCHOOL_WATCH_PASSWORD"}


class Mode(StrEnum):
    """Production refuses what only a demonstration may offer."""

    PRODUCTION = "production"
    DEMO = "demo"


class BadSettingError(Exception):
    """A setting that cannot be used; the text is one line that names it."""


class Settings(BaseSettings):
    """All that can be set. Durations are in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    mode: Mode = Mode.PRODUCTION
    database_url: str = "sqlite+aiosqlite:///school.db"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    origins: tuple[str, ...] = ()
    session_seconds: int = Field(default=12 * 3600, ge=60, le=90 * 86400)
    body_limit: int = Field(default=1024 * 1024, ge=1024, le=8 * 1024 * 1024)
    pool_size: int = Field(default=10, ge=1, le=200)
    queue_limit: int = Field(default=256, ge=8, le=10_000)
    clock: str | None = None
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")

    @field_validator("database_url")
    @classmethod
    def _driver(cls, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        if not separator or scheme.partition("+")[0] not in _DRIVERS:
            raise ValueError("must begin with sqlite:/// or postgresql://")
        url = f"{_DRIVERS[scheme.partition('+')[0]]}://{rest.replace('?sslmode=', '?ssl=')}"
        try:
            query = make_url(url).query
        except (ArgumentError, ValueError):  # a port that is no number, for one
            raise ValueError("is not the address of a database") from None
        if set(query) - {"ssl"}:
            raise ValueError("may have the parameter sslmode and no other")
        return url

    @field_validator("clock")
    @classmethod
    def _clock(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                Clock.parse(value)
        except OverflowError as error:
            raise ValueError(str(error)) from None
        return value

    @model_validator(mode="after")
    def _demo_only(self) -> "Settings":
        if self.mode is Mode.PRODUCTION and self.clock is not None:
            raise ValueError("clock: a simulated clock is for SCHOOL_MODE=demo only")
        if self.mode is Mode.DEMO and self.host not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError("host: the demo binds to loopback only")
        return self

    @property
    def sqlite(self) -> bool:
        """Whether the embedded database is used, which allows one server process."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource, file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Pydantic's hook: the environment first, then the file."""
        path = os.environ.get("SCHOOL_CONFIG")
        file = (TomlConfigSettingsSource(settings_cls, Path(path)),) if path else ()
        return (init_settings, env_settings, *file)


def load() -> Settings:
    """Read the settings; BadSettingError with one line that names the first bad one."""
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in _ELSEWHERE and name.removeprefix(PREFIX).lower() not in Settings.model_fields:
            raise BadSettingError(f"{name}: there is no such setting")
    path = os.environ.get("SCHOOL_CONFIG")
    if path and not Path(path).is_file():
        raise BadSettingError(f"SCHOOL_CONFIG: no file {path!r}")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            name, _, message = message.partition(": ")
        else:
            name = str(first["loc"][0])
        raise BadSettingError(f"{PREFIX}{name.upper()}: {message}") from None
    except SettingsError as error:  # a list in the environment that is no JSON; the name is in the text alone
        name = next((field for field in Settings.model_fields if f'"{field}"' in str(error)), "config")
        raise BadSettingError(f"{PREFIX}{name.upper()}: must be JSON, for example [\"https://school.example\"]") from None
    except ValueError as error:
        raise BadSettingError(f"SCHOOL_CONFIG: {error}") from None
