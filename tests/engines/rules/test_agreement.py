"""All evaluators against each other and against brute-force completion, cell by cell."""

import os
import random

import pytest

from furong.engines.rules import Judge, Policy, Rulebook, RuleErrors
from furong.engines.rules.columns import Columns
from furong.engines.rules.sweep import Sweep
from tests.engines.rules import worlds
from tests.seed import SEED

VERDICT = {"true": "eligible", "false": "ineligible", "unknown": "unknown"}
FOUND = [5058]  # worlds that once told a fault
WORLDS = int(os.environ.get("FURONG_WORLDS", "1"))
SEEDS = [*FOUND, *range(1, 8), *range(SEED, SEED + WORLDS)]
"""Some worlds are always the same, the others new each time; a failure tells its FURONG_SEED."""


def usable(
    candidates: list[tuple[Policy, list[worlds.Node], worlds.Node]],
) -> list[tuple[Policy, list[worlds.Node], worlds.Node]]:
    """Those that the checker accepts: it refuses conditions that ask nothing."""
    kept = []
    for policy, nodes, whole in candidates:
        try:
            Rulebook(worlds.BASE + worlds.TABLES, [policy])
        except RuleErrors:
            continue
        kept.append((policy, nodes, whole))
    return kept


@pytest.mark.parametrize("seed", SEEDS)
def test_every_evaluator_gives_the_answer_of_completion(seed: int) -> None:
    rng = random.Random(seed)
    made = usable(worlds.policies(rng, 30))
    book = Rulebook(worlds.BASE + worlds.TABLES, [policy for policy, _, _ in made])
    rows = [worlds.subject(rng, rng.choice([0.0, 0.2, 0.5, 0.9])) for _ in range(40)]
    judge = Judge(book)
    columns = Columns.from_rows(book.facts, rows)
    sweep = Sweep(book, columns)
    reaches = {policy.id: [0, 0, 0] for policy, _, _ in made}
    paid: dict[str, dict[int, int]] = {
        key: dict(zip(map(int, found.rows), map(int, found.amounts), strict=True))
        for key, found in sweep.payable.items()
    }
    bulk = {
        (policy.id, verdict): set(sweep.rows(policy.id, verdict).tolist())
        for policy, _, _ in made
        for verdict in ("eligible", "unknown", "ineligible")
    }
    for place, row in enumerate(rows):
        for (policy, nodes, whole), judged in zip(made, judge.judge(row), strict=True):
            story = f"FURONG_SEED={seed}: {row} × {[n.text for n in nodes]}"
            for node, (_, answer) in zip(nodes, judged.criteria, strict=True):
                if judged.verdict == "unknown" or answer != "unknown":
                    assert answer == worlds.truth(node, row), story
            assert judged.verdict == VERDICT[worlds.truth(whole, row)], story
            assert place in bulk[policy.id, judged.verdict], story
            assert (judged.missing != ()) == (
                judged.verdict == "unknown"
                or (
                    judged.verdict == "eligible"
                    and bool(policy.benefit.amount)
                    and judged.amount is None
                )
            ), story
            if judged.verdict == "eligible" and policy.benefit.amount:
                assert paid.get(policy.id, {}).get(place) == judged.amount, story
            reaches[policy.id][("eligible", "unknown", "ineligible").index(judged.verdict)] += 1
    for policy, _, _ in made:
        reach = sweep.reach(policy.id)
        assert [reach.eligible, reach.unknown, reach.ineligible] == reaches[policy.id]
