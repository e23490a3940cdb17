"""Worked cases of many policies on one sheet: a case a row, its facts in one cell.

    编号 T01 | 情形 恰好 50 人 | 事实 期末从业人员=50；规模=小型 | 应为 符合 | 金额 20000 | 临界 是

A fact goes by its label where only one bears it, else by its key; a condition that people settle
goes by T01.decision. What cannot be read stays as written, and is told when the policy is checked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from furong.apps.policies.case_sheets import SYNONYMS, VERDICTS, case_cell, case_value
from furong.apps.policies.sheets.cells import Unfit, half_width, read_flag, read_number
from furong.apps.policies.sheets.words import EMPTY_SET, UNKNOWN, YES
from furong.apps.registry.tables.heading import Column, squeezed
from furong.engines.rules import Fact

type Case = dict[str, Any]

CODE, TITLE, FACTS, VERDICT, AMOUNT, BOUNDARY = HEADINGS = (
    "编号", "情形", "事实", "应为", "金额", "临界",
)  # fmt: skip
_NAMES: Final[Mapping[str, str]] = {
    **{name: name for name in HEADINGS},
    "政策编号": CODE, "样例": TITLE, "例子": TITLE, "判定": VERDICT, "结论": VERDICT,
}  # fmt: skip
_BETWEEN = re.compile(r"\s*[；;\n]\s*")
_EQUALS = re.compile(r"\s*[=＝]\s*")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]$")


def meant(column: Column) -> str | None:
    """The column that a heading means."""
    return _NAMES.get(_BRACKETS.sub("", squeezed(column.label)))


def write_examples(
    code: str, cases: Iterable[Mapping[str, Any]], facts: Mapping[str, Fact]
) -> Iterator[dict[str, str]]:
    """The cells of each worked case of a policy."""
    names = _names(facts)
    words = {verdict: word for word, verdict in VERDICTS.items()}
    for case in cases:
        amount = case.get("amount")
        made = {
            CODE: code,
            TITLE: case.get("title", ""),
            FACTS: "；".join(
                f"{names.get(key, key)}={_shown(value, facts.get(key))}"
                for key, value in case.get("facts", {}).items()
            ),
            VERDICT: words.get(case.get("verdict", ""), ""),
            AMOUNT: UNKNOWN if amount == "unknown" else "" if amount is None else str(amount),
            BOUNDARY: "是" if case.get("boundary") else "",
        }
        yield {name: text for name, text in made.items() if text}


def read_example(
    cells: Mapping[str, str], code: str, facts: Mapping[str, Fact], judged: Sequence[str]
) -> Case:
    """The case of a row. judged: the conditions that people settle. Raises Unfit."""
    named = {name: key for key, name in _names(facts).items()}
    stated = {}
    for part in _BETWEEN.split(cells.get(FACTS, "").strip()):
        if part:
            name, value = _pair(part)
            key = _key(name, named, facts, judged)
            stated[key] = _value(value, facts.get(key))
    verdict = half_width(cells.get(VERDICT, ""))
    if not verdict:
        raise Unfit(
            _("样例“%s”没有写应为什么") % cells.get(TITLE, code)[:40],
            _("请写 符合、不符合 或 未知"),
        )
    made: Case = {
        "title": cells.get(TITLE, ""),
        "facts": stated,
        "verdict": SYNONYMS.get(verdict, verdict),
    }
    if amount := cells.get(AMOUNT, "").strip():
        made["amount"] = "unknown" if amount == UNKNOWN else read_number(amount)
    if (mark := cells.get(BOUNDARY, "").strip()) and (mark == BOUNDARY or read_flag(mark)):
        made["boundary"] = True
    return made


def _pair(part: str) -> tuple[str, str]:
    name, *rest = _EQUALS.split(part, maxsplit=1)
    if not rest:
        raise Unfit(
            _("样例的事实“%s”没有写成“名称=值”") % part[:40],
            _("请写成 期末从业人员=50；已复工=是"),
        )
    return name.strip(), rest[0].strip()


def _key(
    name: str, named: Mapping[str, str], facts: Mapping[str, Fact], judged: Sequence[str]
) -> str:
    bare = _BRACKETS.sub("", name)
    for key in (name, named.get(name, ""), named.get(bare, "")):
        if key in facts or key in judged:
            return key
    return name  # told when the case is checked


def _names(facts: Mapping[str, Fact]) -> dict[str, str]:
    """The label of each fact that no other bears."""
    borne = Counter(fact.label for fact in facts.values())
    return {
        key: fact.label
        for key, fact in facts.items()
        if borne[fact.label] == 1 and fact.label not in facts and not _unclear(fact.label)
    }


def _unclear(label: str) -> bool:
    """Whether a label would not be read back as one name."""
    return not label or any(mark in label for mark in "=＝；;\n") or bool(_BRACKETS.search(label))


def _shown(value: Any, fact: Fact | None) -> str:
    return EMPTY_SET if value == [] else str(case_cell(value, fact))


def _value(text: str, fact: Fact | None) -> Any:
    if text == EMPTY_SET:
        return []
    if fact is not None and fact.type == "boolean" and half_width(text).lower() in YES:
        return True
    return case_value(text, fact)
