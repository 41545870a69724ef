"""The walk: every question asked by everyone about every target, and what came of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from school import ids
from school.ids import Kind
from tests.matrix.asking import DONE, EMPTY, KNOWN, REFUSED, Answer, Desk, everything
from tests.matrix.documents import things
from tests.matrix.markers import leaks
from tests.matrix.question import About, Question
from tests.matrix.table import Cells
from tests.matrix.town import ROLES, TARGETS

Expected = Mapping[str, Cells]
_ABSENT = frozenset({EMPTY, "-"})


@dataclass
class Walked:
    """`cells`: what each question came down to, by who asked, a letter for each target. `seen`: by "Type.field" who was shown it, with a value or without.

    `faults` are in words: a body that is not the absent one's, a pupil who is shown without a note in the record of reads, a marker of a child that
    is not the asker's, a denied mutation that changed something.
    """

    cells: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    seen: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    faults: list[str] = field(default_factory=list)


async def walk(desk: Desk, questions: Sequence[Question], expected: Expected, roles: Iterable[str] = ROLES, part: int = 1) -> Walked:
    """Ask all; what is expected to be denied is asked for in earnest, and everything else taken back at once.

    `part`: of those who ask, each is asked for one in so many of the questions, and each question by one in so many.
    """
    walked = Walked()
    for place, role in enumerate(roles):
        before = await everything(desk.town.database)
        for question in questions[place % part::part]:
            await _ask(desk, walked, question, role, expected.get(question.name, {}).get(role, ""))
        if await everything(desk.town.database) != before:
            walked.faults.append(f"{role}: what was denied has changed something")
    return walked


async def _ask(desk: Desk, walked: Walked, question: Question, role: str, expected: str) -> None:
    cell = ""
    if question.holds is not None:
        answer = await desk.ask(role, question, {}, undone=True)
        letter = answer.letter(question.field)
        wanted = [desk.town.targets[target][question.holds].encode() for target in question.about.value]
        cell = "".join((DONE if one in answer.body else EMPTY) if letter in {DONE, EMPTY} else letter for one in wanted)
        _look(desk, walked, question, role, answer)
    else:
        absents: dict[bool, Answer] = {}
        for place, target in enumerate(question.about.value):
            denied = expected[place:place + 1] in REFUSED
            answer = await desk.ask(role, question, desk.town.targets[target], undone=not denied)
            letter = answer.letter(question.field)
            _look(desk, walked, question, role, answer)
            if letter in _ABSENT and question.about is not About.NOBODY:
                school = target == "other school"
                if school not in absents:
                    absents[school] = await desk.ask(role, question, desk.town.absent(target), undone=True)
                absent = absents[school]
                same = (absent.status, absent.body) == (answer.status, answer.body)
                if letter == EMPTY and not same:
                    letter = KNOWN
                elif not same:
                    walked.faults.append(f"{role}: {question.name} of {target} is told from an absent one: {answer.body!r}, {absent.body!r}")
            cell += letter
    walked.cells[question.name][role] = cell


def _look(desk: Desk, walked: Walked, question: Question, role: str, answer: Answer) -> None:
    """What an answer shows."""
    for kind, one, has_value in things(answer.value(question.field)):
        cells = walked.seen[f"{kind}.{one}"]
        cells[role] = DONE if has_value or cells.get(role) == DONE else EMPTY
    if question.operation == "query":
        if question.field != "personalData":  # it is put into the record as handed out
            walked.faults += [f"{role}: {question.name} shows {name}, and the record of reads does not say so" for name in _unnoted(desk, answer)]
        walked.faults += [f"{role}: {question.name} tells {marker}" for marker in leaks(desk.town, role, answer.body)]


def _unnoted(desk: Desk, answer: Answer) -> list[str]:
    """The pupils whose ids stand in an answer of which the record of reads has no note."""
    return [name for name, shown in ((name, desk.town.ref(name)) for name in TARGETS.values())
            if ids.encode(Kind.PERSON, shown.school_id, shown.id).encode() in answer.body and shown not in desk.noted]
