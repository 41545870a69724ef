"""The small world with a record of reads: asked through the people's schema, and looked at as the table has it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from school import clock, ids
from school.access.models import Audience, Direction, DoorRule, Passage, Presence
from school.context import NOBODY, Area, Context, Role, Viewer
from school.day.models import LateArrival
from school.db import Database
from school.delivery.relay import Relay
from school.diary.models import Attendance, AttendanceKind, Mark, MarkAction, MarkRevision, WorkKind
from school.identity.models import Passkey, RecoveryCode, Ticket, TicketKind, Totp
from school.ids import Kind, Ref
from school.meals import ledger
from school.meals.ledger import Movement
from school.meals.models import SaleItem, TransferKind
from school.money import Money
from school.outbox import Event, Signal, Topic, TopicKind, append
from school.record.entries import Entries, Entry
from school.record.models import Record, RecordAction
from school.record.reads import ReadRecord
from school.registry.account_models import Session
from school.registry.models import FormerToken, Outcome, Pupil, Staff, Tap
from school.schema import people
from school.settings import Settings
from tests.world import PUPILS, World

SETTINGS = Settings()

NOON = dt.datetime(2026, 9, 7, 12, tzinfo=dt.UTC)
"""The world's one lesson day, 15:00 in Moscow."""
RECORD = """query($child: ID!, $first: Int! = 50, $after: String) { record(childId: $child, first: $first, after: $after) {
  edges { node { date area action kind role own name position relation times firstAt lastAt } } pageInfo { hasNextPage endCursor } } }"""


