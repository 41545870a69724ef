"""A file that only takes up space, so that there is some to give when the disk is full: then even deleting fails."""
import os
import shutil
from pathlib import Path

import structlog

log = structlog.get_logger("readers.ballast")


class Ballast:
    """Space held back for taps."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    @property
    def held(self) -> bool:
        """Whether the space is still held back; if not, the disk is full or nearly so."""
        return self._size == 0 or self._path.exists()

    def restore(self) -> bool:
        """Hold the space (again) if at least twice as much is free. Never fails: without ballast the daemon still works."""
        if self.held:
            return True
        aside = self._path.with_name(self._path.name + ".new")
        try:
            if shutil.disk_usage(self._path.parent).free < 2 * self._size:
                return False
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, self._size)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            aside.replace(self._path)
        except OSError as error:
            log.warning("no ballast: the disk is nearly full", error=error.strerror)
            aside.unlink(missing_ok=True)
            return False
        return True

    def release(self) -> bool:
        """Give the space back; False if there was none to give."""
        if self._size == 0 or not self._path.exists():
            return False
        os.truncate(self._path, 0)
        self._path.unlink()
        log.error("the disk is full: ballast released so that taps can still be stored", bytes=self._size)
        return True
