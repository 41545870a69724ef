"""The machines' GraphQL types, as docs/gateway.md has them. Values come from plain objects whose attributes have the fields' names."""

import datetime as dt
from enum import StrEnum
from typing import Any

import graphene
from graphql import StringValueNode, ValueNode

from school.access.models import AntiPassback, Direction
from school.registry.models import CardState, DeviceKind, Outcome


class ReaderState(StrEnum):
    """How a reader is, as its daemon tells."""

    OK = "ok"
    ABSENT = "absent"
    FAILED = "failed"


DeviceKindName = graphene.Enum.from_enum(DeviceKind, description="What a device is for.")
DirectionName = graphene.Enum.from_enum(Direction, description="Which way a passage goes, seen from the school.")
OutcomeName = graphene.Enum.from_enum(Outcome, description="What a tap was answered with.")
AntiPassbackName = graphene.Enum.from_enum(AntiPassback, description="What happens at a second entry without leaving.")
CardStateName = graphene.Enum.from_enum(CardState, description="Whether a card opens doors and pays.")
ReaderStateName = graphene.Enum.from_enum(ReaderState, description="How a reader of the device is.")


def whole(kind: Any) -> Any:
    """A required field or argument."""
    return graphene.NonNull(kind)


def many(kind: Any) -> Any:
    """A required list of required items."""
    return graphene.NonNull(graphene.List(graphene.NonNull(kind)))


class DateTime(graphene.Scalar):  # type: ignore[misc]
    """ISO 8601 with an offset. Read as a text: a bad one refuses its item, not the whole request."""

    @staticmethod
    def serialize(value: dt.datetime) -> str:
        """A moment, in UTC."""
        return value.isoformat()

    @staticmethod
    def parse_value(value: object) -> str:
        """Any text."""
        if not isinstance(value, str):
            raise TypeError("a moment is a text")
        return value

    @staticmethod
    def parse_literal(node: ValueNode, _variables: Any = None) -> str:
        """Any text."""
        return DateTime.parse_value(node.value if isinstance(node, StringValueNode) else None)


class Refusal(graphene.ObjectType):  # type: ignore[misc]
    """A clear no: nothing has changed by it. `sequence` tells which tap."""

    code = whole(graphene.String)
    message = whole(graphene.String)
    sequence = graphene.Int()


class CardKey(graphene.ObjectType):  # type: ignore[misc]
    """A key that turns UIDs into tokens: unpadded base64url, 32 bytes. The current one makes new tokens."""

    id = whole(graphene.String)
    key = whole(graphene.String)
    current = whole(graphene.Boolean)


class Enrolled(graphene.ObjectType):  # type: ignore[misc]
    """The device that the code has become."""

    device_id = whole(graphene.ID)
    kind = whole(DeviceKindName)
    name = whole(graphene.String)
    time_zone = whole(graphene.String)
    card_keys = many(CardKey)
    server_time = whole(DateTime)


class Heartbeat(graphene.ObjectType):  # type: ignore[misc]
    """The server is there. `rotateKey`: the device is to make a new key, and to announce it by the mutation of that name."""

    server_time = whole(DateTime)
    card_keys = many(CardKey)
    rotate_key = whole(graphene.Boolean)


class KeyAnnounced(graphene.ObjectType):  # type: ignore[misc]
    """The next key is accepted beside the present one, until it has signed a request or this moment comes; null: it is the present one already."""

    until = DateTime()


class TapRecorded(graphene.ObjectType):  # type: ignore[misc]
    """The tap is stored for good. `repeated`: it had been before, and nothing has changed now."""

    sequence = whole(graphene.Int)
    outcome = whole(OutcomeName)
    reason = whole(graphene.String)
    repeated = whole(graphene.Boolean)
    late = whole(graphene.Boolean)
    suspect = whole(graphene.Boolean)


class ReaderBinding(graphene.ObjectType):  # type: ignore[misc]
    """What a reader of the device stands for."""

    name = whole(graphene.String)
    door = whole(graphene.ID)
    direction = whole(DirectionName)
    anti_passback = whole(AntiPassbackName)


class PassRule(graphene.ObjectType):  # type: ignore[misc]
    """A rule in force. `weekdays` are bits, Monday 1 to Sunday 64; times are HH:MM, school-local, from inclusive to exclusive; dates are inclusive."""

    id = whole(graphene.String)
    door = graphene.ID()
    direction = graphene.Field(DirectionName)
    weekdays = whole(graphene.Int)
    starts_at = whole(graphene.String)
    ends_at = whole(graphene.String)
    valid_from = graphene.String()
    valid_until = graphene.String()


