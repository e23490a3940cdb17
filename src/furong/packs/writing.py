"""A policy written outside a pack's files, held to the checks that a pack's policies are held to.

A studio, an import and an API call it with plain JSON (`furong.packs.content.plain`). Faults are
told at their place in it: `criteria[0].when`, `benefit.amount`, `cases[1].facts.staff`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from furong.engines import rules as engine
from furong.engines.rules import Rulebook, RuleErrors
from furong.packs.cases import Outcome, complain_of, fault_of, run_policy
from furong.packs.checks import LEAST_CASES, has_threshold
from furong.packs.models.base import Entry, Period
from furong.packs.models.policies import Case, Document, Policy
from furong.packs.pack import Pack
from furong.packs.problems import Problem, nearest
from furong.packs.rules import policy_for_rules
from furong.packs.source import Source
from furong.packs.validation import validate

_NOWHERE: Final = Path()


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """A fault at a place: path, what is wrong, what to write; `column` of an expression, from 1.

    unfinished: something that is still to be written before the policy can be issued, not an error.
    kind: of a fault of form, what pydantic calls it ("empty" for a null); "" of any other.
    """

    path: str
    message: str
    remedy: str
    column: int | None = None
    unfinished: bool = False
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.message}：{self.remedy}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a policy amounts to. policy: where its form is sound; book: where its rules are, too."""

    policy: Policy | None
    book: Rulebook | None
    remarks: tuple[Remark, ...]
    outcomes: tuple[Outcome, ...]


def check_policy(data: Mapping[str, Any], pack: Pack, *, window: Period | None = None) -> Checked:
    """Checks one policy against the facts, kinds and policies of a pack, and runs its worked cases.

    window: the days on which it applies, if it does not say so itself.
    """
    policy, cases, remarks = _read(data)
    if policy is None:
        return Checked(None, None, (*remarks, *_expressions(data, pack)), ())
    remarks += _references(policy, pack)
    try:
        period = window or policy.valid or Period.model_construct()
        book = pack.rulebook().of([policy_for_rules(policy, period)])
    except RuleErrors as errors:
        places = {criterion.id: index for index, criterion in enumerate(policy.criteria)}
        remarks += [_of_engine(problem, places) for problem in errors.problems]
        return Checked(policy, None, tuple(remarks), ())
    remarks += _uncarried(policy, book, pack)
    remarks += _without_basis(policy, book, pack)
    faulty = [*_case_faults(policy, book)]
    outcomes = () if faulty or not cases else tuple(run_policy(policy, book))
    failed = [
        Remark(f"cases[{outcome.index}]", *complain_of(outcome))
        for outcome in outcomes
        if not outcome.ok
    ]
    return Checked(policy, book, (*remarks, *faulty, *failed, *_too_few(policy)), outcomes)


def check_document(data: Mapping[str, Any]) -> tuple[Document | None, tuple[Remark, ...]]:
    """Checks a document's particulars."""
    document, remarks = _part(Document, data)
    return document, tuple(remarks)


def _read(data: Mapping[str, Any]) -> tuple[Policy | None, bool, list[Remark]]:
    """The policy, whether all its worked cases are in it, and what is wrong with its form.

    Faulty worked cases are left out, so that the rules can be tried while they are being written.
    """
    listed = data.get("cases", ())
    found = [_part(Case, case, f"cases[{index}]") for index, case in enumerate(listed)]
    policy, remarks = _part(Policy, {key: value for key, value in data.items() if key != "cases"})
    for _case, faults in found:
        remarks += faults
    cases = tuple(case for case, _faults in found if case is not None)
    if policy is not None:
        policy = policy.model_copy(update={"cases": cases})
    return policy, len(cases) == len(listed), remarks


def _part[M: Entry](
    model: type[M], data: Mapping[str, Any], at: str = ""
) -> tuple[M | None, list[Remark]]:
    source = Source(_NOWHERE, dict(data))
    read = validate(model, source)
    joint = f"{at}." if at else ""
    return read, [
        Remark(f"{joint}{_place(one)}".rstrip("."), one.message, one.remedy, kind=one.kind)
        for one in source.problems
    ]


def _place(problem: Problem) -> str:
    """Where the fault is; of a part that is missing, where it should be."""
    if problem.kind != "missing" or not (name := problem.message.partition("缺少 ")[2]):
        return problem.path
    return f"{problem.path}.{name}" if problem.path else name


