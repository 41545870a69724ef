"""The diary's GraphQL face, composed of its nouns'."""

import strawberry

from school.diary.schema_absence import AbsenceMutation, AbsenceQuery
from school.diary.schema_announcements import AnnouncementMutation, AnnouncementQuery
from school.diary.schema_attendance import AttendanceMutation
from school.diary.schema_attendance_history import AttendanceHistoryQuery
from school.diary.schema_bells import BellMutation, BellQuery
from school.diary.schema_class_groups import ClassGroupMutation, ClassGroupQuery
from school.diary.schema_courses import CourseMutation, CourseQuery
from school.diary.schema_figures import FigureQuery
from school.diary.schema_files import FileMutation
from school.diary.schema_groups import GroupMutation, GroupQuery
from school.diary.schema_homework import HomeworkMutation, HomeworkQuery
from school.diary.schema_homework_course import CourseHomeworkMutation, CourseHomeworkQuery
from school.diary.schema_lessons import LessonQuery
from school.diary.schema_marks import MarkMutation, MarkQuery
from school.diary.schema_register_files import RegisterFileMutation
from school.diary.schema_registers import RegisterMutation, RegisterQuery
from school.diary.schema_remarks import RemarkMutation, RemarkQuery
from school.diary.schema_report_cards import ReportCardQuery
from school.diary.schema_scales import ScaleMutation, ScaleQuery
from school.diary.schema_school_years import SchoolYearMutation, SchoolYearQuery
from school.diary.schema_submissions import SubmissionMutation, SubmissionQuery
from school.diary.schema_substitutions import SubstitutionMutation, SubstitutionQuery
from school.diary.schema_terms import TermMutation, TermQuery
from school.diary.schema_threads import ThreadMutation, ThreadQuery
from school.diary.schema_timetable import TimetableMutation, TimetableQuery
from school.diary.schema_topics import TopicMutation
from school.diary.schema_trends import TrendQuery
from school.diary.schema_works import WorkMutation, WorkQuery
from school.diary.schema_year import YearMutation, YearQuery
from school.diary.updates import TYPES, UPDATES

__all__ = ["TYPES", "UPDATES", "DiaryMutation", "DiaryQuery"]


@strawberry.type
class DiaryQuery(
    LessonQuery, HomeworkQuery, MarkQuery, FigureQuery, TermQuery, CourseHomeworkQuery, SubmissionQuery, AbsenceQuery, RegisterQuery, RemarkQuery,
    ThreadQuery, AnnouncementQuery, SubstitutionQuery, ScaleQuery, ReportCardQuery, YearQuery, TimetableQuery, WorkQuery, ClassGroupQuery, CourseQuery,
    TrendQuery, GroupQuery, BellQuery, SchoolYearQuery, AttendanceHistoryQuery,
):
    """Queries of the diary."""


@strawberry.type
class DiaryMutation(
    MarkMutation, HomeworkMutation, AttendanceMutation, TermMutation, CourseHomeworkMutation, SubmissionMutation, AbsenceMutation, RegisterMutation,
    RemarkMutation, ThreadMutation, AnnouncementMutation, SubstitutionMutation, FileMutation, ScaleMutation, YearMutation, TimetableMutation, WorkMutation,
    RegisterFileMutation, ClassGroupMutation, CourseMutation, GroupMutation, BellMutation, SchoolYearMutation,
    TopicMutation,
):
    """Mutations of the diary."""
