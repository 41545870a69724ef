"""The people's schema: composes what the domains offer, and nothing else."""

from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from school.access.schema import AccessMutation, AccessQuery
from school.day.schema import DayQuery
from school.delivery.places import PlaceSubscription
from school.delivery.subscriptions import TYPES, DeliveryQuery, DeliverySubscription
from school.diary.schema import DiaryMutation, DiaryQuery
from school.fields import SCALARS, check_policies
from school.gateway.office import GatewayMutation, GatewayQuery
from school.identity.schema import IdentityMutation, IdentityQuery
from school.meals.schema import MealsMutation, MealsQuery
from school.record.schema import RecordQuery
from school.registry.schema import RegistryMutation, RegistryQuery
from school.serving.limits import Limits
from school.serving.schema import Schema


@strawberry.type(description="What can be asked.")
class Query(RegistryQuery, IdentityQuery, DiaryQuery, MealsQuery, AccessQuery, DayQuery, DeliveryQuery, GatewayQuery, RecordQuery):
    """All queries."""


@strawberry.type(description="What can be done. Every result is a union with Refusal.")
class Mutation(RegistryMutation, IdentityMutation, DiaryMutation, MealsMutation, AccessMutation, GatewayMutation):
    """All mutations."""


@strawberry.type(description="What can be followed, over WebSocket.")
class Subscription(DeliverySubscription, PlaceSubscription):
    """All subscriptions."""


LIMITS = Limits(bounds={
    "UpdatePage.updates": 1, "Me.children": 5, "Me.grants": 5, "Device.readers": 4, "Device.codes": 1, "DeviceCode.readers": 4, "CardKeysSaved.keys": 8,
    "SchoolStatistics.grades": 11, "SchoolStatistics.months": 33, "SchoolStatistics.meals": 3, "GradeMonth.byValue": 4, "GradeMonth.byKind": 4,
    "AttendanceFigures.days": 70, "AttendanceFigures.classes": 30, "MarkFigures.weeks": 14, "MarkFigures.classes": 30, "MarkFigures.subjects": 25,
    "MarkCounts.values": 4, "Query.mealFigures": 140, "Query.childDays": 7, "ChildDay.lessons": 10, "DayLesson.homework": 2, "DayLesson.marks": 3,
    "GradebookRow.marks": 20, "Gradebook.announced": 10, "Gradebook.reasons": 8, "Query.absenceReasons": 8, "ChildAttendance.reasons": 6,
    "ChildDay.movedAway": 1, "Query.dayLessons": 220, "Query.teachers": 80, "Teacher.subjectIds": 4, "Teacher.classGroupIds": 8, "Query.substitutions": 60,
    "Homework.files": 2, "Submission.files": 3, "AbsenceNotice.files": 1, "FilesAttached.files": 5,
    "RegisterImport.changes": 60, "RegisterImport.faults": 20,
    "GradingScale.labels": 5, "Gradebook.works": 8, "Gradebook.ofOwnWork": 8, "Gradebook.retakes": 8, "Gradebook.replaced": 8,
    "Query.gradingScales": 8, "Query.scaleConversions": 8, "ScaleConversion.steps": 5, "Query.ownWorks": 8,
    "Query.lessons": 80, "Query.bellDays": 150, "Query.invitations": 100, "Query.staffPresence": 80, "MealTransfer.items": 4, "MealSold.items": 4,
    "Query.bells": 8, "BellSchedule.bells": 8, "Query.classPupilGroups": 8, "SchoolGroup.pupils": 15, "Timetable.slots": 35,
    "Query.markTrend": 20, "SubjectTrend.weeks": 14, "CourseTrend.weeks": 14, "CourseWeek.values": 5,
}, work={
    "Query.statistics": 1000, "SchoolStatisticsConnection.edges": 300, "Query.pupilsAtRisk": 4000, "Query.lessonsWithoutRegister": 4000,
    "Query.markFigures": 2000, "Query.attendanceFigures": 2000, "Query.mealFigures": 1000,
})
"""Of a page of updates, `first` has counted the length. What looks at a whole school's rows costs tenths of a second however little of it is asked for; a page
of statistics looks at those of each school on it."""


@cache
def people(*, closed: bool = False) -> Schema:
    """The people's schema, `closed` as in production, where nobody is told it; TypeError when a field declares no policy."""
    schema = Schema(Query, Mutation, Subscription, types=TYPES, config=StrawberryConfig(scalar_map=SCALARS), closed=closed, limits=LIMITS)
    check_policies(schema)
    return schema
