"""A pack's facts and policies as the rules engine's, and the engine's faults at their places."""

from collections.abc import Iterable, Mapping
from typing import Any

from furong.engines import rules as engine
from furong.engines.rules import Rulebook, RuleErrors
from furong.packs.catalogue import Catalogue
from furong.packs.folder import Item
from furong.packs.models.base import Entry, Period, plain_number
from furong.packs.models.facts import Fact
from furong.packs.models.kinds import Kind
from furong.packs.models.policies import Benefit, Criterion, Policy, PolicyKey
from furong.packs.problems import PathInFile


def fact_for_rules(fact: Fact) -> engine.Fact:
    """The engine's fact. A fact at a date is a fact of its own there: the registry fills it."""
    return engine.Fact(
        key=fact.key,
        type=fact.type,
        label=fact.label,
        unit=fact.unit,
        scale=fact.scale,
        minimum=fact.min,
        maximum=fact.max,
        values=fact.values,
        pattern=fact.pattern,
        derive=fact.derive,
        table=tuple(engine.TableRow(row.when or "", row.values) for row in fact.table),
        ask=fact.ask,
    )


def policy_for_rules(policy: Policy, window: Period) -> engine.Policy:
    """The engine's policy version, valid within `window`."""
    return engine.Policy(
        id=policy.id,
        version=policy.version,
        title=policy.title,
        criteria=[_criterion(criterion) for criterion in policy.criteria],
        benefit=_benefit(policy.benefit),
        valid_from=window.start,
        valid_to=window.end,
        group=policy.group.id if policy.group else "",
        budget=engine.Budget(plain_number(policy.budget.amount), policy.budget.partial)
        if policy.budget
        else None,
    )


def _criterion(criterion: Criterion) -> engine.Criterion:
    return engine.Criterion(
        id=criterion.id,
        label=criterion.label,
        when=criterion.when or "",
        attested=criterion.attested or "",
        open=criterion.open or "",
        decides=criterion.decides or "",
        unclear=criterion.unclear or "",
        why=criterion.why,
        clause=criterion.clause,
        proof=criterion.proof,
    )


def _benefit(benefit: Benefit) -> engine.Benefit:
    return engine.Benefit(
        kind=benefit.kind,
        amount=benefit.amount or "",
        cap=benefit.cap or "",
        floor=plain_number(benefit.floor) if benefit.floor is not None else "",
        at_most=benefit.at_most or "",
        rounding=benefit.rounding,
        to=plain_number(benefit.to) if benefit.to is not None else "",
    )


def make_rulebook(
    facts: Mapping[str, Item[Fact]], policies: Mapping[PolicyKey, tuple[Item[Policy], Period]]
) -> Rulebook | None:
    """The rulebook, or None; the engine's faults are then noted at the lines that they speak of."""
    rule_facts = [fact_for_rules(item.entry) for item in facts.values()]
    rule_policies = [policy_for_rules(item.entry, window) for item, window in policies.values()]
    try:
        return Rulebook(rule_facts, rule_policies)
    except RuleErrors as errors:
        for problem in errors.problems:
            section, name, *rest = problem.where
            if section == "facts":
                _note(facts[str(name)], problem, rest)
            else:
                held = [item for item, _ in policies.values() if item.entry.id == name]
                _note(_version(held, problem, rest, rule_facts), problem, rest)
        return None


def check_carried(catalogue: Catalogue, book: Rulebook) -> None:
    """A policy reads only facts that some kind of subject it is for carries, or that follow."""
    facts, kinds = catalogue.of(Fact), catalogue.of(Kind)
    for item in catalogue.of(Policy).values():
        policy = item.entry
        if not all(name in kinds for name in policy.kinds):
            continue
        carried = {fact for name in policy.kinds for fact in kinds[name].entry.facts}
        for name in sorted(book.only([policy.id]).used - carried):
            if name in facts and not facts[name].entry.derived:
                item.complain(
                    ("kinds",),
                    f"政策 {policy.id} 用到事实 {name}，kinds 里没有一类主体登记它",
                    f"请把 {name} 加进某一类主体的 facts，或者核对 kinds",
                )


def _version(
    versions: list[Item[Policy]],
    problem: engine.Problem,
    rest: list[str | int],
    facts: list[engine.Fact],
) -> Item[Policy]:
    """The version of a policy that a fault speaks of: named, or found by trying each alone."""
    if rest[:1] == ["version"]:
        return next(item for item in versions if item.entry.version == rest[1])
    for item in versions[:-1]:
        try:
            Rulebook(facts, [policy_for_rules(item.entry, Period.model_construct())])
        except RuleErrors as errors:
            if problem in errors.problems:
                return item
    return versions[-1]


def _note[M: Entry](item: Item[M], problem: engine.Problem, rest: Iterable[str | int]) -> None:
    at = _path_in_file(item.source.data, item.path, rest)
    remedy = problem.remedy or "请对照 docs/reference/expressions.md 改正"
    item.complain(at, problem.message, remedy, column=problem.column)


def _path_in_file(data: Any, start: PathInFile, rest: Iterable[str | int]) -> PathInFile:
    """The engine's path with places of lists in place of ids, as far as the file has it."""
    for part in start:
        data = data[part]
    path: list[str | int] = []
    for part in rest:
        step: str | int = part
        if isinstance(data, list) and isinstance(part, str):
            step = next((i for i, inner in enumerate(data) if inner.get("id") == part), -1)
        try:
            data = data[step]
        except (LookupError, TypeError):
            break
        path.append(step)
    return tuple(path)
