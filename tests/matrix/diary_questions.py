"""The questions about the diary."""

from base64 import b64encode
from collections.abc import Iterator

from school.diary import register_sheet
from school.diary.register_sheet import Snapshot
from tests.matrix.question import DAYS, About, Ids, Question, ask, do, new, put


def _register(of: Ids) -> str:
    """The file of a register in which nothing stands, and which changes nothing."""
    return b64encode(register_sheet.write(Snapshot(1, of["course"], of["term"], "ru", ["Ученик"], [], [], [], {}))).decode()


def queries() -> Iterator[Question]:
    """What of it is read."""
    pupil, school, nobody = About.PUPIL, About.SCHOOL, About.NOBODY
    yield ask("lessons (child)", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("lessons (class)", pupil, lambda of: {"classGroupId": of["class"], **DAYS})
    yield ask("childDay", pupil, lambda of: {"childId": of["child"], "date": DAYS["from"]})
    yield ask("childDays", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("myCourses", pupil, holds="course")
    yield ask("myLessons", pupil, lambda _: {"date": DAYS["from"]}, holds="lesson")
    yield ask("gradebook", pupil, lambda of: {"courseId": of["course"], **DAYS})
    yield ask("withdrawnMarks", pupil, lambda of: {"courseId": of["course"], **DAYS})
    yield ask("registerChanges", pupil, lambda of: {"courseId": of["course"], **DAYS})
    yield ask("attendanceHistory", pupil, lambda of: {"childId": of["child"], "lessonId": of["lesson"]})
    yield ask("homework", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("overdueHomework", pupil, lambda of: {"childId": of["child"]})
    yield ask("courseHomework", pupil, lambda of: {"courseId": of["course"], **DAYS})
    yield ask("homeworkHistory", pupil, lambda of: {"homeworkId": of["homework"]})
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
    yield ask("reportCardClasses", pupil, holds="class")
    yield ask("termMarkHistory", pupil, lambda of: {"childId": of["child"], "courseId": of["course"], "termId": of["term"]})
    yield ask("termProgress", school, lambda of: {"termId": of["term"]})
    yield ask("termOpenings", school, lambda of: {"termId": of["past"]})
    yield ask("forecast", pupil, lambda of: {"childId": of["child"], "courseId": of["course"], "termId": of["term"], "marks": [{"value": 5}], "target": 5})
    yield ask("dayLessons", school, lambda of: {"schoolId": of["school"], "date": DAYS["from"]})
    yield ask("teachers", school, lambda of: {"schoolId": of["school"], "date": DAYS["from"]})
    yield ask("substitutions", school, lambda of: {"schoolId": of["school"], "date": DAYS["from"]})
    yield ask("holidays", school, lambda _: {"from": "2026-11-01", "to": "2026-11-08"}, holds="holiday")
    yield ask("bells", school, lambda of: {"schoolId": of["school"]})
    yield ask("bellSchedules", school, lambda of: {"schoolId": of["school"]})
    yield ask("bellDays", school, lambda _: DAYS, holds="schedule")
    yield ask("childBellDays", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("timetable", pupil, lambda of: {"classGroupId": of["class"], "date": DAYS["from"]})
    yield ask("schoolClasses", school, lambda of: {"schoolId": of["school"]})
    yield ask("schoolScales", school, lambda of: {"schoolId": of["school"]})
    yield ask("nextSchoolYear", school, lambda of: {"input": {"schoolId": of["school"], "startsOn": "2026-09-14"}})
    yield ask("schoolCourses", pupil, lambda of: {"classGroupId": of["class"]})
    yield ask("classPupilGroups", pupil, lambda of: {"classGroupId": of["class"]})
    yield ask("attendanceFigures", school, lambda of: {"schoolId": of["school"], **DAYS})
    yield ask("attendanceFigures (class)", pupil, lambda of: {"schoolId": of["school"], "classGroupId": of["class"], **DAYS})
    yield ask("gradingScales", school, lambda of: {"schoolId": of["school"]})
    yield ask("scaleConversions", school, lambda of: {"schoolId": of["school"]})
    yield ask("ownWorks", school, lambda of: {"schoolId": of["school"]})
    yield ask("absenceReasons", school, lambda of: {"schoolId": of["school"]})
    yield ask("absenceNotices", pupil, lambda of: {"childId": of["child"]})
    yield ask("receivedAbsenceNotices", pupil, holds="notice")
    yield ask("lessonsWithoutRegister", pupil, lambda _: DAYS, holds="unfilled")
    yield ask("childAttendance", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("markTrend", pupil, lambda of: {"childId": of["child"], **DAYS})
    yield ask("courseTrend", pupil, lambda of: {"courseId": of["course"], **DAYS})
    yield ask("pupilsAtRisk", school, lambda of: {"schoolId": of["school"], **DAYS})
    yield ask("markFigures", school, lambda of: {"schoolId": of["school"], **DAYS})
    yield ask("markFigures (class)", pupil, lambda of: {"schoolId": of["school"], "classGroupId": of["class"], **DAYS})


def mutations() -> Iterator[Question]:
    """What in it is written."""
    for part in (_of_marks, _of_the_year, _of_lessons, _of_words):
        yield from part()


def _of_marks() -> Iterator[Question]:
    """Marks, terms, and by what marks are measured."""
    pupil, school = About.PUPIL, About.SCHOOL
    yield put("giveMarks", pupil, lambda of: {"lessonId": of["lesson"], "items": [{"id": new(), "pupilId": of["child"], "value": 5, "work": "TEST"}]})
    yield put("correctMark", pupil, lambda of: {"markId": of["mark"], "expectedRevision": 2, "value": 3, "weight": 1, "work": "TEST"})
    yield put("withdrawMark", pupil, lambda of: {"markId": of["mark"], "expectedRevision": 2})
    yield put("decideTermMarks", pupil, lambda of: {
        "courseId": of["course"], "termId": of["term"], "items": [{"pupilId": of["child"], "value": 4, "expectedRevision": 1}]})
    yield put("importRegister", pupil, lambda of: {"id": new(), "courseId": of["course"], "termId": of["term"], "content": _register(of)})
    yield do("closeTerm", school, lambda of: {"termId": of["term"]})
    yield put("openTerm", school, lambda of: {"id": new(), "termId": of["past"], "until": "2026-09-08T09:00:00Z", "reason": "исправление"})
    yield put("addGradingScale", school, lambda of: {"id": new(), "schoolId": of["school"], "name": "Баллы", "lowest": 0, "highest": 100})
    yield put("changeGradingScale", school, lambda of: {"scaleId": of["other scale"], "name": "Зачёты", "passMark": 1})
    yield put("setCourseScale", school, lambda of: {"courseId": of["course"], "scaleId": of["scale"]})
    yield put("setScaleConversion", school, lambda of: {
        "scaleId": of["scale"], "toScaleId": of["other scale"], "steps": [{"lowest": 3, "highest": 5, "value": 1}]})
    yield put("addOwnWork", school, lambda of: {"id": new(), "schoolId": of["school"], "name": "Диктант", "work": "TEST", "weight": 3})
    yield put("changeOwnWork", school, lambda of: {"workId": of["own work"], "name": "Проект", "weight": 4, "inUse": False})


def _of_the_year() -> Iterator[Question]:
    """What an office or a head sets up."""
    pupil, school = About.PUPIL, About.SCHOOL
    yield put("addTerm", school, lambda of: {
        "id": new(), "schoolId": of["school"], "name": "Лето", "startsOn": "2027-06-01", "endsOn": "2027-08-31"})
    yield put("changeTerm", school, lambda of: {"termId": of["term"], "name": "I", "startsOn": "2026-09-01", "endsOn": "2026-12-31"})
    yield put("addHoliday", school, lambda of: {
        "id": new(), "schoolId": of["school"], "name": "Зимние каникулы", "startsOn": "2026-12-31", "endsOn": "2027-01-10"})
    yield do("withdrawHoliday", school, lambda of: {"holidayId": of["holiday"]})
    yield put("setBells", school, lambda of: {"schoolId": of["school"], "bells": [{"number": 7, "startsAt": "15:00", "endsAt": "15:40"}]})
    yield put("setBells (schedule)", school, lambda of: {
        "schoolId": of["school"], "scheduleId": of["other schedule"], "bells": [{"number": 7, "startsAt": "15:00", "endsAt": "15:40"}]})
    yield put("addBellSchedule", school, lambda of: {
        "id": new(), "schoolId": of["school"], "name": "Второй корпус", "bells": [{"number": 1, "startsAt": "08:00", "endsAt": "08:40"}]})
    yield do("renameBellSchedule", school, lambda of: {"scheduleId": of["schedule"], "name": "Короткий день"})
    yield do("closeBellSchedule", school, lambda of: {"scheduleId": of["other schedule"]})
    yield do("setClassBells", pupil, lambda of: {"classGroupId": of["class"], "scheduleId": of["schedule"]})
    yield put("setBellDay", school, lambda of: {"schoolId": of["school"], "date": "2027-06-02", "schedules": [{"scheduleId": of["schedule"]}]})
    yield put("setTimetable", pupil, lambda of: {
        "id": new(), "classGroupId": of["class"], "startsOn": "2027-06-01", "slots": [{"courseId": of["course"], "weekday": 2, "bell": 5}]})
    yield put("setTimetable (clash)", pupil, lambda of: {
        "id": new(), "classGroupId": of["class"], "startsOn": "2027-06-01", "slots": [{"courseId": of["course"], "weekday": 2, "bell": 5}] * 2})
    yield put("planLessons", school, lambda of: {"schoolId": of["school"], "from": "2026-09-21", "to": "2026-09-22"})
    yield put("planLessons (class)", pupil, lambda of: {
        "schoolId": of["school"], "classGroupId": of["class"], "from": "2026-09-21", "to": "2026-09-22"})
    yield put("addClassGroup", school, lambda of: {"id": new(), "schoolId": of["school"], "grade": 9, "letter": "Я"})
    yield put("changeClassTeacher", pupil, lambda of: {"classGroupId": of["class"], "teacherId": of["worker"]})
    yield put("movePupil", pupil, lambda of: {"pupilId": of["child"], "classGroupId": of["empty"], "on": "2026-09-08"})
    yield put("startSchoolYear", school, lambda of: {"id": new(), "schoolId": of["school"], "startsOn": "2026-09-14"})  # a term lies across that day
    yield put("addCourse", pupil, lambda of: {
        "id": new(), "classGroupId": of["class"], "subjectId": of["subject"], "teacherId": of["worker"], "scaleId": of["scale"]})
    yield put("addCourse (group)", pupil, lambda of: {
        "id": new(), "classGroupId": of["class"], "subjectId": of["subject"], "teacherId": of["worker"], "groupId": of["pupil group"]})
    yield put("changeCourseTeacher", pupil, lambda of: {"courseId": of["course"], "teacherId": of["helper"]})
    yield put("closeCourse", pupil, lambda of: {"courseId": of["course"], "closed": True})
    yield put("addPupilGroup", pupil, lambda of: {"id": new(), "classGroupId": of["class"], "division": "Труд", "name": "1"})
    yield put("setGroupPupils", pupil, lambda of: {"groupId": of["pupil group"], "pupilIds": [of["child"]], "from": "2026-09-07"})
    yield put("renamePupilGroup", pupil, lambda of: {"groupId": of["pupil group"], "name": "other"})
    yield put("closePupilGroup", pupil, lambda of: {"groupId": of["pupil group"]})
    yield put("substitute", pupil, lambda of: {"items": [{
        "id": new(), "lessonId": of["lesson"], "expectedRevision": 1, "room": "other", "reason": "ремонт"}]})


def _of_lessons() -> Iterator[Question]:
    """Homework, registers, absence, files."""
    pupil, school = About.PUPIL, About.SCHOOL
    yield put("setHomework", pupil, lambda of: {"id": new(), "lessonId": of["lesson"], "text": "something"})
    yield put("setHomework (pupils)", pupil, lambda of: {"id": new(), "lessonId": of["lesson"], "text": "something", "pupilIds": [of["child"]]})
    yield put("correctHomework", pupil, lambda of: {"homeworkId": of["homework"], "expectedRevision": 2, "text": "something else"})
    yield put("tickHomework", pupil, lambda of: {"homeworkId": of["homework"], "childId": of["child"], "done": True})
    yield put("submitHomework", pupil, lambda of: {"id": new(), "homeworkId": of["homework"], "childId": of["child"], "text": "x = 5"})
    yield put("answerSubmission", pupil, lambda of: {"submissionId": of["submission"], "state": "RETURNED", "text": "not quite"})
    yield put("setHomeworkHour", school, lambda of: {"schoolId": of["school"], "latest": "20:00"})
    yield put("withdrawHomework", pupil, lambda of: {"homeworkId": of["homework"]})
    yield put("recordAttendance", pupil, lambda of: {"lessonId": of["lesson"], "items": [{"pupilId": of["child"], "kind": "ABSENT"}]})
    yield put("setTopics", pupil, lambda of: {"items": [{"lessonId": of["lesson"], "topic": "something"}]})
    yield put("recordAttendance (reason)", pupil, lambda of: {
        "lessonId": of["lesson"], "items": [{"pupilId": of["child"], "kind": "ABSENT", "reasonId": of["reason"]}]})
    yield put("addAbsenceReason", school, lambda of: {"id": new(), "schoolId": of["school"], "name": "Карантин", "sign": "К", "excused": True})
    yield put("changeAbsenceReason", school, lambda of: {"reasonId": of["reason"], "name": "Болезнь", "sign": "Б", "inUse": False})
    yield put("sendAbsenceNotice", pupil, lambda of: {
        "id": new(), "childId": of["child"], "startsOn": DAYS["from"], "endsOn": DAYS["to"], "reasonId": of["reason"]})
    yield put("answerAbsenceNotice", pupil, lambda of: {"noticeId": of["notice"], "state": "SEEN"})
    yield put("withdrawAbsenceNotice", pupil, lambda of: {"noticeId": of["notice"]})
    yield put("prepareFile", school, lambda of: {"id": new(), "schoolId": of["school"], "name": "лист.pdf", "size": 9})
    yield put("attachFiles (homework)", pupil, lambda of: {"toId": of["homework"], "fileIds": []})
    yield put("attachFiles (notice)", pupil, lambda of: {"toId": of["notice"], "fileIds": []})
    yield put("removeFile (material)", pupil, lambda of: {"fileId": of["material"]})
    yield put("removeFile (work)", pupil, lambda of: {"fileId": of["page"]})
    yield put("removeFile (document)", pupil, lambda of: {"fileId": of["paper"]})
    yield put("spreadAbsence", pupil, lambda of: {"childId": of["child"], **DAYS, "reasonId": of["reason"]})


def _of_words() -> Iterator[Question]:
    """What school and family tell each other."""
    pupil, school = About.PUPIL, About.SCHOOL
    yield put("makeRemarks", pupil, lambda of: {"items": [{"id": new(), "pupilId": of["child"], "kind": "PRAISE", "text": "something"}]})
    yield put("makeRemarks (lesson)", pupil, lambda of: {
        "lessonId": of["lesson"], "items": [{"id": new(), "pupilId": of["child"], "kind": "CONCERN", "text": "something"}]})
    yield put("withdrawRemark", pupil, lambda of: {"remarkId": of["remark"]})
    yield put("writeMessage", pupil, lambda of: {"id": new(), "childId": of["child"], "teacherId": of["teacher"], "text": "something"})
    yield put("withdrawMessage", pupil, lambda of: {"messageId": of["message"]})
    yield put("readThread", pupil, lambda of: {"threadId": of["thread"], "upTo": 1})
    yield put("announce", school, lambda of: {"id": new(), "schoolId": of["school"], "title": "something", "text": "something"})
    yield put("announce (class)", pupil, lambda of: {
        "id": new(), "schoolId": of["school"], "classGroupId": of["class"], "title": "something", "text": "something"})
    yield put("withdrawAnnouncement", pupil, lambda of: {"announcementId": of["announcement"]})
    for thing in ("mark", "remark", "announcement"):
        yield put(f"acknowledge ({thing})", pupil, lambda of, thing=thing: {"thingId": of[thing]})  # type: ignore[misc]
