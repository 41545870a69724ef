"""What a serving process does about cycles: a little at a time, ten times a second."""

import gc

import pytest

from school.commands import processes


async def test_each_tick_looks_at_what_is_new_and_each_tenth_at_what_outlived_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    class Ticking(processes._Server):
        def __init__(self) -> None:
            """Without a configuration: no tick that uvicorn uses for something of its own."""

    async def tick(_server: object, _counter: int) -> bool:
        return False

    monkeypatch.setattr(gc, "collect", looked.append)
    monkeypatch.setattr(processes.uvicorn.Server, "on_tick", tick)
    server = Ticking()
    assert not any([await server.on_tick(counter) for counter in range(20)])
    assert looked == [1, *[0] * 9] * 2
