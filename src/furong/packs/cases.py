"""Worked cases: what a policy's author says that it gives to whom, and whether it does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from furong.engines import rules as engine
from furong.engines.rules import Judge, Judgement, Rulebook, ValueProblem, read_value
from furong.engines.rules.model import money_digits
from furong.engines.rules.values import Encoded
from furong.packs.catalogue import Catalogue
from furong.packs.models.base import plain_number
from furong.packs.models.policies import Policy, Verdict
from furong.packs.pack import Pack
from furong.packs.problems import nearest, shown
from furong.packs.validation import WORDS_FOR_FALSE, WORDS_FOR_TRUE, want_boolean

_VERDICTS: Final[Mapping[str, str]] = {
    "eligible": "符合",
    "ineligible": "不符合",
    "unknown": "未知",
}
_ANSWERS: Final[Mapping[str, str]] = {"true": "满足", "false": "不满足", "unknown": "未知"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One worked case, run. Amounts are in yuan; `amount` None: none, or not known."""

    policy: str
    version: int
    index: int
    title: str
    expected: Verdict
    expected_amount: Decimal | Literal["unknown"] | None
    got: Verdict
    amount: Decimal | None
    ok: bool
    explanation: str


def check_case_facts(catalogue: Catalogue, book: Rulebook) -> None:
    """Note every fact of a worked case that is not declared, and every value out of its domain."""
    for item in catalogue.of(Policy).values():
        for index, case in enumerate(item.entry.cases):
            for key, raw in case.facts.items():
                if fault := fault_of(book, key, raw):
                    item.complain(("cases", index, "facts", key), *fault)


def fault_of(book: Rulebook, key: str, raw: Any, *, typed: bool = False) -> tuple[str, str] | None:
    """Message and remedy for a fact of a worked case that cannot be so, None for one that can.

    typed: the value was typed into a form, not written in YAML, so text may stand for a number.
    """
    fact = _declared(book, key)
    if fact is None:
        return _unknown(book, key)
    if typed:
        return _unreadable(fact, raw, strict=False)
    word = str(raw).lower()
    if fact.type == "boolean" and word in WORDS_FOR_TRUE | WORDS_FOR_FALSE:
        return want_boolean(raw)
    if fact.type in ("choice", "code") and not isinstance(raw, str | None):
        return f"{key} 的值 {shown(raw)} 应是文字", f'请加引号："{shown(raw)}"'
    if fact.type == "set" and not isinstance(raw, list | None):
        return f"{key} 的值应是一列", f"请写 [{shown(raw)}]"
    return _unreadable(fact, raw, strict=True)


def _unreadable(fact: engine.Fact, raw: Any, *, strict: bool) -> tuple[str, str] | None:
    try:
        read_value(fact, raw, strict=strict)
    except ValueProblem as problem:
        return problem.message, problem.remedy or "请核对这个值"
    return None


def _declared(book: Rulebook, key: str) -> engine.Fact | None:
    return book.facts.get(key) or book.judgements.get(key)


def _unknown(book: Rulebook, key: str) -> tuple[str, str]:
    if "." not in key:
        return f"没有事实 {key}", nearest(key, book.facts) or "请先在 facts/ 里声明，或者核对名称"
    remedy = (
        nearest(key, book.judgements) or "请写成 政策编号.条件编号，只用于待材料或待部门认定的条件"
    )
    return f"{key} 不是待认定的条件", remedy


def run_cases(pack: Pack) -> list[Outcome]:
    """Every worked case of every policy version of the chain, judged by that version."""
    outcomes: list[Outcome] = []
    for policy in pack.policies.values():
        window = pack.window(policy)
        day = window.start or window.end or date.min
        outcomes += run_policy(policy, pack.rulebook().at(day).only([policy.id]))
    return outcomes


def run_policy(policy: Policy, book: Rulebook) -> Iterator[Outcome]:
    """The worked cases of the one policy of a book; their facts have been checked (`fault_of`)."""
    judge = Judge(book)
    digits = money_digits(book.facts.values())
    for index, case in enumerate(policy.cases):
        facts = {key: _encode(book, key, raw) for key, raw in case.facts.items()}
        yield _outcome(policy, index, judge.judge(facts)[0], digits)


def _encode(book: Rulebook, key: str, raw: Any) -> Encoded | None:
    fact = _declared(book, key)
    assert fact is not None, f"{key}: checked by fault_of"
    return read_value(fact, raw)


def _outcome(policy: Policy, index: int, judgement: Judgement, digits: int) -> Outcome:
    case = policy.cases[index]
    amount = None
    if judgement.amount is not None:
        amount = Decimal(judgement.amount).scaleb(-digits)
    as_paid = case.amount is None or case.amount == ("unknown" if amount is None else amount)
    return Outcome(
        policy.id,
        policy.version,
        index,
        case.title,
        case.verdict,
        case.amount,
        judgement.verdict,
        amount,
        judgement.verdict == case.verdict and as_paid,
        _explain(judgement),
    )


def _explain(judgement: Judgement) -> str:
    """`insured 满足、size 未知；缺 size_class`."""
    answers = "、".join(f"{name} {_ANSWERS[answer]}" for name, answer in judgement.criteria)
    return f"{answers}；缺 {'、'.join(judgement.missing)}" if judgement.missing else answers


def complain_of(outcome: Outcome) -> tuple[str, str]:
    """Message and remedy for a worked case that does not come out as written."""
    expected = _said(outcome.expected, outcome.expected_amount)
    got = _said(outcome.got, outcome.amount if outcome.expected_amount is not None else None)
    if outcome.expected_amount is not None and outcome.amount is None:
        got += "、金额未知"
    return (
        f"算例“{outcome.title}”应为{expected}，算得{got}（{outcome.explanation}）",
        "请对照原文，改正条件、金额或算例",
    )


def _said(verdict: str, amount: Decimal | str | None) -> str:
    if amount is None:
        return _VERDICTS[verdict]
    return f"{_VERDICTS[verdict]}、" + (
        f"{plain_number(amount)} 元" if isinstance(amount, Decimal) else "金额未知"
    )
