"""What school and family tell each other: remarks, threads, announcements, acknowledgements; and the topic by which a person hears of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from school.db import Moment
from school.migrations.policies import Rows, as_role, child, either, own, protect, with_row

revision = "0016"
down_revision = "0013"

TOPICS = ("pupil", "door", "till", "desk", "passes", "inbox")
_WRITERS = as_role("teacher", "office", "head")
_TIMETABLE = as_role("teacher", "office", "head", "guardian", "pupil")
# Of a thread its teacher and the child's guardians know, and nobody else: no pupil of it, no office, no head.
_GUARDED = f"({child('pupil_id', 'diary')} AND NOT {own('pupil_id')})"


def _both(*clauses: str) -> str:
    return " AND ".join(f"({clause})" for clause in clauses)


def _of_thread(table: str) -> str:
    return with_row("thread", "id", "thread_id", table)


_PARTIES = either(own("teacher_id"), _GUARDED)
TABLES = {
    "remark": Rows(read=either(_WRITERS, child("pupil_id", "diary")), add=_both(_WRITERS, own("given_by")), change=_both(_WRITERS, own("given_by")),
                   changing=("withdrawn_at",)),
    "thread": Rows(read=_PARTIES, add=_PARTIES, change=_PARTIES, changing=("messages", "last_at")),
    "message": Rows(
        read=_of_thread("message"), add=_both(own("author_id"), _of_thread("message")), change=_both(own("author_id"), _of_thread("message")),
        changing=("text", "withdrawn_at")),
    "thread_reading": Rows(
        read=_of_thread("thread_reading"), add=_both(own("person_id"), _of_thread("thread_reading")),
        change=_both(own("person_id"), _of_thread("thread_reading")), changing=("number", "at")),
    "announcement": Rows(
        read=_TIMETABLE, add=_both(_WRITERS, own("made_by")), change=_both(_WRITERS, own("made_by")), changing=("withdrawn_at",)),
    # By which guardian something was read, its author learns, and no other parent.
    "acknowledgement": Rows(
        read=either(_WRITERS, own("guardian_id")), add=_both(own("guardian_id"), child("pupil_id", "diary"), f"NOT {own('pupil_id')}")),
}


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    _make_remarks()
    _make_threads()
    _make_announcements()
    _widen_topics()
    if op.get_bind().dialect.name == "postgresql":
        for table, rows in TABLES.items():
            protect(table, rows)


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["school_id", column], [f"{to}.school_id", f"{to}.id"], name=op.f(f"fk_{table}_school_id_{column}"))


def _tenant(table: str) -> tuple[Any, ...]:
    return (
        sa.Column("school_id", sa.Integer(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f(f"fk_{table}_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f(f"pk_{table}")),
    )


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _make_remarks() -> None:
    op.create_table(
        "remark", *_tenant("remark"),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=True),
        sa.Column("kind", _one_of("remark_kind", "praise", "concern"), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", Moment(timezone=True), nullable=False),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        _key("remark", "pupil_id", "pupil"), _key("remark", "lesson_id", "lesson"), _key("remark", "given_by", "person"),
    )
    _index("remark", "school_id", "pupil_id", "given_at")
    op.create_table(
        "acknowledgement",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("acknowledged_kind", "mark", "remark", "announcement"), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        _key("acknowledgement", "pupil_id", "pupil"), _key("acknowledgement", "guardian_id", "person"),
        sa.PrimaryKeyConstraint("school_id", "thing_id", "pupil_id", "guardian_id", name=op.f("pk_acknowledgement")),
    )
    _index("acknowledgement", "school_id", "guardian_id")
    _index("acknowledgement", "school_id", "pupil_id")


def _make_threads() -> None:
    op.create_table(
        "thread", *_tenant("thread"),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("teacher_id", sa.Uuid(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(timezone=True), nullable=False),
        _key("thread", "pupil_id", "pupil"), _key("thread", "teacher_id", "staff"),
        sa.UniqueConstraint("school_id", "pupil_id", "teacher_id", name=op.f("uq_thread_school_id_pupil_id_teacher_id")),
    )
    _index("thread", "school_id", "teacher_id", "last_at")
    op.create_table(
        "message", *_tenant("message"),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        _key("message", "thread_id", "thread"), _key("message", "author_id", "person"),
        sa.UniqueConstraint("school_id", "thread_id", "number", name=op.f("uq_message_school_id_thread_id_number")),
    )
    _index("message", "school_id", "author_id", "at")
    op.create_table(
        "thread_reading",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        _key("thread_reading", "thread_id", "thread"), _key("thread_reading", "person_id", "person"),
        sa.PrimaryKeyConstraint("school_id", "thread_id", "person_id", name=op.f("pk_thread_reading")),
    )


def _make_announcements() -> None:
    op.create_table(
        "announcement", *_tenant("announcement"),
        sa.Column("grade", sa.SmallInteger(), nullable=True),
        sa.Column("class_group_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("acknowledge_by", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("grade IS NULL OR class_group_id IS NULL", name=op.f("ck_announcement_audience")),
        _key("announcement", "class_group_id", "class_group"), _key("announcement", "made_by", "person"),
    )
    _index("announcement", "school_id", "made_at")


def _widen_topics() -> None:
    """A topic of the feed may be a person's inbox, too."""
    allowed = f"topic_kind IN ({', '.join(repr(one) for one in TOPICS)})"
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        with op.batch_alter_table("feed", recreate="always") as batch:
            batch.drop_constraint(op.f("ck_feed_topic_kind"), type_="check")
            batch.create_check_constraint(op.f("ck_feed_topic_kind"), sa.text(allowed))
        return
    names = bind.scalars(sa.text("SELECT conname FROM pg_constraint WHERE conrelid = 'feed'::regclass AND contype = 'c'")).all()
    for name in names:
        op.execute(f'ALTER TABLE feed DROP CONSTRAINT "{name}"')
    op.execute(f"ALTER TABLE feed ADD CONSTRAINT ck_feed_topic_kind CHECK ({allowed})")
