"""Lives: what each domain keeps of a pupil's day, done by its own verbs."""

import datetime as dt
import hashlib
from hashlib import sha256
from itertools import count
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from school import ids
from school.access import passages
from school.access.models import Audience, DoorRule
from school.context import Grant, Role, Viewer
from school.day import late_arrivals
from school.diary import (
    acknowledgements,
    announcements,
    attachments,
    attendance,
    corrections,
    files,
    groups,
    homework,
    marks,
    messages,
    notices,
    remarks,
    submissions,
    substitutions,
    term_marks,
    topics,
)
from school.diary.absence_models import NoticeState
from school.diary.file_models import FileKind
from school.diary.homework_correction import correct_homework
from school.diary.homework_done import set_done
from school.diary.homework_models import SubmissionState
from school.diary.mark_rows import Content
from school.diary.message_models import Acknowledged, RemarkKind
from school.diary.models import Attendance, AttendanceKind, Lesson, WorkKind
from school.ids import Kind, Ref
from school.meals import accounts as meal_accounts
from school.meals import refunds, till, topups
from school.meals.topups import TopUpMethod
from school.money import Money
from school.registry import cards, photos
from school.registry.models import Outcome, Tap
from school.settings import Mode
from tests.matrix.town import NOON, Town
from tests.world import EARLY, MONDAY

_numbers = count(1)


def opaque(kind: Kind, school_id: int, id_: UUID) -> str:
    """As clients hold it."""
    return ids.encode(kind, school_id, id_)


async def present(session: AsyncSession, town: Town, school_id: int, device: str, reader: str, name: str | None, at: dt.datetime = NOON) -> Tap:
    """A card is presented: of somebody, or of nobody yet."""
    number = next(_numbers)
    tap = Tap(
        school_id=school_id, device_id=town.world.devices[device], sequence=number, id=ids.new(), digest=bytes(32), reader=reader,
        token=town.world.token(name, school_id) if name else hashlib.sha256(f"blank {number}".encode()).digest(),
        key_id=str(town.world.card_keys[school_id][0]), person_id=town.world.people[name] if name else None, device_at=at, happened_at=at, received_at=at,
        late=False, suspect=False, outcome=Outcome.ADMIT if name else Outcome.REFUSE, reason="OK" if name else "UNKNOWN_CARD", data_version="1")
    session.add(tap)
    await session.flush()
    return tap


def acting(town: Town, name: str, role: Role) -> Viewer:
    """One of the staff at work."""
    person = town.ref(name)
    return Viewer(ids.new(), ids.new(), (Grant(person.school_id, person.id, role),))


