"""All tables, imported in one place, for what needs the whole metadata: migrations, the seed, tests."""

from school.access import models as access
from school.day import models as day
from school.db import Base
from school.delivery import models as delivery
from school.diary import absence_models as absence
from school.diary import attendance_models as attendance
from school.diary import file_models as files
from school.diary import homework_models as homework
from school.diary import message_models as messages
from school.diary import models as diary
from school.diary import school_year_models as school_years
from school.diary import term_models as terms
from school.diary import timetable_models as timetables
from school.diary import work_models as works
from school.identity import models as identity
from school.meals import models as meals
from school.outbox import FeedRow
from school.record import models as record
from school.registry import account_models as accounts
from school.registry import bell_models as bells
from school.registry import calendar_feed_models as calendar_feeds
from school.registry import calendar_models as calendar
from school.registry import former_class_models as former_classes
from school.registry import group_models as groups
from school.registry import models as registry
from school.registry import name_models as names
from school.registry import photo_models as photos
from school.serving import models as serving

metadata = Base.metadata

__all__ = [
    "FeedRow",
    "absence",
    "access",
    "accounts",
    "attendance",
    "bells",
    "calendar",
    "calendar_feeds",
    "day",
    "delivery",
    "diary",
    "files",
    "former_classes",
    "groups",
    "homework",
    "identity",
    "meals",
    "messages",
    "metadata",
    "names",
    "photos",
    "record",
    "registry",
    "school_years",
    "serving",
    "terms",
    "timetables",
    "works",
]
