"""Makes this host a device of a school: a key made here, a one-time code from the office, an identity stored whole."""
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from readers import failpoints
from readers.ballast import Ballast
from readers.clock import Clock, format_us
from readers.gateway import Gateway, GatewayError, Link, Signer, make_pool
from readers.identity import (
    Identity,
    IdentityError,
    NotEnrolledError,
    encode_public_key,
    parse_identity,
    read_identity,
    serialise_key,
    store_identity,
)
from readers.journal import Journal, JournalDamagedError
from readers.settings import Settings, check_transport
from readers.signing import LoneKey
from readers.statelock import StateLock

log = structlog.get_logger("readers.enrolment")


class EnrolmentError(RuntimeError):
    """Nothing was changed on this host; one line says why."""


def enrol(settings: Settings, code: str, software: str, *, force: bool, leave_taps: bool) -> tuple[Identity, str]:
    """Enrol at `settings.server`; the new identity, and what stays behind in words. An enrolled host needs `force`, and `leave_taps` too while
    taps wait: nobody can upload them once the key that signs for them is gone."""
    if not settings.server:
        raise EnrolmentError("no server: give --server https://…")
    if not 1 <= len(code.strip()) <= 200:
        raise EnrolmentError("no code: the office makes one with `school device code`")
    check_transport(settings.server, allow_plain_http=settings.allow_plain_http)
    lock = StateLock(settings.state)
    try:
        left = check_free(settings.state, force=force, leave_taps=leave_taps)
        identity = _ask(settings, code.strip(), software)
        failpoints.hit("enrol.before")
        store_identity(settings.state, identity)
        failpoints.hit("enrol.after")
    finally:
        lock.release()
    return identity, left


def check_free(state: Path, *, force: bool, leave_taps: bool) -> str:
    """Refuse to replace an identity by accident, or one whose taps the server does not have yet, unless they may stay: then say how many, and where."""
    try:
        old = read_identity(state)
    except NotEnrolledError:
        return ""
    except IdentityError as error:
        if force:
            return ""
        raise EnrolmentError(f"{error} (--force replaces it)") from error
    if not force:
        raise EnrolmentError(f"this host is enrolled already as “{old.name}” ({old.device_id}); --force makes it a new device")
    journal = state / old.folder / "journal.sqlite"
    pending = _count_waiting(state, journal, damaged_too=leave_taps)
    if pending == 0:
        return ""
    if not leave_taps:
        raise EnrolmentError(f"{pending} taps of “{old.name}” wait for its server: let the daemon upload them first; if the server will never "
                             f"take them from this device, --leave-taps leaves them unsent in {journal.parent}")
    return f"{'An unknown number of' if pending is None else pending} taps of “{old.name}” ({old.device_id}) stay behind unsent, in {journal}"


def _count_waiting(state: Path, journal: Path, *, damaged_too: bool) -> int | None:
    """How many taps wait in a journal; None for a damaged one."""
    if not journal.exists():
        return 0
    try:
        book = Journal(journal, "", limit=1, keep=1, ballast=Ballast(state / "ballast", 0))
    except JournalDamagedError:
        if damaged_too:
            return None
        raise
    pending = book.read_depth().pending
    book.close()
    return pending


def _ask(settings: Settings, code: str, software: str) -> Identity:
    key = Ed25519PrivateKey.generate()
    clock = Clock(settings.simulation)
    signer = Signer("new", LoneKey(key), lambda: 0, lambda: None)
    gateway = Gateway(make_pool(settings.ca_file), settings.server, signer, clock, Link())
    try:
        member = gateway.call("enrol", lambda: {"input": {
            "code": code, "publicKey": encode_public_key(key), "software": software, "sentAt": format_us(clock.wall_us())}},
            settings.request_seconds)
    except GatewayError as error:
        raise EnrolmentError(f"no answer from {settings.server} ({error}); if the code got there, ask for a new one") from error
    if member["__typename"] == "Refusal":
        reason = "the code is unknown, used or expired" if member.get("code") == "BAD_CODE" else str(member.get("message"))[:200]
        raise EnrolmentError(f"{str(member.get('code'))[:40]}: {reason}")
    try:
        return parse_identity({**member, "server": settings.server, "privateKey": serialise_key(key)})
    except IdentityError as error:
        raise EnrolmentError(f"the server's answer is unusable: {error}") from error
