"""Derived facts: what follows from other facts, by arithmetic or by a first-match table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from furong.engines.rules import arithmetic, syntax
from furong.engines.rules.completion import Scope, Signature
from furong.engines.rules.formula import ALWAYS, NEVER, Formula, atoms_of
from furong.engines.rules.lowering import leaf_of, lower
from furong.engines.rules.model import Fact
from furong.engines.rules.nodes import Node, refs
from furong.engines.rules.problems import ExpressionError, Problem, ValueProblem
from furong.engines.rules.scalar import Scalar, scalar
from furong.engines.rules.tables import Mask, Row, Table, options
from furong.engines.rules.values import Encoded, bounds, key_of, read_value

MOST_VALUES = 62  # of a table: with the one for "any other", a bit each in 63


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A derived fact that one expression gives; unknown as soon as one operand is missing."""

    fact: Fact
    node: Node
    value: Scalar
    limits: tuple[int | None, int | None]

    @property
    def operands(self) -> tuple[str, ...]:
        return tuple(refs(self.node))


type Derived = Arithmetic | Scope


@dataclass(frozen=True)
class Complete:
    """Everything known of one subject: stated facts, derived facts, and what tables leave open.

    derived: the keys of `known` that were not stated. signatures: of each table that was asked.
    """

    known: dict[str, Encoded | None]
    derived: set[str]
    possible: dict[str, Mask]
    signatures: dict[str, Signature]


class Derivations:
    """All derived facts of a rulebook, operands before what follows from them."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.facts = facts
        self.problems: list[Problem] = []
        self.scopes: dict[str, Scope] = {}
        self.steps: dict[str, Derived] = {}
        lowered = dict(self._lowered())
        for key in self._in_order(lowered):
            made = lowered[key]
            if isinstance(made, Table):
                self.steps[key] = self.scopes[key] = Scope(made, facts, self.scopes)
            else:
                self.steps[key] = Arithmetic(facts[key], made, scalar(made), bounds(facts[key]))

    def _lowered(self) -> Iterator[tuple[str, Node | Table]]:
        for fact in self.facts.values():
            made: Node | Table | None = None
            if fact.derive is not None:
                try:
                    tree = syntax.parse_value(fact.derive)
                    made = arithmetic.lower_derivation(tree, fact, self.facts)
                except ExpressionError as error:
                    self.problems.append(error.at("facts", fact.key, "derive"))
            elif fact.table:
                made = self._table(fact)
            if made is not None:
                yield fact.key, made

    def _table(self, fact: Fact) -> Table | None:
        conditions: list[Formula] = []
        values: list[tuple[Encoded, ...]] = []
        faults: list[Problem] = []
        closed = False
        for place, row in enumerate(fact.table):
            where = ("facts", fact.key, "table", place)
            if closed:
                faults.append(
                    Problem(where, "这一行永远轮不到", "没有 when 的行（其余情况）应放在最后")
                )
            closed = closed or not row.when
            try:
                condition = (
                    lower(syntax.parse_condition(row.when), self.facts) if row.when else ALWAYS
                )
                if row.when and condition in (ALWAYS, NEVER):
                    faults.append(constant(condition, *where, "when"))
                conditions.append(condition)
            except ExpressionError as error:
                faults.append(error.at(*where, "when"))
            try:
                read = [read_value(fact, value, strict=True) for value in row.values]
                values.append(tuple(value for value in read if value is not None))
                if not values[-1]:
                    faults.append(Problem(where, "这一行没有 value", "请写出这一行得出的值"))
            except ValueProblem as error:
                faults.append(Problem((*where, "value"), error.message, error.remedy))
        if fact.type == "set":
            faults.append(Problem(("facts", fact.key), "多选的事实不能由 table 得出", "请改为单选"))
        if faults:
            self.problems += faults
            return None
        keys = options(fact, values)
        if len(keys) > MOST_VALUES:
            text = f"由 table 得出的值有 {len(keys)} 个，最多 {MOST_VALUES} 个"
            self.problems.append(
                Problem(("facts", fact.key, "table"), text, "请归并，或拆成几个事实")
            )
            return None
        rows = tuple(
            Row(condition, sum({1 << keys.index(key_of(fact, value)) for value in possible}))
            for condition, possible in zip(conditions, values, strict=True)
        )
        return Table(fact, leaf_of(fact), keys, rows)

    def _in_order(self, lowered: Mapping[str, Node | Table]) -> list[str]:
        order: dict[str, None] = {}
        path: list[str] = []

        def visit(key: str) -> None:
            if key in order or key not in lowered:
                return
            if key in path:
                ring = " → ".join([*path[path.index(key) :], key])
                self.problems.append(
                    Problem(("facts", key), f"派生事实互相引用：{ring}", "请让其中一个改为填报")
                )
                return
            path.append(key)
            for operand in operands(lowered[key]):
                visit(operand)
            path.pop()
            order[key] = None

        for key in lowered:
            visit(key)
        return [] if self.problems else list(order)

    def complete(self, stated: Mapping[str, Encoded | None]) -> Complete:
        """Add what follows from the stated facts; a stated value stands before a derived one."""
        known = dict(stated)
        derived: set[str] = set()
        possible: dict[str, Mask] = {}
        signatures: dict[str, Signature] = {}
        for key, step in self.steps.items():
            if known.get(key) is not None:
                continue
            if isinstance(step, Arithmetic):
                value = step.value(known)
                low, high = step.limits
                if (
                    value is not None
                    and (low is None or value >= low)
                    and (high is None or value <= high)
                ):
                    known[key] = value
                    derived.add(key)
                continue
            signatures[key] = signature = step.signature(known)
            mask = step.outcomes(signature)
            only = step.table.value(mask)
            if only is None:
                possible[key] = mask
            else:
                known[key] = only
                derived.add(key)
        return Complete(known, derived, possible, signatures)

    def reads(self, key: str) -> Iterable[str]:
        """The facts that a derived fact follows from directly; none where it is not derived."""
        step = self.steps.get(key)
        if step is None:
            return ()
        return step.operands if isinstance(step, Arithmetic) else operands(step.table)

    def sources(self, key: str, complete: Complete) -> Iterator[str]:
        """The missing stated facts behind a missing fact, itself if nothing lies behind it."""
        step = self.steps.get(key)
        behind: Iterable[str] = ()
        if isinstance(step, Arithmetic):
            behind = [name for name in step.operands if complete.known.get(name) is None]
        elif step is not None and key in complete.signatures:
            behind = step.wanted(complete.signatures[key])
        found = False
        for name in behind:
            found = True
            yield from self.sources(name, complete)
        if not found:
            yield key


def operands(made: Node | Table) -> Iterator[str]:
    """The facts that a derivation reads directly."""
    if isinstance(made, Table):
        seen = (atom.leaf.fact for row in made.rows for atom in atoms_of(row.condition))
        yield from dict.fromkeys(seen)
    else:
        yield from refs(made)


def constant(formula: Formula, *where: str | int) -> Problem:
    """The fault of a condition that asks nothing."""
    if formula == ALWAYS:
        return Problem(where, "这个条件恒成立，等于没有写", "请核对取值范围，或删去它")
    return Problem(where, "这个条件永远不成立", "请核对取值范围和 AND、OR")
