"""The harness keeps its word: real clients of a real pcscd see its readers and its cards."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import pcsc_harness, virtual_card
from tests.pcsc_harness import FOUR_READERS, VirtualReaders, slot

UID = bytes.fromhex("04A1B2C3D4E5F6")
CLIENT = Path(__file__).with_name("pcsc_client.py")


class Client:
    """A PC/SC program in a process of its own: the library reads its socket's path once, before the first call."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, line: str) -> str:
        """Send one command and wait for its answer."""
        self.say(line)
        return self.answer()

    def say(self, line: str) -> None:
        """Send one command."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self) -> str:
        """Wait for the answer to the oldest command."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")


@contextmanager
def client_of(readers: VirtualReaders) -> Iterator[Client]:
    """A client process that ends with the block."""
    process = subprocess.Popen(
        [sys.executable, str(CLIENT)], env={**os.environ, **readers.environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    with process:
        yield Client(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_all_four_readers_appear(virtual_readers: VirtualReaders) -> None:
    with client_of(virtual_readers) as client:
        names = client.ask("list").split(",")
    assert sorted(name for name in names if name.endswith(" 00 00")) == sorted(slot(name) for name in FOUR_READERS)


@pytest.mark.parametrize("reader", FOUR_READERS)
def test_a_uid_is_read_on_its_own_reader(virtual_readers: VirtualReaders, reader: str) -> None:
    with client_of(virtual_readers) as client:
        client.say(f"uid {slot(reader)}")
        card = virtual_readers.tap(reader, UID)
        assert client.answer() == "00000000 04A1B2C3D4E5F69000"
    assert card.asked_at is not None
    assert card.gone.is_set()


def test_two_readers_hold_two_cards(virtual_readers: VirtualReaders) -> None:
    virtual_readers.present("Gate A", UID)
    virtual_readers.present("Canteen B", UID[:4], atr=virtual_card.DESFIRE)
    with client_of(virtual_readers) as client:
        assert client.ask(f"uid {slot('Canteen B')}") == "00000000 04A1B2C39000"
        assert client.ask(f"uid {slot('Gate A')}") == "00000000 04A1B2C3D4E5F69000"


def test_a_restart_is_survived_by_a_fresh_context(virtual_readers: VirtualReaders) -> None:
    with client_of(virtual_readers) as client:
        virtual_readers.present("Gate A", UID)
        assert client.ask(f"uid {slot('Gate A')}") == "00000000 04A1B2C3D4E5F69000"
        before = virtual_readers.pid
        virtual_readers.restart()
        assert virtual_readers.pid != before
        assert client.ask("stale").startswith("8010001")  # the old context is lost for ever
        assert client.ask("fresh") == "00000000"
        virtual_readers.present("Gate A", UID[:4])
        assert client.ask(f"uid {slot('Gate A')}") == "00000000 04A1B2C39000"


def test_a_stopped_daemon_offers_no_service(virtual_readers: VirtualReaders) -> None:
    virtual_readers.stop()
    with client_of(virtual_readers) as client:
        assert client.ask("fresh") == "8010001D"
        virtual_readers.start()
        assert client.ask("fresh") == "00000000"


@pytest.mark.parametrize(("answer", "expected"), [
    (virtual_card.torn_off, "00000000 "),
    (virtual_card.truncated, "00000000 90"),
    (virtual_card.slow(UID, 0.2), "00000000 04A1B2C3D4E5F69000"),
], ids=["torn off", "truncated", "slow"])
def test_cards_that_misbehave(virtual_readers: VirtualReaders, answer: virtual_card.Answer, expected: str) -> None:
    virtual_readers.present("Gate B", UID, answer=answer)
    with client_of(virtual_readers) as client:
        assert client.ask(f"uid {slot('Gate B')}") == expected


def test_a_hung_card_blocks_its_reader_until_it_is_removed(virtual_readers: VirtualReaders) -> None:
    card = virtual_readers.present("Gate A", UID, answer=virtual_card.hung)
    with client_of(virtual_readers) as client:
        client.say(f"uid {slot('Gate A')}")
        assert card.asked.wait(10)
        virtual_readers.remove("Gate A")
        assert client.answer() == "00000000 "


def test_a_card_with_a_bad_atr_cannot_be_connected(virtual_readers: VirtualReaders) -> None:
    virtual_readers.present("Gate A", UID, atr=virtual_card.BAD_ATR)
    with client_of(virtual_readers) as client:
        assert client.ask(f"uid {slot('Gate A')}") == "8010000F "


def test_a_card_lies_there_long_enough_to_be_seen(virtual_readers: VirtualReaders) -> None:
    card = virtual_readers.present("Gate A", UID)
    virtual_readers.remove("Gate A")
    assert time.monotonic() - card.laid_at >= virtual_card.NOTICED_AFTER


def test_one_reader_takes_one_card(virtual_readers: VirtualReaders) -> None:
    virtual_readers.present("Gate A", UID)
    with pytest.raises(RuntimeError, match="a card lies on 'Gate A' already"):
        virtual_readers.present("Gate A", UID)


def test_twenty_starts_of_twenty(pcsc_directory: Path) -> None:
    readers = VirtualReaders(FOUR_READERS, pcsc_directory)
    for _ in range(20):
        with readers:
            assert readers.pid > 0
        assert not readers.socket_path.exists()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("card on")]


def test_a_missing_component_fails_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc_harness, "_DRIVERS", ())
    with pytest.raises(pytest.fail.Exception, match="apt-get install -y --no-install-recommends pcscd vsmartcard-vpcd"):
        pcsc_harness.components()
