"""The demo's folder: the database, the readers' state, logs and logins, for one demo at a time."""

import fcntl
import json
import os
import shutil
from pathlib import Path

from cryptography.fernet import Fernet

LOCK = "demo.lock"
_FACTS, _LOGINS = "demo.json", "logins.json"
_KEY = "secret_key"


class FolderError(Exception):
    """The folder cannot be used; one line says why."""


class Folder:
    """Everything that the demo keeps. Made when it is not there; what another program keeps in it is never touched."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.database = self.path / "school.db"
        self.logins = self.path / _LOGINS
        self.files = self.path / "files"
        self._facts = self.path / _FACTS
        if self.path.exists() and not self.path.is_dir():
            raise FolderError(f"{path} is not a folder")
        if self.path.is_dir() and any(self.path.iterdir()) and not (self.path / LOCK).is_file():
            raise FolderError(f"{path} holds something else: the demo wants a folder of its own (--dir)")
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise FolderError(f"a demo is running in {path}: end it with Ctrl-C first") from None

    @property
    def url(self) -> str:
        """The address of the demo's database."""
        return f"sqlite+aiosqlite:///{self.database}"

    def clear(self) -> None:
        """Remove everything but the lock, which is held."""
        for entry in self.path.iterdir():
            if entry.name == LOCK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def close(self) -> None:
        """Let another demo have it."""
        os.close(self._lock)

    def make(self, *names: str) -> Path:
        """A folder inside."""
        path = self.path.joinpath(*names)
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def read_logins(self) -> dict[str, str]:
        """The passwords by login; empty before the first seed."""
        return dict(_read(self.logins))

    def write_logins(self, logins: dict[str, str]) -> None:
        """Keep the passwords, for this user's eyes alone, so that a second start can print them again."""
        _write(self.logins, logins)

    def read_fact(self, name: str) -> object:
        """Something small that a later start, or `school watch`, wants to know."""
        return _read(self._facts).get(name)

    def write_fact(self, name: str, value: object) -> None:
        """Keep it."""
        _write(self._facts, {**_read(self._facts), name: value})

    def secret_key(self) -> str:
        """The service's key for what it must read again, kept for this user's eyes alone; made when it is first wanted."""
        if self.read_fact(_KEY) is None:
            self.write_fact(_KEY, Fernet.generate_key().decode())
        return str(self.read_fact(_KEY))


def peek(path: Path) -> tuple[str | None, dict[str, str]]:
    """The address and the passwords of a demo that may be running: what `school watch` needs. Nothing where there is no demo."""
    return _read(path / _FACTS).get("url"), _read(path / _LOGINS)


def _read(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return found


def _write(path: Path, content: object) -> None:
    """Whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    fresh.replace(path)
