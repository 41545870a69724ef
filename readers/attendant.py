"""Answers each tap: checks the UID, makes its token, decides or asks, and stores it durably before anyone is told."""
import threading
from collections import Counter
from collections.abc import Callable

import structlog

from readers import failpoints
from readers.actuator import Actuator
from readers.cardkeys import check_uid, make_token
from readers.journal import Journal, JournalFullError, NewTap, NotStoredError, StoredTap, pack_tokens
from readers.passlist import Decided, Passbook
from readers.presenter import Presenter
from readers.reader import Answer, Tap
from readers.vault import Keyring

log = structlog.get_logger("readers.attendant")


class Attendant:
    """What gates, canteens and desks have in common. Readers' threads call `answer`."""

    def __init__(self, journal: Journal, keyring: Keyring, actuator: Actuator, nudge: Callable[[], None], boot_id: str) -> None:
        self._journal = journal
        self._keyring = keyring
        self._actuator = actuator
        self._nudge = nudge
        self._boot_id = boot_id
        self.unjournaled: Counter[str] = Counter()  # answers that left no tap, by reason, for the status

    def answer(self, tap: Tap) -> Answer:
        """Never raises: whatever happens inside, a person is waiting for a light."""
        problem = check_uid(tap.uid)
        if problem is not None:
            return self._give(tap, Answer(None, "REFUSE", problem))
        try:
            return self._attend(tap)
        except Exception as error:  # noqa: BLE001 - the reader's thread must live on; the kind tells a technician enough, and no UID
            log.error("a tap could not be answered", reader=tap.reader, fault=type(error).__name__)  # noqa: TRY400 - a trace may hold data
            return self._give(tap, Answer(None, "REFUSE", "FAULT"))

    def _attend(self, tap: Tap) -> Answer:
        raise NotImplementedError

    def _tokens(self, uid: bytes) -> list[tuple[str, str]]:
        """The card's token by each key, the current one first."""
        return [(make_token(key, uid), key.id) for key in self._keyring.keys]

    def _give(self, tap: Tap, answer: Answer) -> Answer:
        failpoints.hit("answer.before")
        if answer.sequence is None:
            self.unjournaled[answer.reason] += 1
        try:
            self._actuator.act(tap.reader, answer)
        except Exception as error:  # noqa: BLE001 - drivers of all kinds; the tap is stored, the technician is told
            log.error("the actuator failed", reader=tap.reader, fault=type(error).__name__)  # noqa: TRY400 - as above
        return answer


def explain(error: JournalFullError | NotStoredError) -> str:
    """The reason shown where a tap could not be stored."""
    return "QUEUE_FULL" if isinstance(error, JournalFullError) else "NOT_STORED"


class GateAttendant(Attendant):
    """Decides by itself, in milliseconds, whether the server is there or not."""

    def __init__(self, journal: Journal, keyring: Keyring, actuator: Actuator, nudge: Callable[[], None], boot_id: str, *,
                 passbook: Passbook) -> None:
        super().__init__(journal, keyring, actuator, nudge, boot_id)
        self._passbook = passbook
        self._lock = threading.Lock()  # two readers, one card: the second decision must see the first

    def _attend(self, tap: Tap) -> Answer:
        tokens = self._tokens(tap.uid)
        with self._lock:
            decided = self._passbook.decide(tap.reader, tokens, tap.moment)
            try:
                sequence = self._journal.append(
                    NewTap(tap.reader, decided.token, decided.key_id, tap.moment, decided.verdict, decided.inside, pack_tokens(tokens)))
            except (JournalFullError, NotStoredError) as error:
                return self._give(tap, self._answer_unstored(decided, error))
            if decided.inside is not None:
                self._passbook.record(decided.token, decided.inside, tap.moment.server_us)
        answer = self._give(tap, Answer(sequence, decided.verdict.outcome, decided.verdict.reason))
        self._nudge()
        return answer

    def _answer_unstored(self, decided: Decided, error: JournalFullError | NotStoredError) -> Answer:
        """Without a record nobody comes in; but a full disk keeps nobody from leaving."""
        log.error("a tap could not be stored", error=str(error))
        leaving = decided.direction == "OUT" and decided.verdict.outcome == "ADMIT"
        return Answer(None, "ADMIT" if leaving else "REFUSE", explain(error))


class DeskAttendant(Attendant):
    """Canteen and office desk: stores the tap, then shows the server's verdict."""

    def __init__(self, journal: Journal, keyring: Keyring, actuator: Actuator, nudge: Callable[[], None], boot_id: str, *,
                 presenter: Presenter) -> None:
        super().__init__(journal, keyring, actuator, nudge, boot_id)
        self._presenter = presenter

    def _attend(self, tap: Tap) -> Answer:
        tokens = self._tokens(tap.uid)
        (token, key_id), packed = tokens[0], pack_tokens(tokens)
        try:
            sequence = self._journal.append(NewTap(tap.reader, token, key_id, tap.moment, None, tokens=packed), presenting=True)
        except (JournalFullError, NotStoredError) as error:
            log.error("a tap could not be stored", error=str(error))  # noqa: TRY400 - the message is enough
            return self._give(tap, Answer(None, "REFUSE", explain(error)))
        try:
            stored = StoredTap(sequence, tap.reader, token, key_id, tap.moment.at_us, tap.moment.boot_us, self._boot_id, None, None, None, packed)
            outcome, reason, answered = self._presenter.present(stored)
            answer = self._give(tap, Answer(sequence, outcome, reason))
            if answered is not None:
                self._presenter.mark(answered)
        finally:
            self._journal.release(sequence)
            self._nudge()
        return answer
