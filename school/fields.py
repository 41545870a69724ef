"""Fields that must declare their policy, types that are explicit, refusals as members of results."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NewType, TypeVar, dataclass_transform

import strawberry
from graphql import GraphQLError
from strawberry.extensions import FieldExtension
from strawberry.types import Info as StrawberryInfo
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

import school.execution  # noqa: F401 - what resolves is waited for
from school import columns, ids
from school.context import Area, Context, Role, Viewer
from school.errors import Code, Refused
from school.ids import Kind, Ref
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


About = Callable[[Any, Mapping[str, Any]], Iterable[Ref | str | None]]
"""Whose record an answer shows: from the result and the arguments, the persons, by key or by opaque id."""


def no_one(_result: Any, _arguments: Mapping[str, Any]) -> Iterable[Ref | str | None]:
    """The answer shows nobody's record, or only the account's own."""
    return ()


def named(argument: str) -> About:
    """The answer shows the record of the person that this argument names; of nobody where it is left out."""
    return lambda _result, arguments: (arguments.get(argument),)


def each(person: Callable[[Any], Ref | str | None]) -> About:
    """The answer is a list, or a page, of things that each belong to a person."""

    def about(result: Any, _arguments: Mapping[str, Any]) -> Iterable[Ref | str | None]:
        edges = getattr(result, "edges", None)
        return [person(item) for item in (result if edges is None else (edge.node for edge in edges))]

    return about


Code_ = strawberry.enum(Code, name="RefusalCode", description="Stable codes of refusals: translate them.")


@strawberry.type(description="A clear no: nothing has changed. `message` is for developers; people are shown a translation of `code`.")
class Refusal:
    """The member of every mutation's result union that says no."""

    __policy__ = ROWS
    code: Annotated[Code, Code_]
    message: str
    retry_after: int | None = strawberry.field(default=None, description="Seconds after which another try makes sense, where that is known.")


@strawberry.type(description="It is done.")
class Done:
    """The result of what has nothing else to say."""

    __policy__ = ROWS
    done: bool = True


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


@dataclass(frozen=True, slots=True)
class Declared:
    """What a resolved field declares: who may ask, for which kind of data, to read or to write it, whose record the answer shows, whether it may be kept."""

    policy: Policy
    area: Area | None = None
    about: About | None = None
    writes: bool = False
    keeps: bool = False

    def check(self, viewer: Viewer) -> None:
        """Refused: NOT_SIGNED_IN, NOT_ALLOWED (the role, or a program's token that is not for this)."""
        self.policy.check(viewer)
        if self.area is not None and not viewer.allows(self.area, write=self.writes):
            raise Refused(Code.NOT_ALLOWED, "This token is not for that.")

    def note(self, context: Context, result: Any, arguments: Mapping[str, Any]) -> None:
        """Put what was read into the record of reads."""
        if self.area is not None and self.about is not None:
            context.note(self.area, self.whose(result, arguments))

    def whose(self, result: Any, arguments: Mapping[str, Any]) -> set[Ref]:
        """Whose record the answer shows."""
        persons = () if self.about is None else self.about(result, arguments)
        return {ids.decode(Kind.PERSON, person) if isinstance(person, str) else person for person in persons if person is not None}


