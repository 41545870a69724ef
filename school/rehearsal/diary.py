"""`school rehearse diary`: a school's year through the public API alone, from nothing to report cards; and what must be refused is refused."""

import datetime as dt
import secrets
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Awaitable, Callable
from fractions import Fraction
from functools import partial
from typing import Any

import urllib3

from school import ids
from school.demo.api import RefusedError
from school.rehearsal import bells, division, family, founding, next_year
from school.rehearsal.founding import Class, RehearsalError, School, checked, expect, side_by_side
from school.rehearsal.login import Login
from school.rehearsal.people import Crowd
from school.rehearsal.year import CLASSES, FREE_BELL, SUBJECTS, teacher_of, year_around

MARKED = (0, 9, 20)
"""In which of a term's lessons a column of marks is given; the last is a test, of threefold weight."""
TEST_WEIGHT = 3
Tell = Callable[[str, str, float], None]
"""Hears of each step: its name, what was done, and in how many seconds."""


class DiaryRehearsal:
    """The whole of it, step by step. RehearsalError and RefusedError end it; what was made until then stays."""

    def __init__(self, url: str, code: str, tell: Tell, *, classes: int = CLASSES, pupils: int = 25, password: str | None = None) -> None:
        self._pool = urllib3.PoolManager(maxsize=founding.PARALLEL, retries=False, timeout=120)
        self._url, self._code, self._tell = url.rstrip("/"), code, tell
        self._classes, self._pupils = classes, pupils
        self.password, self._mark = password or secrets.token_urlsafe(12), secrets.token_hex(3)
        self._crowd = Crowd()
        self._averages: dict[tuple[str, str], Fraction] = {}
        self.steps: list[str] = []

    def client(self, name: str) -> Login:
        """Somebody's login, with a part that no other rehearsal has."""
        return Login(self._pool, self._url, f"{name}.{self._mark}", self.password)

    async def run(self) -> None:
        """All steps."""
        school = await self._enter()
        for name, step in (
            ("school year", partial(founding.make_year, school)), ("people", partial(founding.add_people, school, self._crowd, self._classes, self._pupils)),
            ("courses", partial(founding.add_courses, school)), ("timetable", partial(founding.make_timetable, school)),
            ("logins", partial(founding.give_logins, school)), ("marks", partial(self._marks, school)), ("term marks", partial(self._decide, school)),
            ("closing", partial(self._close, school)), ("second try", partial(self._try_again, school)), ("register", partial(self._register, school)),
            ("substitutions", partial(self._substitute, school)), ("bells", partial(bells.change_bells, school)),
            ("report cards", partial(self._report, school)),
        ):
            await self._step(name, step)
        mine = await family.enter(school, self._crowd)
        teacher = school.teachers[teacher_of(mine.group.place, 0)]
        for name, step in (
            ("homework", partial(family.do_homework, mine)), ("absence", partial(family.tell_absence, mine)),
            ("words", partial(family.exchange_words, mine, teacher)), ("calendar", partial(family.follow_calendar, mine)),
            ("groups", partial(division.divide_class, mine)), ("another class", partial(family.change_class, school)),
            ("next year", partial(next_year.look_ahead, school)),
        ):
            await self._step(name, step)

    async def _step(self, name: str, step: Callable[[], Awaitable[str]]) -> None:
        began = time.perf_counter()
        done = await step()
        self.steps.append(name)
        self._tell(name, done, time.perf_counter() - began)

    async def _enter(self) -> School:
        """The office, which has nothing yet."""
        office = self.client("office")
        await office.enter(self._code)
        grants = (await office.ask("school"))["grants"]
        if not grants or grants[0]["role"] != "OFFICE":
            raise RehearsalError("the code is not that of a school's office: `school found` prints one")
        mine = grants[0]["school"]
        expect(await office.ask("classes", school=mine["id"]), [], "the classes of a school that was just founded")
        today = dt.date.fromisoformat(mine["today"])
        return School(mine["id"], today, year_around(today), office, self.client)

    async def _marks(self, school: School) -> str:
        """Columns of marks in lessons of the first term, by each teacher in each course; a repeated column changes nothing."""
        term, given = school.year.terms[0], 0

        async def column(group: Class, subject: int) -> int:
            teacher, course = school.teacher(group, subject), group.courses[subject]
            book = await teacher.ask("gradebook", course=course, **{"from": str(term.first), "to": str(term.last)})
            sums: dict[str, list[int]] = {pupil: [0, 0] for pupil in group.pupils}
            for place in MARKED:
                weight, work = (TEST_WEIGHT, "TEST") if place == MARKED[-1] else (1, "CLASSWORK")
                values = {pupil: self._crowd.mark() for pupil in group.pupils}
                items = [
                    {"id": str(ids.new()), "pupilId": pupil, "value": value, "weight": weight, "work": work} for pupil, value in values.items()]
                order = {"lessonId": book["lessons"][place]["id"], "items": items}
                made = checked(await teacher.ask("give_marks", input=order))
                expect(checked(await teacher.ask("give_marks", input=order)), made, "a column that is sent again")
                for pupil, value in values.items():
                    sums[pupil][0] += value * weight
                    sums[pupil][1] += weight
            for kind in ("ABSENT", "PRESENT"):
                entry = {"lessonId": book["lessons"][1]["id"], "items": [{"pupilId": group.pupils[0], "kind": kind}]}
                await teacher.ask("record_attendance", input=entry)
            changes = await teacher.ask("register_changes", course=course, **{"from": str(term.first), "to": str(term.last)})
            expect(changes, [{"old": {"kind": "ABSENT"}, "new": {"kind": "PRESENT"}}], "what the register said before")
            topics = [{"lessonId": book["lessons"][place]["id"], "topic": f"Тема {place}"} for place in MARKED]
            told = (await teacher.ask("set_topics", input={"items": topics}))["results"]
            expect([one.get("topic") for one in told], [one["topic"] for one in topics], "the topics of lessons")
            self._averages |= {(course, pupil): Fraction(*both) for pupil, both in sums.items()}
            return len(MARKED) * len(group.pupils)

        for group in school.classes:
            given += sum(await side_by_side([partial(column, group, subject) for subject in range(len(SUBJECTS))]))
        return f"{given} marks in columns, each sent twice"

    async def _decide(self, school: School) -> str:
        """Term marks beside averages that are as they were counted here; the first pupil's is one better, and told to differ."""

        async def decide(group: Class, subject: int) -> int:
            teacher, course = school.teacher(group, subject), group.courses[subject]
            rows = (await teacher.ask("term_sheet", course=course, term=school.terms[0]))["pupils"]
            for row in rows:
                found = Fraction(row["average"]["numerator"], row["average"]["denominator"])
                expect(found, self._averages[course, row["person"]["id"]], "an average")
            items = [{"pupilId": row["person"]["id"], "value": row["suggestion"], "expectedRevision": 0} for row in rows]
            items[0]["value"] = 5 if items[0]["value"] < 5 else 4
            answer = await teacher.ask("decide_term_marks", input={"courseId": course, "termId": school.terms[0], "items": items})
            refused = [one for one in answer["results"] if one["__typename"] == "Refusal"]
            expect(refused, [], "term marks that are refused")
            expect(answer["results"][0]["differs"], True, "a mark that differs from the average")
            return len(items)

        decided = 0
        for group in school.classes:
            decided += sum(await side_by_side([partial(decide, group, subject) for subject in range(len(SUBJECTS))]))
        return f"{decided} marks of the term beside exact averages"

    async def _close(self, school: School) -> str:
        """The first term is closed, and refuses; opened for one course with a reason, it takes a correction there."""
        await school.office.ask("close_term", term=school.terms[0])
        group, term = school.classes[0], school.year.terms[0]
        teacher = school.teacher(group, 0)
        book = await teacher.ask("gradebook", course=group.courses[0], **{"from": str(term.first), "to": str(term.last)})
        mark = book["pupils"][0]["marks"][0]
        change = {
            "markId": mark["id"], "expectedRevision": mark["revision"], "value": 5, "weight": mark["weight"], "work": mark["work"], "comment": "пересмотрено",
            "reason": "ошибка в журнале"}
        await self._refused("CLOSED", lambda: teacher.ask("correct_mark", input=change))
        until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        await school.office.ask("open_term", input={
            "id": str(ids.new()), "termId": school.terms[0], "courseId": group.courses[0], "until": until.isoformat(), "reason": "апелляция"})
        corrected = await teacher.ask("correct_mark", input=change)
        expect(corrected["revision"], mark["revision"] + 1, "a corrected mark")
        return "the first term is closed; one course is open for a correction"

    async def _substitute(self, school: School) -> str:
        """On the next school day a teacher is away: others come instead, one lesson is cancelled, one is moved; what clashes is refused."""
        date = next(school.year.school_days(school.today + dt.timedelta(days=1), school.year.whole.last))
        lessons = await school.office.ask("day_lessons", school=school.id, date=str(date))
        [(away, _)] = Counter(one["teacher"]["id"] for one in lessons).most_common(1)
        his = sorted((one for one in lessons if one["teacher"]["id"] == away), key=lambda one: int(one["bell"]))
        busy = {(one["bell"], one["teacher"]["id"]) for one in lessons}
        clash = next(one["teacher"]["id"] for one in lessons if one["bell"] == his[0]["bell"] and one["teacher"]["id"] != away)

        def item(lesson: Any, **change: Any) -> dict[str, Any]:
            return {"id": str(ids.new()), "lessonId": lesson["id"], "expectedRevision": lesson["revision"], "reason": "болезнь", **change}

        found = (await school.office.ask("substitute", input={"items": [item(his[0], teacherId=clash)]}))["results"][0]
        expect(found.get("code"), "TEACHER_TAKEN", "somebody who gives another lesson then")
        items = [item(his[0], cancelled=True), item(his[1], bell=FREE_BELL)]
        for lesson in his[2:]:
            free = next(person for person in school.teachers if (lesson["bell"], person) not in busy and person != away)
            busy.add((lesson["bell"], free))
            items.append(item(lesson, teacherId=free))
        checked(await school.office.ask("substitute", input={"items": items}))
        after = {one["id"]: one for one in await school.office.ask("day_lessons", school=school.id, date=str(date))}
        expect([after[his[0]["id"]]["cancelled"], after[his[1]["id"]]["bell"]], [True, FREE_BELL], "the lessons as they are now")
        expect([after[one["id"]]["substituted"] for one in his[2:]], [True] * len(his[2:]), "the lessons that others give")
        return f"{len(items)} lessons of {date}: one cancelled, one moved, {len(items) - 2} given by others"

    async def _try_again(self, school: School) -> str:
        """In the term that is open a bad mark is replaced by that of a second try, and counts no more."""
        group, term = school.classes[0], school.year.terms[1]
        teacher, span = school.teacher(group, 0), {"course": group.courses[0], "from": str(term.first), "to": str(school.today)}
        lesson = (await teacher.ask("gradebook", **span))["lessons"][0]["id"]
        first = {"id": str(ids.new()), "pupilId": group.pupils[0], "value": 2, "weight": 1, "work": "TEST"}
        [failed] = checked(await teacher.ask("give_marks", input={"lessonId": lesson, "items": [first]}))
        again = {**first, "id": str(ids.new()), "value": 5, "retakeOf": failed, "replaces": True}
        checked(await teacher.ask("give_marks", input={"lessonId": lesson, "items": [again]}))
        row = next(one for one in (await teacher.ask("gradebook", **span))["pupils"] if one["person"]["id"] == group.pupils[0])
        expect(row["average"], {"numerator": 5, "denominator": 1}, "the average of a mark that was replaced")
        return "a 2 that a 5 has replaced"

    async def _register(self, school: School) -> str:
        """A course's register as a spreadsheet, which changes nothing when it comes back as it was; anything else is refused."""
        group = school.classes[0]
        teacher, of = school.teacher(group, 1), {"courseId": group.courses[1], "termId": school.terms[0]}
        sheet = await teacher.fetch(f"/registers/{of['courseId']}/{of['termId']}.xlsx")
        found = await teacher.ask("import_register", input={"id": str(ids.new()), **of, "content": b64encode(sheet).decode()})
        expect((found["changes"], found["faults"], found["applied"]), ([], [], False), "a register that comes back as it was")
        other = {"id": str(ids.new()), **of, "content": b64encode(b"%PDF-1.7").decode()}
        await self._refused("NOT_A_SPREADSHEET", lambda: teacher.ask("import_register", input=other))
        return f"a spreadsheet of {len(sheet) // 1024 + 1} KB, there and back"

    async def _report(self, school: School) -> str:
        """Report cards of the closed term, a file for each class."""
        files = [await school.office.fetch(f"/report-cards/{group.id}/{school.terms[0]}.pdf") for group in school.classes]  # few at once are made for one
        for file in files:
            expect(file[:5], b"%PDF-", "a file of report cards")
        return f"{len(files)} files, {sum(map(len, files)) // 1024} KB"

    async def _refused(self, code: str, work: Callable[[], Awaitable[Any]]) -> None:
        try:
            await work()
        except RefusedError as refused:
            expect(refused.code, code, "a refusal")
        else:
            raise RehearsalError(f"this should have been refused: {code}")
