"""Settings: from the environment (SCHOOL_…) or the TOML file that SCHOOL_CONFIG names; a bad one stops the start with one line."""

import os
import re
from base64 import urlsafe_b64decode
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, FilePath, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError, TomlConfigSettingsSource
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from school.clock import Clock

PREFIX = "SCHOOL_"
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_ELSEWHERE = {"SCHOOL_CONFIG", "SCHOOL_TEST_POSTGRES", "SCHOOL_WATCH_PASSWORD"}
_KEY_BYTES = 32
_OWN_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


class Mode(StrEnum):
    """Production refuses what only a demonstration may offer."""

    PRODUCTION = "production"
    DEMO = "demo"


class BadSettingError(Exception):
    """A setting that cannot be used; the text is one line that names it."""


class Provider(BaseModel):
    """An OpenID provider that vouches for people: a city's single sign-on. `strong_amr`: by which methods (RFC 8176) it has asked for a second factor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern="^[a-z][a-z0-9-]{0,31}$")
    issuer: str = Field(pattern="^https?://[^?#]+$")
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: SecretStr
    title_ru: str = Field(min_length=1, max_length=80)
    title_en: str = Field(min_length=1, max_length=80)
    strong_amr: tuple[str, ...] = ()


class Settings(BaseSettings):
    """All that can be set. Durations are in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    mode: Mode = Mode.PRODUCTION
    database_url: str = "sqlite+aiosqlite:///school.db"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    origins: tuple[str, ...] = ()
    session_seconds: int = Field(default=12 * 3600, ge=60, le=90 * 86400)
    session_idle_seconds: int = Field(default=4 * 3600, ge=60, le=90 * 86400)
    secret_keys: tuple[SecretStr, ...] = ()
    public_url: str | None = None
    oidc: tuple[Provider, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    body_limit: int = Field(default=1024 * 1024, ge=1024, le=8 * 1024 * 1024)
    body_seconds: float = Field(default=10, ge=0.1, le=300)
    operation_seconds: float = Field(default=10, ge=0.1, le=300)
    sockets_per_account: int = Field(default=20, ge=1, le=1000)
    socket_idle_seconds: float = Field(default=60, ge=1, le=3600)
    connections: int = Field(default=10_000, ge=10, le=1_000_000)
    pool_size: int = Field(default=10, ge=1, le=200)
    queue_limit: int = Field(default=256, ge=8, le=10_000)
    kept_megabytes: int = Field(default=32, ge=0, le=4096)
    retention_days: dict[str, int] = {}
    store: str = "school-files"
    clock: str | None = None
    demo_logins: FilePath | None = None
    metrics_token: SecretStr | None = Field(default=None, min_length=16)
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

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network)
            except ValueError:
                raise ValueError("must be addresses or networks, for example [\"10.0.0.0/8\"]") from None
        return value

    @field_validator("store")
    @classmethod
    def _store(cls, value: str) -> str:
        """Credentials stand in the environment, where the store's own tools look for them, and never in an address."""
        if not value or "\0" in value:
            raise ValueError("must be a folder, or s3://bucket/prefix")
        if "://" in value and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,62}(/[A-Za-z0-9._=-]+)*/?", value):
            raise ValueError("must be a folder, or s3://bucket/prefix with no more than that in it")
        return value

    @field_validator("clock")
    @classmethod
    def _clock(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                Clock.parse(value)
        except OverflowError as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("secret_keys")
    @classmethod
    def _keys(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in value:
            try:
                fits = len(urlsafe_b64decode(key.get_secret_value().encode())) == _KEY_BYTES
            except ValueError:
                fits = False
            if not fits:
                raise ValueError("each must be 32 bytes in URL-safe base64; `school account key` makes one")
        return value

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
            raise ValueError("must be the origin that browsers use, for example https://school.example")
        return value.rstrip("/")

    @field_validator("oidc")
    @classmethod
    def _providers(cls, value: tuple[Provider, ...]) -> tuple[Provider, ...]:
        if len({provider.name for provider in value}) != len(value) or len({provider.issuer for provider in value}) != len(value):
            raise ValueError("each provider is named once, and has an issuer of its own")
        return value

    @model_validator(mode="after")
    def _encrypted_ways(self) -> "Settings":
        """What carries proofs goes by https in production; to providers on the same machine it may go without."""
        if self.oidc and self.public_url is None:
            raise ValueError("oidc: needs SCHOOL_PUBLIC_URL, to which providers send people back")
        if self.mode is Mode.PRODUCTION and self.public_url is not None and not self.public_url.startswith("https://"):
            raise ValueError("public_url: must begin with https://")
        if self.mode is Mode.PRODUCTION and not all(provider.issuer.startswith("https://") for provider in self.oidc):
            raise ValueError("oidc: an issuer must begin with https://")
        return self

    @model_validator(mode="after")
    def _encrypted_store(self) -> "Settings":
        """Photos of children go over no network unencrypted; to a store on the same machine they may."""
        endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
        if self.store.startswith("s3://") and endpoint.scheme == "http" and endpoint.hostname not in _OWN_MACHINE and self.mode is Mode.PRODUCTION:
            raise ValueError("store: AWS_ENDPOINT_URL must begin with https://")
        return self

    @model_validator(mode="after")
    def _demo_only(self) -> "Settings":
        if self.mode is Mode.PRODUCTION and self.clock is not None:
            raise ValueError("clock: a simulated clock is for SCHOOL_MODE=demo only")
        if self.mode is Mode.PRODUCTION and self.demo_logins is not None:
            raise ValueError("demo_logins: passwords on the page of sign-in are for SCHOOL_MODE=demo only")
        if self.mode is Mode.DEMO and self.host not in _OWN_MACHINE:
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
