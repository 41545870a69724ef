"""Operations: which device kind may call which root field. What is not written here is not allowed."""

from collections.abc import Mapping

from school.gateway.denial import Denied, Reason

ENROL = "enrol"

ALLOWED: Mapping[str, frozenset[str]] = {
    "gate": frozenset({"heartbeat", "passList", "presentTap", "rotateKey", "submitTaps"}),
    "canteen": frozenset({"heartbeat", "presentTap", "rotateKey", "submitTaps"}),
    "desk": frozenset({"heartbeat", "presentTap", "rotateKey", "submitTaps"}),
}
"""By the kind as it stands in the database. No kind may look at the schema: introspection is a root field that nobody has."""

RECORDED = frozenset({"presentTap", "submitTaps"})
"""What takes its request's counter in the transaction that records its taps; all others before anything else."""

FOR_STRANGERS = frozenset({ENROL})


def check(kind: str | None, field: str) -> None:
    """NOT_ALLOWED unless devices of this kind may call the root field; None is a stranger, an unknown kind may call nothing."""
    allowed = FOR_STRANGERS if kind is None else ALLOWED.get(kind, frozenset())
    if field not in allowed:
        raise Denied(Reason.NOT_ALLOWED)
