"""A family's side of the rehearsed school, and what teachers and office do for it: homework with files, an absence, words, a calendar, another class."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from school import ids
from school.rehearsal.founding import Class, RehearsalError, School, checked, expect, join
from school.rehearsal.login import Login
from school.rehearsal.people import Crowd
from school.rehearsal.year import SUBJECTS

SHEET = "Упражнение 204: вставьте пропущенные буквы.\n".encode()


@dataclass(frozen=True, slots=True)
class Family:
    """A child, the class, a teacher of it, and the parent's login."""

    school: School
    group: Class
    child: str
    teacher: Login
    parent: Login

    def ahead(self) -> list[dt.date]:
        """The next school days but the first two, on which others are at work."""
        return list(self.school.year.school_days(self.school.today + dt.timedelta(days=3), self.school.year.whole.last))[:10]


async def enter(school: School, crowd: Crowd) -> Family:
    """The parent of the first child of the first class comes in, and finds the marks of the term."""
    group = school.classes[0]
    [guardian] = checked(await school.office.ask("add_guardians", input={
        "schoolId": school.id, "items": [crowd.person(pupilId=group.pupils[0], relation="MOTHER")]}))
    parent = await join(school, guardian, "GUARDIAN", "parent")
    expect(len(await parent.ask("term_marks", child=group.pupils[0])), len(SUBJECTS), "marks of the term, as the family has them")
    return Family(school, group, group.pupils[0], school.teacher(group, 0), parent)


async def do_homework(family: Family) -> str:
    """A task with a sheet, done, handed in, returned once and accepted."""
    ahead, teacher, parent = family.ahead(), family.teacher, family.parent
    book = await teacher.ask("gradebook", course=family.group.courses[0], **{"from": str(ahead[0]), "to": str(ahead[-1])})
    slot = await teacher.ask("prepare_file", input={"id": str(ids.new()), "schoolId": family.school.id, "name": "задание.txt", "size": len(SHEET)})
    await teacher.send(slot["address"], SHEET)
    homework = await teacher.ask("set_homework", input={
        "id": str(ids.new()), "lessonId": book["lessons"][-1]["id"], "text": "Повторить § 12, упр. 204", "minutes": 20, "fileIds": [slot["fileId"]]})
    expect(await parent.fetch(f"/files/{slot['fileId']}"), SHEET, "the sheet, as the family has it")
    await teacher.ask("correct_homework", input={
        "homeworkId": homework["id"], "expectedRevision": 1, "text": "Повторить § 12, упр. 205", "minutes": 20})
    expect(await parent.ask("homework_history", homework=homework["id"]), [{"text": "Повторить § 12, упр. 204"}], "what the homework said before")
    await parent.ask("tick_homework", input={"homeworkId": homework["id"], "childId": family.child, "done": True})
    for state in ("RETURNED", "ACCEPTED"):
        work = await parent.ask("submit_homework", input={
            "id": str(ids.new()), "homeworkId": homework["id"], "childId": family.child, "text": f"Готово: {state.lower()}"})
        answered = await teacher.ask("answer_submission", input={"submissionId": work["id"], "state": state, "text": "см. строку 3"})
        expect(answered["state"], state, "the teacher's answer")
    return "a task with a sheet: done, handed in, returned and accepted"


async def tell_absence(family: Family) -> str:
    """An absence with a reason, which the office accepts."""
    reasons, day = await family.school.office.ask("reasons", school=family.school.id), family.ahead()[0]
    notice = await family.parent.ask("send_notice", input={
        "id": str(ids.new()), "childId": family.child, "startsOn": str(day), "endsOn": str(day), "words": "Едем к врачу",
        "reasonId": next(one["id"] for one in reasons if one["excused"])})
    await family.school.office.ask("answer_notice", input={"noticeId": notice["id"], "state": "ACCEPTED"})
    lessons = (await family.parent.ask("child_day", child=family.child, date=str(day)))["lessons"]
    return f"told for {day}, a day of {len(lessons)} lessons, and accepted"


async def exchange_words(family: Family, teacher_id: str) -> str:
    """Praise, a letter and its answer, and an announcement that is read."""
    office, teacher, parent = family.school.office, family.teacher, family.parent
    checked(await teacher.ask("make_remarks", input={"items": [
        {"id": str(ids.new()), "pupilId": family.child, "kind": "PRAISE", "text": "Помогла соседу по парте"}]}))
    for writer, text in ((parent, "Когда пересдача?"), (teacher, "В среду после уроков.")):
        await writer.ask("write_message", input={"id": str(ids.new()), "childId": family.child, "teacherId": teacher_id, "text": text})
    said = await office.ask("announce", input={
        "id": str(ids.new()), "schoolId": family.school.id, "title": "Собрание", "text": "В четверг в 18:00", "classGroupId": family.group.id,
        "acknowledgeBy": str(family.school.today + dt.timedelta(days=7))})
    await parent.ask("acknowledge", input={"thingId": said["id"]})
    expect(await office.ask("read_by", thing=said["id"]), {"families": len(family.group.pupils), "haveRead": 1}, "who has read an announcement")
    return "praise, a letter and its answer, an announcement that one family has read"


async def follow_calendar(family: Family) -> str:
    """The child's lessons at a secret address."""
    made = await family.parent.ask("make_calendar", input={"id": str(ids.new()), "personId": family.child, "language": "RU"})
    events = (await family.parent.fetch(made["address"])).count(b"BEGIN:VEVENT")
    if not events:
        raise RehearsalError("the calendar has no lessons")
    return f"{events} lessons in a calendar"


async def change_class(school: School) -> str:
    """A pupil goes to another class from tomorrow on; what was given stays in the old gradebook."""
    old, new = school.classes[:2]
    pupil, on = old.pupils[-1], school.today + dt.timedelta(days=1)
    moved: dict[str, Any] = await school.office.ask("move_pupil", input={"pupilId": pupil, "classGroupId": new.id, "on": str(on)})
    expect(moved["on"], str(on), "the first day in the new class")
    term = school.year.terms[0]
    book = await school.teacher(old, 0).ask("gradebook", course=old.courses[0], **{"from": str(term.first), "to": str(term.last)})
    [row] = [row for row in book["pupils"] if row["person"]["id"] == pupil]
    if not row["marks"]:
        raise RehearsalError("the old gradebook has lost a pupil's marks")
    return f"one pupil from {on} on; {len(row['marks'])} marks stay where they were given"
