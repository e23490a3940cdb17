"""The next best question: which answerable fact would settle the most policies.

For one subject, and for a whole population (the liaison officers' list). Owners are asked what they
know: behind a derived fact stand the facts it follows from, so a layoff rate is asked for as the
insured heads at the start and at the end of the year.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from furong.engines.rules import bits
from furong.engines.rules.book import Rulebook
from furong.engines.rules.completion import Partition
from furong.engines.rules.formula import Leaf, atoms_of, given
from furong.engines.rules.lacking import lacking
from furong.engines.rules.single import Judge
from furong.engines.rules.spans import Spans
from furong.engines.rules.sweep import Sweep
from furong.engines.rules.values import Encoded


@dataclass(frozen=True, slots=True)
class Question:
    """Facts to ask together. `settles`: the policies that any answer decides.

    most: what the subject could get from those at most, in minor units; None = nothing bounds it.
    """

    facts: tuple[str, ...]
    settles: tuple[str, ...]
    most: int | None


def next_questions(judge: Judge, facts: Mapping[str, Encoded | None]) -> list[Question]:
    """Questions for one subject, the most telling first; those that settle nothing are left out."""
    waiting = {
        found.policy: found
        for found in judge.judge(facts)
        if found.verdict == "unknown" and found.waits == ("facts",)
    }
    settled: dict[tuple[str, ...], list[str]] = {}
    asked = {tuple(sorted(found.missing)) for found in waiting.values()}
    for group in asked:
        if all(_askable(judge.book, name) for name in group):
            settled[group] = [
                policy for policy, found in waiting.items() if set(found.missing) <= set(group)
            ]
    questions = []
    for group, policies in settled.items():
        bounds = [waiting[policy].at_most for policy in policies]
        known = [bound for bound in bounds if bound is not None]
        most = sum(known) if len(known) == len(bounds) else None
        questions.append(Question(group, tuple(policies), most))
    return sorted(
        questions,
        key=lambda q: (-len(q.settles) / len(q.facts), len(q.facts), -(q.most or 0), q.facts),
    )


def _askable(book: Rulebook, name: str) -> bool:
    fact = book.facts.get(name)
    return fact is not None and bool(fact.ask)


@dataclass(frozen=True, slots=True)
class Asked:
    """Facts that many subjects lack: how many undecided verdicts any answers would decide."""

    facts: tuple[str, ...]
    settles: int


def questions_for_all(sweep: Sweep, policies: Collection[str]) -> list[Asked]:
    """What to ask a population, by how many undecided verdicts on these policies it would settle.

    A verdict counts where one leaf alone holds it up; a table's leaf counts for what each subject
    lacks of it. Facts that no owner can answer are left out.
    """
    found: Counter[tuple[str, ...]] = Counter()
    for compiled in sweep.book.policies:
        if compiled.policy.id not in policies:
            continue
        sides = sweep.sides[compiled.policy.id]
        open_ = sides.may & ~sides.holds
        if not open_.any():
            continue
        sets: dict[Leaf, list[Spans]] = {}
        for atom in atoms_of(compiled.formula):
            sets.setdefault(atom.leaf, []).append(atom.spans)
        for leaf, spans in sets.items():
            if leaf.fact not in sweep.book.facts:
                continue  # a human judgement is not asked of the subject
            decided = open_
            for region in Partition.of(leaf, spans).regions:
                there = sweep.condition(given(compiled.formula, leaf, region))
                decided = decided & ~(there.may & ~there.holds)
            found.update(_behind(sweep, leaf, decided))
    return [
        Asked(facts, count)
        for facts, count in found.most_common()
        if all(_askable(sweep.book, name) for name in facts)
    ]


def _behind(sweep: Sweep, leaf: Leaf, rows: bits.Words) -> Counter[tuple[str, ...]]:
    """The missing facts behind one leaf, with the number of these subjects that lack them."""
    places = bits.places(rows, sweep.count)
    codes, sources = lacking(sweep.population, leaf.fact, places)
    counts = np.bincount(codes, minlength=len(sources)).tolist()
    found: Counter[tuple[str, ...]] = Counter()
    for names, count in zip(sources, counts, strict=True):
        if count:
            found[tuple(sorted(names))] += count
    return found
