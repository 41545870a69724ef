"""The diary's GraphQL face, composed of its nouns'."""

import strawberry

from school.diary.schema_attendance import AttendanceMutation
from school.diary.schema_figures import FigureQuery
from school.diary.schema_homework import HomeworkMutation, HomeworkQuery
from school.diary.schema_lessons import LessonQuery
from school.diary.schema_marks import MarkMutation, MarkQuery
from school.diary.schema_substitutions import SubstitutionMutation, SubstitutionQuery
from school.diary.updates import TYPES, UPDATES

__all__ = ["TYPES", "UPDATES", "DiaryMutation", "DiaryQuery"]


@strawberry.type
class DiaryQuery(LessonQuery, HomeworkQuery, MarkQuery, FigureQuery, SubstitutionQuery):
    """Queries of the diary."""


@strawberry.type
class DiaryMutation(MarkMutation, HomeworkMutation, AttendanceMutation, SubstitutionMutation):
    """Mutations of the diary."""
