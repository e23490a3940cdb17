"""Sweeps of the policies over the registry's columns: one for each kind of subject.

A sweep is kept in the process as long as neither the policies nor what is known of the kind
changes; one over some of the subjects also gives way to newer ones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from furong.apps.policies.reads.counted import DISTRICT, Counted
from furong.apps.policies.reads.library import Edition
from furong.apps.policies.reads.verdicts import STANDINGS, Standing
from furong.apps.registry.columnjoin import without
from furong.apps.registry.columns import columns
from furong.apps.registry.models import Subject
from furong.engines.rules import Compiled
from furong.engines.rules.bits import Words, flags
from furong.engines.rules.columns import Columns
from furong.engines.rules.formula import Formula, atoms_of, given
from furong.engines.rules.questions import Asked, questions_for_all
from furong.engines.rules.spans import point
from furong.engines.rules.sweep import Sweep

SIZE = "size_class"
"""The fact by which subjects are told apart by size, where the pack declares it."""

PARTIAL = 60
"""Sweeps over some of the subjects that are kept: of so many kinds for so many mandates."""

type Counts = NDArray[np.int64]
"""Subjects by standing, in the order of STANDINGS."""


def sweeps(current: Edition, counted: Counted = DISTRICT) -> "Iterator[Swept]":
    """The sweep of each kind of subject that is counted."""
    for kind in current.known.pack.kinds:
        if counted.kind(kind, current.known):
            yield sweep_of(current, kind, counted)


def sweeps_of(current: Edition, policy: str, counted: Counted = DISTRICT) -> "Iterator[Swept]":
    """The sweeps of the kinds that a policy is for. Raises KeyError: no such policy."""
    for kind in current.text(policy).policy.kinds:
        if counted.kind(kind, current.known):
            yield sweep_of(current, kind, counted)


def sweep_of(current: Edition, kind: str, counted: Counted = DISTRICT) -> "Swept":
    """The sweep of one kind, over those of its subjects that are counted."""
    now, within = columns(kind), counted.within
    with _lock:
        held = _whole.get(kind) if within is None else _partial.pop((kind, within), None)
        if held is None or held.edition is not current or held.source is not now:
            held = Swept(current, kind, now, within)
        if within is None:
            _whole[kind] = held
        else:
            _partial[kind, within] = held  # the newest last
            for old in [*_partial][:-PARTIAL]:
                del _partial[old]
    return held


class Swept:
    """The policies that are for one kind of subject, over all subjects of that kind or some.

    source: the columns of all of them.
    """

    def __init__(
        self, current: Edition, kind: str, source: Columns, within: frozenset[str] | None = None
    ) -> None:
        self.edition, self.kind, self.source = current, kind, source
        self.columns = source if within is None else without(source, set(source.ids) - within)
        self._codes: dict[str, NDArray[np.uint8]] = {}
        self._asked: dict[frozenset[str], list[Asked]] = {}

    @cached_property
    def sweep(self) -> Sweep:
        book = self.edition.book.only(self.edition.of_kind(self.kind))
        return Sweep(book, self.columns, keep=True)

    def trying(self, trial: Edition) -> "Swept":
        """The sweep of an edition over the same facts, from the bitmaps of this one."""
        made = Swept(trial, self.kind, self.source)
        made.columns = self.columns
        made.__dict__ |= {
            "sweep": self.sweep.trying(trial.book),
            "streets": self.streets,
            "sizes": self.sizes,
        }
        return made

    @cached_property
    def alone(self) -> Sweep:
        """Each criterion as if it were a policy, under POLICY.criterion."""
        ids = [
            f"{compiled.policy.id}.{rule.criterion.id}"
            for compiled in self.sweep.compiled.values()
            for rule in compiled.rules
        ]
        return self.sweep.what_if(self.edition.criteria.only(ids))

    @cached_property
    def streets(self) -> "Groups":
        rows = Subject.objects.filter(kind=self.kind).exclude(street=None)
        found = rows.values_list("pk", "street__code", "street__name")
        street_of = {str(pk): (code, name) for pk, code, name in found}
        names = dict(sorted(set(street_of.values())))
        place = {code: position for position, code in enumerate(names)}
        positions = [
            place[street_of[key][0]] if key in street_of else len(place) for key in self.columns.ids
        ]
        return Groups(names, np.array(positions, np.intp))

    @cached_property
    def sizes(self) -> "Groups":
        fact = self.edition.book.facts.get(SIZE)
        names = dict(fact.values) if fact else {}
        column = self.sweep.population.column(SIZE) if fact else None
        if column is None:
            return Groups(names, np.full(self.columns.count, len(names), np.intp))
        positions = np.where(column.missing(), len(names), column.values.astype(np.intp))
        return Groups(names, positions)

    def codes(self, policy: str) -> NDArray[np.uint8]:
        """Each subject's place in STANDINGS."""
        if policy not in self._codes:
            self._codes[policy] = self._judged(policy)
        return self._codes[policy]

    def rows(self, policy: str, standing: Standing) -> NDArray[np.intp]:
        """The rows of the subjects that stand so."""
        return np.flatnonzero(self.codes(policy) == STANDINGS.index(standing))

    def counts(self, policy: str) -> Counts:
        return np.bincount(self.codes(policy), minlength=len(STANDINGS))

    def criterion(self, policy: str, criterion: str) -> tuple[int, int]:
        """How many meet a criterion alone, and of how many it is unknown."""
        found = self.alone.reach(f"{policy}.{criterion}")
        return found.eligible, found.unknown

    def asked(self, policies: frozenset[str]) -> list[Asked]:
        """What to ask these subjects, to settle verdicts on these policies."""
        if policies not in self._asked:
            self._asked[policies] = questions_for_all(self.sweep, policies)
        return self._asked[policies]

    def _judged(self, policy: str) -> NDArray[np.uint8]:
        sides = self.sweep.sides[policy]
        eligible, unknown, decides, ineligible = range(len(STANDINGS))
        codes = np.full(self.columns.count, ineligible, np.uint8)
        codes[self._flags(sides.may)] = unknown
        codes[self._flags(sides.may & self._decides(self.sweep.compiled[policy]))] = decides
        codes[self._flags(sides.holds)] = eligible
        return codes

    def _decides(self, compiled: Compiled) -> Words:
        """Who would be eligible if the department decided so, but not without its deciding."""
        unseen = {rule.judgement for rule in compiled.rules if rule.criterion.open}
        decided = {
            rule.judgement
            for rule in compiled.rules
            if rule.criterion.decides or rule.criterion.unclear
        }
        if not decided or not self.columns.count:
            return np.zeros_like(self.sweep.sides[compiled.policy.id].may)
        best = self.sweep.condition(granted(compiled.formula, unseen | decided))
        undecided = self.sweep.condition(granted(compiled.formula, unseen))
        return best.holds & ~undecided.holds

    def _flags(self, words: Words) -> NDArray[np.bool_]:
        return flags(words, self.columns.count)


@dataclass(frozen=True)
class Groups:
    """A division of the subjects. positions: each one's place in `names`, len(names) for none."""

    names: Mapping[str, str]
    positions: NDArray[np.intp]

    def counts(self, codes: NDArray[np.uint8]) -> Iterator[tuple[str, Counts]]:
        """Subjects by standing in each group, the last for those in none."""
        size = len(STANDINGS)
        cells = np.bincount(self.positions * size + codes, minlength=(len(self.names) + 1) * size)
        yield from zip((*self.names, ""), cells.reshape(-1, size), strict=True)


def granted(formula: Formula, judgements: set[str]) -> Formula:
    """The formula with these human judgements (`POLICY.criterion`) taken to hold."""
    for leaf in {atom.leaf for atom in atoms_of(formula) if atom.leaf.fact in judgements}:
        formula = given(formula, leaf, point(1))
    return formula


_whole: dict[str, Swept] = {}
_partial: dict[tuple[str, frozenset[str]], Swept] = {}
_lock = Lock()
