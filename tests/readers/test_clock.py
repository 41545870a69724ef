"""The device's clocks: exact, unmoved by jumps, scaled in a demonstration."""
import pytest

from readers.clock import LONGEST_AGE_MS, Clock, format_us, from_us, parse_simulation, to_us
from tests.readers.rigs import START_US, Hands


def test_microseconds_are_exact() -> None:
    assert to_us(from_us(START_US + 1)) == START_US + 1
    assert format_us(1_780_000_000_000_000) == "2026-05-28T20:26:40.000000+00:00"


def test_the_servers_time_runs_on_through_a_jump_of_the_wall_clock() -> None:
    hands = Hands()
    clock = hands.make_clock()
    assert clock.learn(START_US // 1000 + 60_000)
    hands.wall_us -= 10**12
    hands.boot_us += 5_000_000
    assert clock.server_us() == START_US + 65_000_000
    assert clock.read() == (START_US - 10**12, hands.boot_us, START_US + 65_000_000)


@pytest.mark.parametrize("server_ms", [0, -1, 1_577_836_799_999, 7_258_118_400_000])
def test_an_impossible_servers_time_is_not_believed(server_ms: int) -> None:
    clock = Hands().make_clock()
    assert not clock.learn(server_ms)
    assert (clock.offset_us(), clock.learned) == (0, False)


def test_an_age_is_of_this_boot_only_and_has_a_bound() -> None:
    hands = Hands()
    clock = hands.make_clock("boot-1")
    boot_us = hands.boot_us
    hands.advance(1_234_567)
    assert clock.age_ms("boot-1", boot_us) == 1234
    assert clock.age_ms("boot-0", boot_us) is None
    assert clock.age_ms("boot-1", hands.boot_us + 9_000) == 0
    assert clock.age_ms("boot-1", hands.boot_us - 10**13) == LONGEST_AGE_MS


def test_a_demonstrations_clock() -> None:
    hands = Hands(wall_us=1_700_000_010_000_000)
    simulation = parse_simulation("1700000000,2026-09-01T08:00:00+03:00,60")
    clock = Clock(simulation, wall=lambda: hands.wall_us, boot=lambda: hands.boot_us, boot_id="b")
    assert format_us(clock.wall_us()) == "2026-09-01T05:10:00.000000+00:00"
    clock.assume(5_000_000)  # a stored offset belongs to another demonstration
    assert clock.offset_us() == 0
    boot_us = hands.boot_us
    hands.advance(1_000_000)
    assert (clock.offset_us(), clock.age_ms("b", boot_us)) == (0, 60_000)
    assert clock.seconds_since(0, boot_us, "b") == 1.0


@pytest.mark.parametrize("text", ["", "soon", "1,2026-09-01T08:00:00,1", "1,2026-09-01T08:00:00+03:00,0", "1,2026-09-01T08:00:00+03:00,-1", "-1,x,1",
                                  "nan,2026-09-01T08:00:00+03:00,1"])
def test_a_bad_simulation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_simulation(text)
