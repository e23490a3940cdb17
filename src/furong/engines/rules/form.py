"""An expression as the lines of a form, and back: field, operator, values; any line may hold.

The form is a view of the expression, not a second language: `lines_of` gives None for whatever it
cannot show without loss, and the expression is then edited as text. `expression_of` writes only what
`syntax` reads, and quotes every value that a person typed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from furong.engines.rules import syntax, tree
from furong.engines.rules.model import ORDERED, Fact
from furong.engines.rules.problems import ExpressionError

type Operator = Literal[
    "yes", "no", "eq", "ne", "lt", "le", "gt", "ge", "between", "in", "not_in", "starts",
    "starts_not",
]  # fmt: skip

_SIGNS: Mapping[Operator, str] = {
    "eq": "=",
    "ne": "<>",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}
_OPERATORS: Mapping[str, Operator] = {sign: operator for operator, sign in _SIGNS.items()}
_NUMERAL = re.compile(r"-?\d+(\.\d+)?(万|亿)?")
_SEPARATORS = re.compile(r"[,，、;；\s]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form. values: as typed, two for `between`, none for `yes` and `no`."""

    fact: str
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """An amount that is a fact times a number: so much for each. Both as written."""

    fact: str
    rate: str


def operators_for(fact: Fact) -> tuple[Operator, ...]:
    """The operators that make sense for a fact, the commonest first."""
    if fact.type == "boolean":
        return ("yes", "no")
    if fact.type in ORDERED:
        return ("le", "lt", "ge", "gt", "between", "eq", "ne")
    return ("in", "not_in", "starts", "starts_not") if fact.type == "code" else ("in", "not_in")


def lines_of(source: str) -> tuple[Line, ...] | None:
    """The lines of a condition, or None where a form cannot show it (AND, nested NOT, bad text).

    >>> lines_of("staff <= 50 OR size IN ('small', 'micro')")
    (Line(fact='staff', operator='le', values=('50',)), Line(fact='size', operator='in', values=('small', 'micro')))
    """
    try:
        condition = syntax.parse_condition(source)
    except ExpressionError:
        return None
    parts = condition.parts if isinstance(condition, tree.Some) else (condition,)
    lines = [_line(part) for part in parts]
    return None if None in lines else tuple(line for line in lines if line is not None)


def expression_of(lines: Iterable[Line], facts: Mapping[str, Fact]) -> str:
    """The condition that the lines say, joined by OR; lines without a fact are left out.

    Nothing is checked here: a rulebook says what is wrong, at the criterion. So a line without a
    value is written without one, and a fact that is not declared as it stands.
    """
    return " OR ".join(_write(line, facts.get(line.fact)) for line in lines if line.fact)


def alike(one: str, other: str) -> bool:
    """Whether two conditions say the same, as far as their lines or else their trees tell.

    >>> alike("street = '990101001'", "street  IN ('990101001')")
    True
    """
    lines = lines_of(one), lines_of(other)
    if None not in lines:
        return lines[0] == lines[1]
    try:
        return syntax.parse_condition(one) == syntax.parse_condition(other)
    except ExpressionError:
        return one == other


def split_values(text: str) -> tuple[str, ...]:
    """Values typed into one field, between commas or spaces of either width."""
    return tuple(part for part in _SEPARATORS.split(text.strip()) if part)


def product_of(source: str) -> Product | None:
    """`insured * 500` as fact and rate, in either order; None for any other amount."""
    try:
        value = syntax.parse_value(source)
    except ExpressionError:
        return None
    match value:
        case tree.Binary("*", tree.Name(fact), tree.Lit(Decimal() as rate)):
            return Product(fact, _plain(rate))
        case tree.Binary("*", tree.Lit(Decimal() as rate), tree.Name(fact)):
            return Product(fact, _plain(rate))
        case _:
            return None


def _line(condition: tree.Condition) -> Line | None:
    match condition:
        case tree.Truth(fact):
            return Line(fact, "yes")
        case tree.Not(tree.Truth(fact)):
            return Line(fact, "no")
        case tree.Compare(fact, op, tree.Lit(bool() as wanted)) if op in {"=", "<>"}:
            return Line(fact, "yes" if wanted == (op == "=") else "no")
        case tree.Compare(fact, op, tree.Lit(str() as code)) if op in {"=", "<>"}:
            return Line(fact, "in" if op == "=" else "not_in", (code,))
        case tree.Compare(fact, op, literal):
            return Line(fact, _OPERATORS[op], (_typed(literal),))
        case tree.Between(fact, low, high):
            return Line(fact, "between", (_typed(low), _typed(high)))
        case tree.In(fact, literals):
            return _listed(fact, "in", literals)
        case tree.Not(tree.In(fact, literals)):
            return _listed(fact, "not_in", literals)
        case tree.Prefix(fact, prefixes):
            return Line(fact, "starts", prefixes)
        case tree.Not(tree.Prefix(fact, prefixes)):
            return Line(fact, "starts_not", prefixes)
        case _:
            return None


def _listed(fact: str, operator: Operator, literals: tuple[tree.Lit, ...]) -> Line | None:
    """A list of codes. One of numbers or dates is left to the expression: no form line is its like."""
    if all(isinstance(literal.value, str) for literal in literals):
        return Line(fact, operator, tuple(str(literal.value) for literal in literals))
    return None


def _typed(literal: tree.Lit) -> str:
    value = literal.value
    return _plain(value) if isinstance(value, Decimal) else str(value)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write(line: Line, fact: Fact | None) -> str:
    name, values = line.fact, [value.strip() for value in line.values if value.strip()]
    match line.operator:
        case "yes":
            return name
        case "no":
            return f"NOT {name}"
    if not values:
        return f"{name} {_SIGNS.get(line.operator, 'IN')} "
    match line.operator:
        case "between":
            ends = [_literal(value, fact) for value in values[:2]]
            return f"{name} BETWEEN {' AND '.join(ends)}"
        case "in" | "not_in":
            return _member(name, line.operator == "not_in", [_text(value) for value in values])
        case "starts" | "starts_not":
            denied = "NOT " if line.operator == "starts_not" else ""
            prefixes = [_text(f"{value}%") for value in values]
            listed = prefixes[0] if len(prefixes) == 1 else f"ANY ({', '.join(prefixes)})"
            return f"{name} {denied}LIKE {listed}"
        case _:
            return f"{name} {_SIGNS[line.operator]} {_literal(values[0], fact)}"


def _member(name: str, denied: bool, values: list[str]) -> str:
    return f"{name} {'NOT ' if denied else ''}IN ({', '.join(values)})"


def _literal(value: str, fact: Fact | None) -> str:
    """What was typed as a literal: a number or a day as such, everything else quoted."""
    if fact is not None and fact.type == "date":
        return f"DATE {_text(_iso(value))}"
    plain = value.replace(",", "").replace("，", "")
    return plain if _NUMERAL.fullmatch(plain) else _text(value)


def _iso(value: str) -> str:
    """2020/2/24 and 2020年2月24日 as 2020-02-24; anything else as it stands, to be refused later."""
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", value)
    if found is None:
        return value
    year, month, day = map(int, found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return f"{year:04}-{month:02}-{day:02}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
