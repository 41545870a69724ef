"""The demo's live lines: follows the feed in the database and tells each event once, with names."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from school.clock import zone
from school.db import Database
from school.demo.roster import Roster
from school.money import Money
from school.outbox import FeedRow, TopicKind, head
from school.seed.plan import TIME_ZONE

_LOOK_SECONDS = 0.25
_AT_ONCE = 1_000
_REGISTER = "diary.attendance_recorded"
_UNTOLD = {"meals.card_presented", "registry.card_presented", "access.rules_changed", "access.bindings_changed", "diary.thread_read"}
"""What is said again by the event that follows, or concerns only machines."""

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the feed, whatever its topics; `pupil` is set where it is told to one family."""

    kind: str
    pupil: UUID | None
    payload: Payload
    occurred_at: dt.datetime
    late: bool


async def follow(database: Database, roster: Roster, tell: Callable[[str], None], seq: int) -> None:
    """Tell every event after `seq`, until cancelled."""
    while True:
        async with database.read() as session:
            rows: Sequence[Any] = (await session.execute(
                sa.select(FeedRow.seq, FeedRow.event_id, FeedRow.topic_kind, FeedRow.topic_id, FeedRow.kind, FeedRow.payload, FeedRow.occurred_at, FeedRow.late)
                .where(FeedRow.seq > seq).order_by(FeedRow.seq).limit(_AT_ONCE))).fetchall()
        if len(rows) == _AT_ONCE:  # the last event may have more topics
            rows = [row for row in rows if row.event_id != rows[-1].event_id] or rows
        if rows:
            seq = rows[-1].seq
            for line in describe(_gather(rows), roster):
                tell(line)
        else:
            await asyncio.sleep(_LOOK_SECONDS)


async def latest(database: Database) -> int:
    """Where the feed stands now."""
    async with database.read() as session:
        return await head(session)


def _gather(rows: Iterable[Any]) -> list[Happening]:
    """One happening for each event: it has a row for each of its topics, and those lie together."""
    events: dict[UUID, list[Any]] = {}
    for row in rows:
        events.setdefault(row.event_id, []).append(row)
    found = []
    for same in events.values():
        pupils = [row.topic_id for row in same if row.topic_kind is TopicKind.PUPIL]
        found.append(Happening(same[0].kind, pupils[0] if len(pupils) == 1 else None, same[0].payload, same[0].occurred_at, same[0].late))
    return found


def describe(happenings: Iterable[Happening], roster: Roster) -> list[str]:
    """A line for each; a lesson's register is one line."""
    lines = []
    registers: dict[str, list[Happening]] = {}
    for one in happenings:
        if one.kind == _REGISTER:
            registers.setdefault(one.payload["lesson_id"], []).append(one)
        elif one.kind not in _UNTOLD:
            lines.append(_line(one, *_words(one, roster)))
    for entries in registers.values():
        counts = Counter(entry.payload["kind"] for entry in entries)
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        lines.append(_line(entries[0], "register", roster.name(entries[0].payload["course_id"]), told))
    return lines


def _line(one: Happening, what: str, who: str, more: str) -> str:
    local = one.occurred_at.astimezone(zone(TIME_ZONE))
    return f"{local:%a %H:%M:%S}  {what:<13} {who:<33} {more}{'  (late news)' if one.late else ''}".rstrip()


def _words(one: Happening, roster: Roster) -> tuple[str, str, str]:
    """What happened, to whom (if it happened to anybody), and the rest."""
    payload = one.payload
    teller = _TELLERS.get(one.kind)
    person = payload.get("person_id") or payload.get("pupil_id") or one.pupil
    who = roster.name(person) if person else "someone" if "person_id" in payload else ""
    if teller is None:
        return one.kind.partition(".")[2].replace("_", " "), who, ""
    what, more = teller(payload, roster)
    if person is None and "course_id" in payload:
        who = roster.name(payload["course_id"])
    return what, who, more


def _passed(payload: Payload, roster: Roster) -> tuple[str, str]:
    reason = "" if payload["reason"] == "OK" else f" · {payload['reason']}"
    return "enters" if payload["direction"] == "in" else "leaves", roster.name(payload["door_id"]) + reason


def _refused(payload: Payload, roster: Roster) -> tuple[str, str]:
    return "REFUSED", f"{roster.name(payload['door_id'])} · {payload['reason']}"


def _mark(payload: Payload, roster: Roster) -> tuple[str, str]:
    return f"mark {payload['value']}", f"{roster.name(payload['subject_id'])} · {payload['work']}"


def _mark_corrected(payload: Payload, roster: Roster) -> tuple[str, str]:
    return f"mark {payload['old_value']} → {payload['value']}", roster.name(payload["subject_id"])


def _mark_withdrawn(payload: Payload, roster: Roster) -> tuple[str, str]:
    return "mark taken", f"{roster.name(payload['subject_id'])} · was {payload['value']}"


def _homework(payload: Payload, _roster: Roster) -> tuple[str, str]:
    return "homework", f"for {payload['date']}"


def _sold(payload: Payload, roster: Roster) -> tuple[str, str]:
    items = ", ".join(item["name"] for item in payload["items"])
    return "buys", f"{_money(payload, 'amount')} · {items} · {_money(payload, 'balance')} left · {roster.name(payload['till_id'])}"


def _topped_up(payload: Payload, _roster: Roster) -> tuple[str, str]:
    return "top-up", f"{_money(payload, 'amount')} · {_money(payload, 'balance')} now"


def _refunded(payload: Payload, _roster: Roster) -> tuple[str, str]:
    return "refund", f"{_money(payload, 'amount')} · {_money(payload, 'balance')} now"


def _came_late(payload: Payload, _roster: Roster) -> tuple[str, str]:
    return "CAME LATE", f"{payload.get('minutes', '?')} min after the bell"


def _money(payload: Payload, name: str) -> str:
    return str(Money(payload[name], payload["currency"]))


_TELLERS: dict[str, Callable[[Payload, Roster], tuple[str, str]]] = {
    "access.passed": _passed, "access.refused": _refused, "diary.mark_given": _mark, "diary.mark_corrected": _mark_corrected,
    "diary.mark_withdrawn": _mark_withdrawn, "diary.homework_set": _homework, "diary.homework_withdrawn": _homework,
    "diary.homework_corrected": _homework, "diary.homework_done": _homework, "diary.homework_submitted": _homework, "diary.homework_answered": _homework,
    "meals.sold": _sold, "meals.topped_up": _topped_up,
    "meals.refunded": _refunded, "day.came_late": _came_late,
}
