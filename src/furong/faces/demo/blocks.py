"""Drawing one block of subjects: every name of the plan in turn, whole arrays at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from furong.faces.demo import draws
from furong.faces.demo.draws import BLOCK, Bits, Stream
from furong.faces.demo.plan import Plan, Variable
from furong.faces.demo.scenario import Condition, Draw, Drawing, Range

type Array = NDArray[Any]
type Mask = NDArray[np.bool_]
type Rows = NDArray[np.intp]

NEVER = draws.SIZE  # above all 16-bit numbers


@dataclass(slots=True)
class Drawn:
    """One name for the subjects of a block.

    values: booleans; places in the variable's words (uint16); bit masks of them (uint64); day
    ordinals (int32); numbers in the unit that people write (float64). has: who has a value.
    """

    variable: Variable
    values: Array
    has: Mask


_DTYPES = {
    "boolean": np.bool_,
    "word": np.uint16,
    "set": np.uint64,
    "day": np.int32,
    "number": np.float64,
}


def fixed_groups(plan: Plan, seed: int) -> NDArray[np.uint16]:
    """The groups of the first subjects: all the fixed ones, mixed."""
    counts = [group.count or 0 for group in plan.scenario.groups]
    groups = np.repeat(np.arange(len(counts), dtype=np.uint16), counts)
    order: Rows = np.argsort(Stream(seed, "fixed", 0).bits(len(groups)), kind="stable")
    return groups[order]


class Block:
    """The subjects from `number * BLOCK` on, with everything that the plan draws of them."""

    def __init__(self, plan: Plan, seed: int, number: int, fixed: NDArray[np.uint16]) -> None:
        self.plan, self.seed, self.number = plan, seed, number
        self._drawn: dict[str, Drawn] = {}
        self._met: dict[tuple[str, Condition], Mask] = {}
        self._draw_given(fixed[number * BLOCK :][:BLOCK])
        for drawing in plan.scenario.draws:
            self._drawn[drawing.name] = self._draw(drawing)

    def __getitem__(self, name: str) -> Drawn:
        return self._drawn[name]

    def bits(self, name: str) -> Bits:
        """The first random bits of a name of its own, for what is made up after drawing."""
        return Stream(self.seed, name, self.number).bits()

    def known(self, fact: str) -> Mask:
        """Of whom the district knows a fact: their kind carries it, they have it, it is not missing."""
        drawing = next(one for one in self.plan.scenario.draws if one.fact == fact)
        least = [
            round(min(float(drawing.missing * group.missing), 1) * draws.SIZE) if carried else NEVER
            for group, carried in zip(
                self.plan.scenario.groups, self.plan.carried_by(fact), strict=True
            )
        ]
        seen = self.bits(f"missing {fact}") >= np.array(least, np.uint32)[self["group"].values]
        known: Mask = seen & self[fact].has
        return known

    def _draw_given(self, fixed: NDArray[np.uint16]) -> None:
        scenario, variables = self.plan.scenario, self.plan.variables
        everyone = np.ones(BLOCK, np.bool_)
        shares = draws.places([float(group.share or 0) for group in scenario.groups])
        groups = draws.take(shares, self.bits("group"))
        groups[: len(fixed)] = fixed
        for name in ("group", "kind"):
            self._drawn[name] = Drawn(variables[name], groups, everyone)
        streets = np.zeros(BLOCK, np.uint16)
        if scenario.streets:
            table = draws.places([float(weight) for weight in scenario.streets.values()])
            streets = draws.take(table, self.bits("street"))
        has_street = everyone if scenario.streets else ~everyone
        self._drawn["street"] = Drawn(variables["street"], streets, has_street)
        self._draw_industry(groups)

    def _draw_industry(self, groups: NDArray[np.uint16]) -> None:
        industries = sorted(self.plan.scenario.industries, key=lambda one: one.code)
        places, has = np.zeros(BLOCK, np.uint16), np.zeros(BLOCK, np.bool_)
        bits = self.bits("industry")
        for place, group in enumerate(self.plan.scenario.groups):
            weights = [float(industry.weights.get(group.id, 0)) for industry in industries]
            if any(weights):
                rows = np.flatnonzero(groups == place)
                places[rows], has[rows] = draws.take(draws.places(weights), bits[rows]), True
        self._drawn["industry"] = Drawn(self.plan.variables["industry"], places, has)
        for name, variable in self.plan.variables.items():
            if name.startswith("industry."):
                attribute = name.removeprefix("industry.")
                numbers = np.array([float(industry.per[attribute]) for industry in industries])
                self._drawn[name] = Drawn(variable, numbers[places], has)

    def _draw(self, drawing: Drawing) -> Drawn:
        variable = self.plan.variables[drawing.name]
        made = Drawn(variable, np.zeros(BLOCK, _DTYPES[variable.sort]), np.zeros(BLOCK, np.bool_))
        stream = Stream(self.seed, drawing.name, self.number)
        bits = stream.bits()
        further = [stream.bits() for _ in variable.words] if variable.sort == "set" else []
        left = np.ones(BLOCK, np.bool_)
        for case in drawing.cases:
            rows = np.flatnonzero(self._where(case, left))
            left[rows] = False
            values, has = _WAYS[case.way](self, case, variable, rows, bits[rows])
            for member, more in enumerate(further):
                chance = float((case.members or {}).get(variable.words[member], 0))
                values |= draws.happens(more[rows], chance).astype(np.uint64) << np.uint64(member)
            made.values[rows], made.has[rows] = values, has
        return made

    def _where(self, case: Draw, left: Mask) -> Mask:
        for name, condition in case.where.items():
            if (name, condition) not in self._met:
                self._met[name, condition] = self._meets(self[name], condition)
            left = left & self._met[name, condition]
        return left

    def _meets(self, drawn: Drawn, condition: Condition) -> Mask:
        if isinstance(condition, Range):
            inside = drawn.has
            if condition.start is not None:
                inside = inside & (drawn.values >= float(condition.start))
            if condition.below is not None:
                inside = inside & (drawn.values < float(condition.below))
            return inside
        if drawn.variable.sort == "boolean":
            agree: Mask = drawn.has & (drawn.values == (True in condition))
            return agree
        accepted = drawn.variable.accepted(condition)
        if drawn.variable.sort == "set":
            wanted = sum(1 << place for place, good in enumerate(accepted) if good)
            held: Mask = drawn.has & ((drawn.values & np.uint64(wanted)) != 0)
            return held
        found: Mask = drawn.has & np.array(accepted)[drawn.values]
        return found

    def operands(self, names: Iterable[str], rows: Rows) -> list[tuple[Array, Mask]]:
        """Of each name the values of some rows, and who has one."""
        return [(self[name].values[rows], self[name].has[rows]) for name in names]

    def limit(self, limit: Decimal | str, rows: Rows) -> Array:
        """For some rows a number, or another name's values."""
        if isinstance(limit, str):
            return self[limit].values[rows]
        return np.full(rows.size, float(limit))


