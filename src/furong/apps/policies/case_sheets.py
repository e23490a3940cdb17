"""A policy's worked cases as a table: out to a spreadsheet, and back.

One case a row: 情形, a column for each fact that the policy asks for, 应为, 金额, 临界. A heading ends
with the fact's key in brackets, 期末从业人员（人）[staff], so that it is known again whatever a person
makes of the words; without it the label is enough where only one fact bears it. An empty cell is an
unknown fact. Nothing is judged here: what a cell cannot be is told when the draft is checked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.policies.sheets.leaves import Leaf, write_book
from furong.apps.policies.sheets.words import CASES
from furong.apps.registry.exporting import ExportCell
from furong.apps.registry.tables.heading import Column, Row
from furong.apps.registry.tables.reader import SheetNotChosen, Table, read_table
from furong.engines.rules import Fact, ValueProblem, plain, read_value
from furong.engines.rules.model import NUMERIC

MOST: Final = 60
"""Cases that a table may hold, as many as the studio's form takes."""

VERDICTS: Final[Mapping[str, str]] = {"符合": "eligible", "不符合": "ineligible", "未知": "unknown"}
SYNONYMS: Final[Mapping[str, str]] = {
    **VERDICTS,
    "待补信息": "unknown",
    "待补": "unknown",
    "eligible": "eligible",
    "ineligible": "ineligible",
    "unknown": "unknown",
}
TITLE, VERDICT, AMOUNT, BOUNDARY = "情形", "应为", "金额（元）", "临界"
_KEY = re.compile(r"\[([^\[\]]+)\]\s*$")
_UNIT = re.compile(r"[（(][^（）()]*[）)]\s*$")
_YES: Final = frozenset({"是", "√", "1", "true", "yes", "y", "临界"})


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What a table held: cases in plain JSON, and the headings that were not understood."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def cases_sheet(
    cases: Sequence[Mapping[str, Any]], facts: Mapping[str, Fact], asked: Sequence[str]
) -> bytes:
    """An xlsx file of worked cases (plain JSON), and of what their cells may hold.

    asked: the facts that have a column in any case.
    """
    keys = [*dict.fromkeys([*asked, *(key for case in cases for key in case.get("facts", ()))])]
    headings = [TITLE, *(_heading(key, facts.get(key)) for key in keys), VERDICT, AMOUNT, BOUNDARY]
    rows = ([*_row(case, keys, facts)] for case in cases)
    values = Leaf(
        "可写的值", ["列", "单位", "可写"], [_allowed(key, facts.get(key)) for key in keys]
    )
    return write_book([Leaf(CASES, headings, rows), values])


def read_cases(path: Path, facts: Mapping[str, Fact], judgements: Sequence[str]) -> SheetRead:
    """The worked cases in a table (xlsx, CSV). judgements: keys of the conditions that people settle.

    Raises Unreadable for a file that holds no table, and Refusal where the columns 情形 and 应为 are
    missing or there are too many rows.
    """
    try:
        with read_table(path) as table:
            return _read(table, facts, judgements)
    except SheetNotChosen as several:
        if CASES not in several.sheets:
            raise
    with read_table(path, sheet=CASES) as table:
        return _read(table, facts, judgements)


def _read(table: Table, facts: Mapping[str, Fact], judgements: Sequence[str]) -> SheetRead:
    places: dict[str, int] = {}
    unread = []
    for column in table.columns:
        key = _meant(column, facts, judgements)
        if key is None or key in places:
            unread.append(column.heading)
        else:
            places[key] = column.place
    if missing := [name for name in (TITLE, VERDICT) if name not in places]:
        raise Refusal(
            _("表里没有“%s”这一列，没有读入；请用“导出样例”得到的表头") % _("、").join(missing)
        )
    rows = [*table.rows()]
    if len(rows) > MOST:
        raise Refusal(
            _("表里有 %(n)d 行，样例最多 %(most)d 个，没有读入；请只留有代表性的情形")
            % {"n": len(rows), "most": MOST}
        )
    return SheetRead([_case(row, places, facts) for row in rows], unread)


