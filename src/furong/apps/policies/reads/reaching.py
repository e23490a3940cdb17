"""How many subjects each policy reaches: sweeps over the registry's columns, one for each kind.

A sweep is kept in the process as long as neither the policies nor what is known of the kind changes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
from django.db import connection
from django.db.models.expressions import RawSQL
from numpy.typing import NDArray

from furong.apps.policies.reads.library import Edition, edition
from furong.apps.policies.reads.verdicts import STANDINGS, Standing
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

type Counts = NDArray[np.int64]
"""Subjects by standing, in the order of STANDINGS."""


@dataclass(frozen=True, slots=True)
class Share:
    """How the subjects of one street or size stand; code "" for those that have none."""

    code: str
    name: str
    eligible: int
    unknown: int
    decides: int
    ineligible: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How many subjects a policy reaches, and for how much (fen, before exclusive groups).

    amount_unknown: eligible subjects of unknown amount. criteria: of each, how many meet it alone
    (单独符合) and of how many it is unknown.
    """

    policy: str
    eligible: int = 0
    unknown: int = 0
    decides: int = 0
    ineligible: int = 0
    total: int = 0
    amount_unknown: int = 0
    criteria: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    streets: tuple[Share, ...] = ()
    sizes: tuple[Share, ...] = ()

    @property
    def count(self) -> int:
        """All subjects that the policy was asked of."""
        return self.eligible + self.unknown + self.decides + self.ineligible


def reach(policy: str, at: datetime, *, personal: bool = False) -> Reach:
    """A policy's reach by what is known now, over the kinds of subject that it is for.

    personal: with natural persons, for those who may know of them. Raises KeyError: no such policy.
    """
    current = edition(at)
    return _reach(policy, [*_swept(current, policy, personal=personal)])


def reaches(at: datetime, *, personal: bool = False) -> dict[str, Reach]:
    """Every policy's reach, by its id."""
    current = edition(at)
    swept = {one.kind: one for one in sweeps(current, personal=personal)}
    return {
        code: _reach(code, [swept[kind] for kind in text.policy.kinds if kind in swept])
        for code, text in current.texts.items()
    }


def sweeps(current: Edition, *, personal: bool = False) -> "Iterator[Swept]":
    """The sweep of each kind of subject."""
    for kind in current.known.pack.kinds.values():
        if personal or not kind.personal:
            yield _sweep_of(current, kind.id)


def subjects_of(policy: str, standing: Standing, at: datetime) -> RawSQL:
    """The ids of the subjects that stand so with a policy, natural persons included, for `pk__in`.

    Whatever is shown to a person also comes through `Subject.objects.visible_to`.
    Raises KeyError where there is no such policy.
    """
    ids = [
        swept.columns.ids[row]
        for swept in _swept(edition(at), policy, personal=True)
        for row in swept.rows(policy, standing)
    ]
    return _listed(ids)


class Swept:
    """The policies that are for one kind of subject, over all subjects of that kind."""

    def __init__(self, current: Edition, kind: str, held: Columns) -> None:
        self.edition, self.kind, self.columns = current, kind, held
        self._codes: dict[str, NDArray[np.uint8]] = {}
        self._asked: dict[frozenset[str], list[Asked]] = {}

    @cached_property
    def sweep(self) -> Sweep:
        book = self.edition.book.only(self.edition.of_kind(self.kind))
        return Sweep(book, self.columns, keep=True)

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


_kept: dict[str, Swept] = {}


def _swept(current: Edition, policy: str, *, personal: bool) -> Iterator[Swept]:
    kinds = current.known.pack.kinds
    for kind in current.text(policy).policy.kinds:
        if kind in kinds and (personal or not kinds[kind].personal):
            yield _sweep_of(current, kind)


def _sweep_of(current: Edition, kind: str) -> Swept:
    held, now = _kept.get(kind), columns(kind)
    if held is None or held.edition is not current or held.columns is not now:
        held = _kept[kind] = Swept(current, kind, now)
    return held


def _reach(policy: str, parts: list[Swept]) -> Reach:
    if not parts:
        return Reach(policy)
    counts = [part.counts(policy) for part in parts]
    eligible, unknown, decides, ineligible = (
        sum(int(count[place]) for count in counts) for place in range(len(STANDINGS))
    )
    swept = [part.sweep.reach(policy) for part in parts]
    criteria = parts[0].edition.text(policy).policy.criteria
    return Reach(
        policy,
        eligible,
        unknown,
        decides,
        ineligible,
        total=sum(one.total for one in swept),
        amount_unknown=sum(one.amount_unknown for one in swept),
        criteria={
            one.id: _summed(part.criterion(policy, one.id) for part in parts) for one in criteria
        },
        streets=_shares((part.streets, part.codes(policy)) for part in parts),
        sizes=_shares((part.sizes, part.codes(policy)) for part in parts),
    )


def _summed(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    met, unknown = zip(*pairs, strict=True)
    return sum(met), sum(unknown)


def _shares(parts: Iterable[tuple[Groups, NDArray[np.uint8]]]) -> tuple[Share, ...]:
    """The groups that hold anybody, of all kinds together."""
    names: dict[str, str] = {}
    cells: dict[str, Counts] = {}
    for groups, codes in parts:
        names |= groups.names
        for code, counts in groups.counts(codes):
            cells[code] = cells.get(code, 0) + counts
    return tuple(
        Share(code, names.get(code, ""), *map(int, counts))
        for code, counts in cells.items()
        if counts.any()
    )


def _listed(ids: list[str]) -> RawSQL:
    """The ids as a subquery of one parameter: a list of parameters has a limit."""
    if connection.vendor == "sqlite":
        text = json.dumps([key.replace("-", "") for key in ids])
        return RawSQL("SELECT value FROM json_each(%s)", [text])
    return RawSQL("SELECT unnest(%s::uuid[])", [ids])
