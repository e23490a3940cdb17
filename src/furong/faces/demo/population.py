"""A synthetic district: the subjects of a pack's scenario, evidently fictitious, always the same.

>>> population = Population(load("furong-2020"), seed=1)                  # doctest: +SKIP
>>> population.columns(1_000_000)                                         # doctest: +SKIP
>>> [row.name for row in population.rows(12_000)]                         # doctest: +SKIP

The same pack and seed give the same subjects on every machine, and the first ones of a large
population are those of a small one. Only facts that the pack declares are drawn, and of those only
the ones that the scenario describes; all others stay missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import count
from math import gcd
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules.columns import Column, Columns, signed_type
from furong.engines.rules.values import Encoded, bounds
from furong.faces.demo import codes, draws
from furong.faces.demo.blocks import Block, fixed_groups
from furong.faces.demo.draws import BLOCK
from furong.faces.demo.plan import Plan, plan_of
from furong.packs import Pack

SEED = 2020
KIND_FACT = "subject"
"""The fact that holds a subject's kind, where the pack declares it; expressions may ask for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One subject. facts: encoded values of what is known of it, without its kind."""

    number: int
    group: str
    kind: str
    name: str
    address: str
    street: str | None
    zones: tuple[str, ...]
    opened_on: date | None
    identifiers: Mapping[str, str]
    facts: Mapping[str, Encoded]


