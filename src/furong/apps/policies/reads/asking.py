"""What to ask the district: the facts whose answers would settle the most verdicts."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from furong.apps.policies.reads.counted import DISTRICT, Counted
from furong.apps.policies.reads.library import day_of, edition
from furong.apps.policies.reads.sweeps import sweeps
from furong.engines.rules import Fact


@dataclass(frozen=True, slots=True)
class Asked:
    """Facts to ask together, and how many undecided verdicts any answers would decide."""

    facts: tuple[Fact, ...]
    settles: int


def questions(at: datetime, counted: Counted = DISTRICT, *, limit: int = 10) -> list[Asked]:
    """The most telling questions about the subjects counted.

    They are chosen over the policies of this place that are in force.
    """
    current = edition(at)
    day = day_of(at, current.known)
    own = {
        code for code, text in current.texts.items() if text.applies_on(day) and not text.reference
    }
    found: Counter[tuple[str, ...]] = Counter()
    for swept in sweeps(current, counted):
        for asked in swept.asked(frozenset(own)):
            found[asked.facts] += asked.settles
    facts = current.book.facts
    return [
        Asked(tuple(facts[key] for key in keys), count) for keys, count in found.most_common(limit)
    ]
