"""Execution alone: plans beside graphql-core, for generated queries of the real schema over rows that are loaded already.

Resolvers give what chance has made of their types beforehand, as promised and with nulls; parsing, validation and the database are left out. The more of an
answer is rows, the more a plan saves; what is asked of resolvers costs the same. The sides take turns. Anyone can run it:

    .venv/bin/python bench/plans.py [--quick]
"""

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from pathlib import Path
from random import Random
from typing import Any

import orjson
from graphql import DocumentNode, ExecutionResult, GraphQLResolveInfo, GraphQLSchema, NoUnusedVariablesRule, execute, parse, specified_rules, validate

sys.path.insert(0, str(Path(__file__).parent.parent))

from school.schema import people
from school.serving.plans import PlannedExecution, planned_execution
from school.serving.queries import answer
from tests.matrix.generated import texts
from tests.serving.made_up import MadeUp, Place, take_over, twist

ROUNDS = 5
SECONDS = 0.02
"""How long one document is executed by one side in a round."""
MUST, AIM = 30, 80
"""How many times faster than graphql-core."""
LONGEST = 40
"""Rows of a made-up list."""


class Loaded(MadeUp):
    """Values are made once for each place, and lists are long."""

    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        super().__init__(schema, seed, 0, longest=LONGEST)
        self._made: dict[Place, Any] = {}

    def made(self, place: Place, kind: Any) -> Any:
        """What was made before."""
        if place not in self._made:
            self._made[place] = super().made(place, kind)
        return self._made[place]

    def resolve(self, source: Any, info: GraphQLResolveInfo, **_arguments: Any) -> Any:
        """At once."""
        return self.made(self.place(source, info), info.return_type)


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
        take_over(schema, Loaded(schema, seed).resolve)
        how = planned_execution()

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
