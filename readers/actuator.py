"""What moves when a card is admitted: a turnstile on a GPIO pin, or nothing but a line in the log."""
from collections.abc import Mapping
from typing import Protocol

import structlog

from readers.reader import Answer

log = structlog.get_logger("readers.actuator")


class Actuator(Protocol):
    """Told of every answer at the moment it is given. Must return at once."""

    def act(self, reader: str, answer: Answer) -> None:
        """Release the turnstile if admitted."""

    def close(self) -> None:
        """Leave the hardware at rest."""


class LogActuator:
    """For places where nothing moves."""

    def act(self, reader: str, answer: Answer) -> None:
        """One line for each tap."""
        log.info("tap", reader=reader, sequence=answer.sequence, outcome=answer.outcome, reason=answer.reason)

    def close(self) -> None:
        """Nothing to leave."""


class GpioActuator:
    """Pulls a pin high for a moment. gpiozero is an optional part: only hosts with pins have it."""

    def __init__(self, pins: Mapping[str, int], seconds: float) -> None:
        try:
            import gpiozero
        except ImportError:
            raise RuntimeError("READER_ACTUATOR: gpio needs the extra: pip install 'school[gpio]'") from None
        self._seconds = seconds
        self._outputs = {reader: gpiozero.DigitalOutputDevice(pin) for reader, pin in pins.items()}
        self._log = LogActuator()

    def act(self, reader: str, answer: Answer) -> None:
        """The pulse runs on gpiozero's own thread."""
        self._log.act(reader, answer)
        output = self._outputs.get(reader)
        if output is not None and answer.admitted:
            output.blink(on_time=self._seconds, off_time=0, n=1, background=True)

    def close(self) -> None:
        """Every pin low."""
        for output in self._outputs.values():
            output.close()