type _Result = tuple[Array, Mask]


def _all(rows: Rows) -> Mask:
    return np.ones(rows.size, np.bool_)


def _chance(_: Block, case: Draw, __: Variable, rows: Rows, bits: Bits) -> _Result:
    assert case.chance is not None
    return draws.happens(bits, float(case.chance)), _all(rows)


def _weights(_: Block, case: Draw, variable: Variable, rows: Rows, bits: Bits) -> _Result:
    assert case.weights is not None
    place = {word: index for index, word in enumerate(variable.words)}
    words = np.array([place[word] for word in case.weights], np.uint16)
    drawn = draws.take(draws.places([float(w) for w in case.weights.values()]), bits)
    return words[drawn], _all(rows)


def _members(_: Block, __: Draw, ___: Variable, rows: Rows, ____: Bits) -> _Result:
    return np.zeros(rows.size, np.uint64), _all(rows)


def _curve(_: Block, case: Draw, __: Variable, ___: Rows, bits: Bits) -> _Result:
    assert case.curve is not None
    table = draws.days({point.day.toordinal(): float(point.share) for point in case.curve})
    found = draws.take(table, bits)
    return found, found >= 0


def _median(block: Block, case: Draw, _: Variable, rows: Rows, bits: Bits) -> _Result:
    assert case.median is not None
    found = float(case.median) * draws.take(
        draws.factors(float(case.spread), float(case.zero)), bits
    )
    has = _all(rows)
    for values, have in block.operands(case.times, rows):
        found, has = found * values, has & have
    for values, have in block.operands(case.over, rows):
        has = has & have & (values != 0)
        found = found / np.where(values == 0, 1, values)
    return _limited(block, case, rows, found), has


def _limited(block: Block, case: Draw, rows: Rows, found: Array) -> Array:
    step = float(case.step)
    if case.below is not None:
        below = block.limit(case.below, rows)
        found = np.where(found >= below, np.fmod(found, below), found)
    found = np.floor(found / step + 0.5) * step
    if case.below is not None:
        found = np.where(found >= below, found - step, found)
    if case.min is not None:
        found = np.maximum(found, block.limit(case.min, rows))
    if case.max is not None:
        found = np.minimum(found, block.limit(case.max, rows))
    return found


def _value(_: Block, case: Draw, variable: Variable, rows: Rows, __: Bits) -> _Result:
    match case.value:
        case str() as word:
            value: float | bool = variable.words.index(word)
        case bool() as truth:
            value = truth
        case number:
            assert number is not None
            value = float(number)
    return np.full(rows.size, value), _all(rows)


def _same(block: Block, case: Draw, variable: Variable, rows: Rows, _: Bits) -> _Result:
    other = block[case.same or ""]
    values = other.values[rows]
    if variable.sort == "word":
        values = np.array([variable.words.index(word) for word in other.variable.words])[values]
    return values, other.has[rows]


def _known(block: Block, case: Draw, _: Variable, rows: Rows, __: Bits) -> _Result:
    return block[case.known or ""].has[rows], _all(rows)


_WAYS: dict[str, Callable[[Block, Draw, Variable, Rows, Bits], _Result]] = {
    "chance": _chance,
    "weights": _weights,
    "members": _members,
    "curve": _curve,
    "median": _median,
    "value": _value,
    "same": _same,
    "known": _known,
}
