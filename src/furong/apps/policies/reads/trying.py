"""What a text would do that was not issued: its reach beside that of the version in force."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from furong.apps.policies.reads.asking import Asked
from furong.apps.policies.reads.counted import DISTRICT, Counted
from furong.apps.policies.reads.library import Text, edition
from furong.apps.policies.reads.reaching import Reach, Share, reach, reach_of
from furong.apps.policies.reads.sweeps import sweep_of


@dataclass(frozen=True, slots=True)
class Change:
    """How many subjects of one street or size qualify: by the version in force, by the text."""

    code: str
    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a text would reach, and what the version in force reaches (None for a new policy).

    asked: what to ask the undecided, the most telling first. seconds: what counting took.
    """

    reach: Reach
    before: Reach | None
    asked: tuple[Asked, ...]
    seconds: float

    @property
    def streets(self) -> list[Change]:
        return _changes(self.before.streets if self.before else (), self.reach.streets)

    @property
    def sizes(self) -> list[Change]:
        return _changes(self.before.sizes if self.before else (), self.reach.sizes)


def trial(text: Text, at: datetime, counted: Counted = DISTRICT) -> Trial:
    """Tries a text on everybody it is for, by what is known now. Raises RuleErrors."""
    begun = perf_counter()
    current, code = edition(at), text.policy.id
    trying = current.trying(text)
    parts = [
        sweep_of(current, kind, counted).trying(trying)
        for kind in text.policy.kinds
        if counted.kind(kind, current.known)
    ]
    found: Counter[tuple[str, ...]] = Counter()
    for part in parts:
        for one in part.asked(frozenset({code})):
            found[one.facts] += one.settles
    facts = trying.book.facts
    return Trial(
        reach_of(code, parts),
        reach(code, at, counted) if code in current.texts else None,
        tuple(Asked(tuple(facts[key] for key in keys), n) for keys, n in found.most_common(3)),
        perf_counter() - begun,
    )


def _changes(before: Iterable[Share], after: Iterable[Share]) -> list[Change]:
    """Every group that qualifies before or after, the most first."""
    was = {share.code: share for share in before}
    now = {share.code: share for share in after}
    found = [
        Change(
            code,
            (now.get(code) or was[code]).name,
            was[code].eligible if code in was else 0,
            now[code].eligible if code in now else 0,
        )
        for code in {**was, **now}
    ]
    return sorted(
        (one for one in found if one.before or one.after),
        key=lambda one: (-one.after, -one.before, one.code),
    )