def _meant(column: Column, facts: Mapping[str, Fact], judgements: Sequence[str]) -> str | None:
    """What a column is: one of the fixed ones, a fact's key, a judgement's, or nothing known."""
    heading = column.label.strip()
    bare = _UNIT.sub("", heading).strip()
    for name in (TITLE, VERDICT, AMOUNT, BOUNDARY):
        if bare == _UNIT.sub("", name):
            return name
    if found := _KEY.search(heading):
        return found[1] if found[1] in facts or found[1] in judgements else None
    if heading in facts or heading in judgements:
        return heading
    named = [key for key, fact in facts.items() if fact.label in {heading, bare}]
    return named[0] if len(named) == 1 else None


def _case(row: Row, places: Mapping[str, int], facts: Mapping[str, Fact]) -> dict[str, Any]:
    def text(name: str) -> str:
        return _text(row.cell(places[name])) if name in places else ""

    stated = {
        key: case_value(text(key), facts.get(key))
        for key in places
        if key not in {TITLE, VERDICT, AMOUNT, BOUNDARY} and text(key)
    }
    made: dict[str, Any] = {
        "title": text(TITLE),
        "facts": stated,
        "verdict": SYNONYMS.get(text(VERDICT), text(VERDICT)),
    }
    if amount := text(AMOUNT).replace(",", ""):
        made["amount"] = "unknown" if amount == "未知" else amount
    if text(BOUNDARY).lower() in _YES:
        made["boundary"] = True
    return made


def _text(cell: str | int | float | bool | None) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "是" if cell else "否"
        case float():
            return format(cell, "f").rstrip("0").rstrip(".")
        case _:
            return str(cell).removeprefix("'").strip()


def case_value(text: str, fact: Fact | None) -> Any:
    """The value in plain JSON; what it cannot be stays as written, to be told of in the draft."""
    if fact is None:
        return {"是": True, "否": False}.get(text, text)
    try:
        value = plain(fact, read_value(fact, text))
    except ValueProblem:
        return text
    whole = fact.type in NUMERIC and isinstance(value, str) and value.lstrip("-").isdecimal()
    return int(value) if whole else value  # type: ignore[arg-type] # text, as was just seen


def _heading(key: str, fact: Fact | None) -> str:
    if fact is None:
        return f"[{key}]"
    unit = "元" if fact.type == "money" else fact.unit
    return f"{fact.label}（{unit}）[{key}]" if unit else f"{fact.label}[{key}]"


def _allowed(key: str, fact: Fact | None) -> list[ExportCell]:
    """What may stand in a fact's column."""
    if fact is None or fact.type == "boolean":
        return [_heading(key, fact), "", "是、否；空着为未知"]
    if fact.values:
        listed = "、".join(fact.values.values())
        return [_heading(key, fact), "", f"{listed}{'；可写几项' if fact.type == 'set' else ''}"]
    told = {"date": "日期，如 2020-02-24", "code": "代码"}.get(fact.type, "数")
    return [_heading(key, fact), "元" if fact.type == "money" else fact.unit, told]


def _row(
    case: Mapping[str, Any], keys: Sequence[str], facts: Mapping[str, Fact]
) -> Iterator[ExportCell]:
    labels = {verdict: word for word, verdict in VERDICTS.items()}
    held = case.get("facts", {})
    yield case.get("title", "")
    for key in keys:
        yield case_cell(held.get(key), facts.get(key))
    yield labels.get(case.get("verdict", ""), case.get("verdict", ""))
    amount = case.get("amount")
    yield "未知" if amount == "unknown" else None if amount is None else str(amount)
    yield "是" if case.get("boundary") else None


def case_cell(value: Any, fact: Fact | None) -> ExportCell:
    """Choices by their labels, yes and no in words, everything else as it is kept."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(fact.values.get(one, one) if fact else one for one in value)
    if fact is not None and isinstance(value, str):
        return fact.values.get(value, value)
    return value  # type: ignore[no-any-return] # a number, or nothing