async def live(session: AsyncSession, town: Town, name: str) -> dict[str, str]:
    """A pupil's day. What a question may name of it."""
    world, pupil = town.world, town.ref(name)
    school_id, end = pupil.school_id, "" if pupil.school_id == 1 else "2"
    common = town.targets[str(school_id)]
    town.mark("name", name, f"{name.title()}ова")
    town.mark("id", name, opaque(Kind.PERSON, school_id, pupil.id))
    diary = await _diary(session, town, name, pupil) | await _words(session, town, name, pupil)
    money = await _money(session, town, name, pupil)
    gate = await present(session, town, school_id, f"gate{end}", "in", name, NOON - dt.timedelta(minutes=90))
    [passage] = await passages.record_many(session, [gate])
    assert passage is not None
    late = await late_arrivals.notice(session, pupil, gate.happened_at, late=False)
    assert late is not None
    refused = await present(session, town, school_id, f"gate{end}", "in", name)
    refused.outcome, refused.reason = Outcome.REFUSE, "ALREADY_INSIDE"
    await passages.record_many(session, [refused])
    rule = DoorRule(
        school_id=school_id, id=ids.new(), door_id=None, direction=None, audience=Audience.PERSON, class_group_id=None, person_id=pupil.id, weekdays=1,
        starts_at=dt.time(7), ends_at=dt.time(20), valid_from=None, valid_until=None, made_at=EARLY, ended_at=None)
    session.add(rule)
    await session.flush()
    card = Ref(school_id, world.cards[name])
    office = acting(town, f"office{end}", Role.OFFICE)
    await cards.block(session, office, card)
    await cards.unblock(session, office, card)
    photo = photos.new_name(school_id)
    await photos.put(session, office, pupil, photo, b"the face of " + name.encode())
    town.mark("photo", name, photos.address_of(*photo))
    spare = opaque(Kind.CARD, school_id, card.id)
    town.mark("card", name, spare)
    town.mark("tap", name, opaque(Kind.TAP, school_id, gate.id))
    town.mark("passage", name, opaque(Kind.PASSAGE, school_id, passage.id))
    town.mark("rule", name, opaque(Kind.DOOR_RULE, school_id, rule.id))
    return {
        **common, **diary, **money, "photo": opaque(Kind.PHOTO, *photo),
        "tap": opaque(Kind.TAP, school_id, gate.id), "child": opaque(Kind.PERSON, school_id, pupil.id), "card": spare,
        "rule": opaque(Kind.DOOR_RULE, school_id, rule.id), "name": f"{name.title()}ова",
        "class": opaque(Kind.CLASS_GROUP, school_id, world.classes[{"egor": "7B", "dina": "2-5A"}.get(name, "5A")]),
        "guardian": opaque(Kind.PERSON, school_id, world.people[{"boris": "other_parent", "anna": "parent", "dina": "stranger"}.get(name, "spare")]),
    }


async def _diary(session: AsyncSession, town: Town, name: str, pupil: Ref) -> dict[str, str]:
    """Marks given, corrected and withdrawn, a register entry, homework, in the course that stands for this pupil."""
    key, teacher = {"boris": ("5A", "teacher"), "anna": ("physics", "teacher7"), "egor": ("7B", "teacher7"), "dina": ("2-5A", "teacher2")}[name]
    lesson, viewer = Ref(pupil.school_id, town.world.lessons[f"{key}-1"]), acting(town, teacher, Role.TEACHER)
    fresh = [marks.NewMark(ids.new(), pupil, lesson, Content(
        *((2, 10) if number == 1 else (4, 1)), WorkKind.TEST, f"comment {number} of {name}")) for number in range(3)]  # the second puts the pupil at risk
    await marks.give_many(session, viewer, fresh)
    own_work = ids.decode(Kind.OWN_WORK, town.targets[str(pupil.school_id)]["own work"]).id
    again = Content(2, 1, WorkKind.TEST, f"comment of the second try of {name}", own_work)
    await marks.give_many(session, viewer, [marks.NewMark(ids.new(), pupil, lesson, again, Ref(pupil.school_id, fresh[1].id))])
    refs = [Ref(pupil.school_id, mark.id) for mark in fresh]
    await corrections.correct(session, viewer, refs[0], 1, Content(5, 1, WorkKind.TEST, f"comment 0 of {name}"), f"reason of {name}")
    await corrections.withdraw(session, viewer, refs[2], 1, None)
    await attendance.record_many(session, viewer, lesson, [attendance.NewEntry(pupil, AttendanceKind.ABSENT)])
    await attendance.record_many(session, viewer, lesson, [attendance.NewEntry(pupil, AttendanceKind.LATE, 7)])
    await topics.set_many(session, viewer, [topics.NewTopic(lesson, f"topic of {key}")])
    course, term = Ref(pupil.school_id, town.world.courses[key]), Ref(pupil.school_id, town.world.terms[pupil.school_id])
    await term_marks.decide_many(session, viewer, term, course, [term_marks.Decision(pupil, 5, f"term comment of {name}", 0, None)])
    tasks = [await homework.set_homework(session, viewer, ids.new(), lesson, f"task {number} of {key}") for number in range(2)]
    await homework.withdraw_homework(session, viewer, Ref(pupil.school_id, tasks[1].id))
    await correct_homework(session, viewer, Ref(pupil.school_id, tasks[0].id), 1, tasks[0].text, 15, tasks[0].links)
    own = await homework.set_homework(
        session, viewer, ids.new(), lesson, f"own task of {name}", minutes=20, links=[f"https://school.test/{name}"], pupils=[pupil])
    family = Viewer(ids.new(), ids.new(), (Grant(pupil.school_id, pupil.id, Role.PUPIL),), frozenset({pupil}))
    mine = Ref(pupil.school_id, own.id)
    await correct_homework(session, viewer, mine, 1, own.text, 25, own.links)
    await set_done(session, family, mine, pupil, done=True)
    material = await _file(session, viewer, pupil.school_id, f"material of {key}.pdf")
    await attachments.attach(session, viewer, opaque(Kind.HOMEWORK, pupil.school_id, tasks[0].id), [material])
    page = await _file(session, family, pupil.school_id, f"page of {name}.pdf")
    work = await submissions.submit(session, family, ids.new(), Ref(pupil.school_id, tasks[0].id), pupil, f"work of {name}", [page])
    await submissions.answer(session, viewer, Ref(pupil.school_id, work.id), SubmissionState.RETURNED, f"answer to {name}")
    submission = opaque(Kind.SUBMISSION, pupil.school_id, work.id)
    town.mark(f"work of {key}", name, f"work of {name}", f"answer to {name}", submission, f"page of {name}.pdf", opaque(Kind.FILE, *page))
    town.mark(
        f"own homework of {key}", name, f"own task of {name}", f"https://school.test/{name}", opaque(Kind.HOMEWORK, pupil.school_id, own.id))
    town.mark(f"marks of {key}", name, *(opaque(Kind.MARK, ref.school_id, ref.id) for ref in refs), f"comment 0 of {name}", f"comment 1 of {name}",
              f"term comment of {name}")
    office = acting(town, "office" if pupil.school_id == 1 else "office2", Role.OFFICE)
    change = substitutions.Change(room=f"room of {key}")
    await substitutions.substitute_many(session, office, [substitutions.NewSubstitution(ids.new(), lesson, 0, change, f"reason of {key}")])
    town.mark(f"homework of {key}", name, f"task 0 of {key}", opaque(Kind.HOMEWORK, pupil.school_id, tasks[0].id))
    town.mark(f"homework of {key}", name, f"material of {key}.pdf", opaque(Kind.FILE, *material))
    notice, paper, unfilled = await _absence(session, town, name, pupil, key)
    return {
        **await _grouped(session, town, name, pupil, key, viewer), "notice": notice, "unfilled": unfilled,
        "mark": opaque(Kind.MARK, pupil.school_id, fresh[0].id), "lesson": opaque(Kind.LESSON, lesson.school_id, lesson.id),
        "course": opaque(Kind.COURSE, pupil.school_id, course.id), "term": opaque(Kind.TERM, term.school_id, term.id),
        "homework": opaque(Kind.HOMEWORK, pupil.school_id, tasks[0].id),
        "submission": submission, "material": opaque(Kind.FILE, *material), "page": opaque(Kind.FILE, *page), "paper": paper,
    }


async def _grouped(session: AsyncSession, town: Town, name: str, pupil: Ref, key: str, teacher: Viewer) -> dict[str, str]:
    """Two groups in which the pupil is alone, in one after the other, and homework for a lesson of the second."""
    office, group = acting(town, "office" if pupil.school_id == 1 else "office2", Role.OFFICE), Ref(pupil.school_id, town.world.classes[
        key if key != "physics" else "5A"])
    parts = [await groups.add(session, office, ids.new(), group, f"Part of {name}", f"{number} of {name}") for number in range(2)]
    for part, since in zip(parts, (EARLY.date(), MONDAY), strict=True):
        await groups.set_pupils(session, office, Ref(pupil.school_id, part.id), [pupil], since)
    lesson = Lesson(
        school_id=pupil.school_id, id=ids.new(), course_id=town.world.courses[key], class_group_id=group.id, on_date=MONDAY, bell=6, room=None, topic=None,
        cancelled_at=None, pupil_group_id=parts[1].id)
    session.add(lesson)
    await session.flush()
    task = await homework.set_homework(session, teacher, ids.new(), Ref(pupil.school_id, lesson.id), f"group task of {name}")
    town.mark(f"own homework of {key}", name, task.text, opaque(Kind.HOMEWORK, pupil.school_id, task.id))
    return {"pupil group": opaque(Kind.PUPIL_GROUP, pupil.school_id, parts[1].id)}


async def _file(session: AsyncSession, viewer: Viewer, school_id: int, name: str) -> Ref:
    """A file that has come; the matrix has no bytes of it unless it puts them there."""
    ref = Ref(school_id, ids.new())
    await files.prepare(session, viewer, ref.id, school_id, name, 9)
    await files.fill(session, viewer, ref, files.Filled(name, FileKind.PDF, bytes(32), sha256(name.encode()).digest(), 9, ref.id))
    return ref


async def _absence(session: AsyncSession, town: Town, name: str, pupil: Ref, key: str) -> tuple[str, str, str]:
    """A notice that waits, a guardian's own, and one that was answered, of the day of the register; an entry with a reason; an earlier lesson
    without a register."""
    world, school_id, end = town.world, pupil.school_id, "" if pupil.school_id == 1 else "2"
    guardian = {"boris": "other_parent", "anna": "parent", "dina": "stranger"}.get(name, "spare")
    sender = Viewer(ids.new(), ids.new(), (Grant(school_id, world.people[guardian], Role.GUARDIAN),), frozenset({pupil}))
    reason = ids.decode(Kind.ABSENCE_REASON, town.targets[str(school_id)]["reason"])
    sent = [await notices.send(session, sender, notices.NewNotice(ids.new(), pupil, MONDAY, MONDAY, bells, reason, f"words {number} of {name}"))
            for number, bells in enumerate((None, 2))]
    await notices.answer(session, acting(town, f"office{end}", Role.OFFICE), Ref(school_id, sent[1].id), NoticeState.ACCEPTED, f"answer of {name}")
    town.mark("notice", name, *(opaque(Kind.ABSENCE_NOTICE, school_id, one.id) for one in sent), f"words 0 of {name}", f"words 1 of {name}")
    paper = await _file(session, sender, school_id, f"paper of {name}.pdf")
    await attachments.attach(session, sender, opaque(Kind.ABSENCE_NOTICE, school_id, sent[0].id), [paper])
    town.mark("notice", name, f"answer of {name}", f"paper of {name}.pdf", opaque(Kind.FILE, *paper))
    missed, unfilled = (Lesson(
        school_id=school_id, id=ids.new(), course_id=world.courses[key], class_group_id=world.classes[key if key != "physics" else "5A"],
        on_date=date, bell=bell, room=None, topic=None, cancelled_at=None) for date, bell in ((MONDAY, 6), (MONDAY, 3)))
    session.add_all([missed, unfilled])
    await session.flush()
    session.add(Attendance(
        school_id=school_id, lesson_id=missed.id, pupil_id=pupil.id, kind=AttendanceKind.EXCUSED, minutes_late=None, by=world.people[f"teacher{end}"],
        at=NOON, reason_id=reason.id))
    await session.flush()
    return opaque(Kind.ABSENCE_NOTICE, school_id, sent[0].id), opaque(Kind.FILE, *paper), opaque(Kind.LESSON, school_id, unfilled.id)


