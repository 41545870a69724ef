"""What school and family have written to each other by the seeding day: remarks, threads, announcements, and that they were read."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from school.diary.message_models import Acknowledged, Acknowledgement, Announcement, Message, Remark, RemarkKind, Thread, ThreadReading
from school.seed.campus import Campus, at
from school.seed.dice import Dice
from school.seed.people import Learner
from school.seed.writer import Writer

_REMARKS = (
    (RemarkKind.PRAISE, "Помог одноклассникам подготовиться к контрольной."), (RemarkKind.PRAISE, "Отлично выступил на уроке."),
    (RemarkKind.PRAISE, "Активно работает, задаёт хорошие вопросы."), (RemarkKind.CONCERN, "Третий раз без домашней работы."),
    (RemarkKind.CONCERN, "Пришёл без тетради и учебника."), (RemarkKind.CONCERN, "Отвлекается на телефон во время урока."),
)
_TALKS: tuple[tuple[tuple[bool, str], ...], ...] = (
    ((True, "Здравствуйте! Завтра у нас врач, на первый урок не успеем."), (False, "Здравствуйте! Спасибо, что предупредили, отмечу."),
     (True, "Что пропустим?"), (False, "Повторение темы. Задания пришлю в дневник после урока.")),
    ((False, "Добрый день! На контрольной не хватило времени на последнюю задачу. Предлагаю переписать её в четверг после уроков."),
     (True, "Добрый день! Спасибо, придём.")),
    ((True, "Здравствуйте! Подскажите, пожалуйста, что повторить перед контрольной?"),),
)
_MEETING = ("Родительское собрание", "Приглашаем на собрание в среду в 18:00, в актовый зал. Поговорим о итогах четверти и о поездке.")
_CLASS = ("Экскурсия в музей", "В пятницу после третьего урока идём в музей. Возьмите с собой проездной и воду. Вернёмся к 15:00.")
_HOUR = dt.timedelta(hours=1)


def write(campus: Campus, dice: Dice, writer: Writer) -> None:
    """The last days of a school: in every class some remarks and a few talks, all of those in the first family's classes."""
    evening = at(campus.calendar.past[-1], dt.time(17))
    for classmates in campus.classmates:
        for learner in dice.sample(classmates, min(4, len(classmates))):
            _remark(campus, dice, writer, learner, evening - dice.uniform(2, 60) * _HOUR)
    first = [learner for learner in campus.people.learners if learner.ties is campus.people.families[0].ties]
    for learner in first:
        _remark(campus, dice, writer, learner, evening - dice.uniform(2, 8) * _HOUR)
        teachers = list(dict.fromkeys([campus.leaders[learner.group].id, *(one.teacher.id for one in campus.courses if one.group == learner.group)]))
        for teacher, talk in zip(teachers, _TALKS, strict=False):
            _talk(campus, dice, writer, learner, teacher, talk, evening - dice.uniform(3, 30) * _HOUR)
    office = next(worker.id for worker in campus.people.workers if worker.position in {"Секретарь", "Заместитель директора", "Директор"})
    readers = [learner for learner in campus.people.learners if dice.random() < 0.5 and learner.ties is not campus.people.families[0].ties]
    _announce(campus, dice, writer, _MEETING, office, None, evening - 25 * _HOUR, readers)
    for group in sorted({learner.group for learner in first}):
        _announce(campus, dice, writer, _CLASS, campus.leaders[group].id, group, evening - 4 * _HOUR, [])


def _remark(campus: Campus, dice: Dice, writer: Writer, learner: Learner, moment: dt.datetime) -> None:
    course = dice.choice([one for one in campus.courses if one.group == learner.group])
    kind, text = dice.choice(_REMARKS)
    writer.add(
        Remark, school_id=campus.school_id, id=dice.id_at(moment), pupil_id=learner.id, lesson_id=None, kind=kind, text=text, given_by=course.teacher.id,
        given_at=moment, withdrawn_at=None)


def _talk(
    campus: Campus, dice: Dice, writer: Writer, learner: Learner, teacher: UUID, talk: Sequence[tuple[bool, str]], began: dt.datetime,
) -> None:
    """A thread of the learner's first guardian with a teacher; all but its last message was read."""
    key, guardian = {"school_id": campus.school_id}, learner.ties[0].human.persons[campus.school_id]
    thread = dice.id_at(began)
    moments = [began + number * 0.2 * _HOUR for number in range(len(talk))]
    writer.add(Thread, **key, id=thread, pupil_id=learner.id, teacher_id=teacher, messages=len(talk), last_at=moments[-1])
    for number, ((of_family, text), moment) in enumerate(zip(talk, moments, strict=True), start=1):
        writer.add(
            Message, **key, id=dice.id_at(moment), thread_id=thread, number=number, author_id=guardian if of_family else teacher, text=text, at=moment,
            withdrawn_at=None)
    for person in (guardian, teacher):
        if len(talk) > 1:
            writer.add(ThreadReading, **key, thread_id=thread, person_id=person, number=len(talk) - 1, at=moments[-1])


def _announce(
    campus: Campus, dice: Dice, writer: Writer, words: tuple[str, str], author: UUID, group: int | None, moment: dt.datetime, readers: Sequence[Learner],
) -> None:
    key, id_ = {"school_id": campus.school_id}, dice.id_at(moment)
    writer.add(
        Announcement, **key, id=id_, grade=None, class_group_id=None if group is None else campus.groups[group], title=words[0], text=words[1],
        acknowledge_by=campus.calendar.ahead[2], made_by=author, made_at=moment, withdrawn_at=None)
    for learner in readers:
        writer.add(
            Acknowledgement, **key, thing_id=id_, pupil_id=learner.id, guardian_id=learner.ties[0].human.persons[campus.school_id],
            kind=Acknowledged.ANNOUNCEMENT, at=moment + dice.uniform(0.2, 20) * _HOUR)
