"""The trees of expressions, as written: names and types are not settled yet (`lowering`).

Every node carries the 1-based column where it starts, so that a fault can be shown at its place.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

type Literal = Decimal | str | bool | date


@dataclass(frozen=True, slots=True)
class Lit:
    value: Literal
    column: int


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean fact standing alone."""

    fact: str
    column: int


@dataclass(frozen=True, slots=True)
class Compare:
    fact: str
    op: str
    literal: Lit
    column: int


@dataclass(frozen=True, slots=True)
class Between:
    fact: str
    low: Lit
    high: Lit
    column: int


@dataclass(frozen=True, slots=True)
class In:
    fact: str
    literals: tuple[Lit, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Prefix:
    fact: str
    prefixes: tuple[str, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple["Condition", ...]


type Condition = Truth | Compare | Between | In | Prefix | Not | All | Some


@dataclass(frozen=True, slots=True)
class Name:
    fact: str
    column: int


@dataclass(frozen=True, slots=True)
class Binary:
    op: str
    left: "Value"
    right: "Value"
    column: int


@dataclass(frozen=True, slots=True)
class Negate:
    inner: "Value"
    column: int


@dataclass(frozen=True, slots=True)
class Call:
    """min, max, ratio, days_between, contains."""

    function: str
    args: tuple["Value", ...]
    column: int


@dataclass(frozen=True, slots=True)
class Tier:
    x: "Value"
    steps: tuple[tuple[Lit, "Value"], ...]
    column: int


type Value = Lit | Name | Binary | Negate | Call | Tier
