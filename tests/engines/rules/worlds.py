"""Random worlds: facts, policies and subjects, with a naive reader that knows nothing of the engine.

Expressions are made as trees, written out as text for the engine, and answered here by plain
evaluation on complete facts; a subject with missing facts is answered by trying every completion.
"""

import operator
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from math import prod
from typing import Any

from furong.engines.rules import Benefit, Criterion, Fact, Policy, TableRow

Value = int | bool | str | frozenset[str]
Row = dict[str, Value | None]
DAY = date(2020, 2, 9).toordinal()

BASE = [
    Fact("staff", "integer", "从业人员", "人", minimum=0, maximum=40),
    Fact("revenue", "money", "营业收入", "元", minimum=0),
    Fact("rate", "decimal", "比率", scale=2),
    Fact("size", "choice", "规模", values={"large": "大", "medium": "中", "small": "小"}),
    Fact("insured", "boolean", "参保"),
    Fact("industry", "code", "行业"),
    Fact("resumed_on", "date", "复工日"),
    Fact("listed", "set", "名单", values={"a": "甲", "b": "乙", "c": "丙"}),
]
TABLES = [
    Fact(
        "grade",
        "choice",
        "等级",
        values={"x": "一", "y": "二", "z": "三"},
        table=(
            TableRow("staff >= 20 AND revenue >= 100", ("x",)),
            TableRow("revenue >= 100", ("y",)),
            TableRow("staff >= 20 AND insured", ("y", "z")),
            TableRow("staff < 5", ("z",)),
        ),
    ),
    Fact(
        "big",
        "boolean",
        "上规模",
        table=(TableRow("grade = 'x' OR staff >= 20", (True,)), TableRow("", (False,))),
    ),
    Fact(
        "limit",
        "money",
        "上限",
        table=(TableRow("size = 'large'", (2000,)), TableRow("size IN ('small','medium')", (300,))),
    ),
]

# What a missing fact may turn out to be: every region that the expressions below can cut.
CANDIDATES: dict[str, list[Value]] = {
    "staff": [0, 5, 7, 20, 35],
    "revenue": [0, 5000, 10000, 10001],
    "rate": [5, 6],
    "size": ["large", "medium", "small"],
    "insured": [True, False],
    "industry": ["A", "C13", "I6510", "I6420"],
    "resumed_on": [DAY, DAY + 1],
    "listed": [
        frozenset(code for code, held in zip("abc", bits, strict=True) if held)
        for bits in product([False, True], repeat=3)
    ],
}


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}


@dataclass
class Node:
    """One condition: its text, and its truth for complete facts."""

    text: str
    holds: Callable[[dict[str, Value]], bool]
    facts: set[str] = field(default_factory=set)


def grade_of(row: dict[str, Value]) -> set[str]:
    """The table `grade`, read by hand."""
    if row["staff"] >= 20 and row["revenue"] >= 10000:  # type: ignore[operator]
        return {"x"}
    if row["revenue"] >= 10000:  # type: ignore[operator]
        return {"y"}
    if row["staff"] >= 20 and row["insured"]:  # type: ignore[operator]
        return {"y", "z"}
    if row["staff"] < 5:  # type: ignore[operator]
        return {"z"}
    return {"x", "y", "z"}


def completions(row: Row, facts: set[str]) -> Iterator[dict[str, Value]]:
    """Every way of filling in what these facts need."""
    needed = set(facts)
    if "big" in needed and row.get("big") is None:
        needed |= {"grade", "staff"}
    if "grade" in needed and row.get("grade") is None:
        needed |= {"staff", "revenue", "insured"}
    names = [name for name in needed if name in CANDIDATES]
    choices = [[row[n]] if row.get(n) is not None else CANDIDATES[n] for n in names]
    for values in product(*choices):
        whole: dict[str, Value] = dict(zip(names, values, strict=True))  # type: ignore[arg-type]
        if "grade" not in needed:
            yield whole
            continue
        stated = row.get("grade")
        for grade in grade_of(whole) if stated is None else {stated}:
            whole["grade"] = grade
            big = row.get("big")
            whole["big"] = grade == "x" or whole.get("staff", 0) >= 20 if big is None else big  # type: ignore[operator]
            yield dict(whole)


def truth(node: Node, row: Row) -> str:
    seen = {node.holds(whole) for whole in completions(row, node.facts)}
    return "unknown" if len(seen) == 2 else "true" if True in seen else "false"


