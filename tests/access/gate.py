"""A gate in the tests: what the server's pass list is on the wire, and the daemon's own book that follows it."""

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

from readers import decision
from readers.clock import Clock
from readers.passlist import Passbook
from readers.passwire import make_list, parse_entries, parse_head
from school.access.passlist import PassList, pass_list
from tests.access.gatehouse import Gatehouse


def wire(passes: PassList) -> dict[str, Any]:
    """As docs/gateway.md has it: names of enums, ISO 8601."""
    return {
        "version": passes.version, "full": passes.full, "timeZone": passes.time_zone, "removed": passes.removed,
        "readers": [
            {"name": reader.name, "door": reader.door, "direction": reader.direction.name, "antiPassback": reader.anti_passback.name}
            for reader in passes.readers
        ],
        "rules": [
            {"id": rule.id, "door": rule.door, "direction": rule.direction.name if rule.direction else None, "weekdays": rule.weekdays,
             "startsAt": rule.starts_at, "endsAt": rule.ends_at, "validFrom": rule.valid_from, "validUntil": rule.valid_until}
            for rule in passes.rules
        ],
        "entries": [
            {"token": entry.token, "keyId": entry.key_id, "holder": entry.holder, "state": entry.state.name, "rules": entry.rules, "inside": entry.inside,
             "changedAt": entry.changed_at.isoformat() if entry.changed_at else None}
            for entry in passes.entries
        ],
    }


def read(passes: PassList) -> decision.PassList:
    """A whole list, as the daemon reads it."""
    content = wire(passes)
    return make_list(parse_head(content), parse_entries(content["entries"]))


def meant(passes: decision.PassList | None) -> decision.PassList | None:
    """What a list means: an entry may name a rule that has run out since, which is none any more."""
    if passes is None:
        return None
    entries = {
        token: dataclasses.replace(entry, rules=tuple(rule for rule in entry.rules if rule in passes.rules)) for token, entry in passes.entries.items()}
    return dataclasses.replace(passes, entries=entries)


class Gate:
    """A gate that follows its pass list."""

    def __init__(self, directory: Path) -> None:
        self.book = Passbook(directory / "passlist.sqlite", Clock())

    async def poll(self, house: Gatehouse) -> PassList:
        """Ask for what is new, and take it."""
        answer = await house.read(pass_list, house.gate, self.book.version)
        self.book.apply(wire(answer))
        return answer

    def decide(self, reader: str, token: bytes, at: dt.datetime) -> tuple[str, str]:
        """The daemon's verdict from its list alone."""
        passes, name = self.book.passes, token.hex()
        entry = passes.entries.get(name) if passes else None
        verdict = decision.decide(passes, reader, name, inside=bool(entry and entry.inside), moment=at)
        return verdict.outcome, verdict.reason
