"""Value expressions for one subject, compiled to plain Python."""

from collections.abc import Callable, Mapping

from furong.engines.rules import nodes
from furong.engines.rules.model import Rounding
from furong.engines.rules.nodes import Node, refs
from furong.engines.rules.values import LIMIT

type Scalar = Callable[[Mapping[str, object]], int | None]


def scalar(node: Node) -> Scalar:
    """A function of encoded facts: the node's integer, None where an operand is missing.

    None, too, where the value reaches LIMIT, which is no sum that anybody was meant to get.
    """
    names = list(refs(node))
    places = {name: f"v{place}" for place, name in enumerate(names)}
    lines = ["def value(facts):"]
    for name, place in places.items():
        lines += [f"    {place} = facts.get({name!r})", f"    if {place} is None: return None"]
    lines.append(f"    value = {_source(node, places)}")
    lines.append(f"    return value if value is not None and {-LIMIT} < value < {LIMIT} else None")
    scope: dict[str, object] = {"rounding": ROUNDING, "ratio": _ratio, "step": _step}
    exec("\n".join(lines), scope)  # noqa: S102 — the text is emitted from checked nodes only
    return scope["value"]  # type: ignore[return-value]


def _source(node: Node, places: Mapping[str, str]) -> str:
    def of(inner: Node) -> str:
        return _source(inner, places)

    match node:
        case nodes.Const(value):
            return f"({value})"
        case nodes.Ref(fact):
            return places[fact]
        case nodes.Sum(left, right, sign):
            return f"({of(left)} {'+' if sign > 0 else '-'} {of(right)})"
        case nodes.Product(left, right):
            return f"({of(left)} * {of(right)})"
        case nodes.Extreme(function, args):
            return f"{function}({', '.join(map(of, args))},)" if len(args) > 1 else of(args[0])
        case nodes.Steps(x, bounds_, values):
            return f"step({of(x)}, {bounds_}, ({', '.join(map(of, values))},))"
        case nodes.Floor(inner, least):
            return f"(lambda paid, least: paid if paid >= least else 0)({of(inner)}, {of(least)})"
        case nodes.Rounded(inner, divisor, multiple, mode):
            return f"(rounding[{mode!r}]({of(inner)}, {divisor}) * {multiple})"
        case nodes.Ratio(top, bottom, digits):
            return f"ratio({of(top)}, {of(bottom)}, {10**digits})"
        case nodes.Contains(fact, member):
            return f"({member!r} in {places[fact]})"


def _step(x: int, levels: tuple[int, ...], values: tuple[int, ...]) -> int:
    reached = 0
    for level, value in zip(levels, values, strict=True):
        if x >= level:
            reached = value
    return reached


def _ratio(top: int, bottom: int, factor: int) -> int | None:
    if bottom == 0:
        return None
    if bottom < 0:
        top, bottom = -top, -bottom
    return _half_up(top * factor, bottom)


def _half_up(number: int, divisor: int) -> int:
    size = (2 * abs(number) + divisor) // (2 * divisor)
    return size if number >= 0 else -size


def _half_even(number: int, divisor: int) -> int:
    whole, rest = divmod(number, divisor)
    return whole + (2 * rest > divisor or (2 * rest == divisor and whole % 2 == 1))


def _up(number: int, divisor: int) -> int:
    size = -(-abs(number) // divisor)
    return size if number >= 0 else -size


def _down(number: int, divisor: int) -> int:
    size = abs(number) // divisor
    return size if number >= 0 else -size


ROUNDING: dict[Rounding, Callable[[int, int], int]] = {
    "half_up": _half_up,
    "half_even": _half_even,
    "up": _up,
    "down": _down,
}