@dataclass
class Archive:
    """One process and its notebook."""

    database: Database
    world: World
    reads: ReadRecord = field(init=False)

    def __post_init__(self) -> None:
        self.reads = ReadRecord(self.database)

    def ref(self, name: str) -> Ref:
        """The key of somebody."""
        return Ref(2 if name in {"gleb", "dina", "stranger", "parent2", "office2", "teacher2"} else 1, self.world.people[name])

    def person(self, name: str) -> str:
        """The opaque id of somebody."""
        ref = self.ref(name)
        return ids.encode(Kind.PERSON, ref.school_id, ref.id)

    def viewer(self, login: str | Viewer | None) -> Viewer:
        """Who asks."""
        return login if isinstance(login, Viewer) else self.world.viewers[login] if login else NOBODY

    def restricted(self, login: str, child: str, *areas: Area) -> Viewer:
        """A guardian from whom a court has withheld something of a child."""
        return replace(self.viewer(login), withheld=frozenset((self.ref(child), area) for area in areas))

    async def run(self, login: str | Viewer | None, document: str, **variables: Any) -> Any:
        """The result of an operation, as its answer has it."""
        return await people().execute(document, variables, Context(self.viewer(login), self.database, SETTINGS, reads=self.reads))

    async def ask(self, login: str | Viewer | None, document: str, **variables: Any) -> Any:
        """The one field of an operation that has no errors."""
        result = await self.run(login, document, **variables)
        assert result.errors is None, result.errors
        return next(iter(result.data.values()))

    async def refusal(self, login: str | Viewer | None, document: str, **variables: Any) -> str:
        """The code of an operation that is refused."""
        result = await self.run(login, document, **variables)
        assert result.errors is not None
        assert len(result.errors) == 1
        return str((result.errors[0].extensions or {})["code"])

    async def lines(self, login: str | Viewer, child: str) -> list[dict[str, Any]]:
        """The lines of a child's record as somebody sees them."""
        found = await self.ask(login, RECORD, child=self.person(child))
        return [edge["node"] for edge in found["edges"]]

    async def add(self, *entries: Entry) -> None:
        """Write entries."""
        async with self.database.begin() as session:
            await Entries().write(session, entries)

    def entry(self, login: str, role: Role, child: str, at: dt.datetime = NOON, area: Area = Area.DIARY, **more: Any) -> Entry:
        """That somebody has read of a child."""
        values = {"action": RecordAction.READ} | more
        return Entry(
            school_id=self.ref(child).school_id, person_id=self.ref(child).id, area=area, at=at, account_id=self.world.accounts[login], role=role, **values)

    async def rows(self) -> list[Any]:
        """The record, in its order."""
        async with self.database.read() as session:
            return list((await session.execute(sa.select(*Record.__table__.columns).order_by(Record.id))).all())

    async def written(self) -> list[tuple[UUID | None, Role | None, str, Area, RecordAction, str | None]]:
        """Who, as what, whose, which data, what, by which event."""
        names = {person: name for name, person in self.world.people.items()}
        return [(row.account_id, row.role, names[row.person_id], row.area, row.action, row.kind) for row in await self.rows()]

    async def all_rows(self) -> dict[str, Sequence[Any]]:
        """All tables."""
        async with self.database.read() as session:
            return {
                table.name: sorted((await session.execute(sa.select(table))).all(), key=repr) for table in Record.metadata.sorted_tables
            }

    async def publish(self) -> None:
        """Let the relay number what is in the outbox."""
        relay = Relay(self.database, Signal(), lease_seconds=0)
        while await relay.publish():
            pass

    async def leave(self, name: str, on: dt.date) -> None:
        """Somebody leaves the school."""
        ref = self.ref(name)
        kind = Pupil if name in PUPILS else Staff
        async with self.database.begin() as session:
            await session.execute(sa.update(kind).where(kind.school_id == ref.school_id, kind.id == ref.id).values(left_on=on))

    async def live(self, name: str, number: int = 1, at: dt.datetime | None = None) -> None:
        """A pupil of school 1 has a day: a mark, a late arrival, a lunch, and a rule of their own."""
        world, pupil, at = self.world, self.world.people[name], at or clock.now()
        group = PUPILS[name][1]
        mark, tap, sale = ids.new(), ids.new(), ids.new()
        async with self.database.begin() as session:
            teacher = world.people["teacher"]
            worth = {"value": 4, "weight": 1, "work": WorkKind.ANSWER, "comment": f"{name} старалась"}
            session.add(Mark(
                school_id=1, id=mark, pupil_id=pupil, lesson_id=world.lessons[f"{group}-1"], course_id=world.courses[group], revision=1, given_by=teacher,
                given_at=at, withdrawn_at=None, **worth))
            await session.flush()
            session.add(MarkRevision(
                school_id=1, mark_id=mark, revision=1, action=MarkAction.GIVEN, reason=f"{name} просила", by=teacher, at=at, **worth))
            session.add(Attendance(
                school_id=1, lesson_id=world.lessons[f"{group}-{number}"], pupil_id=pupil, kind=AttendanceKind.PRESENT, minutes_late=None, by=teacher, at=at))
            session.add_all(
                Tap(school_id=1, device_id=world.devices[device], sequence=number + 1000 * list(PUPILS).index(name), id=id_, digest=bytes(32), reader="in",
                    token=world.token(name), key_id="1", person_id=pupil, device_at=at, happened_at=at, received_at=at, late=False, suspect=False,
                    outcome=Outcome.ADMIT, reason="OK", data_version=None)
                for device, id_ in (("gate", ids.new()), ("canteen", tap)))
            await session.flush()
            passage = Passage(
                school_id=1, id=ids.new(), person_id=pupil, door_id=world.doors["main"], direction=Direction.IN, reason="OK", data_version=None,
                device_id=world.devices["gate"], sequence=number + 1000 * list(PUPILS).index(name), happened_at=at, received_at=at, late=False, suspect=False)
            session.add(passage)
            await session.merge(Presence(school_id=1, person_id=pupil, inside=True, door_id=world.doors["main"], changed_at=at))
            session.add(LateArrival(
                school_id=1, pupil_id=pupil, on_date=at.date(), passage_id=passage.id, lesson_id=world.lessons[f"{group}-1"],
                minutes=5, noticed_at=at))
            session.add(DoorRule(
                school_id=1, id=ids.new(), door_id=None, direction=None, audience=Audience.PERSON, class_group_id=None, person_id=pupil, weekdays=1,
                starts_at=dt.time(7), ends_at=dt.time(8), valid_from=None, valid_until=None, made_at=at, ended_at=None))
            for kind, id_, amount, more in (
                (TransferKind.TOP_UP, ids.new(), 500, {"note": f"от мамы {name}"}), (TransferKind.SALE, sale, 500, {"tap_id": tap}),
            ):
                await ledger.post(session, Movement(
                    ref=Ref(1, id_), kind=kind, person_id=pupil, amount=Money(amount, "RUB"), digest=id_.bytes * 2, by=world.people["office"], **more))
            session.add(SaleItem(school_id=1, transfer_id=sale, line=1, name="Каша", quantity=1, price=500))
            await append(
                session, Event("test.happened", 1, (Topic(TopicKind.PUPIL, pupil), Topic(TopicKind.DOOR, world.doors["main"])), {
                    "person_id": str(pupil)}, at))


async def give_proofs(archive: Archive, login: str) -> None:
    """An account with everything that an account may have."""
    account, now = archive.world.accounts[login], clock.now()
    async with archive.database.begin() as session:
        session.add_all([
            Session(account_id=account, digest=ids.new().bytes * 2, made_at=now, expires_at=now + dt.timedelta(hours=1), address="192.0.2.7"),
            Totp(account_id=account, secret=b"secret", made_at=now, confirmed_at=now, last_step=1),
            RecoveryCode(account_id=account, digest=ids.new().bytes * 2),
            Passkey(account_id=account, credential=ids.new().bytes, public_key=b"key", sign_count=0, name="телефон", made_at=now, used_at=None),
            Ticket(digest=ids.new().bytes * 2, kind=TicketKind.SECOND_FACTOR, account_id=account, payload={}, expires_at=now),
            FormerToken(
                school_id=1, token=ids.new().bytes * 2, card_id=archive.world.cards[login], key_id=archive.world.card_keys[1][0], moved_at=now),
        ])
