"""Questions: each root field of the people's API asked in full, about whomever a target stands for. A field that is asked in two ways has two names."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)

from school import ids
from tests.faces import FACE
from tests.matrix.town import CODES, Ids

DAYS = {"from": "2026-09-07", "to": "2026-09-07"}
MONEY = {"minor": 100, "currency": "RUB"}
DEEPEST = 9


class About(Enum):
    """Which targets a question is asked about."""

    PUPIL = ("own", "classmate", "other class", "other school")
    SCHOOL = ("own", "other school")
    NOBODY = ("own",)


@dataclass(frozen=True, slots=True)
class Question:
    """A root field with its arguments. `holds`: it takes no target; its answer is looked through for this thing of each target."""

    operation: str
    name: str
    about: About
    arguments: Callable[[Ids], Mapping[str, Any]]
    holds: str | None = None

    @property
    def field(self) -> str:
        """The root field: the name without what tells two questions apart."""
        return self.name.partition(" ")[0]


def _queries() -> Iterator[Question]:
    def ask(name: str, about: About, arguments: Callable[[Ids], Mapping[str, Any]] = lambda _: {}, holds: str | None = None) -> Question:
        return Question("query", name, about, arguments, holds)

    pupil, school, nobody = About.PUPIL, About.SCHOOL, About.NOBODY
    for name in ("me", "signInProviders", "mySessions", "myTokens", "mySecurity", "myProviders"):
        yield ask(name, nobody)
    yield ask("invitationInfo", nobody, lambda _: {"code": CODES[1]})
    yield ask("pupil", pupil, lambda of: {"id": of["child"]})
    yield ask("pupils", pupil, holds="child")
    yield ask("pupils (class)", pupil, lambda of: {"classGroupId": of["class"]})
    yield ask("classGroups", pupil, holds="class")
    yield ask("guardians", pupil, lambda of: {"pupilId": of["child"]})
    yield ask("cards", pupil, lambda of: {"personId": of["child"]})
    yield ask("cardKeys", school, lambda of: {"schoolId": of["school"]})
    yield ask("cardsOfKey", school, lambda of: {"keyId": of["key"]})
    yield ask("people", pupil, holds="child")
    yield ask("people (class)", pupil, lambda of: {"classGroupId": of["class"]})
    yield ask("people (guardian)", pupil, lambda of: {"guardianId": of["guardian"]})
    yield ask("person", pupil, lambda of: {"id": of["child"]})
    yield ask("deskTaps", school, lambda of: {"deviceId": of["desk"]})
    yield ask("invitations", school, holds="invitation")
    yield ask("lessons (child)", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("lessons (class)", pupil, lambda of: {"classGroupId": of["class"], **DAYS})
    yield ask("childDay", pupil, lambda of: {"childId": of["child"], "date": DAYS["from"]})
    yield ask("childDays", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("myCourses", pupil, holds="course")
    yield ask("myLessons", pupil, lambda _: {"date": DAYS["from"]}, holds="lesson")
    yield ask("gradebook", pupil, lambda of: {"courseId": of["course"], **DAYS})
    yield ask("homework", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("overdueHomework", pupil, lambda of: {"childId": of["child"]})
    yield ask("courseHomework", pupil, lambda of: {"courseId": of["course"], **DAYS})
    yield ask("homeworkPupils", pupil, lambda of: {"homeworkId": of["homework"]})
    yield ask("submissions", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("homeworkSubmissions", pupil, lambda of: {"homeworkId": of["homework"]})
    yield ask("homeworkLoad", pupil, lambda of: {"classGroupId": of["class"], **DAYS})
    yield ask("homeworkHour", school, lambda of: {"schoolId": of["school"]})
    yield ask("marks", pupil, lambda of: {"childId": of["child"]})
    yield ask("marks (course)", pupil, lambda of: {"childId": of["child"], "courseId": of["course"]})
    yield ask("markHistory", pupil, lambda of: {"markId": of["mark"]})
    yield ask("remarks", pupil, lambda of: {"childId": of["child"]})
    yield ask("threads", pupil, holds="thread")
    yield ask("threads (child)", pupil, lambda of: {"childId": of["child"]})
    yield ask("thread", pupil, lambda of: {"threadId": of["thread"]})
    yield ask("messages", pupil, lambda of: {"threadId": of["thread"]})
    yield ask("correspondents", pupil, lambda of: {"childId": of["child"]})
    yield ask("unreadMessages", nobody)
    yield ask("announcements", pupil, holds="announcement")
    yield ask("announcements (child)", pupil, lambda of: {"childId": of["child"]})
    for thing in ("mark", "remark", "announcement"):
        yield ask(f"readBy ({thing})", pupil, lambda of, thing=thing: {"thingId": of[thing]})  # type: ignore[misc]
    yield ask("averages", pupil, lambda of: {"childId": of["child"]})
    yield ask("terms", school, holds="term")
    yield ask("termSheet", pupil, lambda of: {"courseId": of["course"], "termId": of["term"]})
    yield ask("termMarks", pupil, lambda of: {"childId": of["child"]})
    yield ask("termMarkHistory", pupil, lambda of: {"childId": of["child"], "courseId": of["course"], "termId": of["term"]})
    yield ask("termProgress", school, lambda of: {"termId": of["term"]})
    yield ask("termOpenings", school, lambda of: {"termId": of["past"]})
    yield ask("forecast", pupil, lambda of: {"childId": of["child"], "courseId": of["course"], "termId": of["term"], "marks": [{"value": 5}], "target": 5})
    yield ask("dayLessons", school, lambda of: {"schoolId": of["school"], "date": DAYS["from"]})
    yield ask("teachers", school, lambda of: {"schoolId": of["school"], "date": DAYS["from"]})
    yield ask("substitutions", school, lambda of: {"schoolId": of["school"], "date": DAYS["from"]})
    yield ask("attendanceFigures", school, lambda of: {"schoolId": of["school"], **DAYS})
    yield ask("attendanceFigures (class)", pupil, lambda of: {"schoolId": of["school"], "classGroupId": of["class"], **DAYS})
    yield ask("absenceReasons", school, lambda of: {"schoolId": of["school"]})
    yield ask("absenceNotices", pupil, lambda of: {"childId": of["child"]})
    yield ask("receivedAbsenceNotices", pupil, holds="notice")
    yield ask("lessonsWithoutRegister", pupil, lambda _: DAYS, holds="unfilled")
    yield ask("childAttendance", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("markFigures", school, lambda of: {"schoolId": of["school"], **DAYS})
    yield ask("markFigures (class)", pupil, lambda of: {"schoolId": of["school"], "classGroupId": of["class"], **DAYS})
    yield ask("mealFigures", school, lambda of: {"schoolId": of["school"], **DAYS})
    yield ask("mealAccount", pupil, lambda of: {"childId": of["child"]})
    yield ask("mealHistory", pupil, lambda of: {"childId": of["child"]})
    yield ask("customers", pupil, lambda of: {"tillId": of["till"], "name": of.get("name", "nobody")})
    yield ask("tills", school, holds="till")
    yield ask("tillTaps", school, lambda of: {"tillId": of["till"], "first": 50})
    yield ask("tillSales", school, lambda of: {"tillId": of["till"]})
    yield ask("doors", school, holds="door")
    yield ask("doorRules", pupil, holds="rule")
    yield ask("passages", pupil, lambda of: {"personId": of["child"]})
    yield ask("taps (person)", pupil, lambda of: {"personId": of["child"]})
    yield ask("taps (door)", school, lambda of: {"doorId": of["door"]})
    yield ask("inside", pupil, holds="child")
    yield ask("presence", pupil, lambda of: {"classGroupId": of["class"]})
    yield ask("pupilPresence", pupil, lambda of: {"childId": of["child"]})
    yield ask("classPresence", pupil, holds="class")
    yield ask("staffPresence", school, holds="worker")
    yield ask("whereabouts", pupil, lambda of: {"search": of["name"]})
    yield ask("lateArrivals", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("statistics", school, lambda of: {"schoolId": of["school"], **DAYS})
    yield ask("statistics (all)", school, lambda _: DAYS, holds="school")
    yield ask("updates", pupil, lambda of: {"children": [of["child"]], "first": 100})
    yield ask("updates (all)", pupil, lambda _: {"first": 100}, holds="child")
    yield ask("devices", school, holds="gate")
    yield ask("deviceCodes", school, holds="code")
    yield ask("record", pupil, lambda of: {"childId": of["child"]})
    yield ask("personalData", pupil, lambda of: {"personId": of["child"]})


def _mutations() -> Iterator[Question]:
    def do(name: str, about: About, arguments: Callable[[Ids], Mapping[str, Any]] = lambda _: {}) -> Question:
        return Question("mutation", name, about, arguments)

    def put(name: str, about: About, values: Callable[[Ids], Mapping[str, Any]]) -> Question:
        return Question("mutation", name, about, lambda of: {"input": values(of)})

    pupil, school, nobody = About.PUPIL, About.SCHOOL, About.NOBODY
    yield put("grantGuardianship", pupil, lambda of: {"guardianId": of["spare"], "pupilId": of["child"], "relation": "OTHER"})
    yield put("restrictGuardianship", pupil, lambda of: {"guardianId": of["guardian"], "pupilId": of["child"], "open": [], "reason": "решение"})
    yield put("endGuardianship", pupil, lambda of: {"guardianId": of["guardian"], "pupilId": of["child"]})
    yield put("endPupil", pupil, lambda of: {"personId": of["child"], "on": DAYS["from"]})
    yield put("endStaff", school, lambda of: {"personId": of["worker"], "on": DAYS["from"]})
    yield put("setPhoto", pupil, lambda of: {"personId": of["child"], "content": FACE})
    yield do("removePhoto", pupil, lambda of: {"personId": of["child"]})
    yield put("issueCard", pupil, lambda of: {"id": _new(), "personId": of["child"], "tapId": of["desk_tap"]})
    yield put("blockCard", pupil, lambda of: {"cardId": of["card"]})
    yield put("unblockCard", pupil, lambda of: {"cardId": of["card"]})
    yield put("rotateCardKey", school, lambda of: {"id": _new(), "schoolId": of["school"]})
    yield put("retireCardKey", school, lambda of: {"keyId": of["key"], "cards": 1})
    yield put("signIn", nobody, lambda _: {"login": "nobody at all", "password": "correct horse"})
    yield put("completeSignIn", nobody, lambda _: {"ticket": "none", "code": "123456"})
    yield do("startPasskeySignIn", nobody)
    yield put("signInWithPasskey", nobody, lambda _: {"credential": "{}"})
    yield do("signOut", nobody)
    yield do("revokeSession", nobody, lambda _: {"id": ids.encode(ids.Kind.SESSION, 0, ids.new())})
    yield do("revokeOtherSessions", nobody)
    yield put("makeToken", nobody, lambda _: {"id": _new(), "name": "a program", "scopes": [{"area": "DIARY", "write": False}], "days": 7})
    yield put("changePassword", nobody, lambda _: {"new": "correct horse battery staple"})
    yield put("setPassword", nobody, lambda _: {"code": "none", "password": "correct horse battery staple"})
    yield do("startTotp", nobody)
    yield do("confirmTotp", nobody, lambda _: {"code": "123456"})
    yield do("renewRecoveryCodes", nobody, lambda _: {"code": "123456"})
    yield do("removeTotp", nobody, lambda _: {"code": "123456"})
    yield do("startPasskey", nobody)
    yield put("addPasskey", nobody, lambda _: {"name": "a key", "credential": "{}"})
    yield do("removePasskey", nobody, lambda _: {"id": ids.encode(ids.Kind.PASSKEY, 0, ids.new())})
    yield put("requireStaffFactor", school, lambda of: {"schoolId": of["school"], "required": True})
    yield put("prepareProvider", nobody, lambda _: {"provider": "city"})
    yield do("unlinkProvider", nobody, lambda _: {"name": "city"})
    yield put("invite", school, lambda of: {"id": _new(), "personId": of["spare"], "role": "GUARDIAN"})
    yield do("inviteGuardians", pupil, lambda of: {"classGroupId": of["class"]})
    yield do("cancelInvitation", school, lambda of: {"id": of["invitation"]})
    yield put("acceptInvitation", nobody, lambda _: {"code": CODES[1]})
    yield do("resetPassword", pupil, lambda of: {"personId": of["child"]})
    yield put("giveMarks", pupil, lambda of: {"lessonId": of["lesson"], "items": [{"id": _new(), "pupilId": of["child"], "value": 5, "work": "TEST"}]})
    yield put("correctMark", pupil, lambda of: {"markId": of["mark"], "expectedRevision": 2, "value": 3, "weight": 1, "work": "TEST"})
    yield put("withdrawMark", pupil, lambda of: {"markId": of["mark"], "expectedRevision": 2})
    yield put("decideTermMarks", pupil, lambda of: {
        "courseId": of["course"], "termId": of["term"], "items": [{"pupilId": of["child"], "value": 4, "expectedRevision": 1}]})
    yield do("closeTerm", school, lambda of: {"termId": of["term"]})
    yield put("openTerm", school, lambda of: {"id": _new(), "termId": of["past"], "until": "2026-09-08T09:00:00Z", "reason": "исправление"})
    yield put("setHomework", pupil, lambda of: {"id": _new(), "lessonId": of["lesson"], "text": "something"})
    yield put("setHomework (pupils)", pupil, lambda of: {"id": _new(), "lessonId": of["lesson"], "text": "something", "pupilIds": [of["child"]]})
    yield put("correctHomework", pupil, lambda of: {"homeworkId": of["homework"], "expectedRevision": 1, "text": "something else"})
    yield put("tickHomework", pupil, lambda of: {"homeworkId": of["homework"], "childId": of["child"], "done": True})
    yield put("submitHomework", pupil, lambda of: {"id": _new(), "homeworkId": of["homework"], "childId": of["child"], "text": "x = 5"})
    yield put("answerSubmission", pupil, lambda of: {"submissionId": of["submission"], "state": "RETURNED", "text": "not quite"})
    yield put("setHomeworkHour", school, lambda of: {"schoolId": of["school"], "latest": "20:00"})
    yield put("withdrawHomework", pupil, lambda of: {"homeworkId": of["homework"]})
    yield put("recordAttendance", pupil, lambda of: {"lessonId": of["lesson"], "items": [{"pupilId": of["child"], "kind": "ABSENT"}]})
    yield put("recordAttendance (reason)", pupil, lambda of: {
        "lessonId": of["lesson"], "items": [{"pupilId": of["child"], "kind": "ABSENT", "reasonId": of["reason"]}]})
    yield put("addAbsenceReason", school, lambda of: {"id": _new(), "schoolId": of["school"], "name": "Карантин", "sign": "К", "excused": True})
    yield put("changeAbsenceReason", school, lambda of: {"reasonId": of["reason"], "name": "Болезнь", "sign": "Б", "inUse": False})
    yield put("sendAbsenceNotice", pupil, lambda of: {
        "id": _new(), "childId": of["child"], "startsOn": DAYS["from"], "endsOn": DAYS["to"], "reasonId": of["reason"]})
    yield put("answerAbsenceNotice", pupil, lambda of: {"noticeId": of["notice"], "state": "SEEN"})
    yield put("withdrawAbsenceNotice", pupil, lambda of: {"noticeId": of["notice"]})
    yield put("spreadAbsence", pupil, lambda of: {"childId": of["child"], **DAYS, "reasonId": of["reason"]})
    yield put("makeRemarks", pupil, lambda of: {"items": [{"id": _new(), "pupilId": of["child"], "kind": "PRAISE", "text": "something"}]})
    yield put("makeRemarks (lesson)", pupil, lambda of: {
        "lessonId": of["lesson"], "items": [{"id": _new(), "pupilId": of["child"], "kind": "CONCERN", "text": "something"}]})
    yield put("withdrawRemark", pupil, lambda of: {"remarkId": of["remark"]})
    yield put("writeMessage", pupil, lambda of: {"id": _new(), "childId": of["child"], "teacherId": of["teacher"], "text": "something"})
    yield put("withdrawMessage", pupil, lambda of: {"messageId": of["message"]})
    yield put("readThread", pupil, lambda of: {"threadId": of["thread"], "upTo": 1})
    yield put("announce", school, lambda of: {"id": _new(), "schoolId": of["school"], "title": "something", "text": "something"})
    yield put("announce (class)", pupil, lambda of: {
        "id": _new(), "schoolId": of["school"], "classGroupId": of["class"], "title": "something", "text": "something"})
    yield put("withdrawAnnouncement", pupil, lambda of: {"announcementId": of["announcement"]})
    for thing in ("mark", "remark", "announcement"):
        yield put(f"acknowledge ({thing})", pupil, lambda of, thing=thing: {"thingId": of[thing]})  # type: ignore[misc]
    yield put("substitute", pupil, lambda of: {"items": [{
        "id": _new(), "lessonId": of["lesson"], "expectedRevision": 1, "room": "other", "reason": "ремонт"}]})
    yield put("openMealAccount", pupil, lambda of: {"personId": of["child"]})
    yield put("topUp (CASH)", pupil, lambda of: {"id": _new(), "childId": of["child"], "amount": MONEY, "method": "CASH"})
    yield put("topUp (SANDBOX)", pupil, lambda of: {"id": _new(), "childId": of["child"], "amount": MONEY, "method": "SANDBOX"})
    yield put("sell", pupil, lambda of: {
        "id": _new(), "tillId": of["till"], "tapId": of["till_tap"], "items": [{"name": "Чай", "quantity": 1, "price": 100}],
        "total": MONEY})
    yield put("sell (person)", pupil, lambda of: {
        "id": _new(), "tillId": of["till"], "personId": of["child"], "items": [{"name": "Чай", "quantity": 1, "price": 100}], "total": MONEY})
    yield put("refund", pupil, lambda of: {"id": _new(), "saleId": of["sale"]})
    yield put("addDoor", school, lambda of: {"id": _new(), "schoolId": of["school"], "name": "Новая дверь", "antiPassback": "OFF"})
    yield put("bindReader", school, lambda of: {"deviceId": of["gate"], "reader": "third", "doorId": of["door"], "direction": "IN"})
    yield put("addDoorRule", pupil, lambda of: {
        "id": _new(), "schoolId": of["school"], "audience": "PERSON", "personId": of["child"], "weekdays": ["MONDAY"], "startsAt": "08:00", "endsAt": "18:00"})
    yield put("endDoorRule", pupil, lambda of: {"ruleId": of["rule"]})
    yield put("makeDeviceCode", school, lambda of: {"id": _new(), "schoolId": of["school"], "kind": "DESK", "name": "Новый стол", "bindings": []})
    yield put("renewDeviceCode", school, lambda of: {"id": _new(), "deviceId": of["gate"]})
    yield put("cancelDeviceCode", school, lambda of: {"codeId": of["code"]})
    yield put("rotateDeviceKey", school, lambda of: {"deviceId": of["gate"]})
    yield put("revokeDevice", school, lambda of: {"deviceId": of["gate"]})


def _new() -> str:
    return str(ids.new())


QUERIES = tuple(_queries())
MUTATIONS = tuple(_mutations())


@cache
def document(schema: GraphQLSchema, question: Question) -> str:
    """The question with all that its answer can show."""
    root = schema.query_type if question.operation == "query" else schema.mutation_type
    assert root is not None
    field = root.fields[question.field]
    head, call = _arguments(field)
    return f"{question.operation}{head} {{ {question.field}{call}{_selection(schema, get_named_type(field.type), ())} }}"


def _arguments(field: GraphQLField) -> tuple[str, str]:
    """Every argument as a variable; those that are not sent have their default."""
    if not field.args:
        return "", ""
    head = ", ".join(f"${name}: {argument.type if is_required_argument(argument) else str(argument.type).rstrip('!')}" for name, argument in field.args.items())
    return f"({head})", f"({', '.join(f'{name}: ${name}' for name in field.args)})"


def _selection(schema: GraphQLSchema, kind: GraphQLNamedType, above: tuple[str, ...]) -> str:
    """All fields of a type, and of theirs, down to a type that is met again. In a union each field has its type's name: the types' fields may differ."""
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        parts = [f"... on {one.name} {_fields(schema, one, above, prefix=f'{one.name}__')}" for one in schema.get_possible_types(kind)]
        return f"{{ __typename {' '.join(parts)} }}"
    return _fields(schema, kind, above) if isinstance(kind, GraphQLObjectType) else ""


def _fields(schema: GraphQLSchema, kind: GraphQLObjectType, above: tuple[str, ...], prefix: str = "") -> str:
    if len(above) > DEEPEST:
        return "{ __typename }"
    shown = []
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        if below.name not in above and below.name != kind.name and not any(is_required_argument(argument) for argument in field.args.values()):
            shown.append(f"{prefix}{name}: {name}{_selection(schema, below, (*above, kind.name))}" if prefix
                         else f"{name}{_selection(schema, below, (*above, kind.name))}")
    return f"{{ __typename {' '.join(shown)} }}"


def things(value: Any) -> Iterator[tuple[str, str, bool]]:
    """Of an answer: each type that it shows, each field of it, and whether that has a value."""
    if isinstance(value, list):
        for one in value:
            yield from things(one)
    elif isinstance(value, dict):
        kind = value.get("__typename")
        for name, below in value.items():
            if kind is not None and name != "__typename":
                yield kind, name.rpartition("__")[2], below is not None
            yield from things(below)
