"""The identity's GraphQL face: composes what its nouns offer."""

import strawberry

from school.identity.calendar_schema import CalendarMutation, CalendarQuery
from school.identity.factor_schema import FactorMutation, FactorQuery
from school.identity.invitation_schema import InvitationMutation, InvitationQuery
from school.identity.provider_schema import ProviderMutation, ProviderQuery
from school.identity.session_schema import SessionMutation, SessionQuery
from school.identity.signing_schema import SigningMutation, SigningQuery


@strawberry.type
class IdentityQuery(SigningQuery, SessionQuery, FactorQuery, ProviderQuery, InvitationQuery, CalendarQuery):
    """Queries about who asks."""


@strawberry.type
class IdentityMutation(SigningMutation, SessionMutation, FactorMutation, ProviderMutation, InvitationMutation, CalendarMutation):
    """Mutations of who asks."""
