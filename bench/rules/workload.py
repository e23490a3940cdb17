"""The synthetic workload: subjects with missing facts, and policies about them.

Everything follows from SEED. A subject's facts depend on its row alone, so the first thousand of a
million subjects are the same as a population of a thousand.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from furong.engines.rules import Benefit, Criterion, Fact, Policy, Rulebook
from furong.engines.rules.columns import Column, Columns
from furong.engines.rules.formula import atoms_of

SEED = 20200203
MISSING = 0.05  # of every fact
CHUNK = 1 << 18  # rows whose random numbers are drawn at once
FIRST_DAY, LAST_DAY = 737424, 737485  # 1 January to 2 March 2020, as ordinals
ANY_OF = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3)  # conditions of a criterion
RATES = ("0.02", "0.05", "0.1", "0.2", "0.5")
CAPS = (50_000, 100_000, 200_000, 500_000, 1_000_000)
HEADS = (200, 500, 1_000, 1_500)  # yuan each

type Draw = Callable[[np.random.Generator, int], NDArray[Any]]


@dataclass(frozen=True)
class Field:
    """A fact, how its values are drawn, and the conditions that policies put to it."""

    fact: Fact
    draw: Draw
    dtype: type[np.integer[Any]]
    conditions: tuple[str, ...]
    dictionary: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        info = np.iinfo(self.dtype)
        return int(info.min if info.min < 0 else info.max)

    def column(self, place: int, rows: int) -> Column:
        """The column of the first `rows` subjects; `place` tells this fact's numbers apart."""
        values = np.empty(rows, self.dtype)
        for chunk, start in enumerate(range(0, rows, CHUNK)):
            rng = np.random.default_rng((SEED, place, chunk))
            drawn = self.draw(rng, CHUNK).astype(self.dtype)
            drawn[rng.random(CHUNK, np.float32) < MISSING] = self.missing
            values[start : start + CHUNK] = drawn[: rows - start]
        return Column(self.fact, values, self.dictionary)


def _amount(
    rng: random.Random, key: str, median: int, spread: float, most: int, *, money: bool
) -> Field:
    """A log-normal number; money in whole hundreds of yuan, so that every amount is exact in fen."""
    unit, scale = (100, 100) if money else (1, 1)
    curve = NormalDist(0, spread)
    marks = [
        max(unit, round(median * np.exp(curve.inv_cdf(0.1 + 0.04 * step)) / unit) * unit)
        for step in range(21)
    ]
    conditions = [f"{key} <= {mark}" for mark in dict.fromkeys(marks[2:15])]
    conditions += [f"{key} >= {mark}" for mark in dict.fromkeys(marks[6:19])]
    conditions += [f"{key} BETWEEN {marks[low]} AND {marks[low + 11]}" for low in range(10)]

    def draw(source: np.random.Generator, rows: int) -> NDArray[Any]:
        found = np.exp(source.standard_normal(rows, np.float32) * np.float32(spread))
        return np.minimum(found * (median / unit), most / unit).astype(np.int64) * (unit * scale)

    fact = Fact(key, "money" if money else "integer", minimum=0, maximum=most)
    wide = most * scale >= 2**31
    kept = rng.sample(conditions, 26)
    return Field(fact, draw, np.int64 if wide else np.int32, tuple(kept))


