"""A rulebook: facts and policies, checked and ready to be applied."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

from furong.engines.rules import syntax
from furong.engines.rules.arithmetic import lower_amount
from furong.engines.rules.completion import Scope, asked_twice
from furong.engines.rules.derivation import Complete, Derivations, constant
from furong.engines.rules.formula import (
    ALWAYS,
    NEVER,
    Formula,
    atom,
    atoms_of,
    conjunction,
    disjunction,
    negation,
)
from furong.engines.rules.lowering import leaf_of, lower
from furong.engines.rules.model import Criterion, Fact, Policy
from furong.engines.rules.nodes import Node, refs
from furong.engines.rules.problems import ExpressionError, Problem, RuleErrors, nearest
from furong.engines.rules.scalar import Scalar, scalar
from furong.engines.rules.spans import point
from furong.engines.rules.values import Encoded, bounds

_KEY = re.compile(r"[^\W\d]\w{0,63}")
OPEN_ENDED = date.max


@dataclass(frozen=True)
class Rule:
    """One criterion, compiled. `search`: set where Kleene's logic may fall short of the answer."""

    criterion: Criterion
    formula: Formula
    search: Scope | None
    judgement: str  # the key of the human judgement it may wait for, "" where there is none


@dataclass(frozen=True, eq=False)
class Compiled:
    """One policy version, compiled. `formula` is the conjunction of its criteria."""

    policy: Policy
    rules: tuple[Rule, ...]
    formula: Formula
    search: Scope | None
    amount: Node | None
    at_most: Node | None

    @cached_property
    def pay(self) -> Scalar | None:
        """The amount in minor units, as a function of known facts."""
        return None if self.amount is None else scalar(self.amount)

    @cached_property
    def judgements(self) -> dict[str, str]:
        """What each human judgement that the policy may wait for is: attested, open or decides."""
        found = {}
        for rule in self.rules:
            if rule.judgement:
                criterion = rule.criterion
                kind = "attested" if criterion.attested else "open" if criterion.open else "decides"
                found[rule.judgement] = kind
        return found

    @cached_property
    def operands(self) -> tuple[str, ...]:
        return () if self.amount is None else tuple(refs(self.amount))

    @property
    def bound(self) -> Node | None:
        """The value that the amount cannot exceed; None where the source does not say."""
        return self.amount or self.at_most

    @cached_property
    def bound_operands(self) -> tuple[str, ...]:
        return () if self.bound is None else tuple(refs(self.bound))


