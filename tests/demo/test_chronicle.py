"""The demo's lines: in columns, and with a name where somebody is concerned."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from school.demo.chronicle import Happening, describe
from school.demo.roster import Roster

ANNA, DOOR = UUID(int=1), UUID(int=2)
AT = dt.datetime(2026, 9, 7, 5, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(("kind", "pupil", "payload", "line"), [
    ("registry.guardianship_restricted", ANNA, {}, "guardianship restricted 7А Анна"),
    ("registry.device_revoked", None, {"device_id": str(DOOR)}, "device revoked"),
    ("registry.card_key_made", None, {"key_id": str(DOOR)}, "card key made"),
    ("access.refused", None, {"person_id": None, "door_id": str(DOOR), "reason": "UNKNOWN_CARD"},
     "REFUSED       someone                           Вход · UNKNOWN_CARD"),
])
def test_a_line_names_whom_it_concerns_if_it_concerns_anybody(kind: str, pupil: UUID | None, payload: dict[str, Any], line: str) -> None:
    roster = Roster({ANNA: "7А Анна", DOOR: "Вход"})
    assert describe([Happening(kind, pupil, payload, AT, late=False)], roster) == [f"Mon 08:30:00  {line}"]