def _choice(rng: random.Random, key: str, size: int) -> Field:
    codes = [f"{key}_{place}" for place in range(size)]
    subsets = {
        tuple(sorted(rng.sample(codes, rng.randint(max(1, size // 2 - 1), (size + 1) // 2))))
        for _ in range(14)
    }
    conditions = [f"{key} IN ({_listed(subset)})" for subset in sorted(subsets)]
    fact = Fact(key, "choice", values=dict.fromkeys(codes, ""))
    return Field(
        fact,
        lambda source, rows: source.integers(0, size, rows, np.uint8),
        np.uint8,
        tuple(conditions),
    )


def _boolean(key: str, share: float) -> Field:
    return Field(
        Fact(key, "boolean"),
        lambda source, rows: source.random(rows, np.float32) < share,
        np.uint8,
        (key, f"NOT {key}"),
    )


def _industry(rng: random.Random) -> Field:
    sections = "ABCDEFGHIJKLMNOPQRST"
    codes = sorted({f"{s}{rng.randrange(10, 99)}{rng.randrange(100):02}" for s in sections * 70})
    conditions = []
    for _ in range(40):
        held = sorted(rng.sample(sections, rng.randint(5, 12)))
        divisions = [f"{section}{rng.randrange(1, 10)}" for section in rng.sample(sections, 3)]
        prefixes = [*held, *(found for found in divisions if found[0] not in held)]
        conditions.append(f"industry LIKE ANY ({_listed([f'{prefix}%' for prefix in prefixes])})")
    return Field(
        Fact("industry", "code"),
        lambda source, rows: source.integers(0, len(codes), rows, np.uint16),
        np.uint16,
        tuple(conditions),
        tuple(codes),
    )


def _date(rng: random.Random, key: str) -> Field:
    conditions = [
        f"{key} {sign} DATE '{date.fromordinal(day)}'"
        for sign, first, last in (("<=", 5, 35), (">=", 25, 55))
        for day in sorted(rng.sample(range(FIRST_DAY + first, FIRST_DAY + last), 9))
    ]
    return Field(
        Fact(key, "date"),
        lambda source, rows: source.integers(FIRST_DAY, LAST_DAY + 1, rows, np.int32),
        np.int32,
        tuple(conditions),
    )


def _listed(words: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _fields() -> list[Field]:
    rng = random.Random(SEED)
    return [
        _amount(rng, "staff", 14, 1.3, 20_000, money=False),
        _amount(rng, "insured", 11, 1.4, 20_000, money=False),
        _amount(rng, "revenue", 6_000_000, 1.8, 2_000_000_000, money=True),
        _amount(rng, "investment", 2_000_000, 1.9, 2_000_000_000, money=True),
        _amount(rng, "tax", 120_000, 1.5, 20_000_000, money=True),
        _amount(rng, "rent", 90_000, 1.2, 20_000_000, money=True),
        _amount(rng, "payroll", 800_000, 1.2, 20_000_000, money=True),
        _amount(rng, "loan", 1_000_000, 1.2, 20_000_000, money=True),
        _choice(rng, "size_class", 4),
        _choice(rng, "subject_type", 6),
        _choice(rng, "street", 13),
        _choice(rng, "credit_grade", 5),
        _boolean("resumed", 0.5),
        _boolean("exporter", 0.4),
        _boolean("high_tech", 0.45),
        _boolean("state_tenant", 0.5),
        _boolean("above_scale", 0.55),
        _industry(rng),
        _date(rng, "resumed_on"),
        _date(rng, "applied_on"),
    ]


FIELDS = _fields()
BASES = ("staff", "insured", "tax", "rent", "payroll", "loan", "revenue", "investment")


def _policy(rng: random.Random, place: int) -> Policy:
    """Three to six criteria, each of one to three conditions; no fact is asked twice."""
    sizes = [rng.choice(ANY_OF) for _ in range(rng.randint(3, 6))]
    fields = iter(rng.sample(FIELDS, sum(sizes)))
    criteria = [
        Criterion(
            f"c{number}",
            when=" OR ".join(rng.choice(next(fields).conditions) for _ in range(size)),
        )
        for number, size in enumerate(sizes, 1)
    ]
    base = rng.choice(BASES)
    rate = rng.choice(HEADS) if base in {"staff", "insured"} else rng.choice(RATES)
    benefit = Benefit("subsidy", amount=f"{base} * {rate}", cap=str(rng.choice(CAPS)))
    return Policy(f"P{place:03}", criteria=criteria, benefit=benefit)


@dataclass(frozen=True)
class Terms:
    """What a policy pays, in yuan: min(base * hundredths // 100, cap). No yuan is ever broken."""

    base: str
    hundredths: int
    cap: int

    @classmethod
    def of(cls, policy: Policy) -> "Terms":
        base, rate = policy.benefit.amount.split(" * ")
        return cls(base, int(Decimal(rate) * 100), int(policy.benefit.cap))


@dataclass(frozen=True)
class Workload:
    """So many subjects and so many policies."""

    rows: int
    policies: int

    @cached_property
    def columns(self) -> Columns:
        made = {
            field.fact.key: field.column(place, self.rows) for place, field in enumerate(FIELDS)
        }
        return Columns(self.rows, made)

    @cached_property
    def texts(self) -> list[Policy]:
        """The policies as an author writes them, not yet read."""
        rng = random.Random(SEED)
        return [_policy(rng, place) for place in range(1, self.policies + 1)]

    @cached_property
    def book(self) -> Rulebook:
        return self.read()

    def read(self) -> Rulebook:
        """Read and check the policies anew."""
        return Rulebook([field.fact for field in FIELDS], self.texts)

    def shape(self) -> dict[str, int]:
        """How many criteria, atoms and distinct atoms there are, and the bytes of a subject."""
        atoms = [atom for compiled in self.book.policies for atom in atoms_of(compiled.formula)]
        return {
            "criteria": sum(len(policy.criteria) for policy in self.texts),
            "atoms": len(atoms),
            "distinct": len(set(atoms)),
            "bytes": sum(np.dtype(field.dtype).itemsize for field in FIELDS),
        }
