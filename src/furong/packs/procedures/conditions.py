"""The expressions of a procedure: one rulebook of them all, so that one judgement answers each.

A condition is a policy with one criterion; the rules engine reads, checks and applies it, and
unknown facts are unknown here too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from furong.engines.rules import Benefit, Criterion, Fact, Judge, Policy, Rulebook, RuleErrors
from furong.engines.rules.values import Encoded
from furong.packs.models.base import Fault
from furong.packs.models.procedures import AsksFact, AsksField, Procedure
from furong.packs.problems import PathInFile
from furong.packs.procedures.view import Act, View

type Place = tuple[PathInFile, str]
"""Where an expression stands, and the expression."""

ALWAYS = "TRUE"


def expressions(view: View) -> Iterator[Place]:
    """Every expression of a procedure: closures, guards, effects, and when a form must be filled."""
    for act in view.acts:
        yield from _called(act)
    for name, action in view.procedure.actions.items():
        for index, rule in enumerate(action.closure.rules if action.closure else ()):
            if rule.when is not None:
                yield ("actions", name, "closure", index, "when"), rule.when
    for name, items in view.procedure.forms.items():
        for index, item in enumerate(items):
            if isinstance(item, AsksFact | AsksField) and item.required not in ("", ALWAYS):
                yield ("forms", name, index, "required"), item.required


def _called(act: Act) -> Iterator[Place]:
    for part, calls in (("guards", act.guards), ("effects", act.effects)):
        for index, call in enumerate(calls):
            at = (*act.path, part, index)
            inner = call.given if call.name == "any_of" and isinstance(call.given, list) else [None]
            for step, one in enumerate(inner):
                name, args = (call.name, call.args) if one is None else _guard(one)
                if name in ("holds", "open_case") and isinstance(when := args.get("when"), str):
                    path = (
                        (*at, name, "when") if one is None else (*at, "any_of", step, name, "when")
                    )
                    yield path, when


def _guard(given: object) -> tuple[str, Mapping[str, object]]:
    if isinstance(given, dict) and len(given) == 1:
        ((name, args),) = given.items()
        if isinstance(args, dict):
            return str(name), args
    return "", {}


def condition_faults(view: View, facts: Iterable[Fact]) -> Iterator[Fault]:
    """What the rules engine says of each expression, at its place."""
    places: dict[str, list[PathInFile]] = {}
    for path, source in expressions(view):
        places.setdefault(source, []).append(path)
    sources = [*places]
    try:
        _book(facts, sources)
    except RuleErrors as errors:
        for problem in errors.problems:
            if problem.where[0] != "policies":
                continue  # a faulty fact is told of where it stands
            for path in places[sources[int(problem.where[1])]]:
                where = f"第 {problem.column} 字符：" if problem.column else ""
                yield Fault(
                    path,
                    f"{where}{problem.message}",
                    problem.remedy or "请对照 docs/reference/expressions.md 改正",
                )


def _book(facts: Iterable[Fact], sources: Iterable[str]) -> Rulebook:
    nothing = Benefit(kind="service", amount="")
    return Rulebook(
        facts,
        [
            Policy(id=str(n), version=1, title=source, criteria=[Criterion("when", source, when=source)], benefit=nothing)
            for n, source in enumerate(sources)
        ],
    )  # fmt: skip


@dataclass(frozen=True)
class Conditions:
    """The conditions of a procedure, ready to be asked. facts: of the pack and of the procedure."""

    procedure: Procedure
    facts: tuple[Fact, ...]

    @cached_property
    def _sources(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source for _path, source in expressions(View(self.procedure))))

    @cached_property
    def book(self) -> Rulebook:
        return _book(self.facts, self._sources)

    @cached_property
    def _judge(self) -> Judge:
        return Judge(self.book)

    def holds(self, source: str, known: Mapping[str, Encoded | None]) -> bool | None:
        """Whether an expression of the procedure is true of these facts; None where it is unknown.

        known: encoded values by fact, as `furong.engines.rules.read_value` makes them.
        """
        if source == ALWAYS:
            return True
        compiled = self.book.policy(str(self._sources.index(source)))
        verdict = self._judge.judge_one(compiled, self.book.complete(known)).verdict
        return {"eligible": True, "ineligible": False}.get(verdict)
