"""PostgreSQL's second line: roles, and row-level security on every table."""

from alembic import op

from school.migrations.policies import Rows, account, as_role, child, count_with, either, in_school, make_roles, own, protect, signed_in, with_row

revision = "0007"
down_revision = "0006"

STAFF = ("teacher", "canteen", "guard", "office", "head")
_ADMINISTRATION = as_role("office", "head")
_OFFICE, _TEACHER = as_role("office"), as_role("teacher")
_DIARY = as_role("teacher", "office", "head")
_TIMETABLE = as_role("teacher", "office", "head", "guardian", "pupil")
_MEALS = as_role("canteen", "office", "head")
_DOORS = as_role("guard", "office", "head")
_KNOWN = as_role("schools", "district", column="id")
_CASHIERS = as_role("canteen", "office")
# What an event about a pupil tells, as `school.updates.area_of` has it.
_HEARD = f"""topic_kind = 'pupil' AND CASE split_part(kind, '.', 1)
    WHEN 'diary' THEN {child("topic_id", "diary")}
    WHEN 'meals' THEN {child("topic_id", "meals")}
    ELSE CASE WHEN starts_with(kind, 'registry.guardianship_') THEN {child("topic_id")} ELSE {child("topic_id", "access")} END END"""

SERVICE_ONLY = (
    "account", "checkpoint", "lease", "outside_identity", "passkey", "recovery_code", "session", "throttle", "ticket", "totp", "trusted_document",
)
"""Of which a viewer's transaction knows nothing, or no more than `ACCOUNTS` gives."""

ACCOUNTS = {
    "account": Rows(within=None, read=account("id"), shown=("id", "login", "made_at")),
    "account_role": Rows(within=None, read=either(account("account_id"), _OFFICE)),
    "session": Rows(
        within=None, read=account("account_id"), change=account("account_id"), changing=("revoked_at",),
        shown=("id", "account_id", "kind", "name", "scopes", "strong", "address", "client", "made_at", "seen_at", "expires_at", "ends_at", "revoked_at")),
    "invitation": Rows(
        read=_OFFICE, add=_OFFICE, change=_OFFICE, changing=("void_at",),
        shown=("school_id", "id", "person_id", "role", "made_by", "made_at", "expires_at", "void_at", "used_at", "account_id")),
}

REGISTRY = {
    "school": Rows(within=_KNOWN, read=_KNOWN),
    "term": Rows(read=in_school()),
    "bell": Rows(read=in_school()),
    "subject": Rows(read=in_school()),
    "course": Rows(read=in_school()),
    "class_group": Rows(read=in_school()),
    "staff": Rows(read=in_school(), change=_OFFICE, changing=("left_on",)),
    # Who works at a school is known to all who belong to it. The office may lock a person, while it invites them.
    "person": Rows(
        read=either(as_role(*STAFF), own("id"), child("id"), with_row("staff", "id", "id", "person")),
        change=_OFFICE, changing=("sort_key",)),
    "pupil": Rows(read=either(as_role(*STAFF), child("id")), change=_OFFICE, changing=("left_on",)),
    # Of whom somebody is the guardian, and what a court has withheld, the service finds out: of its reason no family may read.
    "guardianship": Rows(
        read=_ADMINISTRATION, add=_OFFICE, change=_OFFICE, changing=("ended_at", "diary", "meals", "access", "reason")),
    # The head may lock a card, and is told then that only the office changes it.
    "card": Rows(
        read=either(_MEALS, own("person_id"), child("person_id", "access")), add=_OFFICE,
        change=either(_ADMINISTRATION, own("person_id"), child("person_id", "access")), changing=("state", "blocked_at")),
    "former_token": Rows(read=_MEALS),
    "card_key": Rows(
        read=_ADMINISTRATION, add=_OFFICE, change=_OFFICE, changing=("retired_at",), shown=("school_id", "id", "made_at", "retired_at", "reason")),
    # A family's list of taps asks what kind of device it was.
    "device": Rows(read=in_school(), change=_OFFICE, changing=("revoked_at", "rotation_asked_at")),
    "device_code": Rows(
        read=_ADMINISTRATION, add=_OFFICE, change=_OFFICE, changing=("cancelled_at", "digest", "made_at", "expires_at"),
        shown=("school_id", "id", "kind", "name", "bindings", "made_at", "expires_at", "cancelled_at", "renews_id", "device_id")),
    "tap": Rows(read=either(as_role("canteen", "guard", "office", "head"), child("person_id", "access"))),
}

