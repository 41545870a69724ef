"""Who is at the school that is rehearsed: invented names, each time the same."""

import random
from typing import Any

from school import ids
from school.seed.names import draw_family, draw_name


class Crowd:
    """Draws people, as the items of mutations that add them."""

    def __init__(self, seed: int = 5) -> None:
        self._random = random.Random(seed)  # noqa: S311 - names, no secrets

    def person(self, **more: Any) -> dict[str, Any]:
        """Somebody new."""
        name = draw_name(self._random, draw_family(self._random), female=self._random.random() < 0.5)
        return {"id": str(ids.new()), "familyName": name.family, "givenName": name.given, "patronymic": name.patronymic, **more}

    def mark(self) -> int:
        """2 to 5, mostly good ones."""
        return self._random.choices((2, 3, 4, 5), (1, 4, 8, 7))[0]
