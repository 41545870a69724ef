"""The machines' API in Graphene: six operations for devices (docs/gateway.md). Who may call which is decided before it runs."""

import datetime as dt
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import graphene
from sqlalchemy.ext.asyncio import AsyncSession

from school import clock, ids
from school.access import passlist
from school.db import Database
from school.errors import Refused, bad_input
from school.gateway import credentials, enrolment, taps, types
from school.gateway.credentials import Signed, Turn
from school.gateway.denial import Denied, Reason
from school.gateway.passwatch import PassWatch
from school.gateway.types import many, whole
from school.ids import Kind, Ref
from school.registry import card_keys, device_keys, devices
from school.registry import taps as registry_taps
from school.registry.models import Device, School
from school.registry.taps import Sending, Verdict
from school.registry.texts import moment

LONGEST_WAIT = 25
"""Seconds of a long-poll, below what proxies allow."""


@dataclass(frozen=True, slots=True)
class Call:
    """The context of a request: who calls (None: a stranger), what was signed, and when it was received."""

    database: Database
    watch: PassWatch
    recorder: taps.Recorder
    signed: Signed
    received_at: dt.datetime
    turn: Turn | None

    @property
    def device(self) -> Ref:
        """The calling device."""
        return self.own_turn.caller.ref

    @property
    def own_turn(self) -> Turn:
        """Its device's turn."""
        if self.turn is None:
            raise Denied(Reason.NOT_ALLOWED)
        return self.turn


Resolve = Callable[..., Awaitable[Any]]


def answers(resolve: Resolve) -> Resolve:
    """A refusal becomes a member of the result's union."""

    async def resolved(root: Any, info: Any, **arguments: Any) -> Any:
        try:
            return await resolve(root, info.context, **arguments)
        except Refused as refused:
            return types.Refusal(code=refused.code.value, message=refused.message, sequence=None)

    return resolved


async def _card_keys(session: AsyncSession, school_id: int) -> list[types.CardKey]:
    """The school's keys, the current one first."""
    return [
        types.CardKey(id=str(key.id), key=urlsafe_b64encode(key.secret).decode().rstrip("="), current=place == 0)
        for place, key in enumerate(await card_keys.keys(session, school_id))
    ]


async def _device(session: AsyncSession, ref: Ref) -> Device:
    """The calling device as it is now; a wait may have outlived its rights."""
    device = await session.get(Device, (ref.school_id, ref.id))
    if device is None or device.revoked_at is not None:
        raise Denied(Reason.REVOKED)
    return device


class Query(graphene.ObjectType):  # type: ignore[misc]
    """What a gate asks."""

    pass_list = graphene.Field(
        whole(types.PassListResult), since=graphene.String(), wait=graphene.Argument(whole(graphene.Int), default_value=0),
        description="Long-poll: answers at once when the list is newer than `since`, else after at most `wait` seconds (0 to 25) with no entries.",
    )

    @staticmethod
    @answers
    async def resolve_pass_list(_root: Any, call: Call, wait: int, since: str | None = None) -> Any:
        """The list, or what changed."""
        if not 0 <= wait <= LONGEST_WAIT:
            raise bad_input(f"wait must lie between 0 and {LONGEST_WAIT}")
        async with call.database.read() as session:
            newer = await passlist.is_newer(session, await _device(session, call.device), since)
        known = passlist.read_version(since)
        if not newer and wait and known is not None:
            await call.watch.wait(call.device, known, wait)
        async with call.database.read() as session:
            keys = await _card_keys(session, call.device.school_id)  # before it is seen not to be revoked: a key that is made after that is not among them
            found = await passlist.pass_list(session, await _device(session, call.device), since)
        return types.PassList(
            version=found.version, full=found.full, time_zone=found.time_zone, readers=found.readers, rules=found.rules, entries=found.entries,
            removed=found.removed, card_keys=keys,
        )