async def _words(session: AsyncSession, town: Town, name: str, pupil: Ref) -> dict[str, str]:
    """A remark that a guardian has acknowledged, a message of the teacher's, an announcement to the class."""
    school_id, end = pupil.school_id, "" if pupil.school_id == 1 else "2"
    who, guardian = {"boris": ("teacher", "other_parent"), "anna": ("teacher7", "parent"), "egor": ("teacher7", None), "dina": ("teacher2", "stranger")}[name]
    group = {"egor": "7B", "dina": "2-5A"}.get(name, "5A")
    teacher, person = acting(town, who, Role.TEACHER), town.ref(who)
    guardians = [] if guardian is None else [town.world.people[guardian]]
    [remark] = await remarks.make_many(session, teacher, [remarks.NewRemark(ids.new(), pupil, RemarkKind.PRAISE, f"praise of {name}")], None)
    message = await messages.write(session, teacher, ids.new(), pupil, person, f"letter about {name}", guardians)
    made = await announcements.announce(session, acting(town, f"office{end}", Role.OFFICE), announcements.NewAnnouncement(
        ids.new(), school_id, None, Ref(school_id, town.world.classes[group]), f"title for {name}", f"words for {name}", NOON.date()))
    assert isinstance(remark, remarks.RemarkRow)
    if guardian is not None:
        viewer = Viewer(ids.new(), ids.new(), (Grant(school_id, guardians[0], Role.GUARDIAN),), frozenset({pupil}))
        for kind, id_ in ((Acknowledged.REMARK, remark.id), (Acknowledged.ANNOUNCEMENT, made.id)):
            await acknowledgements.acknowledge(session, viewer, acknowledgements.Thing(kind, Ref(school_id, id_)))
    found = {
        "remark": opaque(Kind.REMARK, school_id, remark.id), "thread": opaque(Kind.THREAD, school_id, message.thread_id),
        "message": opaque(Kind.MESSAGE, school_id, message.id), "announcement": opaque(Kind.ANNOUNCEMENT, school_id, made.id),
    }
    town.mark("remark", name, found["remark"], f"praise of {name}")
    town.mark("thread", name, found["thread"], found["message"], f"letter about {name}")
    town.mark("announcement", name, found["announcement"], f"title for {name}", f"words for {name}")
    return found | {"teacher": opaque(Kind.PERSON, school_id, person.id)}


async def _money(session: AsyncSession, town: Town, name: str, pupil: Ref) -> dict[str, str]:
    """Cash at the office, two sales at the till of which one is taken back, and a card that lies there now."""
    world, school_id, end = town.world, pupil.school_id, "" if pupil.school_id == 1 else "2"
    if name == "egor":
        world.meal_accounts[name] = await meal_accounts.open_account(session, acting(town, "office", Role.OFFICE), pupil)
    office, canteen = acting(town, f"office{end}", Role.OFFICE), acting(town, f"canteen{end}", Role.CANTEEN)
    place = Ref(school_id, world.tills[f"till{end}"])
    paid = await topups.top_up(session, office, ids.new(), pupil, Money(90_000, "RUB"), TopUpMethod.CASH, mode=Mode.PRODUCTION, note=f"note of {name}")
    sold = []
    for number in range(2):
        tap = await present(session, town, school_id, f"canteen{end}", "till", name)
        await till.cards_presented(session, [tap])
        dish = till.Item(f"dish {number} of {name}", 1, 5_000 + number)
        sold.append(await till.sell(session, canteen, ids.new(), place, Ref(school_id, tap.id), [dish], Money(dish.price, "RUB")))
        town.mark("till tap", name, opaque(Kind.TAP, school_id, tap.id))
        town.mark("sale", name, opaque(Kind.TRANSFER, school_id, sold[-1].ref.id), dish.name)
    refunded = await refunds.refund(session, canteen, ids.new(), sold[1].ref)
    waiting = await present(session, town, school_id, f"canteen{end}", "till", name)
    town.mark("till tap", name, opaque(Kind.TAP, school_id, waiting.id))
    town.mark("money", name, opaque(Kind.TRANSFER, school_id, paid.ref.id), f"note of {name}", opaque(Kind.TRANSFER, school_id, refunded.ref.id))
    town.mark("account", name, opaque(Kind.MEAL_ACCOUNT, school_id, world.meal_accounts[name]))
    return {"sale": opaque(Kind.TRANSFER, school_id, sold[0].ref.id), "till_tap": opaque(Kind.TAP, school_id, waiting.id)}
