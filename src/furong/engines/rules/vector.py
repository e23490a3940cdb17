"""Value expressions for columns."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules import nodes
from furong.engines.rules.model import Rounding
from furong.engines.rules.nodes import Node
from furong.engines.rules.values import LIMIT

SAFE = 2**60
"""Intermediate results below this cannot leave 64 bits in the next addition or rounding."""

type Ints = NDArray[np.int64]


def vector(node: Node, column: Callable[[str], Ints], *, fits: bool) -> Ints:
    """The node's values for rows where no operand is missing.

    `column` gives the encoded values of a fact for those rows. Unless the node `fits`, the rows are
    computed with Python's integers. Values that reach LIMIT come as LIMIT (or −LIMIT) or larger: no
    number of the engine. A ratio's bottom must not be 0. A node without facts gives one value for
    all rows.
    """
    if fits:
        return np.asarray(_vector(node, column), dtype=np.int64)
    exact = _vector(node, lambda fact: column(fact).astype(object))
    clipped: NDArray[np.object_] = np.clip(np.asarray(exact, dtype=object), -LIMIT, LIMIT)
    return clipped.astype(np.int64)


def _vector(node: Node, column: Callable[[str], Ints]) -> Ints:
    def of(inner: Node) -> Ints:
        return _vector(inner, column)

    match node:
        case nodes.Const(number):
            return number  # type: ignore[return-value]  # broadcasts
        case nodes.Ref(fact):
            return column(fact)
        case nodes.Sum(left, right, sign):
            return np.add(of(left), of(right)) if sign > 0 else np.subtract(of(left), of(right))
        case nodes.Product(left, right):
            return of(left) * of(right)
        case nodes.Extreme(function, args):
            pick = np.minimum if function == "min" else np.maximum
            first, *rest = (of(arg) for arg in args)
            for other in rest:
                first = pick(first, other)
            return first
        case nodes.Steps(x, levels, values):
            by, reached = of(x), np.zeros(1, np.int64)
            for level, then in zip(levels, values, strict=True):
                reached = np.where(by >= level, of(then), reached)
            return reached
        case nodes.Floor(inner, least):
            paid = of(inner)
            return np.asarray(np.where(paid >= of(least), paid, 0))
        case nodes.Rounded(inner, divisor, multiple, mode):
            return _round(of(inner), divisor, mode) * multiple
        case nodes.Ratio(top, bottom, digits):
            over, under = of(top), of(bottom)
            return _round(np.where(under < 0, -over, over) * 10**digits, abs(under), "half_up")
        case nodes.Contains():
            raise AssertionError("contains is answered from the set's own column")


def _round(number: Ints, divisor: Ints | int, mode: Rounding) -> Ints:
    if mode == "half_even":
        whole = number // divisor
        twice = 2 * (number - whole * divisor)
        even: Ints = whole + ((twice > divisor) | ((twice == divisor) & (whole % 2 == 1)))
        return even
    signed = np.min(number, initial=0) < 0
    size: Ints = abs(number) if signed else number
    if mode == "half_up":
        size = (2 * size + divisor) // (2 * divisor)
    elif mode == "up":
        size = -(-size // divisor)
    else:
        size = size // divisor
    return np.where(number < 0, -size, size) if signed else size
