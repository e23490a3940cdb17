"""Verdicts as SQL, for populations that live in a database or outgrow one machine.

The text is built from checked formulas only, never from the author's text, and written by sqlglot
for DuckDB, PostgreSQL and Spark. Verdicts alone: amounts are one evaluator's business, so that
there is one sum (`sweep`).

The relation has one column a fact, named by its key, NULL where missing: BIGINT integers, DECIMAL
decimals and money (in yuan), DATE, BOOLEAN, text for choices and codes, arrays of text for sets;
derived facts too, computed once (`population.Population`). A fact that follows from a table may
come with a second column `KEY__possible`, a bit mask of the values it can have (`tables.Mask`).
"""

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from math import prod
from typing import Literal

from sqlglot import exp

from furong.engines.rules.book import Compiled, Rulebook
from furong.engines.rules.completion import Partition
from furong.engines.rules.formula import (
    ALWAYS,
    And,
    Atom,
    Formula,
    Leaf,
    atoms_of,
    given,
    leaf_counts,
)
from furong.engines.rules.model import Fact
from furong.engines.rules.spans import BOTTOM, TOP, Spans, beyond
from furong.engines.rules.values import value_of

type Dialect = Literal["duckdb", "postgres", "spark"]

_WILD = re.compile(r"[%_\\]")  # what LIKE does not take literally

CODES = {0: "ineligible", 1: "eligible", 2: "unknown"}
MOST_BRANCHES = 256


def select(
    book: Rulebook,
    relation: str,
    *,
    dialect: Dialect,
    columns: Collection[str],
    subject: str = "subject",
) -> str:
    """A SELECT of the subject and one SMALLINT column a policy (see CODES).

    columns: those that the relation has; a fact without one is unknown for every subject. On DuckDB
    run it with `SET disabled_optimizers = 'in_clause'`: long IN lists otherwise become joins.
    """
    writer = _Writer(book, dialect, columns)
    verdicts = [
        exp.alias_(writer.verdict(compiled), compiled.policy.id, quoted=True)
        for compiled in book.policies
    ]
    query = exp.select(exp.column(subject, quoted=True), *verdicts).from_(
        exp.to_table(relation, quoted=True, dialect=dialect)
    )
    return query.sql(dialect=dialect)


def cautious(book: Rulebook) -> list[str]:
    """Policies for which the SQL may say unknown where the engine decides, never the contrary.

    In them a fact is asked both directly and through a table, or through two tables; SQL answers
    from each table's possible values apart.
    """
    return [
        compiled.policy.id
        for compiled in book.policies
        if compiled.search is not None
        and (
            any(leaf.fact in book.derivations.scopes for leaf in compiled.search.partitions)
            or any(_branches(part) > MOST_BRANCHES for part in _apart(compiled.formula))
        )
    ]


