"""Suppression: no figure that is told, and no difference between figures that are told, may stand for fewer than five pupils."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

FEWEST = 5
"""Pupils behind a figure. Statistical offices ask for three to ten; a class has about 25."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Cell(Generic[Key]):
    """A count and how many pupils are behind it; `count` is None where it is withheld."""

    key: Key
    count: int | None
    pupils: int


def tell(cell: Cell[Key]) -> Cell[Key]:
    """A figure that is part of no told total."""
    return cell if cell.pupils >= FEWEST else Cell(cell.key, None, cell.pupils)


def divide(cells: Sequence[Cell[Key]]) -> tuple[int | None, list[Cell[Key]]]:
    """A total and its parts, as they may be told.

    Where a part is too small, the smallest of the others is withheld with it, for the total would give it away: what the total has beyond the told
    parts then stands for five pupils at least, whoever else is behind it. Where every part is too small there is no total either.
    """
    small = [cell for cell in cells if cell.pupils < FEWEST]
    large = sorted((cell for cell in cells if cell.pupils >= FEWEST), key=lambda cell: cell.pupils)
    withheld = {cell.key for cell in [*small, *(large[:1] if small else [])]}
    told = [Cell(cell.key, None if cell.key in withheld else cell.count, cell.pupils) for cell in cells]
    total = sum(cell.count or 0 for cell in cells) if large or not cells else None
    return total, told
