"""The questions: every root field of the people's API is asked."""

from collections.abc import Iterator

from school import ids
from tests.faces import FACE
from tests.matrix import diary_questions
from tests.matrix.question import DAYS, About, Question, ask, do, new, put
from tests.matrix.town import CODES

MONEY = {"minor": 100, "currency": "RUB"}


def _somebody() -> dict[str, str]:
    return {"id": new(), "familyName": "Новиков", "givenName": "Ник"}


def _queries() -> Iterator[Question]:
    pupil, school, nobody = About.PUPIL, About.SCHOOL, About.NOBODY
    for name in ("me", "signInProviders", "mySessions", "myTokens", "mySecurity", "myProviders", "myCalendarFeeds"):
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
    yield ask("people (staff)", school, holds="worker")
    yield ask("subjects", school, lambda of: {"schoolId": of["school"]})
    yield ask("person", pupil, lambda of: {"id": of["child"]})
    yield ask("deskTaps", school, lambda of: {"deviceId": of["desk"]})
    yield ask("invitations", school, holds="invitation")
    yield from diary_questions.queries()
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
    pupil, school, nobody = About.PUPIL, About.SCHOOL, About.NOBODY
    yield put("grantGuardianship", pupil, lambda of: {"guardianId": of["spare"], "pupilId": of["child"], "relation": "OTHER"})
    yield put("restrictGuardianship", pupil, lambda of: {"guardianId": of["guardian"], "pupilId": of["child"], "open": [], "reason": "решение"})
    yield put("endGuardianship", pupil, lambda of: {"guardianId": of["guardian"], "pupilId": of["child"]})
    yield put("endPupil", pupil, lambda of: {"personId": of["child"], "on": DAYS["from"]})
    yield put("correctName", pupil, lambda of: {"id": new(), "personId": of["child"], "familyName": "Новиков", "givenName": "Ник"})
    yield put("endStaff", school, lambda of: {"personId": of["worker"], "on": DAYS["from"]})
    yield put("addStaff", school, lambda of: {"schoolId": of["school"], "items": [{**_somebody(), "position": "Учитель"}]})
    yield put("enrolPupils", pupil, lambda of: {
        "schoolId": of["school"], "items": [{**_somebody(), "classGroupId": of["class"], "enrolledOn": DAYS["from"]}]})
    yield put("addGuardians", pupil, lambda of: {
        "schoolId": of["school"], "items": [{**_somebody(), "pupilId": of["child"], "relation": "OTHER"}]})
    yield put("addSubject", school, lambda of: {"id": new(), "schoolId": of["school"], "name": "Новый предмет"})
    yield put("changeSubject", school, lambda of: {"subjectId": of["subject"], "name": "Другое имя", "inUse": True})
    yield put("setPhoto", pupil, lambda of: {"personId": of["child"], "content": FACE})
    yield do("removePhoto", pupil, lambda of: {"personId": of["child"]})
    yield put("issueCard", pupil, lambda of: {"id": new(), "personId": of["child"], "tapId": of["desk_tap"]})
    yield put("blockCard", pupil, lambda of: {"cardId": of["card"]})
    yield put("unblockCard", pupil, lambda of: {"cardId": of["card"]})
    yield put("rotateCardKey", school, lambda of: {"id": new(), "schoolId": of["school"]})
    yield put("retireCardKey", school, lambda of: {"keyId": of["key"], "cards": 1})
    yield put("signIn", nobody, lambda _: {"login": "nobody at all", "password": "correct horse"})
    yield put("completeSignIn", nobody, lambda _: {"ticket": "none", "code": "123456"})
    yield do("startPasskeySignIn", nobody)
    yield put("signInWithPasskey", nobody, lambda _: {"credential": "{}"})
    yield do("signOut", nobody)
    yield do("revokeSession", nobody, lambda _: {"id": ids.encode(ids.Kind.SESSION, 0, ids.new())})
    yield do("revokeOtherSessions", nobody)
    yield put("makeToken", nobody, lambda _: {"id": new(), "name": "a program", "scopes": [{"area": "DIARY", "write": False}], "days": 7})
    yield put("makeCalendarFeed", pupil, lambda of: {"id": new(), "personId": of["child"], "language": "RU"})
    yield do("revokeCalendarFeed", nobody, lambda _: {"id": ids.encode(ids.Kind.CALENDAR_FEED, 1, ids.new())})
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
    yield put("invite", school, lambda of: {"id": new(), "personId": of["spare"], "role": "GUARDIAN"})
    yield do("inviteGuardians", pupil, lambda of: {"classGroupId": of["class"]})
    yield do("cancelInvitation", school, lambda of: {"id": of["invitation"]})
    yield put("acceptInvitation", nobody, lambda _: {"code": CODES[1]})
    yield do("resetPassword", pupil, lambda of: {"personId": of["child"]})
    yield from diary_questions.mutations()
    yield put("openMealAccount", pupil, lambda of: {"personId": of["child"]})
    yield put("topUp (CASH)", pupil, lambda of: {"id": new(), "childId": of["child"], "amount": MONEY, "method": "CASH"})
    yield put("topUp (SANDBOX)", pupil, lambda of: {"id": new(), "childId": of["child"], "amount": MONEY, "method": "SANDBOX"})
    yield put("sell", pupil, lambda of: {
        "id": new(), "tillId": of["till"], "tapId": of["till_tap"], "items": [{"name": "Чай", "quantity": 1, "price": 100}],
        "total": MONEY})
    yield put("sell (person)", pupil, lambda of: {
        "id": new(), "tillId": of["till"], "personId": of["child"], "items": [{"name": "Чай", "quantity": 1, "price": 100}], "total": MONEY})
    yield put("refund", pupil, lambda of: {"id": new(), "saleId": of["sale"]})
    yield put("addDoor", school, lambda of: {"id": new(), "schoolId": of["school"], "name": "Новая дверь", "antiPassback": "OFF"})
    yield put("bindReader", school, lambda of: {"deviceId": of["gate"], "reader": "third", "doorId": of["door"], "direction": "IN"})
    yield put("addDoorRule", pupil, lambda of: {
        "id": new(), "schoolId": of["school"], "audience": "PERSON", "personId": of["child"], "weekdays": ["MONDAY"], "startsAt": "08:00", "endsAt": "18:00"})
    yield put("endDoorRule", pupil, lambda of: {"ruleId": of["rule"]})
    yield put("makeDeviceCode", school, lambda of: {"id": new(), "schoolId": of["school"], "kind": "DESK", "name": "Новый стол", "bindings": []})
    yield put("renewDeviceCode", school, lambda of: {"id": new(), "deviceId": of["gate"]})
    yield put("cancelDeviceCode", school, lambda of: {"codeId": of["code"]})
    yield put("rotateDeviceKey", school, lambda of: {"deviceId": of["gate"]})
    yield put("revokeDevice", school, lambda of: {"deviceId": of["gate"]})


QUERIES = tuple(_queries())
MUTATIONS = tuple(_mutations())