class PassEntry(graphene.ObjectType):  # type: ignore[misc]
    """A card with its holder's rules and presence."""

    token = whole(graphene.String)
    key_id = whole(graphene.String)
    holder = whole(graphene.ID)
    state = whole(CardStateName)
    rules = many(graphene.String)
    inside = graphene.Boolean()
    changed_at = DateTime()


class PassList(graphene.ObjectType):  # type: ignore[misc]
    """From what a gate decides by itself. `entries` are whole if `full`, else those that changed; readers and rules are always whole."""

    version = whole(graphene.String)
    full = whole(graphene.Boolean)
    time_zone = whole(graphene.String)
    readers = many(ReaderBinding)
    rules = many(PassRule)
    entries = many(PassEntry)
    removed = many(graphene.String)
    card_keys = many(CardKey)


class EnrolResult(graphene.Union):  # type: ignore[misc]
    """What enrol answers."""

    class Meta:
        """Its members."""

        types = (Enrolled, Refusal)


class HeartbeatResult(graphene.Union):  # type: ignore[misc]
    """What heartbeat answers."""

    class Meta:
        """Its members."""

        types = (Heartbeat, Refusal)


class RotateKeyResult(graphene.Union):  # type: ignore[misc]
    """What rotateKey answers."""

    class Meta:
        """Its members."""

        types = (KeyAnnounced, Refusal)


class TapResult(graphene.Union):  # type: ignore[misc]
    """What becomes of a tap."""

    class Meta:
        """Its members."""

        types = (TapRecorded, Refusal)


class Submitted(graphene.ObjectType):  # type: ignore[misc]
    """An answer for each tap, in their order."""

    answers = many(TapResult)


class SubmitResult(graphene.Union):  # type: ignore[misc]
    """What submitTaps answers."""

    class Meta:
        """Its members."""

        types = (Submitted, Refusal)


class PassListResult(graphene.Union):  # type: ignore[misc]
    """What passList answers."""

    class Meta:
        """Its members."""

        types = (PassList, Refusal)


class EnrolInput(graphene.InputObjectType):  # type: ignore[misc]
    """A one-time code, the public key (unpadded base64url, 32 bytes) that signs this request, and the daemon's version."""

    code = whole(graphene.String)
    public_key = whole(graphene.String)
    software = whole(graphene.String)
    sent_at = whole(DateTime)


class ReaderReport(graphene.InputObjectType):  # type: ignore[misc]
    """How a reader is."""

    name = whole(graphene.String)
    state = whole(ReaderStateName)


class HeartbeatInput(graphene.InputObjectType):  # type: ignore[misc]
    """How the device is. `queueDepth` taps wait, `rejected` were refused for good."""

    sent_at = whole(DateTime)
    software = whole(graphene.String)
    queue_depth = whole(graphene.Int)
    rejected = whole(graphene.Int)
    list_version = graphene.String()
    readers = many(ReaderReport)


class RotateKeyInput(graphene.InputObjectType):  # type: ignore[misc]
    """The device's next public key (unpadded base64url, 32 bytes), and that key's signature under its announcement (docs/gateway.md, “Keys”)."""

    public_key = whole(graphene.String)
    proof = whole(graphene.String)
    sent_at = whole(DateTime)


class TokenInput(graphene.InputObjectType):  # type: ignore[misc]
    """The card's token by one card key: 64 hex digits."""

    key_id = whole(graphene.String)
    token = whole(graphene.String)


class VerdictInput(graphene.InputObjectType):  # type: ignore[misc]
    """What a gate decided by itself, and by which version of its list."""

    outcome = whole(OutcomeName)
    reason = whole(graphene.String)
    data_version = whole(graphene.String)


class TapInput(graphene.InputObjectType):  # type: ignore[misc]
    """A card was presented. `at` is the device's own clock, `ageMs` the time since by its monotonic one, null after a reboot.

    `token` by `keyId` is what was decided by; `tokens` are the card's by every key that the device holds, the current one's first.
    """

    sequence = whole(graphene.Int)
    reader = whole(graphene.String)
    token = whole(graphene.String)
    key_id = whole(graphene.String)
    tokens = graphene.List(graphene.NonNull(TokenInput))
    at = whole(DateTime)
    age_ms = graphene.Int()
    verdict = graphene.InputField(VerdictInput)
