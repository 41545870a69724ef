"""The demo's processes: started with a log each, watched, and ended by their ids."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PREFIXES = ("SCHOOL_", "READER_")
_END_SECONDS = 20.0
_LAST_LINES = 15


class ProcessDiedError(Exception):
    """A process of the demo ended by itself; the text ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Member:
    """A running process."""

    name: str
    process: asyncio.subprocess.Process
    log: Path


class Cast:
    """All processes of a demo, in the order in which they were started."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._members: list[Member] = []

    async def start(self, name: str, *arguments: str, environment: Mapping[str, str]) -> Member:
        """Start `python …`. It does not hear the terminal's Ctrl-C: `end` ends all in order."""
        path = self._logs / f"{name}.log"
        with path.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "school.demo.tether", str(os.getpid()), *arguments, env=_environment(environment), stdin=asyncio.subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )
        member = Member(name, process, path)
        self._members.append(member)
        return member

    async def run(self, name: str, *arguments: str, environment: Mapping[str, str]) -> None:
        """Start one, and wait until it has done its work."""
        member = await self.start(name, *arguments, environment=environment)
        code = await member.process.wait()
        self._members.remove(member)
        if code != 0:
            raise ProcessDiedError(_obituary(member))

    async def watch(self) -> None:
        """Until one of them ends by itself: ProcessDiedError."""
        waits = {asyncio.ensure_future(member.process.wait()): member for member in self._members}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        raise ProcessDiedError("\n".join(_obituary(waits[wait]) for wait in done))

    async def end(self, members: Sequence[Member] | None = None) -> None:
        """End these, or all, the latest first, each gently; kill what does not listen."""
        for member in reversed(self._members[:] if members is None else members):
            self._members.remove(member)
            if member.process.returncode is None:
                member.process.terminate()
            try:
                await asyncio.wait_for(member.process.wait(), _END_SECONDS)
            except TimeoutError:
                member.process.kill()
                await member.process.wait()


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """This process's own, without settings that were made for another service."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith(_PREFIXES)}, **more}


def _obituary(member: Member) -> str:
    lines = member.log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
    return "\n".join([f"{member.name} ended with {member.process.returncode}; the end of {member.log}:", *(f"    {line}" for line in lines)])
