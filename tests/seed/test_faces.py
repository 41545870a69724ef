"""Faces of the seed: drawn, for most, the same for the same number; the family of the demo has one each."""

from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from school.db import Database
from school.diary.file_kinds import recognise
from school.diary.file_models import FileKind, StoredFile
from school.diary.file_rows import place_of
from school.ids import Ref
from school.registry import photos, pictures
from school.registry.models import Guardianship, Person, Pupil, Staff
from school.registry.photo_models import Photo
from school.seed.build import build
from school.seed.dice import Dice
from school.seed.faces import draw
from school.seed.materials import MOST
from school.seed.people import DEMO_FAMILY
from school.seed.plan import Size
from school.store import Store
from tests.databases import fresh_database
from tests.seed.reading import TODAY


def test_a_face_is_a_picture_as_any_other() -> None:
    first, again, other = (draw(Dice(number), female=True, grown=False) for number in (1, 1, 2))
    assert (first == again, first == other) == (True, False)
    assert pictures.cut(first)
    assert len(first) < 10_000


async def test_most_have_a_face_and_homework_a_sheet_each_with_its_file(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path))
    async with fresh_database("sqlite") as url:
        database = Database(url)
        await build(database, {}, TODAY, size=Size.SMALL, store=store)
        async with database.read() as session:
            sitters = (await session.scalar(sa.select(sa.func.count()).select_from(Pupil)) or 0) + (
                await session.scalar(sa.select(sa.func.count()).select_from(Staff)) or 0)
            found = (await session.execute(sa.select(Photo.school_id, Photo.person_id, Photo.name, Photo.size))).all()
            own = set(await session.scalars(
                sa.select(Guardianship.pupil_id).join(Person, sa.and_(Person.school_id == Guardianship.school_id, Person.id == Guardianship.guardian_id))
                .where(Person.family_name == f"{DEMO_FAMILY}а", Guardianship.ended_at.is_(None))))
            sheets = (await session.execute(sa.select(StoredFile.school_id, StoredFile.place, StoredFile.digest))).all()
        await database.close()
    assert len(sheets) == MOST
    for school_id, place, digest in sheets:
        assert place is not None
        content = await store.get(place_of(school_id, place))
        assert content is not None
        assert (sha256(content).digest(), recognise(content)) == (digest, FileKind.TEXT)
    assert 0.7 * sitters < len(found) < sitters
    assert own
    assert own <= {row.person_id for row in found}
    files = {file for row in found if (file := await store.get(photos.file_of(Ref(row.school_id, row.name)))) is not None and len(file) == row.size}
    assert len(files) > 0.9 * len(found)
