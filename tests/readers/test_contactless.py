"""Which reader has which name, what is a new card, and what is a repeat."""
import pytest

from readers.contactless import match_name
from readers.pcsc import PcscError, UnreadableError, is_new_card
from readers.reader import Repeats, Tap

PRESENT, EMPTY = 0x20, 0x10


@pytest.mark.parametrize(("slot", "name"), [
    ("Gate A 00 00", "in"), ("Gate B 00 00", "out"), ("Gate C 00 00", "any"), ("Canteen 00 00", None), ("gate A 00 00", None)])
def test_the_first_pattern_that_fits_names_the_reader(slot: str, name: str | None) -> None:
    assert match_name({"in": "Gate A*", "out": "Gate [BD]*", "any": "Gate *"}, slot) == name


@pytest.mark.parametrize(("before", "state", "new"), [
    (None, PRESENT, True), (None, EMPTY, False), (EMPTY, PRESENT, True), (PRESENT, PRESENT, False), (PRESENT, EMPTY, False),
    (1 << 16 | PRESENT, 1 << 16 | PRESENT | 0x100, False),  # in use by another program
    (1 << 16 | PRESENT, 3 << 16 | PRESENT, True),           # taken away and laid back between two looks
])
def test_a_new_card(before: int | None, state: int, new: bool) -> None:
    assert is_new_card(before, state) is new


def test_repeats_are_dropped_by_reader_card_and_time() -> None:
    now = [0.0]
    repeats = Repeats(3, lambda: now[0])
    assert not repeats.is_repeat("in", b"1234")
    assert not repeats.is_repeat("out", b"1234")
    assert not repeats.is_repeat("in", b"5678")
    now[0] = 2.9
    assert repeats.is_repeat("in", b"1234")
    now[0] = 5.8  # 2.9 s after it was seen last: still the same trembling hand
    assert repeats.is_repeat("in", b"1234")
    assert not repeats.is_repeat("in", b"5678")
    now[0] = 8.8
    assert not repeats.is_repeat("in", b"1234")


def test_a_card_that_lay_there_when_the_reader_was_lost_is_no_new_tap() -> None:
    now = [0.0]
    repeats = Repeats(3, lambda: now[0])
    repeats.is_repeat("in", b"1234")
    now[0] = 100
    repeats.hold("in")
    repeats.hold("never seen")
    now[0] = 102
    assert repeats.is_repeat("in", b"1234")


def test_faults_are_told_apart() -> None:
    assert str(PcscError("SCardConnect", 0x80100069 - 2**32)) == "SCardConnect: 0x80100069"
    assert PcscError("SCardConnect", 0x80100069 if _unsigned() else 0x80100069 - 2**32).gone
    assert UnreadableError([]).passing
    assert not PcscError("SCardListReaders", 0x8010001D if _unsigned() else 0x8010001D - 2**32).passing


def _unsigned() -> bool:
    from smartcard import scard
    return bool(scard.SCARD_W_REMOVED_CARD > 0)


def test_a_taps_repr_hides_the_uid() -> None:
    from readers.clock import Moment
    assert repr(Tap("in", b"\x04\xa1\xb2\xc3", Moment(1, 2, 3))) == "Tap(reader='in')"