def _expressions(data: Mapping[str, Any], pack: Pack) -> Iterator[Remark]:
    """Faults of the expressions of a policy whose form is faulty elsewhere.

    Its author is told of all of them at once, and nobody takes an expression for sound because
    the policy has no title yet.
    """
    held = [_mapping(one) for one in data.get("criteria") or ()]
    benefit = _mapping(data.get("benefit"))
    sketch = engine.Policy(
        id="draft",
        criteria=[
            engine.Criterion(str(place), when=when, unclear=_text(one, "unclear"))
            if (when := _text(one, "when"))
            else engine.Criterion(str(place), open="…")
            for place, one in enumerate(held)
        ],
        benefit=engine.Benefit(
            amount=_text(benefit, "amount"),
            cap=_text(benefit, "cap"),
            at_most=_text(benefit, "at_most"),
        ),
    )
    try:
        pack.rulebook().of([sketch])
    except RuleErrors as errors:
        places = {str(place): place for place in range(len(held))}
        for problem in errors.problems:
            if problem.where[2:]:
                yield _of_engine(problem, places)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(held: Mapping[str, Any], part: str) -> str:
    value = held.get(part)
    return value if isinstance(value, str) else ""


def _of_engine(problem: engine.Problem, places: Mapping[str, int]) -> Remark:
    """The engine names a criterion by its id, the form by its place."""
    path = ""
    _section, _id, *rest = problem.where
    for before, part in zip([None, *rest], rest, strict=False):
        if before == "criteria" and part in places:
            path += f"[{places[str(part)]}]"
        else:
            path += f".{part}" if path else str(part)
    return Remark(path, problem.message, problem.remedy or "请对照表达式的写法改正", problem.column)


def _references(policy: Policy, pack: Pack) -> Iterator[Remark]:
    codes = {code for code, _version in pack.policies}
    for field, known, word in (
        ("kinds", pack.kinds.keys(), "对象类别"),
        ("refines", codes, "政策"),
        ("supersedes", codes, "政策"),
    ):
        for index, name in enumerate(getattr(policy, field)):
            if name not in known:
                remedy = nearest(name, known) or "请核对名称"
                yield Remark(f"{field}[{index}]", f"没有{word} {name}", remedy)


def _uncarried(policy: Policy, book: Rulebook, pack: Pack) -> Iterator[Remark]:
    kinds = [pack.kinds[name] for name in policy.kinds if name in pack.kinds]
    carried = {fact for kind in kinds for fact in kind.facts}
    for name in sorted(book.used - carried):
        if name in pack.facts and not pack.facts[name].derived:
            label = pack.facts[name].label
            yield Remark(
                "kinds",
                f"条件用到“{label}”，所选对象都不登记这一项",
                "请改选对象类别，或者换一个条件",
            )


def _without_basis(policy: Policy, book: Rulebook, pack: Pack) -> Iterator[Remark]:
    """A condition on personal data rests on something: a duty laid down by law, or consent."""
    if policy.basis:
        return
    for name in sorted(book.used):
        if name in pack.facts and pack.facts[name].sensitivity == "personal":
            yield Remark(
                "basis",
                f"条件用到个人信息“{pack.facts[name].label}”，没有写明依据",
                "请写明履行哪项法定职责或取得何种同意",
            )


def _case_faults(policy: Policy, book: Rulebook) -> Iterator[Remark]:
    for index, case in enumerate(policy.cases):
        for key, raw in case.facts.items():
            if fault := fault_of(book, key, raw, typed=True):
                yield Remark(f"cases[{index}].facts.{key}", *fault)


def _too_few(policy: Policy) -> Iterator[Remark]:
    if len(policy.cases) < LEAST_CASES:
        held = f"只有 {len(policy.cases)} 个" if policy.cases else "没有"
        remedy = f"请至少写 {LEAST_CASES} 个，一个符合、一个不符合"
        yield Remark("cases", f"{held}样例", remedy, unfinished=True)
    elif has_threshold(policy) and not any(case.boundary for case in policy.cases):
        yield Remark(
            "cases",
            "条件有界值，没有一个样例正在界值上",
            "请补一个恰在界值上的样例，并勾选“临界”",
            unfinished=True,
        )