class Rulebook:
    """Facts and policies, checked. Raises RuleErrors with every fault found.

    Several versions of one policy may stand in a book; `at` gives the book of one day, and a book
    of which no day is asked answers by the latest version of each.
    """

    def __init__(self, facts: Iterable[Fact], policies: Iterable[Policy] = ()) -> None:
        given, everything = [*facts], [*policies]
        problems = [*_check_facts(given), *_check_policies(everything)]
        self.facts: dict[str, Fact] = {fact.key: fact for fact in given}
        self.derivations = Derivations(self.facts)
        problems += self.derivations.problems
        self.judgements: dict[str, Fact] = {}
        self.versions: list[Compiled] = []
        for policy in everything:
            compiled = self._compile(policy, problems)
            if compiled is not None:
                self.versions.append(compiled)
        if problems:
            raise RuleErrors(problems)

    @cached_property
    def policies(self) -> tuple[Compiled, ...]:
        """The latest version of each policy, in the order in which they were given."""
        latest: dict[str, Compiled] = {}
        for compiled in self.versions:
            held = latest.get(compiled.policy.id)
            if held is None or compiled.policy.version > held.policy.version:
                latest[compiled.policy.id] = compiled
        return tuple(latest.values())

    def at(self, day: date) -> "Rulebook":
        """The book of the versions that are valid on `day`."""
        return self._with([found for found in self.versions if found.policy.valid_on(day)])

    def only(self, ids: Iterable[str]) -> "Rulebook":
        """The book of these policies alone."""
        wanted = set(ids)
        return self._with([found for found in self.versions if found.policy.id in wanted])

    def of(self, policies: Iterable[Policy]) -> "Rulebook":
        """The book of other policies over the same facts. Raises RuleErrors with every fault."""
        given = [*policies]
        problems = [*_check_policies(given)]
        made = self._with([])
        made.judgements = {}
        compiled = [made._compile(policy, problems) for policy in given]  # noqa: SLF001 - its own
        if problems:
            raise RuleErrors(problems)
        made.versions = [one for one in compiled if one is not None]
        return made

    def _with(self, versions: list[Compiled]) -> "Rulebook":
        made = Rulebook.__new__(Rulebook)
        made.facts, made.derivations = self.facts, self.derivations
        made.judgements, made.versions = self.judgements, versions
        return made

    def declares(self, key: str) -> bool:
        """Whether a fact, or a human judgement, can be stated under this key."""
        return key in self.facts or key in self.judgements

    def complete(self, stated: Mapping[str, Encoded | None]) -> Complete:
        """Stated facts with what follows from them; keys that are not declared are left out.

        So nobody can state what no source says: an `open` criterion has no key.
        """
        declared = {key: value for key, value in stated.items() if self.declares(key)}
        return self.derivations.complete(declared)

    def policy(self, policy_id: str) -> Compiled:
        """The policy with this id. Raises KeyError, naming the nearest."""
        for compiled in self.policies:
            if compiled.policy.id == policy_id:
                return compiled
        hint = nearest(policy_id, [compiled.policy.id for compiled in self.policies])
        raise KeyError(f"没有政策 {policy_id}。{hint}".rstrip("。") + "。")

    def what_if(self, changes: Mapping[tuple[str, str], str]) -> "Rulebook":
        """The book with some criteria's conditions replaced: {(policy, criterion): expression}.

        Raises RuleErrors for an unknown policy or criterion and for a faulty expression.
        """
        problems: list[Problem] = []
        changed = {compiled.policy.id: compiled.policy for compiled in self.policies}
        for (policy_id, criterion_id), when in changes.items():
            policy = changed.get(policy_id)
            if policy is None:
                hint = nearest(policy_id, changed)
                problems.append(Problem(("policies", policy_id), "没有这条政策", hint))
                continue
            ids = [criterion.id for criterion in policy.criteria]
            if criterion_id not in ids:
                hint = nearest(criterion_id, ids) or f"它的条件有：{'、'.join(ids)}"
                problems.append(
                    Problem(("policies", policy_id, "criteria", criterion_id), "没有这个条件", hint)
                )
                continue
            changed[policy_id] = replace(
                policy,
                criteria=[
                    replace(c, when=when, attested="", open="", decides="", unclear="")
                    if c.id == criterion_id
                    else c
                    for c in policy.criteria
                ],
            )
        versions = []
        for compiled in self.policies:
            policy = changed[compiled.policy.id]
            made = compiled if policy is compiled.policy else self._compile(policy, problems)
            if made is not None:
                versions.append(made)
        if problems:
            raise RuleErrors(problems)
        return self._with(versions)

    def _compile(self, policy: Policy, problems: list[Problem]) -> Compiled | None:
        faults: list[Problem] = []
        where = ("policies", policy.id)
        rules = [self._rule(policy, criterion, faults) for criterion in policy.criteria]
        amounts: dict[str, Node | None] = {"amount": None, "at_most": None}
        for part, benefit in (
            ("amount", policy.benefit),
            ("at_most", replace(policy.benefit, amount=policy.benefit.at_most, floor="")),
        ):
            try:
                amounts[part] = lower_amount(benefit, self.facts)
            except ExpressionError as error:
                at = part if part == "at_most" and error.part == "amount" else error.part
                faults.append(error.at(*where, "benefit", at))
        problems += faults
        if faults:
            return None
        formula = conjunction([rule.formula for rule in rules])
        if formula == NEVER:
            problems.append(
                Problem(where, "各项条件互相矛盾，没有对象能够符合", "请核对各项条件的取值范围")
            )
        return Compiled(
            policy,
            tuple(rules),
            formula,
            self._scope(formula),
            amounts["amount"],
            amounts["at_most"],
        )

    def _rule(self, policy: Policy, criterion: Criterion, faults: list[Problem]) -> Rule:
        key = f"{policy.id}.{criterion.id}"
        judged = Fact(key, "boolean", criterion.label)
        waits = criterion.attested or criterion.open or criterion.decides or criterion.unclear
        if waits and not criterion.open:
            self.judgements[key] = judged
        judgement = atom(leaf_of(judged), point(1))
        if not criterion.when:
            return Rule(criterion, judgement, None, key)
        formula = self._condition(criterion.when, faults, policy.id, criterion.id, "when")
        if criterion.unclear:
            unclear = self._condition(criterion.unclear, faults, policy.id, criterion.id, "unclear")
            settled = conjunction([formula, negation(unclear)])
            formula = disjunction([settled, conjunction([unclear, judgement])])
        return Rule(criterion, formula, self._scope(formula), key if criterion.unclear else "")

    def _condition(
        self, source: str, faults: list[Problem], policy: str, criterion: str, part: str
    ) -> Formula:
        where = ("policies", policy, "criteria", criterion, part)
        try:
            formula = lower(syntax.parse_condition(source), self.facts)
        except ExpressionError as error:
            faults.append(error.at(*where))
            return ALWAYS
        if formula in (ALWAYS, NEVER):
            faults.append(constant(formula, *where))
        return formula

    def _scope(self, formula: Formula) -> Scope | None:
        scopes = self.derivations.scopes
        return Scope(formula, self.facts, scopes) if asked_twice([formula], scopes) else None

    @cached_property
    def used(self) -> frozenset[str]:
        """The facts that the policies read, with everything that those follow from."""
        found: set[str] = set()
        pending = [
            name
            for compiled in self.policies
            for name in (
                *(found.leaf.fact for found in atoms_of(compiled.formula)),
                *compiled.operands,
                *(() if compiled.at_most is None else refs(compiled.at_most)),
            )
        ]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += self.derivations.reads(name)
        return frozenset(found)


