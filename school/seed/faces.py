"""Faces of invented people: drawn of a few shapes, so that nobody's photo is in them."""

import datetime as dt
from hashlib import sha256
from io import BytesIO
from uuid import UUID

from PIL import Image, ImageDraw

from school.context import Role
from school.ids import Ref
from school.registry.photo_models import Photo
from school.registry.photos import file_of
from school.seed.campus import Campus, at
from school.seed.dice import Dice
from school.seed.writer import Writer
from school.store import Store

SIDE = 192
_SHARE = 0.85
"""Of pupils and staff; the others' families have not agreed, or nobody has come to be photographed yet."""
_BACKS = ("#dbe7f3", "#f3e6db", "#e2f0e0", "#efe2f0", "#f3f0d8", "#dff0ef")
_SKINS = ("#f3cfb3", "#e8b894", "#f7dcc6", "#d9a77f", "#c98f68")
_HAIRS = ("#3b2a20", "#6b4a2f", "#a8763e", "#d9b36c", "#1f1b1a", "#8c3b24")
_GREY = ("#9a9a9a", "#c9c9c9")
_CLOTHES = ("#2f6f9f", "#9f3d4a", "#3f7d4f", "#5a4a8a", "#37474f", "#b0722c")


def draw(dice: Dice, *, female: bool, grown: bool) -> bytes:
    """A face, as the store keeps one. Coordinates are of a square of 512."""
    back, skin, cloth = (dice.choice(colours) for colours in (_BACKS, _SKINS, _CLOTHES))
    hair = dice.choice((*_HAIRS, *_GREY) if grown else _HAIRS)
    wide, fringe, smile = dice.randrange(92, 106), dice.randrange(170, 210), dice.randrange(20, 40)
    picture = Image.new("RGB", (2 * SIDE, 2 * SIDE), back)
    pen, scale = ImageDraw.Draw(picture), 2 * SIDE / 512

    def box(left: int, top: int, right: int, bottom: int) -> tuple[float, float, float, float]:
        return left * scale, top * scale, right * scale, bottom * scale

    pen.ellipse(box(56, 400, 456, 760), fill=cloth)
    if female:
        pen.rounded_rectangle(box(256 - wide - 34, 130, 256 + wide + 34, 410), 110 * scale, fill=hair)
    pen.rounded_rectangle(box(216, 320, 296, 440), 36 * scale, fill=skin)
    for x in (256 - wide, 256 + wide):
        pen.ellipse(box(x - 16, 240, x + 16, 296), fill=skin)
    pen.ellipse(box(256 - wide, 124, 256 + wide, 380), fill=skin)
    pen.pieslice(box(256 - wide - 12, 104, 256 + wide + 12, 360), 180, 360, fill=hair)
    pen.ellipse(box(256 - wide + 8, fringe, 256 + wide - 8, 330), fill=skin)
    for x in (214, 298):
        pen.ellipse(box(x - 10, 246, x + 10, 270), fill="#2b2b2b")
    pen.arc(box(256 - smile, 290, 256 + smile, 336), 20, 160, fill="#9c4a45", width=round(7 * scale))
    made = BytesIO()
    picture.reduce(2).save(made, "WEBP", quality=80, method=0)
    return made.getvalue()


async def photograph(campus: Campus, dice: Dice, writer: Writer, store: Store) -> None:
    """Most of the pupils and the staff of a school have a photo, taken in the first days of the term. The children of the demo's own family have."""
    office = next(worker.id for worker in campus.people.workers if worker.role is Role.OFFICE)
    own = campus.people.families[0].ties[0].human
    sitters = [(worker.id, worker.human.name.female, True, False) for worker in campus.people.workers]
    sitters += [(learner.id, learner.human.name.female, False, learner.ties[0].human is own) for learner in campus.people.learners]
    moment = at(campus.calendar.begins, dt.time(9))
    for person_id, female, grown, always in sitters:
        if dice.random() >= _SHARE and not always:
            continue
        content, name = draw(dice, female=female, grown=grown), UUID(int=dice.getrandbits(128), version=4)
        await store.put(file_of(Ref(campus.school_id, name)), content)
        writer.add(
            Photo, school_id=campus.school_id, person_id=person_id, name=name, digest=sha256(content).digest(), size=len(content), set_by=office,
            set_at=moment)
