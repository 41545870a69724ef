"""The peer that many a team writes for taps: Graphene as it comes, the ORM, a session for each request. One process of uvicorn, as ours.

It stores in the same tables what ours stores, after the same signature. It serves as a superuser, whom no policy of row-level security binds.
"""

import datetime as dt
import json
import os
from typing import Any

import graphene
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from school import clock, ids
from school.access import events
from school.access.models import Direction, DoorReader, Passage, Presence
from school.gateway import credentials
from school.gateway.denial import Denied
from school.ids import Kind
from school.outbox import OutboxRow
from school.registry.models import Card, Device, Outcome, Pupil, Tap
from school.registry.taps import PresentedTap, Sending, Verdict, place, read

engine = create_async_engine(os.environ["BENCH_DATABASE_URL"], pool_size=10, max_overflow=0, pool_timeout=60)
make_session = async_sessionmaker(engine, expire_on_commit=False)
OutcomeName = graphene.Enum.from_enum(Outcome)


class VerdictInput(graphene.InputObjectType):  # type: ignore[misc]
    """What the gate decided."""

    outcome = OutcomeName(required=True)
    reason = graphene.String(required=True)
    data_version = graphene.String(required=True)


class TapInput(graphene.InputObjectType):  # type: ignore[misc]
    """A card was presented."""

    sequence = graphene.Int(required=True)
    reader = graphene.String(required=True)
    token = graphene.String(required=True)
    key_id = graphene.String(required=True)
    at = graphene.String(required=True)
    age_ms = graphene.Int()
    verdict = VerdictInput(required=True)


class TapRecorded(graphene.ObjectType):  # type: ignore[misc]
    """The tap is stored."""

    sequence = graphene.Int(required=True)
    outcome = OutcomeName(required=True)
    reason = graphene.String(required=True)


class Refusal(graphene.ObjectType):  # type: ignore[misc]
    """It is not."""

    code = graphene.String(required=True)
    message = graphene.String(required=True)
    sequence = graphene.Int()


class TapResult(graphene.Union):  # type: ignore[misc]
    """One tap's answer."""

    class Meta:
        """Its members."""

        types = (TapRecorded, Refusal)


class Submitted(graphene.ObjectType):  # type: ignore[misc]
    """An answer for each tap."""

    answers = graphene.List(graphene.NonNull(TapResult), required=True)


class SubmitResult(graphene.Union):  # type: ignore[misc]
    """The backlog's answer."""

    class Meta:
        """Its members."""

        types = (Submitted, Refusal)


class Mutation(graphene.ObjectType):  # type: ignore[misc]
    """What gates tell."""

    submit_taps = graphene.Field(
        SubmitResult, required=True, inputs=graphene.List(graphene.NonNull(TapInput), required=True), sent_at=graphene.DateTime(required=True))

    @staticmethod
    async def resolve_submit_taps(_root: Any, info: Any, inputs: list[Any], sent_at: dt.datetime) -> Any:
        """One after the other."""
        session, device, sending = info.context["session"], info.context["device"], Sending(sent_at, info.context["received_at"])
        answers = []
        for given in inputs:
            told = given.verdict
            tap = read(given.sequence, given.reader, given.token, given.key_id, given.at, given.age_ms, Verdict(told.outcome, told.reason, told.data_version))
            row = await record(session, device, tap, sending)
            answers.append(
                Refusal(code="CONFLICT", message="this sequence was recorded with other content", sequence=row.sequence) if row.digest != tap.digest
                else TapRecorded(sequence=row.sequence, outcome=row.outcome, reason=row.reason))
        return Submitted(answers=answers)


class Query(graphene.ObjectType):  # type: ignore[misc]
    """GraphQL wants one."""

    ok = graphene.Boolean()


schema = graphene.Schema(query=Query, mutation=Mutation)


async def record(session: AsyncSession, device: Device, tap: PresentedTap, sending: Sending) -> Tap:
    """The receipt, the passage, the presence and the event of a tap that is not known yet."""
    school_id, verdict = device.school_id, tap.verdict
    assert verdict is not None
    if (known := await session.get(Tap, (school_id, device.id, tap.sequence))) is not None:
        return known
    card = await session.scalar(sa.select(Card).where(Card.school_id == school_id, Card.token == tap.token))
    placed = place(tap, sending, device.last_tap_at)
    row = Tap(
        school_id=school_id, device_id=device.id, sequence=tap.sequence, id=ids.new(), digest=tap.digest, reader=tap.reader, token=tap.token,
        key_id=tap.key_id, person_id=card and card.person_id, device_at=tap.at, happened_at=placed.happened_at, received_at=sending.received_at,
        late=placed.late, suspect=placed.suspect, outcome=verdict.outcome, reason=verdict.reason, data_version=verdict.data_version)
    session.add(row)
    device.last_tap_at = placed.happened_at
    stands_for = await session.get(DoorReader, (school_id, device.id, tap.reader))
    if verdict.outcome is Outcome.ADMIT and card is not None and stands_for is not None:
        passage = Passage(
            school_id=school_id, id=ids.new(), person_id=card.person_id, door_id=stands_for.door_id, direction=stands_for.direction, reason=row.reason,
            data_version=row.data_version, device_id=device.id, sequence=row.sequence, happened_at=row.happened_at, received_at=row.received_at, late=row.late,
            suspect=row.suspect)
        session.add(passage)
        await move(session, passage)
        pupil = await session.get(Pupil, (school_id, card.person_id))
        event = events.passed(passage, row, pupil=pupil is not None)
        session.add(OutboxRow(
            school_id=school_id, event_id=event.id, kind=event.kind, version=event.version, topics=[[topic.kind, str(topic.id)] for topic in event.topics],
            payload=event.payload, occurred_at=event.occurred_at, late=event.late, appended_at=clock.now(), concerns=[]))
    return row


async def move(session: AsyncSession, passage: Passage) -> None:
    """Who is inside, by the newest passage."""
    inside = passage.direction is Direction.IN
    presence = await session.get(Presence, (passage.school_id, passage.person_id), with_for_update=True)
    if presence is None:
        session.add(Presence(
            school_id=passage.school_id, person_id=passage.person_id, inside=inside, door_id=passage.door_id, changed_at=passage.happened_at))
    elif presence.changed_at <= passage.happened_at:
        presence.inside, presence.door_id, presence.changed_at = inside, passage.door_id, passage.happened_at


async def authenticate(session: AsyncSession, request: Request, body: bytes, now: dt.datetime) -> Device:
    """The device that has signed, whose counter has grown."""
    signed = credentials.read(request.headers, body)
    ref = ids.decode(Kind.DEVICE, signed.device)
    device = await session.get(Device, (ref.school_id, ref.id), with_for_update={"key_share": True})
    credentials.identify(signed, device, now)
    assert device is not None
    if signed.counter <= device.counter:
        raise Denied(credentials.Reason.REPLAYED)
    device.counter, device.seen_at = signed.counter, now
    return device


async def post(request: Request) -> JSONResponse:
    """One request, in one transaction."""
    body, now = await request.body(), clock.now()
    try:
        async with make_session.begin() as session:
            device = await authenticate(session, request, body, now)
            asked = json.loads(body)
            result = await schema.execute_async(
                asked["query"], variables=asked["variables"], context={"session": session, "device": device, "received_at": now})
            if result.errors:
                raise result.errors[0]
    except Denied as denied:
        return JSONResponse({"errors": [{"message": denied.message}]}, denied.reason.status)
    return JSONResponse({"data": result.data})


app = Starlette(routes=[Route("/gateway", post, methods=["POST"])])
