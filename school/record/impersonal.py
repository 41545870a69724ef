"""The tables that say nothing of a person, with their columns: a test compares this list and `personal` with the tables."""

IMPERSONAL: dict[str, tuple[str, ...]] = {
    "absence_reason": ("school_id", "id", "name", "sign", "excused", "retired_at"),
    "bell": ("school_id", "number", "starts_at", "ends_at"),
    "bell_day": ("school_id", "id", "on_date", "usual_id", "schedule_id", "withdrawn_at"),
    "bell_schedule": ("school_id", "id", "name", "closed_at"),
    "card_key": ("school_id", "id", "secret", "made_at", "retired_at", "reason"),
    "checkpoint": ("consumer", "seq"),
    "course_scale": ("school_id", "id", "scale_id"),
    "device": (
        "school_id", "id", "kind", "name", "public_key", "key_made_at", "next_key", "next_key_until", "rotation_asked_at", "enrolled_at", "revoked_at",
        "counter", "counter_window", "seen_at", "software", "queue_depth", "rejected", "clock_offset_ms", "last_tap_at", "list_version", "readers"),
    "device_code": (
        "digest", "school_id", "id", "kind", "name", "bindings", "made_at", "expires_at", "cancelled_at", "renews_id", "device_id"),
    "door": ("school_id", "id", "name", "anti_passback"),
    "door_reader": ("school_id", "device_id", "reader", "door_id", "direction"),
    "feed_head": ("id", "seq", "floor"),
    "grading_scale": ("school_id", "id", "name", "lowest", "highest", "counts", "labels", "pass_mark", "retired_at"),
    "holiday": ("school_id", "id", "name", "starts_on", "ends_on", "withdrawn_at"),
    "homework_rule": ("school_id", "latest"),
    "lease": ("name", "holder", "expires_at"),
    "own_work": ("school_id", "id", "name", "work", "weight", "retired_at"),
    "pupil_group": ("school_id", "id", "class_group_id", "division", "name", "closed_at"),
    "scale_conversion": ("school_id", "id", "to_scale_id", "steps"),
    "schedule_bell": ("school_id", "schedule_id", "number", "starts_at", "ends_at"),
    "school": ("id", "name", "short_name", "time_zone", "currency", "staff_factor_required"),
    "school_year": (
        "school_id", "id", "starts_on", "last_grade", "new_classes", "with_courses", "classes", "pupils", "leavers", "courses", "by", "at"),
    "subject": ("school_id", "id", "name", "retired_at"),
    "term": ("school_id", "id", "name", "kind", "starts_on", "ends_on"),
    "term_closing": ("school_id", "id", "by", "at"),
    "term_opening": ("school_id", "id", "term_id", "course_id", "until", "reason", "by", "at"),
    "throttle": ("key", "until_ms"),  # keyed by digests, and swept within hours
    "till": ("school_id", "id", "name"),
    "till_reader": ("school_id", "device_id", "reader", "till_id"),
    "timetable": ("school_id", "id", "class_group_id", "starts_on", "by", "at"),
    "timetable_slot": ("school_id", "timetable_id", "number", "course_id", "weekday", "bell", "room", "weeks", "shared"),
    "trusted_document": ("digest", "name", "text", "admitted_at"),
}
