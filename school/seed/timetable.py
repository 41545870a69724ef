"""The week's timetable: no teacher in two rooms at once, no gaps in a class's day, a subject rarely twice a day."""

from collections import Counter
from dataclasses import dataclass, field

from school.seed.dice import Dice
from school.seed.plan import WEEKDAYS

_CLASH, _DOUBLE = 20, 1
_PATIENCE = 60_000


@dataclass(frozen=True, slots=True)
class Need:
    """A course that wants so many lessons a week. Classes, teachers and courses are numbers here."""

    group: int
    course: int
    teacher: int
    hours: int


Week = dict[tuple[int, int, int], int]
"""(class, weekday from 0, bell from 1) → course."""


@dataclass
class _Grid:
    """Every class's slots, filled; what it costs is counted as it changes."""

    slots: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    filled: dict[int, list[Need]] = field(default_factory=dict)
    busy: Counter[tuple[int, tuple[int, int]]] = field(default_factory=Counter)
    daily: Counter[tuple[int, int]] = field(default_factory=Counter)

    def put(self, group: int, place: int, need: Need, count: int) -> int:
        """Add (1) or take away (-1) a lesson; the change of the cost."""
        slot = self.slots[group][place]
        teacher, day = (need.teacher, slot), (need.course, slot[0])
        before = _CLASH * max(0, self.busy[teacher] - 1) + _DOUBLE * max(0, self.daily[day] - 1)
        self.busy[teacher] += count
        self.daily[day] += count
        return _CLASH * max(0, self.busy[teacher] - 1) + _DOUBLE * max(0, self.daily[day] - 1) - before

    def swap(self, group: int, one: int, other: int) -> int:
        """Exchange two lessons of a class; the change of the cost. The same call takes it back."""
        row = self.filled[group]
        cost = self.put(group, one, row[one], -1) + self.put(group, other, row[other], -1)
        row[one], row[other] = row[other], row[one]
        return cost + self.put(group, one, row[one], 1) + self.put(group, other, row[other], 1)

    def troubled(self, group: int, place: int) -> bool:
        """Whether the lesson there has a clash."""
        return self.busy[self.filled[group][place].teacher, self.slots[group][place]] > 1


def lay_week(needs: list[Need], dice: Dice) -> Week:
    """Begin with any order and exchange lessons of a class while that helps; RuntimeError if a clash remains: the plan has too few teachers."""
    grid = _Grid()
    for group in sorted({need.group for need in needs}):
        lessons = [need for need in needs if need.group == group for _ in range(need.hours)]
        dice.shuffle(lessons)
        base, longer = divmod(len(lessons), WEEKDAYS)
        long_days = dice.sample(range(WEEKDAYS), longer)
        grid.slots[group] = [(day, bell) for day in range(WEEKDAYS) for bell in range(1, base + 1 + (day in long_days))]
        grid.filled[group] = lessons
        for place, need in enumerate(lessons):
            grid.put(group, place, need, 1)
    _improve(grid, dice)
    return {
        (group, *slot): need.course for group, slots in grid.slots.items() for slot, need in zip(slots, grid.filled[group], strict=True)
    }


def _improve(grid: _Grid, dice: Dice) -> None:
    groups = list(grid.filled)
    for _ in range(_PATIENCE):
        clashes = [(group, place) for group in groups for place in range(len(grid.filled[group])) if grid.troubled(group, place)]
        if not clashes:
            return _spread(grid, dice)
        group, place = dice.choice(clashes)
        _move(grid, dice, group, place, most=0)
    raise RuntimeError("the timetable has a teacher in two rooms at once")


def _spread(grid: _Grid, dice: Dice) -> None:
    """No clash is left: pull apart what stands twice in a day, and accept only what makes no clash."""
    for group, row in grid.filled.items():
        for place, need in enumerate(row):
            if grid.daily[need.course, grid.slots[group][place][0]] > 1:
                _move(grid, dice, group, place, most=-1)


def _move(grid: _Grid, dice: Dice, group: int, place: int, *, most: int) -> None:
    """Exchange this lesson with the one of its class that costs least; not at all if that costs more than `most`."""
    best: list[int] = []
    least = most
    for other in range(len(grid.filled[group])):
        if grid.filled[group][other] is grid.filled[group][place]:
            continue
        cost = grid.swap(group, place, other)
        grid.swap(group, place, other)
        if cost < least:
            least, best = cost, [other]
        elif cost == least:
            best.append(other)
    if best:
        grid.swap(group, place, dice.choice(best))