class Population:
    """The synthetic subjects of a pack. Raises PackErrors where its scenario is absent or faulty."""

    def __init__(self, pack: Pack, seed: int = SEED) -> None:
        self.plan: Plan = plan_of(pack)
        self.seed = seed
        self._groups = lru_cache(maxsize=4)(self._drawn_groups)

    def columns(self, size: int) -> Columns:
        """All subjects as the bulk engine takes them; `ids` are made when asked for.

        Raises ValueError where there are no codes for so many.
        """
        _require_size(size)
        columns = {key: _Growing(self.plan, key, size) for key in self.plan.facts}
        kinds = _kind_column(self.plan, size)
        for block in self._blocks(0, size):
            start = block.number * BLOCK
            for column in columns.values():
                column.add(start, block)
            if kinds is not None:
                groups = block["group"].values[: size - start]
                kinds.values[start : start + len(groups)] = _kind_places(self.plan)[groups]
        made = {key: column.column for key, column in columns.items()}
        if kinds is not None:
            made = {KIND_FACT: kinds, **made}
        return Columns(size, made, Ids(self, size))

    def chunks(self, size: int) -> Iterator[Columns]:
        """The same columns in pieces, for those who do not want all at once in memory."""
        _require_size(size)
        for block in self._blocks(0, size):
            first = block.number * BLOCK
            count = min(size - first, BLOCK)
            made = {key: _column(self.plan, block, key, count) for key in self.plan.facts}
            if (kinds := _kind_column(self.plan, count)) is not None:
                kinds.values[:] = _kind_places(self.plan)[block["group"].values[:count]]
                made = {KIND_FACT: kinds, **made}
            yield Columns(count, made, self.ids(first, first + count))

    def rows(self, size: int, start: int = 0) -> Iterator[Row]:
        """The subjects from `start` until `size`, one by one."""
        _require_size(size)
        for block in self._blocks(start, size):
            first = block.number * BLOCK
            places = range(max(start - first, 0), min(size - first, BLOCK))
            yield from _rows(self.plan, block, places)

    def ids(self, start: int, stop: int) -> list[str]:
        """The identifiers of subjects by number; each subject has one by which it is known."""
        found: list[str] = []
        for number in range(start // BLOCK, -(-stop // BLOCK)):
            first = number * BLOCK
            places = slice(max(start - first, 0), min(stop - first, BLOCK))
            groups = self._groups(number)[places].tolist()
            found += [
                identifier(self.plan, group, subject)[1]
                for subject, group in enumerate(groups, first + places.start)
            ]
        return found

    def _blocks(self, start: int, stop: int) -> Iterator[Block]:
        for number in range(start // BLOCK, -(-stop // BLOCK)):
            yield Block(self.plan, self.seed, number, self._fixed)

    def _drawn_groups(self, number: int) -> NDArray[np.uint16]:
        """The groups of a block's subjects, without all the rest of it."""
        shares = [float(group.share or 0) for group in self.plan.scenario.groups]
        groups = draws.take(draws.places(shares), draws.Stream(self.seed, "group", number).bits())
        fixed = self._fixed[number * BLOCK :][:BLOCK]
        groups[: len(fixed)] = fixed
        return groups

    @cached_property
    def _fixed(self) -> NDArray[np.uint16]:
        return fixed_groups(self.plan, self.seed)


class Ids(Sequence[str]):
    """The identifiers of a population, made when asked for: ten million would fill the memory."""

    def __init__(self, population: Population, size: int) -> None:
        self._population, self._size = population, size

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        places = range(self._size)[place]
        if isinstance(places, int):
            return self._population.ids(places, places + 1)[0]
        if not places or places.step != 1:
            return [self[one] for one in places]
        return self._population.ids(places.start, places.stop)

    def __iter__(self) -> Iterator[str]:
        for start in range(0, self._size, BLOCK):
            yield from self._population.ids(start, min(start + BLOCK, self._size))


def _require_size(size: int) -> None:
    if not 0 < size <= codes.MAXIMUM:
        raise ValueError(f"户数 {size} 不行，应在 1 到 {codes.MAXIMUM:,} 之间")


def identifier(plan: Plan, group: int, number: int) -> tuple[str, str]:
    """(scheme, value) of the number by which a subject is known; ("", …) where its kind has none."""
    one = plan.scenario.groups[group]
    schemes = plan.pack.kinds[one.kind].identifiers
    division = f"{plan.pack.manifest.jurisdiction:0<6}"[:6]
    if "uscc" in schemes:
        return "uscc", codes.credit_code(number, prefix=one.code, division=division)
    return (*schemes, "")[0], codes.other_number(number, division=division)


# --- columns -----------------------------------------------------------------------------------


class _Growing:
    """The column of one fact while blocks are added to it; numbers begin in 32 bits."""

    def __init__(self, plan: Plan, key: str, size: int) -> None:
        self.fact, self.words = plan.facts[key], plan.variables[key].words
        self.values: NDArray[Any] = np.empty(size, self._dtype())

    def _dtype(self) -> np.dtype[Any]:
        match self.fact.type:
            case "set":
                return np.dtype(np.uint64)
            case "boolean":
                return np.dtype(np.uint8)
            case "choice" | "code":
                return np.min_scalar_type(len(self.words))
            case _:
                return np.dtype(np.int32)

    @property
    def column(self) -> Column:
        return Column(self.fact, self.values, self.words if self.fact.type == "code" else ())

    def add(self, start: int, block: Block) -> None:
        """Writes the subjects of a block, as many as there is room for, from a row on."""
        stop = min(start + BLOCK, len(self.values))
        known = block.known(self.fact.key)[: stop - start]
        values = self._encoded(block)[: stop - start]
        if self.values.dtype.kind == "i":
            held = values[known]
            if held.size and signed_type(held.min(), held.max()).itemsize > self.values.itemsize:
                self._widen(start)
        missing = self.column.missing_value
        self.values[start:stop] = np.where(known, values, missing)

    def _encoded(self, block: Block) -> NDArray[Any]:
        values = block[self.fact.key].values
        if self.fact.type not in {"integer", "decimal", "money"}:
            return values if values.dtype == np.uint64 else values.astype(np.int64)
        encoded = np.rint(values * 10**self.fact.digits).astype(np.int64)
        inside: NDArray[np.int64] = np.clip(encoded, *bounds(self.fact))
        return inside

    def _widen(self, written: int) -> None:
        old, missing = self.values, self.column.missing_value
        self.values = np.empty(len(old), np.int64)
        done = old[:written].astype(np.int64)
        done[done == missing] = np.iinfo(np.int64).min
        self.values[:written] = done


def _kind_column(plan: Plan, size: int) -> Column | None:
    """Room for the subjects' kinds, where the pack has a fact for them."""
    groups = plan.scenario.groups
    fact = plan.pack.rulebook().facts.get(KIND_FACT)
    if fact is None or not any(group.kind in fact.values for group in groups):
        return None
    return Column(fact, np.empty(size, np.uint8))


def _kind_places(plan: Plan) -> NDArray[np.uint8]:
    """For each group the place of its kind among the fact's values, 255 where it has none."""
    kinds = [*plan.pack.facts[KIND_FACT].values]
    return np.array(
        [kinds.index(g.kind) if g.kind in kinds else 255 for g in plan.scenario.groups], np.uint8
    )


# --- rows --------------------------------------------------------------------------------------


def _rows(plan: Plan, block: Block, places: range) -> Iterator[Row]:
    scenario, first = plan.scenario, block.number * BLOCK
    groups = block["group"].values.tolist()
    streets, industries = _words(block, "street"), _words(block, "industry")
    opened = _days(block, scenario.opened_on)
    inside = {zone: _true(block, name) for zone, name in scenario.zones.items()}
    wanted = slice(places.start, places.stop)
    facts = {key: decoded(_column(plan, block, key, places.stop), wanted) for key in plan.facts}
    names = _Names(plan, block)
    for index, place in enumerate(places):
        number, group = first + place, groups[place]
        scheme, value = identifier(plan, group, number)
        yield Row(
            number=number,
            group=scenario.groups[group].id,
            kind=scenario.groups[group].kind,
            name=names.name(place, group, industries[place]),
            address=names.address(number),
            street=streets[place],
            zones=tuple(zone for zone, has in inside.items() if has[place]),
            opened_on=opened[place],
            identifiers={scheme: value} if scheme else {},
            facts={
                key: encoded
                for key, column in facts.items()
                if (encoded := column[index]) is not None
            },
        )


def _words(block: Block, name: str) -> list[str | None]:
    drawn = block[name]
    pairs = zip(drawn.values.tolist(), drawn.has.tolist(), strict=True)
    return [drawn.variable.words[place] if has else None for place, has in pairs]


def _days(block: Block, name: str | None) -> list[date | None]:
    if name is None:
        return [None] * BLOCK
    drawn = block[name]
    pairs = zip(drawn.values.tolist(), drawn.has.tolist(), strict=True)
    return [date.fromordinal(day) if has else None for day, has in pairs]


def _true(block: Block, name: str) -> list[bool]:
    drawn = block[name]
    true: list[bool] = (drawn.values & drawn.has).tolist()
    return true


def decoded(column: Column, rows: slice) -> list[Encoded | None]:
    """The encoded values of a run of rows, None where missing; equal ones are made once."""
    stored = column.values[rows]
    kept, places = np.unique(stored, return_index=True)
    known = {
        value: column.encoded((rows.start or 0) + place)
        for value, place in zip(kept.tolist(), places.tolist(), strict=True)
    }
    return [known[value] for value in stored.tolist()]


def _column(plan: Plan, block: Block, key: str, count: int) -> Column:
    column = _Growing(plan, key, count)
    column.add(0, block)
    return column.column


class _Names:
    """What the subjects of a block are called. No two of a population have one name."""

    def __init__(self, plan: Plan, block: Block) -> None:
        self._names = plan.scenario.names
        self._words = {one.code: one.word for one in plan.scenario.industries}
        self._first = block.number * BLOCK
        self._bits = block.bits("ending").tolist()
        self._stems = len(self._names.first) * len(self._names.second)
        self._stride = next(n for n in count(self._stems * 5 // 8 + 1) if gcd(n, self._stems) == 1)
        self._endings = [
            (
                [*group.endings],
                draws.places([float(weight) for weight in group.endings.values()]).tolist(),
            )
            for group in plan.scenario.groups
        ]

    def name(self, place: int, group: int, industry: str | None) -> str:
        first, second, round_ = self._stem(self._first + place)
        endings, table = self._endings[group]
        ending = endings[table[self._bits[place]]]
        again = f"（{round_ + 1}）" if round_ else ""
        word = self._words.get(industry or "", "")
        return f"{self._names.mark}{first}{second}{word}{ending}{again}"

    def address(self, number: int) -> str:
        house, road = divmod(number, len(self._names.second))
        return self._names.address.format(second=self._names.second[road], number=house + 1)

    def _stem(self, number: int) -> tuple[str, str, int]:
        """The parts of a name, and how often all of them were used before."""
        round_, place = divmod(number, self._stems)
        second, first = divmod(place * self._stride % self._stems, len(self._names.first))
        return self._names.first[first], self._names.second[second], round_