def _check_facts(facts: list[Fact]) -> Iterable[Problem]:
    seen: set[str] = set()
    for fact in facts:
        where = ("facts", fact.key)
        if fact.key in seen:
            yield Problem(where, "事实重复声明", "同一个名称只能声明一次")
        seen.add(fact.key)
        if not _KEY.fullmatch(fact.key) or fact.key.upper() in syntax.RESERVED:
            yield Problem(where, "不能用作事实的名称", "请用字母、数字和下划线，且不是保留字")
        if fact.type in {"choice", "set"} and not fact.values:
            yield Problem(where, "没有列出可用的值", "请写 values: {代码: 名称}")
        if fact.type == "set" and len(fact.values) > 62:
            yield Problem(where, "多选的值超过 62 个", "请拆成几个事实")
        if fact.derive is not None and fact.table:
            yield Problem(where, "derive 与 table 只能有一个", "请删去其中一个")
        yield from _check_limits(fact)
        yield from _check_pattern(fact)


def _check_limits(fact: Fact) -> Iterable[Problem]:
    where = ("facts", fact.key)
    try:
        low, high = bounds(fact)
    except (AssertionError, ArithmeticError):
        yield Problem(where, "min 或 max 不是数", "请写数字或日期")
        return
    if low is not None and high is not None and low > high:
        yield Problem(where, "min 大于 max", "请对调")


def _check_pattern(fact: Fact) -> Iterable[Problem]:
    try:
        re.compile(fact.pattern or "")
    except re.error as error:
        where = ("facts", fact.key, "pattern")
        yield Problem(where, f"不是正则表达式：{error}", "请核对括号和转义")


def _check_policies(policies: list[Policy]) -> Iterable[Problem]:
    by_id: dict[str, list[Policy]] = {}
    for policy in policies:
        by_id.setdefault(policy.id, []).append(policy)
        yield from _check_criteria(policy)
        if policy.valid_from and policy.valid_to and policy.valid_from > policy.valid_to:
            yield Problem(("policies", policy.id, "valid"), "有效期的起日晚于止日", "请对调")
    for versions in by_id.values():
        yield from _check_versions(versions)


def _check_versions(versions: list[Policy]) -> Iterable[Problem]:
    ordered = sorted(versions, key=lambda policy: policy.valid_from or date.min)
    for earlier, later in pairwise(ordered):
        where = ("policies", later.id, "version", later.version)
        if earlier.version == later.version:
            yield Problem(where, f"第 {later.version} 版重复", "每一版只能有一个")
        elif (earlier.valid_to or OPEN_ENDED) >= (later.valid_from or date.min):
            last = (later.valid_from or date.min + timedelta(1)) - timedelta(1)
            yield Problem(
                where,
                f"第 {earlier.version} 版与第 {later.version} 版的有效期重叠",
                f"请把第 {earlier.version} 版的止日写为 {last}",
            )


def _check_criteria(policy: Policy) -> Iterable[Problem]:
    seen: set[str] = set()
    for criterion in policy.criteria:
        where = ("policies", policy.id, "criteria", criterion.id)
        if criterion.id in seen:
            yield Problem(where, "条件的 id 重复", "请改一个 id")
        seen.add(criterion.id)
        kinds = [
            name for name in ("when", "attested", "open", "decides") if getattr(criterion, name)
        ]
        if len(kinds) != 1:
            held = "、".join(kinds) or "一个也没有"
            yield Problem(
                where, f"when、attested、open、decides 应恰有一个，现有：{held}", "请只留一个"
            )
        if criterion.unclear and not criterion.when:
            yield Problem(where, "unclear 只能与 when 同用", "请删去 unclear")
    if not policy.criteria:
        yield Problem(("policies", policy.id), "没有条件", "至少写一个条件；原文未见的写 open")
