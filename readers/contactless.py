"""Real readers through PC/SC: one thread watches all of them, one thread for each reads its cards; survives pcscd and cables."""
import queue
import threading
import time
from collections.abc import Mapping
from fnmatch import fnmatchcase

import structlog

from readers import failpoints, pcsc
from readers.clock import Clock, Moment
from readers.reader import ABSENT, FAILED, OK, OnTap, Repeats, Tap

WAIT_MILLISECONDS = 2000
RETURN_SECONDS = 0.5   # between tries to reach pcscd
MOST_WAITING = 2       # cards laid on a reader while it still attends to another
READ_TRIES = 5
TRY_SECONDS = 0.1
HUNG_SECONDS = 5.0     # another program's transaction, or a card that never answers, blocks a reader's thread
log = structlog.get_logger("readers.contactless")


def match_name(patterns: Mapping[str, str], slot: str) -> str | None:
    """The name whose glob pattern fits this PC/SC slot; the first one in the settings' order."""
    return next((name for name, pattern in patterns.items() if fnmatchcase(slot, pattern)), None)


class Worker:
    """Reads the cards of one reader, on a thread and a context of its own, so that one hung card holds up nobody else."""

    def __init__(self, name: str, slot: str, on_tap: OnTap, repeats: Repeats, *, reverse: bool) -> None:
        self._name = name
        self._slot = slot
        self._on_tap = on_tap
        self._repeats = repeats
        self._reverse = reverse
        self._shows = "ACR122" in slot.upper()
        self._cards: queue.SimpleQueue[Moment | None] = queue.SimpleQueue()
        self._context: pcsc.Context | None = None
        self._busy_since: float | None = None
        self.unread = 0
        self._thread = threading.Thread(target=self._run, name=f"reader-{name}", daemon=True)
        self._thread.start()

    def present(self, moment: Moment) -> None:
        """A card was laid on the reader at this moment. Dropped if two more wait already: they are gone by now."""
        if self._cards.qsize() < MOST_WAITING:
            self._cards.put(moment)
        else:
            self.unread += 1

    def stop(self) -> None:
        """End after the tap under way."""
        self._cards.put(None)

    def join(self, seconds: float) -> None:
        """Wait for it to end."""
        self._thread.join(seconds)

    @property
    def hung(self) -> bool:
        """Whether the hardware has not answered for long."""
        since = self._busy_since
        return since is not None and time.monotonic() - since > HUNG_SECONDS

    def _run(self) -> None:
        while (moment := self._cards.get()) is not None:
            try:
                self._attend(moment)
            except pcsc.PcscError as error:
                self.unread += not error.gone
                log.info("a card could not be read", reader=self._name, fault=str(error))
        self._forget_context()

    def _attend(self, moment: Moment) -> None:
        self._busy_since = time.monotonic()
        try:
            card, uid = self._read()
        finally:
            self._busy_since = None
        try:
            if self._repeats.is_repeat(self._name, uid):
                log.debug("the same card again, dropped", reader=self._name)
                return
            answer = self._on_tap(Tap(self._name, uid[::-1] if self._reverse else uid, moment))
            self._show(card, admitted=answer.admitted)
            failpoints.hit("answer.after")
        finally:
            card.close()

    def _read(self) -> tuple[pcsc.Card, bytes]:
        """The card and its UID; tries again while other programs, resets or a trembling hand are in the way."""
        for left in reversed(range(READ_TRIES)):
            try:
                return self._read_once()
            except pcsc.PcscError as error:
                if not error.passing:
                    self._forget_context()  # perhaps pcscd was restarted: the next try has a new one
                if error.gone or not left:
                    raise
            time.sleep(TRY_SECONDS)
        raise AssertionError("unreachable")

    def _read_once(self) -> tuple[pcsc.Card, bytes]:
        if self._context is None:
            self._context = pcsc.Context()
        card = self._context.connect(self._slot)
        try:
            return card, card.read_uid()
        except BaseException:
            card.close()
            raise

    def _show(self, card: pcsc.Card, *, admitted: bool) -> None:
        if not self._shows:
            return
        try:
            card.show(admitted)
        except pcsc.PcscError as error:
            log.debug("no light: the card was taken away", reader=self._name, fault=str(error))

    def _forget_context(self) -> None:
        if self._context is not None:
            self._context.close()
            self._context = None


