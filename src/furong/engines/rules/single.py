"""One subject against all policies: compiled to plain Python, with every criterion's answer.

The rails of formula.py, two bits a condition, make AND and OR a few integer operations, so the
whole book is one function without a branch but the atoms' own.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from furong.engines.rules.book import Compiled, Rule, Rulebook
from furong.engines.rules.derivation import Complete
from furong.engines.rules.formula import (
    FALSE,
    TRUE,
    UNKNOWN,
    And,
    Atom,
    Formula,
    Leaf,
    Rails,
    all_rails,
    any_rails,
)
from furong.engines.rules.model import Fact
from furong.engines.rules.ranges import fact_range, range_of
from furong.engines.rules.spans import BOTTOM, TOP, Key, Spans
from furong.engines.rules.values import LIMIT, Encoded, key_of

type VerdictName = Literal["eligible", "ineligible", "unknown"]
type Answer = Literal["true", "false", "unknown"]
type Answers = tuple[tuple[str, Answer], ...]
"""Each criterion's id and answer, in the policy's order."""
type Wait = Literal["facts", "document", "decision", "text"]

VERDICTS: dict[Rails, VerdictName] = {TRUE: "eligible", FALSE: "ineligible", UNKNOWN: "unknown"}
ANSWERS: dict[Rails, Answer] = {TRUE: "true", FALSE: "false", UNKNOWN: "unknown"}


class Judgement(NamedTuple):
    """What one policy says of one subject.

    amount: minor units, None where there is none or it is unknown. at_most: an upper bound of it,
    None where nothing bounds it. missing: keys of the facts (and "POLICY.criterion" of the human
    judgements) that settle the verdict, or the amount of an eligible subject. waits: what the
    missing ones are.
    """

    policy: str
    version: int
    verdict: VerdictName
    amount: int | None
    at_most: int | None
    missing: tuple[str, ...]
    waits: tuple[Wait, ...]
    criteria: Answers


class Judge:
    """Applies a rulebook to one subject at a time; made once for a book."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.policies = book.policies
        self._rails = _compile(book)
        self._widest: dict[Compiled, int | None] = {}
        self._refusals: dict[tuple[Compiled, tuple[Rails, ...]], Judgement] = {}
        self._searched = [
            (place, compiled)
            for place, compiled in enumerate(self.policies)
            if compiled.search or any(rule.search for rule in compiled.rules)
        ]

    def rails(self, complete: Complete) -> list[tuple[Rails, tuple[Rails, ...]]]:
        """For each policy its rails and those of its criteria; the quick form of `judge`."""
        found = self._rails(complete.known, complete.possible)
        for place, compiled in self._searched:
            if found[place][0] == UNKNOWN:
                found[place] = _exact(compiled, found[place][1], complete)
        return found

    def judge(self, facts: Mapping[str, Encoded | None]) -> list[Judgement]:
        """Every policy's judgement on the subject with these stated facts (encoded)."""
        complete = self.book.complete(facts)
        return [
            self._judgement(compiled, whole, parts, complete)
            for compiled, (whole, parts) in zip(self.policies, self.rails(complete), strict=True)
        ]

    def judge_one(self, compiled: Compiled, complete: Complete) -> Judgement:
        """One policy's judgement on a subject whose facts have been completed."""
        reader = Reader(self.book, complete)
        parts = tuple(reader.rails(rule.formula) for rule in compiled.rules)
        whole = reader.rails(compiled.formula)
        if whole == UNKNOWN:
            whole, parts = _exact(compiled, parts, complete)
        return self._judgement(compiled, whole, parts, complete)

    def _judgement(
        self, compiled: Compiled, whole: Rails, parts: tuple[Rails, ...], complete: Complete
    ) -> Judgement:
        if whole == FALSE:
            return self._refusal(compiled, parts)
        amount: int | None = None
        missing: tuple[str, ...] = ()
        if whole == UNKNOWN:
            missing = self._sources(self._undecided(compiled, parts, complete), complete)
        elif compiled.pay is not None:
            amount = compiled.pay(complete.known)
            if amount is None:
                unknown = (name for name in compiled.operands if complete.known.get(name) is None)
                missing = self._sources(unknown, complete)
        return Judgement(
            compiled.policy.id,
            compiled.policy.version,
            VERDICTS[whole],
            amount,
            amount if amount is not None else self.at_most(compiled, complete),
            missing,
            waits(compiled, missing),
            _answers(compiled, parts),
        )

    def _refusal(self, compiled: Compiled, parts: tuple[Rails, ...]) -> Judgement:
        """Made once for all subjects that fail in the same criteria."""
        found = self._refusals.get((compiled, parts))
        if found is None:
            found = self._refusals[compiled, parts] = Judgement(
                compiled.policy.id,
                compiled.policy.version,
                VERDICTS[FALSE],
                None,
                None,
                (),
                (),
                _answers(compiled, parts),
            )
        return found

    def _undecided(
        self, compiled: Compiled, parts: tuple[Rails, ...], complete: Complete
    ) -> Iterator[str]:
        """The facts on which the unknown criteria hang."""
        reader = Reader(self.book, complete)
        for rule, part in zip(compiled.rules, parts, strict=True):
            if part == UNKNOWN:
                yield from (leaf.fact for leaf in reader.undecided(rule.formula))

    def missing_of(self, rule: Rule, complete: Complete) -> tuple[str, ...]:
        """What would have to be known to settle an unknown criterion."""
        undecided = Reader(self.book, complete).undecided(rule.formula)
        return self._sources((leaf.fact for leaf in undecided), complete)

    def _sources(self, names: Iterator[str], complete: Complete) -> tuple[str, ...]:
        found = (
            source for name in names for source in self.book.derivations.sources(name, complete)
        )
        return tuple(dict.fromkeys(found))

    def at_most(self, compiled: Compiled, complete: Complete) -> int | None:
        """The most that the subject could get, in minor units; None where nothing bounds it."""
        if any(complete.known.get(name) is not None for name in compiled.bound_operands):
            return self._bound(compiled, complete.known)
        if compiled not in self._widest:
            self._widest[compiled] = self._bound(compiled, {})
        return self._widest[compiled]

    def _bound(self, compiled: Compiled, known: Mapping[str, Encoded | None]) -> int | None:
        node = compiled.bound
        if node is None:
            return None

        def bound(reach: int) -> int:
            def possible(name: str) -> tuple[int, int]:
                value = known.get(name)
                if value is not None:
                    assert isinstance(value, int)
                    return value, value
                low, high = fact_range(self.book.facts[name])
                declared = self.book.facts[name]
                return (
                    low if declared.minimum is not None else low * reach,
                    high if declared.maximum is not None else high * reach,
                )

            return range_of(node, possible)[1]

        most = bound(1)
        return most if most == bound(1000) and most < LIMIT else None


