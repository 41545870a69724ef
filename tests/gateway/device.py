"""A device in front of the gateway: a key made here, a counter, requests signed as docs/gateway.md says."""

import datetime as dt
import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from school import clock
from school.registry.models import DeviceKind
from tests.world import World

RECORDED = "... on TapRecorded { sequence outcome reason repeated late suspect } ... on Refusal { code message refused: sequence }"
REFUSAL = "... on Refusal { code message sequence }"
KEYS = "cardKeys { id key current }"
PASSES = f"""
    version full timeZone removed readers {{ name door direction antiPassback }}
    rules {{ id door direction weekdays startsAt endsAt validFrom validUntil }}
    entries {{ token keyId holder state rules inside changedAt }} {KEYS}
"""
DOCUMENTS = {
    "enrol": f"""mutation($input: EnrolInput!) {{
        enrol(input: $input) {{ __typename ... on Enrolled {{ deviceId kind name timeZone serverTime {KEYS} }} {REFUSAL} }} }}""",
    "heartbeat": f"""mutation($input: HeartbeatInput!) {{
        heartbeat(input: $input) {{ __typename ... on Heartbeat {{ serverTime rotateKey {KEYS} }} {REFUSAL} }} }}""",
    "rotateKey": f"mutation($input: RotateKeyInput!) {{ rotateKey(input: $input) {{ __typename ... on KeyAnnounced {{ until }} {REFUSAL} }} }}",
    "passList": f"query($since: String, $wait: Int! = 0) {{ passList(since: $since, wait: $wait) {{ __typename ... on PassList {{ {PASSES} }} {REFUSAL} }} }}",
    "presentTap": f"mutation($input: TapInput!, $sentAt: DateTime!) {{ presentTap(input: $input, sentAt: $sentAt) {{ __typename {RECORDED} }} }}",
    "submitTaps": f"""mutation($inputs: [TapInput!]!, $sentAt: DateTime!) {{
        submitTaps(inputs: $inputs, sentAt: $sentAt) {{ __typename ... on Submitted {{ answers {{ __typename {RECORDED} }} }} {REFUSAL} }} }}""",
}
"""All that each operation tells."""
JSON = "application/json"
ADMIT = {"outcome": "ADMIT", "reason": "OK", "dataVersion": "17"}
"""What a gate decided by itself."""


def base64(raw: bytes) -> str:
    """Unpadded base64url."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def milliseconds(moment: dt.datetime) -> int:
    """Unix milliseconds."""
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)


def recorded(sequence: int, outcome: str = "ADMIT", reason: str = "OK", **changes: Any) -> dict[str, Any]:
    """The answer to a tap that was stored."""
    told = {"sequence": sequence, "outcome": outcome, "reason": reason, "repeated": False, "late": False, "suspect": False}
    return {"__typename": "TapRecorded", **told, **changes}


def refusal(answer: dict[str, Any]) -> tuple[str, int | None]:
    """Code and sequence of a refusal among the answers."""
    assert answer["__typename"] == "Refusal", answer
    return answer["code"], answer["refused"]


@dataclass
class Device:
    """Until it is enrolled its id is `new` and its counter 0."""

    client: httpx.AsyncClient
    world: World
    kind: DeviceKind
    id: str = "new"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    counter: int = 0
    sequence: int = 0
    ahead: dt.timedelta = dt.timedelta()
    """How far its idea of the server's time is ahead."""

    @property
    def public_key(self) -> bytes:
        """What the server knows of the key."""
        return self.key.public_key().public_bytes_raw()

    def sign(self, body: bytes, *, counter: int | None = None, key: Ed25519PrivateKey | None = None) -> dict[str, str]:
        """The headers of a request: the next counter, if none is given."""
        if counter is None and self.id != "new":
            self.counter += 1
        counter = self.counter if counter is None else counter
        time = milliseconds(clock.now() + self.ahead)
        text = f"school-gateway-1\n{self.id}\n{counter}\n{time}\n{hashlib.sha256(body).hexdigest()}"
        return {
            "school-device": self.id, "school-counter": str(counter), "school-time": str(time),
            "school-signature": base64((key or self.key).sign(text.encode())),
        }

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        """A request, signed unless the headers are given. Every answer carries the server's time."""
        answer = await self.client.post("/gateway", content=body, headers={"content-type": JSON, **(self.sign(body) if headers is None else headers)})
        assert answer.headers["school-time"] == str(milliseconds(clock.now()))
        assert answer.headers["content-type"] == JSON
        return answer

    async def ask(self, document: str, variables: dict[str, Any] | None = None) -> httpx.Response:
        """Any document."""
        return await self.post(orjson.dumps({"query": document, "variables": variables}))

    async def call(self, operation: str, **variables: Any) -> dict[str, Any]:
        """An operation that is answered by a member of its union."""
        answer = await self.ask(DOCUMENTS[operation], variables)
        assert (answer.status_code, list(answer.json())) == (200, ["data"]), answer.text
        [(name, member)] = answer.json()["data"].items()
        assert name == operation
        found: dict[str, Any] = member
        return found

    async def code(self, operation: str, **variables: Any) -> str:
        """The code of the refusal of an operation as a whole."""
        answer = await self.call(operation, **variables)
        assert answer["__typename"] == "Refusal", answer
        assert (answer.get("sequence"), bool(answer["message"])) == (None, True)
        return str(answer["code"])

    def tap(self, name: str = "anna", reader: str | None = None, *, ago: dt.timedelta = dt.timedelta(), **changes: Any) -> dict[str, Any]:
        """A TapInput with the next sequence: the card of somebody, or of nobody if the world does not know the name."""
        self.sequence += 1
        return {
            "sequence": self.sequence, "reader": reader or {"gate": "in", "canteen": "till"}.get(self.kind, "desk"), "token": self.world.token(name).hex(),
            "keyId": str(self.world.card_keys[1][0]), "at": (clock.now() - ago).isoformat(), "ageMs": None, "verdict": None, **changes,
        }

    async def present(self, tap: dict[str, Any], sent_at: str | None = None) -> dict[str, Any]:
        """One tap now."""
        return await self.call("presentTap", input=tap, sentAt=sent_at or clock.now().isoformat())

    async def submit(self, *taps: dict[str, Any], sent_at: str | None = None) -> list[dict[str, Any]]:
        """A backlog; an answer for each."""
        answer = await self.call("submitTaps", inputs=taps, sentAt=sent_at or clock.now().isoformat())
        assert answer["__typename"] == "Submitted", answer
        found: list[dict[str, Any]] = answer["answers"]
        return found

    def announcement(self, key: Ed25519PrivateKey, **changes: Any) -> dict[str, Any]:
        """A RotateKeyInput for this key."""
        text = base64(key.public_key().public_bytes_raw())
        proof = base64(key.sign(f"school-rotate-1\n{self.id}\n{text}".encode()))
        return {"publicKey": text, "proof": proof, "sentAt": clock.now().isoformat(), **changes}

    def report(self, **changes: Any) -> dict[str, Any]:
        """A HeartbeatInput."""
        return {"sentAt": clock.now().isoformat(), "software": "test 1", "queueDepth": 0, "rejected": 0, "listVersion": None, "readers": [], **changes}


def denial(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a request that was turned away; nothing else is told."""
    [error] = answer.json()["errors"]
    assert list(answer.json()) == ["errors"]
    assert (set(error), set(error["extensions"]), bool(error["message"])) == ({"message", "extensions"}, {"code"}, True)
    return answer.status_code, error["extensions"]["code"]