def atom(rng: random.Random) -> Node:
    match rng.randrange(12):
        case 0 | 1:
            n, op = rng.choice([5, 20]), rng.choice([*COMPARISONS])
            test = COMPARISONS[op]
            return Node(f"staff {op} {n}", lambda r: test(r["staff"], n), {"staff"})
        case 2:
            return Node(
                "revenue BETWEEN 50 AND 100",
                lambda r: 5000 <= r["revenue"] <= 10000,  # type: ignore[operator]
                {"revenue"},
            )
        case 3:
            return Node("rate <= 0.05", lambda r: r["rate"] <= 5, {"rate"})  # type: ignore[operator]
        case 4:
            return Node("size IN ('small', 'medium')", lambda r: r["size"] != "large", {"size"})
        case 5:
            return Node("insured", lambda r: bool(r["insured"]), {"insured"})
        case 6:
            return Node(
                "industry LIKE ANY ('I65%', 'C%')",
                lambda r: str(r["industry"]).startswith(("I65", "C")),
                {"industry"},
            )
        case 7:
            return Node("industry <> 'I6420'", lambda r: r["industry"] != "I6420", {"industry"})
        case 8:
            return Node(
                "resumed_on <= DATE '2020-02-09'",
                lambda r: r["resumed_on"] <= DAY,  # type: ignore[operator]
                {"resumed_on"},
            )
        case 9:
            codes = rng.sample("abc", rng.randint(1, 2))
            quoted = ", ".join(f"'{code}'" for code in codes)
            return Node(
                f"listed IN ({quoted})",
                lambda r: bool(set(codes) & set(r["listed"])),  # type: ignore[arg-type]
                {"listed"},
            )
        case 10:
            codes = rng.sample("xyz", rng.randint(1, 2))
            quoted = ", ".join(f"'{code}'" for code in codes)
            return Node(f"grade IN ({quoted})", lambda r: r["grade"] in codes, {"grade"})
        case _:
            return Node("big", lambda r: bool(r["big"]), {"big", "grade"})


def condition(rng: random.Random, depth: int = 3) -> Node:
    kind = rng.random()
    if depth == 0 or kind < 0.35:
        return atom(rng)
    if kind < 0.5:
        inner = condition(rng, depth - 1)
        return Node(f"NOT ({inner.text})", lambda r: not inner.holds(r), inner.facts)
    parts = [condition(rng, depth - 1) for _ in range(rng.randint(2, 3))]
    facts = set().union(*(part.facts for part in parts))
    if kind < 0.75:
        text = " AND ".join(f"({part.text})" for part in parts)
        return Node(text, lambda r: all(part.holds(r) for part in parts), facts)
    text = " OR ".join(f"({part.text})" for part in parts)
    return Node(text, lambda r: any(part.holds(r) for part in parts), facts)


def together(nodes: list[Node]) -> Node:
    """The conjunction: what the policy asks."""
    facts = set().union(*(node.facts for node in nodes))
    return Node("", lambda r: all(node.holds(r) for node in nodes), facts)


def completion_count(nodes: list[Node]) -> int:
    """How many completions a subject of which nothing is known would need."""
    facts = set().union(*(node.facts for node in nodes))
    if "grade" in facts:
        facts |= {"staff", "revenue", "insured"}
    return prod(len(CANDIDATES.get(fact, [1])) for fact in facts)


AMOUNTS = [
    "staff * 500",
    "min(revenue * 0.3, limit)",
    "tier(staff, 5: 100, 20: revenue * 0.055)",
    "",
]


def policies(rng: random.Random, count: int) -> list[tuple[Policy, list[Node], Node]]:
    """Policies with their criteria as nodes, and their conjunction."""
    made = []
    for place in range(count):
        nodes = [condition(rng) for _ in range(rng.randint(1, 3))]
        while completion_count(nodes) > 400:
            nodes = [condition(rng, 2) for _ in range(2)]
        whole = together(nodes)
        amount = rng.choice(AMOUNTS)
        benefit = Benefit(amount=amount, cap=rng.choice(["", "4000"]) if amount else "")
        criteria = [Criterion(f"c{i}", when=node.text) for i, node in enumerate(nodes)]
        made.append((Policy(f"P{place}", criteria=criteria, benefit=benefit), nodes, whole))
    return made


def subject(rng: random.Random, missing: float) -> Row:
    row: Row = {
        name: None if rng.random() < missing else rng.choice(values)
        for name, values in CANDIDATES.items()
    }
    if rng.random() < 0.1:
        row["grade"] = rng.choice("xyz")
    if rng.random() < 0.05:
        row["big"] = rng.choice([True, False])
    return row
