"""Fields that must declare their policy, types that are explicit, refusals as members of results."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, NewType, TypeVar, dataclass_transform

import strawberry
from graphql import GraphQLError
from strawberry.extensions import FieldExtension
from strawberry.types import Info as StrawberryInfo
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from school.context import Context, Role, Viewer
from school.errors import Code, Refused
from school.money import Money as MoneyValue

T = TypeVar("T")
Info = StrawberryInfo[Context, None]
Declare = Callable[[Callable[..., Any]], Any]
"""A decorator that turns a resolver into a field."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may ask for a field at all. Which rows they then see is decided by the noun's visible-to clause."""

    name: str
    check: Callable[[Viewer], None]


def _signed_in(viewer: Viewer) -> None:
    if not viewer.signed_in:
        raise Refused(Code.NOT_SIGNED_IN, "Sign in first.")


ANYONE = Policy("anyone", lambda _viewer: None)
SIGNED_IN = Policy("signed in", _signed_in)
ROWS = Policy("rows", lambda _viewer: None)
"""For the fields of a type whose rows were chosen by a visible-to clause: whoever holds the row may read them."""


def holds(*roles: Role) -> Policy:
    """The viewer holds one of these roles in some school."""

    def check(viewer: Viewer) -> None:
        _signed_in(viewer)
        if not viewer.has(*roles):
            raise Refused(Code.NOT_ALLOWED, "Your role may not do this.")

    return Policy(" or ".join(roles), check)


Code_ = strawberry.enum(Code, name="RefusalCode", description="Stable codes of refusals: translate them.")


@strawberry.type(description="A clear no: nothing has changed. `message` is for developers; people are shown a translation of `code`.")
class Refusal:
    """The member of every mutation's result union that says no."""

    __policy__ = ROWS
    code: Annotated[Code, Code_]
    message: str


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53 - 1:
        raise ValueError("a whole number of minor units is needed")
    return value


Minor = NewType("Minor", int)
"""Minor units of a currency (kopecks): a whole number of up to 53 bits, exact in every client."""

SCALARS: dict[object, Any] = {Minor: strawberry.scalar(
    name="Minor", description="Minor units of a currency (kopecks): a whole number.", serialize=int, parse_value=_whole,
)}


@strawberry.type(description="An exact amount of money.")
class Money:
    """Money on the wire."""

    __policy__ = ROWS
    minor: Minor
    currency: str

    @classmethod
    def from_value(cls, minor: int, currency: str) -> "Money":
        """From an amount in minor units; the currency is checked."""
        value = MoneyValue(minor, currency)
        return cls(minor=Minor(value.minor), currency=value.currency)


class _Guard(FieldExtension):
    """Checks the policy before the resolver runs; a refusal in a query becomes an error, in a mutation a `Refusal`."""

    def __init__(self, policy: Policy, *, in_union: bool) -> None:
        self.policy = policy
        self.in_union = in_union

    async def resolve_async(self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, **kwargs: Any) -> Any:
        """The policy, then the resolver."""
        try:
            self.policy.check(info.context.viewer)
            return await next_(source, info, **kwargs)
        except Refused as refused:
            if self.in_union:
                return Refusal(code=refused.code, message=refused.message)
            raise GraphQLError(refused.message, extensions={"code": refused.code.value}) from None


def query(policy: Policy, *, name: str | None = None, description: str | None = None) -> Declare:
    """A resolved field, of the Query or of another type. Its refusals are errors with the code in `extensions`."""
    return _declare(policy, name, description, in_union=False)


def mutation(policy: Policy, *, name: str | None = None, description: str | None = None) -> Declare:
    """A mutation: its result is a union with `Refusal`, into which every `Refused` turns; its transaction has rolled back by then."""
    return _declare(policy, name, description, in_union=True)


def _declare(policy: Policy, name: str | None, description: str | None, *, in_union: bool) -> Declare:
    def declare(resolver: Callable[..., Any]) -> Any:
        return strawberry.field(
            resolver, name=name, description=description or resolver.__doc__, extensions=[_Guard(policy, in_union=in_union)],
            metadata={"policy": policy, "refuses": in_union},
        )

    return declare


def subscription(policy: Policy, *, description: str | None = None) -> Declare:
    """A subscription; its resolver checks the policy itself with `policy.check`, for its first message may be a `Refusal`."""

    def declare(resolver: Callable[..., Any]) -> Any:
        return strawberry.subscription(resolver, description=description or resolver.__doc__, metadata={"policy": policy})

    return declare


@dataclass_transform(kw_only_default=True)
def rows(*, description: str, name: str | None = None, policy: Policy = ROWS) -> Callable[[type[T]], type[T]]:
    """An explicit type, made from rows that a visible-to clause has chosen. Its plain fields inherit the policy; resolved ones declare theirs."""

    def declare(cls: type[T]) -> type[T]:
        cls.__policy__ = policy  # type: ignore[attr-defined]
        return strawberry.type(cls, name=name, description=description)

    return declare


def declared_policy(owner: type, field: StrawberryField) -> Policy | None:
    """The policy of a field: its own, or, for a plain field, its type's."""
    own = field.metadata.get("policy")
    if own is not None:
        return own if isinstance(own, Policy) else None
    inherited = getattr(owner, "__policy__", None)
    return inherited if isinstance(inherited, Policy) and field.base_resolver is None else None


def check_policies(schema: strawberry.Schema) -> None:
    """Every field of every output type declares its policy, or the schema does not build (TypeError names the field)."""
    for concrete in schema.schema_converter.type_map.values():
        origin = getattr(concrete.definition, "origin", None)
        definition = get_object_definition(origin) if isinstance(origin, type) else None
        if definition is None or definition.is_input:
            continue
        for field in concrete.definition.fields:  # type: ignore[union-attr]
            if declared_policy(definition.origin, field) is None:
                raise TypeError(f"{definition.name}.{field.python_name} declares no policy")
