"""What a rulebook is made of: facts, criteria, benefits, policies.

These are plain values. `Rulebook` checks and compiles them; packs and the database produce them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

FactType = Literal["boolean", "integer", "decimal", "money", "date", "choice", "code", "set"]
NUMERIC: frozenset[FactType] = frozenset({"integer", "decimal", "money"})
ORDERED: frozenset[FactType] = NUMERIC | {"date"}

MONEY_SCALE = 2  # digits after the point of money that says nothing else: fen, cents
UNSAID = -1


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a first-match table: a condition ("" = otherwise) and the value it gives.

    Several values mean that the source leaves open which of them holds.
    """

    when: str
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that can be known of a subject.

    key: its name in expressions. scale: digits after the point of a decimal (left out: none) or of
    money (left out: 2). minimum, maximum: its domain, in the unit that people write (yuan, not
    fen); a value outside it is refused, and an unknown value is never taken to lie outside it.
    values: the codes of a choice or a set, in order, with their labels. derive: a value expression; table: first-match rows. A
    derived fact may also be stated, and a stated value stands before the derived one.
    """

    key: str
    type: FactType
    label: str = ""
    unit: str = ""
    scale: int = UNSAID
    minimum: object = None
    maximum: object = None
    values: Mapping[str, str] = field(default_factory=dict)
    pattern: str | None = None
    derive: str | None = None
    table: tuple[TableRow, ...] = ()
    ask: str = ""

    def __post_init__(self) -> None:
        if self.scale == UNSAID:
            object.__setattr__(self, "scale", MONEY_SCALE if self.type == "money" else 0)

    @property
    def digits(self) -> int:
        """Digits after the point of the encoded integer."""
        return self.scale if self.type in ("money", "decimal") else 0


def money_digits(facts: Iterable[Fact]) -> int:
    """Digits after the point of money among these facts; all money of a book has as many."""
    return next((fact.digits for fact in facts if fact.type == "money"), MONEY_SCALE)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of a policy. Exactly one of `when`, `attested`, `open`, `decides` is given.

    when: an expression. attested: holds once the document named here is shown. open: the source
    was not seen, so it stays unknown. decides: the body that decides case by case. unclear: an
    expression; where it is true, the source does not settle `when` and a department must.
    """

    id: str
    label: str = ""
    when: str = ""
    attested: str = ""
    open: str = ""
    decides: str = ""
    unclear: str = ""
    why: str = ""
    clause: str = ""
    proof: str = ""


Rounding = Literal["half_up", "half_even", "up", "down"]


@dataclass(frozen=True, slots=True)
class Benefit:
    """What an eligible subject gets. Money is in major units of the currency (yuan) in expressions.

    amount: a value expression, "" where there is none or the source does not give it. cap: at most
    this much. floor: an amount below it is not paid. at_most: an upper bound where the amount is
    unknown. rounding, to: how the amount is rounded, once, at the end, to multiples of `to`
    ("" = the smallest unit of the money).
    """

    kind: str = ""
    amount: str = ""
    cap: str = ""
    floor: str = ""
    at_most: str = ""
    rounding: Rounding = "half_up"
    to: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that a policy may pay in all, in yuan; `partial`: the last one may get what is left."""

    amount: str
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of one policy: all criteria must hold on a day within [valid_from, valid_to]."""

    id: str
    version: int = 1
    title: str = ""
    criteria: Sequence[Criterion] = ()
    benefit: Benefit = field(default_factory=Benefit)
    valid_from: date | None = None
    valid_to: date | None = None
    group: str = ""
    budget: Budget | None = None

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )
