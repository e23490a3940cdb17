"""What value expressions are made of.

A node's value is an integer that counts ``10 ** -digits``. Everything is strict: a missing operand
makes the value unknown, in `min` and `max` too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from furong.engines.rules.model import Rounding


@dataclass(frozen=True, slots=True)
class Const:
    value: int
    digits: int


@dataclass(frozen=True, slots=True)
class Ref:
    fact: str
    digits: int


@dataclass(frozen=True, slots=True)
class Sum:
    left: "Node"
    right: "Node"
    sign: int  # of the right side
    digits: int


@dataclass(frozen=True, slots=True)
class Product:
    left: "Node"
    right: "Node"
    digits: int


@dataclass(frozen=True, slots=True)
class Extreme:
    function: str  # min, max
    args: tuple["Node", ...]
    digits: int


@dataclass(frozen=True, slots=True)
class Steps:
    """The value beside the highest bound that x reaches, 0 below the first."""

    x: "Node"
    bounds: tuple[int, ...]
    values: tuple["Node", ...]
    digits: int


@dataclass(frozen=True, slots=True)
class Floor:
    """The value, or 0 where it is below the least that is paid."""

    inner: "Node"
    least: "Node"
    digits: int


@dataclass(frozen=True, slots=True)
class Rounded:
    """inner / divisor, rounded, times multiple."""

    inner: "Node"
    divisor: int
    multiple: int
    mode: Rounding
    digits: int


@dataclass(frozen=True, slots=True)
class Ratio:
    """top / bottom rounded half up; unknown where bottom is 0."""

    top: "Node"
    bottom: "Node"
    digits: int


@dataclass(frozen=True, slots=True)
class Contains:
    fact: str
    member: str
    digits: int = 0


type Node = Const | Ref | Sum | Product | Extreme | Steps | Floor | Rounded | Ratio | Contains


def refs(node: Node) -> Iterator[str]:
    """The facts that the node reads, in reading order, each once."""

    def walk(node: Node) -> Iterator[str]:
        match node:
            case Const():
                return
            case Ref(fact) | Contains(fact):
                yield fact
            case Sum(left, right) | Product(left, right):
                yield from walk(left)
                yield from walk(right)
            case Extreme(_, args):
                for arg in args:
                    yield from walk(arg)
            case Steps(x, _, values):
                yield from walk(x)
                for value in values:
                    yield from walk(value)
            case Floor(inner, least):
                yield from walk(inner)
                yield from walk(least)
            case Rounded(inner):
                yield from walk(inner)
            case Ratio(top, bottom):
                yield from walk(top)
                yield from walk(bottom)

    yield from dict.fromkeys(walk(node))