def _answers(compiled: Compiled, parts: tuple[Rails, ...]) -> Answers:
    return tuple(
        (rule.criterion.id, ANSWERS[part]) for rule, part in zip(compiled.rules, parts, strict=True)
    )


def waits(compiled: Compiled, missing: tuple[str, ...]) -> tuple[Wait, ...]:
    """What kinds of thing are missing, in the order facts, document, decision, text."""
    if not missing:
        return ()
    kinds = {_KINDS[compiled.judgements.get(name, "")] for name in missing}
    return tuple(kind for kind in _KINDS.values() if kind in kinds)


_KINDS: dict[str, Wait] = {
    "": "facts",
    "attested": "document",
    "decides": "decision",
    "open": "text",
}


def _exact(
    compiled: Compiled, parts: tuple[Rails, ...], complete: Complete
) -> tuple[Rails, tuple[Rails, ...]]:
    parts = tuple(
        rule.search.outcomes(rule.search.signature(complete.known))
        if part == UNKNOWN and rule.search
        else part
        for rule, part in zip(compiled.rules, parts, strict=True)
    )
    whole = all_rails(parts)
    if whole == UNKNOWN and compiled.search:
        whole = compiled.search.outcomes(compiled.search.signature(complete.known))
    return whole, parts


def _key_in(known: Mapping[str, Encoded | None], leaf: Leaf, fact: Fact | None) -> Key | None:
    """The key of what is known of a leaf, None where it is missing."""
    value = known.get(leaf.fact)
    if value is None:
        return None
    if leaf.member:
        assert isinstance(value, frozenset)
        return int(leaf.member in value)
    return int(bool(value)) if fact is None else key_of(fact, value)


class Reader:
    """Kleene's answers on one subject, for whoever walks a formula."""

    def __init__(self, book: Rulebook, complete: Complete) -> None:
        self.book, self.complete = book, complete

    def rails(self, formula: Formula) -> Rails:
        if isinstance(formula, Atom):
            leaf = formula.leaf
            key = _key_in(self.complete.known, leaf, self.book.facts.get(leaf.fact))
            if key is not None:
                return TRUE if key in formula.spans else FALSE
            mask = self.complete.possible.get(leaf.fact)
            if mask is None:
                return UNKNOWN
            return self.book.derivations.scopes[leaf.fact].table.rails(formula, mask)
        join = all_rails if isinstance(formula, And) else any_rails
        return join(self.rails(part) for part in formula.parts)

    def undecided(self, formula: Formula) -> Iterator[Leaf]:
        """The leaves on which an unknown formula hangs."""
        if self.rails(formula) != UNKNOWN:
            return
        if isinstance(formula, Atom):
            yield formula.leaf
        else:
            for part in formula.parts:
                yield from self.undecided(part)


