"""How small and how large a value expression can become: for overflow, and for "at most"."""

from collections.abc import Callable

from furong.engines.rules import nodes
from furong.engines.rules.model import Fact
from furong.engines.rules.nodes import Node
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
        case nodes.Const(value):
            return value, value
        case nodes.Ref(fact):
            return known(fact)
        case nodes.Sum(left, right, sign):
            (a, b), (c, d) = of(left), of(right)
            return (a + c, b + d) if sign > 0 else (a - d, b - c)
        case nodes.Product(left, right):
            (a, b), (c, d) = of(left), of(right)
            corners = (a * c, a * d, b * c, b * d)
            return min(corners), max(corners)
        case nodes.Extreme(function, args):
            pick = min if function == "min" else max
            ranges = [of(arg) for arg in args]
            return pick(low for low, _ in ranges), pick(high for _, high in ranges)
        case nodes.Steps(_, _, values):
            ranges = [of(value) for value in values]
            return min(0, *(low for low, _ in ranges)), max(0, *(high for _, high in ranges))
        case nodes.Floor(inner, _):
            low, high = of(inner)
            return min(0, low), max(0, high)
        case nodes.Rounded(inner, divisor, multiple, mode):
            low, high = of(inner)
            round_ = ROUNDING[mode]
            return round_(low, divisor) * multiple, round_(high, divisor) * multiple
        case nodes.Ratio() | nodes.Contains():
            return -LIMIT, LIMIT


def widest(node: Node, known: Callable[[str], Range]) -> int:
    """The greatest absolute value that any part of the node can reach."""
    low, high = range_of(node, known)
    inner: tuple[Node, ...]
    match node:
        case nodes.Const() | nodes.Ref() | nodes.Contains():
            inner = ()
        case (
            nodes.Sum(left, right)
            | nodes.Product(left, right)
            | nodes.Ratio(left, right)
            | nodes.Floor(left, right)
        ):
            inner = (left, right)
        case nodes.Extreme(_, args):
            inner = args
        case nodes.Steps(x, _, values):
            inner = (x, *values)
        case nodes.Rounded(part):
            inner = (part,)
    own = max(abs(low), abs(high))
    if isinstance(node, nodes.Ratio):
        top_low, top_high = range_of(node.top, known)
        own = max(abs(top_low), abs(top_high)) * 10**node.digits
    return max(own, *(widest(part, known) for part in inner), 0)
