"""Small files that survive a power cut: written aside, synced, renamed; readable by the daemon's user alone."""
import os
from pathlib import Path


def make_directory(path: Path) -> None:
    """A private directory: it holds the device's key and the school's card keys."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_file(path: Path, content: bytes) -> None:
    """Replace `path` as a whole or not at all; when this returns the new content is on the disk."""
    aside = path.with_name(path.name + ".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    aside.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make renames and creations in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
