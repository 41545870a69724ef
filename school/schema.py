"""The people's schema: composes what the domains offer, and nothing else."""

from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig

from school.access.schema import AccessMutation, AccessQuery
from school.day.schema import DayQuery
from school.delivery.subscriptions import TYPES, DeliveryQuery, DeliverySubscription
from school.diary.schema import DiaryMutation, DiaryQuery
from school.fields import SCALARS, check_policies
from school.gateway.office import GatewayMutation
from school.meals.schema import MealsMutation, MealsQuery
from school.registry.schema import RegistryMutation, RegistryQuery
from school.serving.schema import Schema, limits


@strawberry.type(description="What can be asked.")
class Query(RegistryQuery, DiaryQuery, MealsQuery, AccessQuery, DayQuery, DeliveryQuery):
    """All queries."""


@strawberry.type(description="What can be done. Every result is a union with Refusal.")
class Mutation(RegistryMutation, DiaryMutation, MealsMutation, AccessMutation, GatewayMutation):
    """All mutations."""


@strawberry.type(description="What can be followed, over WebSocket.")
class Subscription(DeliverySubscription):
    """All subscriptions."""


@cache
def people() -> Schema:
    """The people's schema; TypeError when a field declares no policy."""
    schema = Schema(Query, Mutation, Subscription, types=TYPES, extensions=limits(), config=StrawberryConfig(scalar_map=SCALARS))
    check_policies(schema)
    return schema
