"""How small and how large a value expression can become: for overflow, and for "at most"."""

from collections.abc import Callable

from furong.engines.rules.arithmetic import (
    Const,
    Contains,
    Extreme,
    Floor,
    Node,
    Product,
    Ratio,
    Ref,
    Rounded,
    Steps,
    Sum,
)
from furong.engines.rules.model import Fact
from furong.engines.rules.scalar import ROUNDING
from furong.engines.rules.values import LIMIT, bounds

type Range = tuple[int, int]
"""The least and the greatest value."""


def fact_range(fact: Fact) -> Range:
    """What a missing value of the fact can be, encoded: its domain, or ± LIMIT."""
    low, high = bounds(fact)
    return (-LIMIT if low is None else low, LIMIT if high is None else high)


def range_of(node: Node, known: Callable[[str], Range]) -> Range:
    """Bounds of the node's value from bounds of its facts."""

    def of(inner: Node) -> Range:
        return range_of(inner, known)

    match node:
        case Const(value):
            return value, value
        case Ref(fact):
            return known(fact)
        case Sum(left, right, sign):
            (a, b), (c, d) = of(left), of(right)
            return (a + c, b + d) if sign > 0 else (a - d, b - c)
        case Product(left, right):
            (a, b), (c, d) = of(left), of(right)
            corners = (a * c, a * d, b * c, b * d)
            return min(corners), max(corners)
        case Extreme(function, args):
            pick = min if function == "min" else max
            ranges = [of(arg) for arg in args]
            return pick(low for low, _ in ranges), pick(high for _, high in ranges)
        case Steps(_, _, values):
            ranges = [of(value) for value in values]
            return min(0, *(low for low, _ in ranges)), max(0, *(high for _, high in ranges))
        case Floor(inner, _):
            low, high = of(inner)
            return min(0, low), max(0, high)
        case Rounded(inner, divisor, multiple, mode):
            low, high = of(inner)
            round_ = ROUNDING[mode]
            return round_(low, divisor) * multiple, round_(high, divisor) * multiple
        case Ratio() | Contains():
            return -LIMIT, LIMIT


def widest(node: Node, known: Callable[[str], Range]) -> int:
    """The greatest absolute value that any part of the node can reach."""
    low, high = range_of(node, known)
    inner: tuple[Node, ...]
    match node:
        case Const() | Ref() | Contains():
            inner = ()
        case Sum(left, right) | Product(left, right) | Ratio(left, right) | Floor(left, right):
            inner = (left, right)
        case Extreme(_, args):
            inner = args
        case Steps(x, _, values):
            inner = (x, *values)
        case Rounded(part):
            inner = (part,)
    own = max(abs(low), abs(high))
    if isinstance(node, Ratio):
        top_low, top_high = range_of(node.top, known)
        own = max(abs(top_low), abs(top_high)) * 10**node.digits
    return max(own, *(widest(part, known) for part in inner), 0)
