"""What happened to a child, in words: the kinds of update that a terminal shows."""

from collections.abc import Callable
from typing import Any

from school.money import Money

Update = dict[str, Any]


def _money(value: dict[str, Any]) -> str:
    return str(Money(value["minor"], value["currency"]))


def _named(value: dict[str, Any] | None) -> str:
    return value["name"] if value else "—"


def _passed(update: Update) -> str:
    reason = update["verdict"]["reason"]
    return f"{'entered' if update['direction'] == 'IN' else 'left'}    {_named(update['door'])}{'' if reason == 'OK' else f' · {reason}'}"


def _late(update: Update) -> str:
    before = "" if update["oldMinutes"] is None else f" (was {update['oldMinutes']})"
    return f"came late  {update['minutes']} min after the first bell{before}"


def _attendance(update: Update) -> str:
    late = f" {update['minutesLate']} min" if update["minutesLate"] is not None else ""
    before = f" (was {update['oldAttendance'].lower()})" if update["oldAttendance"] else ""
    reason = f", {update['reason']['name']}" if update["reason"] else ""
    return f"register   {_named(update['subject'])}: {update['attendance'].lower()}{late}{reason}{before}"


def _notice(update: Update) -> str:
    days = " – ".join(dict.fromkeys((update["startsOn"], update["endsOn"])))
    before = f" (was {update['oldNoticeState'].lower()})" if update["oldNoticeState"] else ""
    return f"absence    {days}: notice {update['noticeState'].lower()}{before}"


def _term_mark(update: Update) -> str:
    value, old = update["termLabel"], update["oldTermLabel"]
    return f"term mark  {_named(update['subject'])}: {'not assessed' if value is None else value}{'' if old is None else f' (was {old})'}"


def _moved(update: Update) -> str:
    return f"class      {_named(update['oldClassGroup'])} → {_named(update['classGroup'])} from {update['on']}"


def _until(update: Update) -> str:
    return f"to be acknowledged by {update['acknowledgeBy']}" if update["acknowledgeBy"] else "something"


def _lesson(update: Update) -> str:
    """What is other than it was."""
    if update["cancelled"] != update["oldCancelled"]:
        what = "is cancelled" if update["cancelled"] else "is held after all"
    else:
        pairs = {
            "": (f"{update['oldDate']}, lesson {update['oldBell']}", f"{update['date']}, lesson {update['bell']}"),
            "room ": (update["oldRoom"] or "—", update["room"] or "—"), "teacher ": (_named(update["oldTeacher"]), _named(update["teacher"])),
        }
        what = ", ".join(f"{name}{old} → {new}" for name, (old, new) in pairs.items() if old != new) or "is held with another class's"
    return f"lesson     {_named(update['subject'])} of {update['date']} {what}"


def _timetable(update: Update) -> str:
    counted = ", ".join(f"{update[name]} {word}" for name, word in (("made", "new"), ("moved", "in another room"), ("removed", "gone")) if update[name])
    return f"timetable  {update['startsOn']} – {update['endsOn']}: {counted}"


def _bells(update: Update) -> str:
    days = " – ".join(dict.fromkeys((update["startsOn"], update["endsOn"])))
    old, new = ("–".join(update[name][11:16] for name in names) for names in (("oldBeginsAt", "oldEndsAt"), ("beginsAt", "endsAt")))
    return f"bells      {days}: {update['retimed']} lessons at other times, {old} → {new} UTC on the first day"


_TALES: dict[str, Callable[[Update], str]] = {
    "Passed": _passed,
    "PassRefused": lambda one: f"REFUSED    {_named(one['door'])} · {one['verdict']['reason']}",
    "CameLate": _late,
    "LateWithdrawn": lambda _one: "was in time after all: an earlier entry has become known",
    "MarkGiven": lambda one: f"mark {one['label']}     {_named(one['subject'])} · {one['work'].lower()}",
    "MarkCorrected": lambda one: f"mark {one['oldLabel']} → {one['label']} {_named(one['subject'])}",
    "MarkWithdrawn": lambda one: f"mark withdrawn: {one['label']} in {_named(one['subject'])}",
    "TermMarkDecided": _term_mark,
    "HomeworkSet": lambda one: f"homework   {_named(one['subject'])} for {one['date']}",
    "HomeworkWithdrawn": lambda one: f"no homework in {_named(one['subject'])} for {one['date']} after all",
    "HomeworkCorrected": lambda one: f"homework   {_named(one['subject'])} for {one['date']} is another now",
    "HomeworkTicked": lambda one: f"homework   {_named(one['subject'])} for {one['date']}: {'done' if one['done'] else 'not done after all'}",
    "HomeworkSubmitted": lambda one: f"homework   {_named(one['subject'])} for {one['date']}: handed in",
    "HomeworkAnswered": lambda one: f"homework   {_named(one['subject'])} for {one['date']}: {one['submissionState'].lower()}",
    "HomeworkFilesChanged": lambda one: f"homework   {_named(one['subject'])} for {one['date']}: {one['files']} files",
    "AttendanceRecorded": _attendance,
    "AbsenceNoticeChanged": _notice,
    "AbsenceFilesChanged": lambda one: f"absence    {one['startsOn']} – {one['endsOn']}: {one['files']} documents",
    "RemarkMade": lambda one: f"remark     {one['remarkKind'].lower()}",
    "RemarkWithdrawn": lambda one: f"remark withdrawn: {one['remarkKind'].lower()}",
    "Announced": lambda one: f"announced  {_until(one)}",
    "AnnouncementWithdrawn": lambda one: f"announcement withdrawn: {_until(one)}",
    "LessonChanged": _lesson,
    "TopicSet": lambda one: f"topic      {_named(one['subject'])} of {one['date']}: {'told' if one['told'] else 'told no more'}",
    "TimetableChanged": _timetable,
    "BellsChanged": _bells,
    "CourseTeacherChanged": lambda one: f"teacher    {_named(one['subject'])}: {_named(one['oldTeacher'])} → {_named(one['teacher'])}",
    "ClassTeacherChanged": lambda one: f"class teacher: {_named(one['oldLeader'])} → {_named(one['leader'])}",
    "PupilMoved": _moved,
    "GroupChanged": lambda one: f"group      {one['division']}: {_named(one['oldGroup'])} → {_named(one['group'])} from {one['on']}",
    "MealSold": lambda one: f"bought     {', '.join(item['name'] for item in one['items'])} · {_money(one['amount'])} · {_money(one['balance'])} left",
    "MealToppedUp": lambda one: f"topped up  {_money(one['amount'])} · {_money(one['balance'])} now",
    "MealRefunded": lambda one: f"refunded   {_money(one['amount'])} · {_money(one['balance'])} now",
    "CardChanged": lambda one: f"card       {one['state'].lower()}",
    "NameChanged": lambda one: f"name       {_named(one['person'])}",
    "GuardianshipChanged": lambda one: f"guardian   {'added' if one['current'] else 'ended'}",
}
"""By kind; operations/watch.graphql asks for what they tell."""


def tale(update: Update) -> str:
    """The words for an update; a kind that came later is told by its name."""
    kind: str = update["__typename"]
    known = _TALES.get(kind)
    return kind if known is None else known(update)
