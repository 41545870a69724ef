"""Materials of the demo's class: a sheet of exercises with what is due next, as a teacher would hand it out."""

from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from school.diary.file_models import FileKind, StoredFile
from school.diary.file_rows import place_of
from school.diary.models import Homework, Lesson
from school.seed.campus import Campus
from school.seed.dice import Dice
from school.seed.writer import Writer
from school.store import Store

MOST = 4


async def hand_out(session: AsyncSession, campus: Campus, dice: Dice, writer: Writer, store: Store) -> None:
    """A text file for each of the next homeworks of the class: its exercises are drawn by the dice."""
    group = campus.groups[campus.demo_group()]
    found = await session.execute(
        sa.select(Homework.id, Homework.set_by, Homework.set_at)
        .join(Lesson, sa.and_(Lesson.school_id == Homework.school_id, Lesson.id == Homework.due_lesson_id))
        .where(Homework.school_id == campus.school_id, Lesson.class_group_id == group)
        .order_by(Lesson.on_date.desc(), Lesson.bell, Homework.id).limit(MOST))
    for homework in found:
        lines = [f"{number}. {dice.randrange(12, 99)} · {dice.randrange(3, 19)} − {dice.randrange(10, 99)} =" for number in range(1, 9)]
        content, place = ("Карточка для повторения\n\n" + "\n".join(lines) + "\n").encode(), UUID(int=dice.getrandbits(128), version=4)
        await store.put(place_of(campus.school_id, place), content)
        digest = sha256(content).digest()
        writer.add(
            StoredFile, school_id=campus.school_id, id=dice.id_at(homework.set_at), by=homework.set_by, name="Карточка для повторения.txt", size=len(content),
            made_at=homework.set_at, kind=FileKind.TEXT, place=place, digest=digest, sent=digest, kept_size=len(content), homework_id=homework.id,
            submission_id=None, notice_id=None, pupil_id=None, removed_at=None)
