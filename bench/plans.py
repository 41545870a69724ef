"""Execution alone: plans beside graphql-core, for generated queries of the real schema over rows that are loaded already.

Resolvers give what chance has made of their types beforehand, as promised and with nulls; parsing, validation and the database are left out. The more of an
answer is rows, the more a plan saves; what is asked of resolvers costs the same. The collector looks as seldom as it does in the service. The sides take turns.
Anyone can run it:

    .venv/bin/python bench/plans.py [--quick]
"""

import argparse
import asyncio
import gc
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import isawaitable
from pathlib import Path
from random import Random
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    NoUnusedVariablesRule,
    execute,
    parse,
    specified_rules,
    validate,
)

sys.path.insert(0, str(Path(__file__).parent.parent))

from school.commands.processes import COLLECTED
from school.schema import people
from school.serving.plans import PlannedExecution, planned_execution
from school.serving.queries import answer
from tests.matrix.generated import texts
from tests.serving.made_up import MadeUp, is_resolved, twist

ROUNDS = 5
SECONDS = 0.02
"""How long one document is executed by one side in a round."""
MUST, AIM = 30, 80
"""How many times faster than graphql-core."""
LONGEST = 40
"""Rows of a made-up list."""


class Loaded(MadeUp):
    """Values are made once for each place, and lists are long. A row knows what its resolvers find, as if a statement had brought it."""

    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        super().__init__(schema, seed, 0, longest=LONGEST)
        self._found: dict[tuple[int, str], Any] = {}
        self._sources: list[Any] = []
        """They live as long as their addresses are keys."""

    def take_over(self) -> None:
        """Resolvers of the root give what was made; those of rows as well, and stay where they are, behind all that Strawberry does for them."""
        for kind in self._schema.type_map.values():
            if isinstance(kind, GraphQLObjectType):
                for name, field in kind.fields.items():
                    if is_resolved(field):
                        resolver = field.extensions["strawberry-definition"].base_resolver
                        if kind in (self._schema.query_type, self._schema.subscription_type, self._schema.mutation_type) or resolver is None:
                            field.resolve = self.resolve
                        else:
                            resolver.wrapped_func = wraps(resolver.wrapped_func)(self._finder(name, field))

    def resolve(self, source: Any, info: GraphQLResolveInfo, **_arguments: Any) -> Any:
        """At once."""
        place = id(info.field_nodes[0]), info.field_name
        if place not in self._found:
            self._found[place] = self.made(self.place(source, info), info.return_type)
        return self._found[place]

    def _finder(self, name: str, field: GraphQLField) -> Callable[..., Any]:
        found = self._found

        def find(source: Any, info: Any = None) -> Any:  # noqa: ARG001 - as those have it that want to know who asks
            try:
                return found[id(source), name]
            except KeyError:
                self._sources.append(source)
                made = found[id(source), name] = self.made((self._seed, getattr(source, "_place", type(source).__name__), name), field.type)
                return made

        def find_by(source: Any, info: Any = None, **_arguments: Any) -> Any:
            return find(source, info)

        return find_by if field.args else find


Side = Callable[[GraphQLSchema, DocumentNode], Awaitable[ExecutionResult]]
VARIABLES = {"v0": True, "v1": False, "v2": True}


async def by_core(schema: GraphQLSchema, document: DocumentNode) -> ExecutionResult:
    """One side."""
    found = execute(schema, document, variable_values=VARIABLES)
    return await found if isawaitable(found) else found


async def cost(schema: GraphQLSchema, document: DocumentNode, side: Side, seconds: float) -> tuple[float, bytes]:
    """Seconds of the processor for one execution, and the answer."""
    count, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds or count < 3:
        result = await side(schema, document)
        count += 1
    return spent / count, orjson.dumps([result.data, [error.formatted for error in result.errors or ()]])


def leaves(value: Any) -> int:
    """How many values an answer tells."""
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    return sum(map(leaves, value)) if isinstance(value, list) else 1


async def compare(count: int, seconds: float) -> list[tuple[int, float, float]]:
    """For each document that is answered with something: how many values, and what either side costs."""
    make: Callable[[], Any] = people.__wrapped__
    schema, found = make()._schema, list[tuple[int, float, float]]()  # noqa: SLF001 - Strawberry has no public name for it
    for text, seed in texts(schema, count):
        document = twist(schema, parse(text), Random(seed))  # noqa: S311 - the same chance again
        if validate(schema, document, [rule for rule in specified_rules if rule is not NoUnusedVariablesRule]):
            continue
        Loaded(schema, seed).take_over()
        how = planned_execution()
        gc.collect()
        gc.freeze()

        async def compiled(schema: GraphQLSchema, document: DocumentNode, how: type[PlannedExecution] = how) -> ExecutionResult:
            return await answer(schema, how, document, None, VARIABLES)

        rounds: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            (core, expected), (plan, told) = await cost(schema, document, by_core, seconds), await cost(schema, document, compiled, seconds)
            if told != expected:
                raise SystemExit(f"another answer: {text}")
            rounds.append((core, plan))
        found.append((leaves(orjson.loads(expected)[0]), *(statistics.median(side) for side in zip(*rounds, strict=True))))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few documents only")
    quick = parser.parse_args().quick
    gc.set_threshold(*COLLECTED)
    found = asyncio.run(compare(20 if quick else 300, 0.005 if quick else SECONDS))
    print("| values in the answer | queries | graphql-core ms | plans ms | ratio of the sums | median ratio |")
    print("|---|---|---|---|---|---|")
    for low, high in ((1, 10), (10, 100), (100, 1_000), (1_000, 10**9)):
        rows = [row for row in found if low <= row[0] < high]
        if rows:
            core, plan = sum(row[1] for row in rows), sum(row[2] for row in rows)
            median = statistics.median(row[1] / row[2] for row in rows)
            name = f"{low:,} and more" if high == 10**9 else f"{low:,} to {high - 1:,}"
            print(f"| {name} | {len(rows)} | {1000 * core / len(rows):.2f} | {1000 * plan / len(rows):.3f} | {core / plan:.1f} | {median:.1f} |")
    reached = sum(row[1] for row in found) / sum(row[2] for row in found)
    must, aim = "reached" if reached >= MUST else "NOT REACHED", "reached" if reached >= AIM else "not reached"
    print(f"\nAll together {reached:.1f} times faster; at least {MUST}: {must}; aim {AIM}: {aim}.")


if __name__ == "__main__":
    main()