# The compiler.

type RailsOf = Callable[
    [Mapping[str, Encoded | None], Mapping[str, int]], list[tuple[Rails, tuple[Rails, ...]]]
]


def _compile(book: Rulebook) -> RailsOf:
    lines = ["def rails(known, possible):", "    get = known.get"]
    emitter = _Emitter(book, lines)
    results = []
    for compiled in book.policies:
        parts = [emitter.name(rule.formula) for rule in compiled.rules]
        whole = emitter.name(compiled.formula)  # joined, the parts may say more than one by one
        listed = "".join(f"{part}, " for part in parts)
        results.append(f"({whole}, ({listed}))")
    lines.append(f"    return [{', '.join(results)}]")
    scope: dict[str, object] = dict(emitter.constants)
    exec("\n".join(lines), scope)  # noqa: S102 — the text is emitted from checked formulas only
    return scope["rails"]  # type: ignore[return-value]


def _all_source(parts: list[str]) -> str:
    if not parts:
        return "1"
    if len(parts) == 1:
        return parts[0]
    return f"({' & '.join(parts)} & 1 | ({' | '.join(parts)}) & 2)"


def _any_source(parts: list[str]) -> str:
    if not parts:
        return "2"
    if len(parts) == 1:
        return parts[0]
    return f"(({' | '.join(parts)}) & 1 | {' & '.join(parts)} & 2)"


class _Emitter:
    """Emits each fact, atom and condition once, however many policies share it."""

    def __init__(self, book: Rulebook, lines: list[str]) -> None:
        self.book, self.lines = book, lines
        self.constants: dict[str, object] = {}
        self.names: dict[Formula | str, str] = {}

    def name(self, formula: Formula) -> str:
        """The variable that holds the formula's rails."""
        if formula not in self.names:
            source = self.source(formula)
            self.names[formula] = f"c{len(self.names)}"
            self.lines.append(f"    {self.names[formula]} = {source}")
        return self.names[formula]

    def source(self, formula: Formula) -> str:
        if isinstance(formula, Atom):
            return self.atom(formula)
        parts = [self.name(part) for part in formula.parts]
        return _all_source(parts) if isinstance(formula, And) else _any_source(parts)

    def fact(self, key: str) -> str:
        if key not in self.names:
            self.names[key] = f"x{len(self.names)}"
            self.lines.append(f"    {self.names[key]} = get({key!r})")
        return self.names[key]

    def constant(self, value: object) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def atom(self, atom: Atom) -> str:
        x = self.fact(atom.leaf.fact)
        scope = self.book.derivations.scopes.get(atom.leaf.fact)
        test = self.test(atom, x)
        if scope is None:
            return f"3 if {x} is None else 1 if {test} else 2"
        table = scope.table
        m, holds = f"m{len(self.names)}", table.holds(atom.spans)
        self.lines.append(f"    {m} = possible.get({atom.leaf.fact!r}, {table.unmatched})")
        open_ = f"3 if {m} & {table.other} else " if table.other else ""
        possible = f"({open_}(1 if {m} & {holds} else 0) | (2 if {m} & ~{holds} else 0))"
        return f"{possible} if {x} is None else 1 if {test} else 2"

    def test(self, atom: Atom, x: str) -> str:
        """A Python condition on a known value."""
        fact = self.book.facts.get(atom.leaf.fact)
        if atom.leaf.member:
            return f"{atom.leaf.member!r} {'in' if 1 in atom.spans else 'not in'} {x}"
        if fact is None or fact.type == "boolean":
            return x if 1 in atom.spans else f"not {x}"
        if fact.type == "choice":
            return self.one_of(fact, atom.spans, x)
        return " or ".join(_within(low, high, x) for low, high in atom.spans)

    def one_of(self, fact: Fact, spans: Spans, x: str) -> str:
        held = [code for place, code in enumerate(fact.values) if place in spans]
        if len(held) == 1:
            return f"{x} == {held[0]!r}"
        return f"{x} in {self.constant(frozenset(held))}"


def _within(low: object, high: object, x: str) -> str:
    if low is BOTTOM:
        return f"{x} < {high!r}"
    if high is TOP:
        return f"{x} >= {low!r}"
    if isinstance(low, int) and isinstance(high, int) and high == low + 1:
        return f"{x} == {low}"
    if high == f"{low}\0":
        return f"{x} == {low!r}"
    return f"{low!r} <= {x} < {high!r}"