class Mutation(graphene.ObjectType):  # type: ignore[misc]
    """What devices tell."""

    enrol = graphene.Field(whole(types.EnrolResult), input=whole(types.EnrolInput), description="A one-time code becomes a device.")
    heartbeat = graphene.Field(whole(types.HeartbeatResult), input=whole(types.HeartbeatInput), description="How the device is.")
    rotate_key = graphene.Field(
        whole(types.RotateKeyResult), input=whole(types.RotateKeyInput),
        description="The device's next key. The first request that it signs retires the present one; counters go on.")
    present_tap = graphene.Field(
        whole(types.TapResult), input=whole(types.TapInput), sent_at=whole(types.DateTime), description="One tap now; the answer is the verdict.")
    submit_taps = graphene.Field(
        whole(types.SubmitResult), inputs=many(types.TapInput), sent_at=whole(types.DateTime),
        description="A backlog of at most 100 taps in the order of their sequence; one answer for each, in the same order.",
    )

    @staticmethod
    @answers
    async def resolve_enrol(_root: Any, call: Call, input: Any) -> Any:  # noqa: A002 - the argument's public name
        """The request must be signed with the key that it brings."""
        public_key = _read_base64(input.public_key, "publicKey")
        call.signed.verify(public_key)
        moment(input.sent_at, "sentAt")
        async with call.database.begin() as session:
            device = await enrolment.enrol(session, input.code, public_key, input.software)
            school = await session.get_one(School, device.school_id)
            keys = await _card_keys(session, device.school_id)
        return types.Enrolled(
            device_id=ids.encode(Kind.DEVICE, device.school_id, device.id), kind=device.kind, name=device.name, time_zone=school.time_zone,
            card_keys=keys, server_time=clock.now(),
        )

    @staticmethod
    @answers
    async def resolve_heartbeat(_root: Any, call: Call, input: Any) -> Any:  # noqa: A002 - the argument's public name
        """Kept with the device, for the office's list."""
        told = devices.Report(
            software=input.software, queue_depth=input.queue_depth, rejected=input.rejected,
            offset_ms=(call.received_at - moment(input.sent_at, "sentAt")) // dt.timedelta(milliseconds=1), list_version=input.get("list_version"),
            readers=[(reader.name, reader.state.value) for reader in input.readers],
        )
        async with call.database.begin() as session:
            device = await credentials.hold(session, call.device)
            await devices.report(session, call.device, told)
            keys = await _card_keys(session, call.device.school_id)
        wanted = device_keys.is_wanted(device.rotation_asked_at, device.key_made_at or device.enrolled_at, call.received_at)
        return types.Heartbeat(server_time=clock.now(), card_keys=keys, rotate_key=wanted)

    @staticmethod
    @answers
    async def resolve_rotate_key(_root: Any, call: Call, input: Any) -> Any:  # noqa: A002 - the argument's public name
        """Signed by a key that the device has, and by the one that it is to have."""
        moment(input.sent_at, "sentAt")
        public_key = _read_base64(input.public_key, "publicKey")
        credentials.check_proof(call.signed.device, public_key, _read_base64(input.proof, "proof"))
        async with call.database.begin() as session:
            return types.KeyAnnounced(until=await device_keys.announce(session, await credentials.hold(session, call.device), public_key))

    @staticmethod
    @answers
    async def resolve_present_tap(_root: Any, call: Call, input: Any, sent_at: str) -> Any:  # noqa: A002 - the argument's public name
        """Recorded, then answered."""
        return _answer(await call.recorder.present(call.own_turn, _read_tap(input), _sending(call, sent_at)))

    @staticmethod
    @answers
    async def resolve_submit_taps(_root: Any, call: Call, inputs: list[Any], sent_at: str) -> Any:
        """Recorded item by item."""
        found = await call.recorder.submit(call.own_turn, [_read_tap(tap) for tap in inputs[:taps.MOST_TAPS + 1]], _sending(call, sent_at))
        return types.Submitted(answers=[_answer(one) for one in found])


def _sending(call: Call, sent_at: str) -> Sending:
    return Sending(moment(sent_at, "sentAt"), call.received_at)


def _read_base64(text: str, name: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise bad_input(f"{name} must be base64url") from None


def _read_tap(given: Any) -> taps.Item:
    """A tap, or the refusal that answers it."""
    told = given.get("verdict")
    verdict = None if told is None else Verdict(told.outcome, told.reason, told.data_version)
    tokens = [(made.key_id, made.token) for made in given.get("tokens") or ()]
    try:
        return registry_taps.read(given.sequence, given.reader, given.token, given.key_id, given.at, given.get("age_ms"), verdict, tokens)
    except Refused as refused:
        return taps.Refusal(refused.code, refused.message, given.sequence)


def _answer(one: taps.Answer) -> Any:
    if isinstance(one, taps.Refusal):
        return types.Refusal(code=str(one.code), message=one.message, sequence=one.sequence)
    tap = one.tap
    return types.TapRecorded(
        sequence=tap.sequence, outcome=tap.outcome, reason=tap.reason, repeated=one.repeated, late=tap.late, suspect=tap.suspect)


def machines() -> graphene.Schema:
    """The machines' schema."""
    return graphene.Schema(query=Query, mutation=Mutation, auto_camelcase=True)


def sdl() -> str:
    """The machines' API in the schema language."""
    return str(machines())