class _Guard(FieldExtension):
    """Checks the policy before the resolver runs; a refusal in a query becomes an error, in a mutation a `Refusal`."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared

    async def resolve_async(self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, **kwargs: Any) -> Any:
        """The policy, the resolver, the record."""
        try:
            self.declared.check(info.context.viewer)
            result = await next_(source, info, **kwargs)
            self.declared.note(info.context, result, kwargs)
        except Refused as refused:
            if self.declared.writes:
                return Refusal(code=refused.code, message=refused.message, retry_after=refused.retry_after)
            after = {} if refused.retry_after is None else {"retryAfter": refused.retry_after}
            raise GraphQLError(refused.message, extensions={"code": refused.code.value, **after}) from None
        return result


def query(
    policy: Policy, area: Area | None = None, about: About | None = None, *, name: str | None = None, description: str | None = None,
    reads: tuple[str, ...] | None = None, keeps: bool = False,
) -> Declare:
    """A resolved field, of the Query or of another type. Its refusals are errors with the code in `extensions`.

    All but the fields of a row that is seen already (policy ROWS) say which kind of data they show, and whose record it is. Such a field's resolver is no
    coroutine: it gives a value, or what a loader will bring. `reads` are the columns that it reads of a row (`school.columns`), where it knows them.
    `keeps`: what it gives a family stays the same until an event is told to the child whom `about` names, or a kept name is forgotten
    (`school.serving.kept`); so nothing in it depends on the hour, or on what this viewer alone has done.
    """
    return _declare(Declared(policy, area, about, keeps=keeps), name, description, reads)


def mutation(policy: Policy, area: Area, *, name: str | None = None, description: str | None = None) -> Declare:
    """A mutation: its result is a union with `Refusal`, into which every `Refused` turns; its transaction has rolled back by then.

    Whose record it changes is told by the events that it appends.
    """
    return _declare(Declared(policy, area, writes=True), name, description)


def _declare(declared: Declared, name: str | None, description: str | None, reads: tuple[str, ...] | None = None) -> Declare:
    def declare(resolver: Callable[..., Any]) -> Any:
        guards: list[FieldExtension] = [] if declared.policy is ROWS else [_Guard(declared)]
        metadata = {"declared": declared, "reads": reads}
        return strawberry.field(resolver, name=name, description=description or resolver.__doc__, extensions=guards, metadata=metadata)

    return declare


def subscription(policy: Policy, area: Area | None = None, *, description: str | None = None) -> Declare:
    """A subscription; its resolver checks the policy itself, and notes what is read, for its first message may be a `Refusal`."""

    def declare(resolver: Callable[..., Any]) -> Any:
        declared = Declared(policy, area, no_one)
        return strawberry.subscription(resolver, description=description or resolver.__doc__, metadata={"declared": declared})

    return declare


@dataclass_transform(kw_only_default=True, field_specifiers=(columns.column, columns.made, columns.opaque))
def rows(*, description: str, name: str | None = None, policy: Policy = ROWS) -> Callable[[type[T]], type[T]]:
    """An explicit type, made from rows that a visible-to clause has chosen. Its plain fields inherit the policy; resolved ones declare theirs."""

    def declare(cls: type[T]) -> type[T]:
        cls.__policy__ = policy  # type: ignore[attr-defined]
        return columns.declare(cls, strawberry.type(name=name, description=description))

    return declare


def declared(owner: type, field: StrawberryField) -> Declared | None:
    """What a field declares: its own, or, for a plain field, its type's policy."""
    own = field.metadata.get("declared")
    if own is not None:
        return own if isinstance(own, Declared) else None
    inherited = getattr(owner, "__policy__", None)
    return Declared(inherited) if isinstance(inherited, Policy) and field.base_resolver is None else None


def check_policies(schema: strawberry.Schema) -> None:
    """Every field of every output type declares its policy, and what reads records says whose, or the schema does not build (TypeError names the field)."""
    for concrete in schema.schema_converter.type_map.values():
        origin = getattr(concrete.definition, "origin", None)
        definition = get_object_definition(origin) if isinstance(origin, type) else None
        if definition is None or definition.is_input:
            continue
        for field in concrete.definition.fields:  # type: ignore[union-attr]
            found = declared(definition.origin, field)
            if found is None:
                raise TypeError(f"{definition.name}.{field.python_name} declares no policy")
            if field.base_resolver is not None and found.policy is not ROWS and (found.area is None or (found.about is None and not found.writes)):
                raise TypeError(f"{definition.name}.{field.python_name} does not declare its area, or whose record it shows")