class ContactlessReaders:
    """All readers of this host, by the names of the settings."""

    def __init__(self, patterns: Mapping[str, str], clock: Clock, *, repeat_seconds: float, reverse: bool) -> None:
        self._patterns = patterns
        self._clock = clock
        self._reverse = reverse
        self._repeats = Repeats(repeat_seconds)
        self._workers: dict[str, Worker] = {}   # by slot
        self._names: dict[str, str] = {}        # slot → name
        self._service = False                   # whether pcscd answers
        self._lock = threading.Lock()
        self._context: pcsc.Context | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pcsc", daemon=True)
        self._on_tap: OnTap | None = None

    def start(self, on_tap: OnTap) -> None:
        """Watch from now on; readers may come later."""
        self._on_tap = on_tap
        self._thread.start()

    def stop(self) -> None:
        """Watch no more, and let each reader finish its tap."""
        self._stopping.set()
        with self._lock:
            if self._context is not None:
                self._context.cancel()
            workers = list(self._workers.values())
        self._thread.join(WAIT_MILLISECONDS / 1000 + 1)
        for worker in workers:
            worker.stop()
        deadline = time.monotonic() + HUNG_SECONDS
        for worker in workers:
            worker.join(max(0.0, deadline - time.monotonic()))

    def states(self) -> dict[str, str]:
        """FAILED: pcscd is away or a card hangs; ABSENT: no reader of this name is plugged in."""
        with self._lock:
            slots = {name: slot for slot, name in self._names.items()}
            return {name: self._state_of(slots.get(name)) for name in self._patterns}

    def _state_of(self, slot: str | None) -> str:
        if not self._service:
            return FAILED
        if slot is None:
            return ABSENT
        return FAILED if self._workers[slot].hung else OK

    def _run(self) -> None:
        while not self._stopping.is_set():
            known: dict[str, int | None] = {}
            try:
                self._open()
                while not self._stopping.is_set():
                    self._look(known)
            except pcsc.PcscError as error:
                if self._service and not self._stopping.is_set():
                    log.warning("pcscd is away", fault=str(error))
                self._close(known)
                self._stopping.wait(RETURN_SECONDS)
        self._close({})

    def _open(self) -> None:
        context = pcsc.Context()
        with self._lock:
            self._context = context

    def _close(self, known: Mapping[str, int | None]) -> None:
        """pcscd is gone: a card that lies there will be reported again, and is no new tap."""
        with self._lock:
            self._service = False
            context, self._context = self._context, None
        if context is not None:
            context.close()
        for slot in known:
            self._lose(slot, known)

    def _look(self, known: dict[str, int | None]) -> None:
        """One turn: who is there, what changed, which cards are new."""
        if self._context is None:
            raise pcsc.PcscError("context", 0)
        slots = self._context.list_slots()
        with self._lock:
            self._service = True
        for slot in [slot for slot in known if slot not in slots]:
            self._lose(slot, known)
            del known[slot]
        for slot in slots:
            if slot not in known and self._adopt(slot):
                known[slot] = None
        for slot, state in self._context.wait(known, WAIT_MILLISECONDS).items():
            if pcsc.is_new_card(known[slot], state):
                self._workers[slot].present(self._clock.read())
            known[slot] = state

    def _adopt(self, slot: str) -> bool:
        """Give a newly seen slot its name and thread; False if no pattern fits, or another reader has the name."""
        with self._lock:
            name = match_name(self._patterns, slot)
            if name is None or name in self._names.values() or self._on_tap is None:
                return False
            self._names[slot] = name
            self._workers[slot] = Worker(name, slot, self._on_tap, self._repeats, reverse=self._reverse)
        log.info("reader found", reader=name, slot=slot)
        return True

    def _lose(self, slot: str, known: Mapping[str, int | None]) -> None:
        with self._lock:
            name, worker = self._names.pop(slot), self._workers.pop(slot)
        if known[slot] is not None and pcsc.is_present(known[slot] or 0):
            self._repeats.hold(name)
        worker.stop()
        if not self._stopping.is_set():
            log.warning("reader lost", reader=name, slot=slot)
