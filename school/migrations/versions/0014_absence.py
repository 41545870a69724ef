"""Reasons of absence, which a register's entry may carry, and notices of absence. Schools that are there begin with the usual reasons."""

import sqlalchemy as sa
from alembic import op

from school import ids
from school.db import Moment
from school.migrations.policies import Rows, as_role, child, either, make_policies, protect

revision = "0014"
down_revision = "0015"

_REASONS = (
    ("Болезнь", "Б", True), ("Приём у врача", "В", True), ("Семейные обстоятельства", "С", True), ("Мероприятие или олимпиада", "М", True),
    ("Опоздание транспорта", "Т", True), ("Без причины", "Н", False),
)
_KINDS = ("present", "absent", "late", "excused")
_STATES = ("sent", "seen", "accepted", "declined", "withdrawn")
_IN_USE = sa.text("retired_at IS NULL")
_DIARY, _SCHOOL = as_role("teacher", "office", "head"), as_role("office", "head")
_FAMILY = child("pupil_id", "diary")
TABLES = {
    "absence_reason": Rows(
        read=as_role("teacher", "office", "head", "guardian", "pupil"), add=_SCHOOL, change=_SCHOOL, changing=("name", "sign", "retired_at")),
    "absence_notice": Rows(
        read=either(_DIARY, _FAMILY), add=either(as_role("office"), _FAMILY), change=either(as_role("teacher", "office"), _FAMILY),
        changing=("state", "answered_by", "answered_at", "answer")),
}
# One entry is spread over a child's lessons by the office, too.
_REGISTER = as_role("teacher", "office")
ATTENDANCE = Rows(
    read=either(_DIARY, _FAMILY), add=_REGISTER, change=_REGISTER, changing=("kind", "minutes_late", "reason_id", "by", "at"))


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    _make_tables()
    with op.batch_alter_table("attendance", copy_from=_attendance()) as batch:
        batch.add_column(sa.Column("reason_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f("fk_attendance_school_id_reason_id"), "absence_reason", ["school_id", "reason_id"], ["school_id", "id"])
        batch.create_check_constraint(op.f("ck_attendance_reason"), "reason_id IS NULL OR kind IN ('absent', 'excused')")
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        for policy in ("service_does_all", "viewer_stays_within", "viewer_reads", "viewer_adds", "viewer_changes"):
            op.execute(f"DROP POLICY {policy} ON attendance")
        make_policies("attendance", ATTENDANCE)
        op.execute("GRANT UPDATE (reason_id) ON attendance TO school_viewer")
        for table, rows in TABLES.items():
            protect(table, rows)
    _begin_with_reasons(postgresql=postgresql)


def _make_tables() -> None:
    op.create_table(
        "absence_reason",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sign", sa.String(length=3), nullable=False),
        sa.Column("excused", sa.Boolean(), nullable=False),
        sa.Column("retired_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_absence_reason_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_absence_reason")),
    )
    for column in ("name", "sign"):
        op.create_index(
            f"uq_absence_reason_{column}", "absence_reason", ["school_id", column], unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE)
    op.create_table(
        "absence_notice",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("bells", sa.Integer(), nullable=True),
        sa.Column("reason_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("sent_at", Moment(timezone=True), nullable=False),
        sa.Column("state", sa.Enum(*_STATES, name="notice_state", native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", Moment(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_absence_notice_dates")),
        sa.CheckConstraint("bells > 0", name=op.f("ck_absence_notice_bells")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_absence_notice_school_id")),
        sa.ForeignKeyConstraint(["school_id", "pupil_id"], ["pupil.school_id", "pupil.id"], name=op.f("fk_absence_notice_school_id_pupil_id")),
        sa.ForeignKeyConstraint(
            ["school_id", "reason_id"], ["absence_reason.school_id", "absence_reason.id"], name=op.f("fk_absence_notice_school_id_reason_id")),
        sa.ForeignKeyConstraint(["school_id", "sent_by"], ["person.school_id", "person.id"], name=op.f("fk_absence_notice_school_id_sent_by")),
        sa.ForeignKeyConstraint(["school_id", "answered_by"], ["person.school_id", "person.id"], name=op.f("fk_absence_notice_school_id_answered_by")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_absence_notice")),
    )
    op.create_index(op.f("ix_absence_notice_school_id_pupil_id_ends_on"), "absence_notice", ["school_id", "pupil_id", "ends_on"])
    op.create_index(op.f("ix_absence_notice_school_id_state_sent_at"), "absence_notice", ["school_id", "state", "sent_at"])


def _attendance() -> sa.Table:
    """The table as it was, for SQLite, which writes it anew: it tells nobody of its checks."""
    return sa.Table(
        "attendance", sa.MetaData(),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Enum(*_KINDS, name=op.f("ck_attendance_attendance_kind"), native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column("minutes_late", sa.SmallInteger(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'late') = (minutes_late IS NOT NULL)", name=op.f("ck_attendance_minutes")),
        sa.ForeignKeyConstraint(["school_id", "by"], ["person.school_id", "person.id"], name=op.f("fk_attendance_school_id_by")),
        sa.ForeignKeyConstraint(["school_id", "lesson_id"], ["lesson.school_id", "lesson.id"], name=op.f("fk_attendance_school_id_lesson_id")),
        sa.ForeignKeyConstraint(["school_id", "pupil_id"], ["pupil.school_id", "pupil.id"], name=op.f("fk_attendance_school_id_pupil_id")),
        sa.PrimaryKeyConstraint("school_id", "lesson_id", "pupil_id", name=op.f("pk_attendance")),
        sa.Index(op.f("ix_attendance_school_id_pupil_id_lesson_id"), "school_id", "pupil_id", "lesson_id"),
    )


def _begin_with_reasons(*, postgresql: bool) -> None:
    if postgresql:  # who migrates may be the owner, from whom FORCE hides the rows, and of no role
        for table in ("school", "absence_reason"):
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    schools = [row.id for row in op.get_bind().execute(sa.text("SELECT id FROM school ORDER BY id"))]
    reason = sa.table("absence_reason", *(sa.column(name, kind) for name, kind in (
        ("school_id", sa.Integer()), ("id", sa.Uuid()), ("name", sa.String()), ("sign", sa.String()), ("excused", sa.Boolean()))))
    rows = [{"school_id": school, "id": ids.new(), "name": name, "sign": sign, "excused": excused} for school in schools for name, sign, excused in _REASONS]
    if rows:
        op.bulk_insert(reason, rows)
    if postgresql:
        for table in ("school", "absence_reason"):
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