DIARY = {
    "grading_scale": Rows(read=_TIMETABLE),
    "course_scale": Rows(read=_TIMETABLE),
    # A teacher may lock a lesson, while the register is written.
    "lesson": Rows(read=_TIMETABLE, change=_TEACHER, changing=("topic",)),
    "homework": Rows(read=_TIMETABLE, add=_TEACHER, change=_TEACHER, changing=("withdrawn_at",)),
    "mark": Rows(
        read=either(_DIARY, child("pupil_id", "diary")), add=_TEACHER, change=_TEACHER,
        changing=("value", "weight", "work", "comment", "revision", "withdrawn_at")),
    "mark_revision": Rows(read=either(_DIARY, with_row("mark", "id", "mark_id", "mark_revision")), add=_TEACHER),
    "attendance": Rows(
        read=either(_DIARY, child("pupil_id", "diary")), add=_TEACHER, change=_TEACHER, changing=("kind", "minutes_late", "by", "at")),
}

MEALS = {
    "meal_account": Rows(
        read=either(_MEALS, own("person_id"), child("person_id", "meals")), add=_OFFICE, change=_CASHIERS, changing=("balance",)),
    "till": Rows(read=in_school()),
    "till_reader": Rows(read=_MEALS),
    "transfer": Rows(read=either(_MEALS, with_row("meal_account", "id", "account_id", "transfer")), add=_CASHIERS),
    "posting": Rows(read=either(_MEALS, with_row("meal_account", "id", "account_id", "posting")), add=_CASHIERS),
    "sale_item": Rows(read=either(_MEALS, with_row("transfer", "id", "transfer_id", "sale_item")), add=as_role("canteen")),
}

ACCESS = {
    "door": Rows(read=in_school(), add=_OFFICE),
    "door_reader": Rows(read=in_school(), add=_OFFICE, change=_OFFICE, changing=("door_id", "direction")),
    "door_rule": Rows(read=_DOORS, add=_OFFICE, change=_OFFICE, changing=("ended_at",)),
    "passage": Rows(read=either(_DOORS, child("person_id", "access"))),
    "presence": Rows(read=either(_DOORS, _TEACHER, child("person_id", "access"))),
    "late_arrival": Rows(read=either(_DIARY, child("pupil_id", "access"))),
}

DELIVERY = {
    # An event tells of its own author, and of no other.
    "outbox": Rows(add=account("actor_id")),
    "feed": Rows(read=_HEARD),
    "feed_head": Rows(within=None, read=signed_in()),
}

RECORD = {
    # Of a child's record a family sees what it may see of the child; who is behind an account, the service tells. What an operator noted, nobody.
    "record": Rows(
        shown=("school_id", "id", "at", "on_date", "person_id", "area", "action", "account_id", "role", "kind"), read=either(_ADMINISTRATION, f"""CASE area
        WHEN 'diary' THEN {child("person_id", "diary")}
        WHEN 'meals' THEN {child("person_id", "meals")}
        WHEN 'access' THEN {child("person_id", "access")}
        ELSE {child("person_id")} END""")),
}

TABLES = {**dict.fromkeys(SERVICE_ONLY, Rows()), **ACCOUNTS, **REGISTRY, **DIARY, **MEALS, **ACCESS, **DELIVERY, **RECORD}


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    if op.get_bind().dialect.name != "postgresql":
        return
    make_roles()
    for table, rows in TABLES.items():
        protect(table, rows)
    op.execute("REVOKE UPDATE ON record FROM school_system")  # and a trigger keeps whoever may delete from what is younger than a year
    count_with("outbox_position_seq")
    op.execute("GRANT SELECT ON alembic_version TO PUBLIC")  # a login asks for the version before it takes a role