class _Writer:
    def __init__(self, book: Rulebook, dialect: Dialect, columns: Collection[str]) -> None:
        self.book, self.dialect, self.columns = book, dialect, frozenset(columns)

    def verdict(self, compiled: Compiled) -> exp.Expr:
        """Condition by condition, so that a database stops at the first that cannot hold."""
        parts = [self.exact(part) for part in _apart(compiled.formula)]
        possible = [
            exp.Not(this=exp.Is(this=exp.paren(part.copy()), expression=exp.false()))
            for part in parts
        ]
        holds = (
            exp.Case().when(exp.and_(*parts), exp.Literal.number(1)).else_(exp.Literal.number(2))
        )
        return exp.Case().when(exp.and_(*possible), holds).else_(exp.Literal.number(0))

    def exact(self, formula: Formula, settled: frozenset[Leaf] = frozenset()) -> exp.Expr:
        """The formula; a leaf asked twice is completed, region by region, where it is missing."""
        repeated = [leaf for leaf in _repeated(formula) if leaf not in settled]
        if not repeated or _branches(formula) > MOST_BRANCHES:
            return self.formula(formula)
        leaf = repeated[0]
        column = self.column(leaf.fact)
        if column is None:
            return self.completed(formula, leaf, settled)
        return (
            exp.Case()
            .when(
                exp.Is(this=column, expression=exp.null()), self.completed(formula, leaf, settled)
            )
            .else_(self.exact(formula, settled | {leaf}))
        )

    def completed(self, formula: Formula, leaf: Leaf, settled: frozenset[Leaf]) -> exp.Expr:
        regions = Partition.of(leaf, _spans(formula, leaf)).regions
        branches = [self.exact(given(formula, leaf, region), settled) for region in regions]
        every = exp.and_(*(branch.copy() for branch in branches))
        some = exp.or_(*branches)
        return (
            exp.Case()
            .when(exp.paren(every), exp.true())
            .when(exp.Is(this=exp.paren(some), expression=exp.false()), exp.false())
            .else_(exp.null())
        )

    def formula(self, formula: Formula) -> exp.Expr:
        if isinstance(formula, Atom):
            return self.atom(formula)
        parts = [self.formula(part) for part in formula.parts]
        if not parts:
            return exp.true() if formula == ALWAYS else exp.false()
        return exp.paren(exp.and_(*parts) if isinstance(formula, And) else exp.or_(*parts))

    def column(self, key: str) -> exp.Expr | None:
        return exp.column(key, quoted=True) if key in self.columns else None

    def atom(self, atom: Atom) -> exp.Expr:
        key = atom.leaf.fact
        column, possible = self.column(key), self.column(f"{key}__possible")
        if column is None and possible is None:
            return exp.cast(exp.null(), "BOOLEAN")
        test = None if column is None else self.test(atom, column)
        if possible is None:
            assert test is not None
            return test
        mask = self.mask(atom, possible)
        if column is None or test is None:
            return mask
        known = exp.Not(this=exp.Is(this=column.copy(), expression=exp.null()))
        return exp.Case().when(known, test).else_(mask)

    def mask(self, atom: Atom, mask: exp.Expr) -> exp.Expr:
        table = self.book.derivations.scopes[atom.leaf.fact].table
        holds = table.holds(atom.spans)
        every = (1 << len(table.keys)) - 1 | table.other
        fails = every & ~holds

        def none_of(bits: int) -> exp.Expr:
            both = exp.BitwiseAnd(this=mask.copy(), expression=exp.Literal.number(bits))
            return exp.EQ(this=exp.paren(both), expression=exp.Literal.number(0))

        return (
            exp.Case()
            .when(none_of(fails), exp.true())
            .when(none_of(holds | table.other), exp.false())
            .else_(exp.null())
        )

    def test(self, atom: Atom, column: exp.Expr) -> exp.Expr:
        fact = self.book.facts.get(atom.leaf.fact)
        if atom.leaf.member:
            has = self.contains(column, atom.leaf.member)
            return has if 1 in atom.spans else exp.Not(this=exp.paren(has))
        if fact is None or fact.type == "boolean":
            return column if 1 in atom.spans else exp.Not(this=column)
        if fact.type == "choice":
            held = [code for place, code in enumerate(fact.values) if place in atom.spans]
            return column.isin(*(exp.Literal.string(code) for code in held))
        outside = ~atom.spans
        if fact.type == "code" and len(outside.cuts) < len(atom.spans.cuts):
            return exp.Not(this=exp.paren(self.within(fact, outside, column)))
        return exp.paren(self.within(fact, atom.unbounded, column))

    def contains(self, column: exp.Expr, member: str) -> exp.Expr:
        literal = exp.Literal.string(member)
        if self.dialect == "postgres":
            return exp.EQ(this=literal, expression=exp.Any(this=exp.paren(column)))
        return exp.ArrayContains(this=column, expression=literal)

    def within(self, fact: Fact, spans: Spans, column: exp.Expr) -> exp.Expr:
        return exp.or_(*(self.span(fact, low, high, column.copy()) for low, high in spans))

    def span(self, fact: Fact, low: object, high: object, column: exp.Expr) -> exp.Expr:
        if fact.type == "code":
            return self.code(low, high, column)
        if isinstance(low, int) and high == low + 1:
            return exp.EQ(this=column, expression=_number(fact, low))
        bounds: list[exp.Expr] = []
        if low is not BOTTOM:
            assert isinstance(low, int)
            bounds.append(exp.GTE(this=column.copy(), expression=_number(fact, low)))
        if high is not TOP:
            assert isinstance(high, int)
            bounds.append(exp.LT(this=column.copy(), expression=_number(fact, high)))
        return exp.and_(*bounds)

    def code(self, low: object, high: object, column: exp.Expr) -> exp.Expr:
        """One code, a prefix, or a stretch between them, compared by bytes."""
        if isinstance(low, str) and high == f"{low}\0":
            return exp.EQ(this=column, expression=exp.Literal.string(low))
        if isinstance(low, str) and high == beyond(low) and not _WILD.search(low):
            return exp.Like(this=column, expression=exp.Literal.string(f"{low}%"))
        if self.dialect == "postgres":
            column = exp.Collate(this=column, expression=exp.to_identifier("C", quoted=True))
        bounds: list[exp.Expr] = []
        if isinstance(low, str):
            kind = exp.GT if low.endswith("\0") else exp.GTE
            bounds.append(kind(this=column.copy(), expression=exp.Literal.string(low.rstrip("\0"))))
        if isinstance(high, str):
            other = exp.LTE if high.endswith("\0") else exp.LT
            bounds.append(
                other(this=column.copy(), expression=exp.Literal.string(high.rstrip("\0")))
            )
        return exp.and_(*bounds)


def _number(fact: Fact, key: int) -> exp.Expr:
    if fact.type == "date":
        return exp.cast(exp.Literal.string(date.fromordinal(key).isoformat()), "DATE")
    value = value_of(fact, key)
    assert isinstance(value, int)
    return exp.Literal.number(format(Decimal(value).scaleb(-fact.digits), "f"))


def _apart(formula: Formula) -> tuple[Formula, ...]:
    """What can be answered one by one: the parts of a conjunction that share no leaf."""
    if not isinstance(formula, And) or not formula.parts:
        return (formula,)
    leaves = [leaf for part in formula.parts for leaf in leaf_counts(part)]
    return formula.parts if len(leaves) == len(set(leaves)) else (formula,)


def _repeated(formula: Formula) -> list[Leaf]:
    return [leaf for leaf, count in leaf_counts(formula).items() if count > 1]


def _spans(formula: Formula, leaf: Leaf) -> list[Spans]:
    return [atom.spans for atom in atoms_of(formula) if atom.leaf == leaf]


def _branches(formula: Formula) -> int:
    """How many completions of the repeated leaves the text would spell out."""
    return prod(
        len(Partition.of(leaf, _spans(formula, leaf)).regions) + 1 for leaf in _repeated(formula)
    )
