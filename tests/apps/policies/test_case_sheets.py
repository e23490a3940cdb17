"""Worked cases in a spreadsheet, and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.policies.case_sheets import MOST, cases_sheet, read_cases
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import ExportCell, write_table
from furong.engines.rules import Fact, read_value
from furong.packs import Pack, load
from furong.packs.content import plain
from furong.packs.rules import fact_for_rules

CASES: list[dict[str, Any]] = [
    {
        "title": "正好 20 人",
        "facts": {"staff": 20, "size_class": "small", "resumed": True, "revenue": "1200.5"},
        "verdict": "eligible",
        "amount": "10000",
        "boundary": True,
    },
    {"title": "名单内", "facts": {"listed": ["big_industry", "key_goods"]}, "verdict": "unknown"},
    {"title": "承诺书", "facts": {"T09.proof": True}, "verdict": "ineligible", "amount": "unknown"},
    {"title": "=cmd()", "facts": {"resumed_on": "2020-02-10"}, "verdict": "ineligible"},
]


@pytest.fixture
def facts(district: Pack) -> Any:
    return catalogue().facts


def kept(tmp_path: Path, content: bytes, name: str = "样例.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_out_and_back_they_are_the_same(facts: Any, tmp_path: Path) -> None:
    sheet = kept(tmp_path, cases_sheet(CASES, facts, ["staff", "layoff_rate"]))
    read = read_cases(sheet, facts, ["T09.proof"])
    assert read.cases == CASES
    assert read.unread == []


def test_headings_are_known_by_their_words_too(facts: Any, tmp_path: Path) -> None:
    table = write_table(
        ["情形", "期末从业人员（人）", "已复工", "备注", "应为"],
        [["甲", 20, "√", "看看", "符合"], ["乙", "两百", "否", None, "待补信息"]],
        "csv",
    )
    read = read_cases(kept(tmp_path, table, "样例.csv"), facts, [])
    assert read.unread == ["备注"]
    assert read.cases == [
        {"title": "甲", "facts": {"staff": 20, "resumed": True}, "verdict": "eligible"},
        {"title": "乙", "facts": {"staff": "两百", "resumed": False}, "verdict": "unknown"},
    ]


def test_a_table_of_something_else_is_refused(facts: Any, tmp_path: Path) -> None:
    table = write_table(["企业名称", "街道"], [["甲", "东街"], ["乙", "西街"]], "xlsx")
    with pytest.raises(Refusal, match="没有“情形、应为”"):
        read_cases(kept(tmp_path, table), facts, [])


def test_too_many_cases_are_refused_whole(facts: Any, tmp_path: Path) -> None:
    rows: list[list[ExportCell]] = [[f"情形{n}", n, "符合"] for n in range(MOST + 1)]
    table = write_table(["情形", "期末从业人员[staff]", "应为"], rows, "xlsx")
    with pytest.raises(Refusal, match=f"有 {MOST + 1} 行"):
        read_cases(kept(tmp_path, table), facts, [])


def test_every_shipped_case_goes_out_and_comes_back(tmp_path: Path) -> None:
    pack = load("furong-2020")
    facts = {key: fact_for_rules(fact) for key, fact in pack.facts.items()}
    for policy in pack.policies.values():
        written = plain(policy).get("cases", [])
        judged = [f"{policy.id}.{one.id}" for one in policy.criteria]
        read = read_cases(kept(tmp_path, cases_sheet(written, facts, [])), facts, judged)
        assert [meant(one, facts) for one in read.cases] == [meant(one, facts) for one in written]


def meant(case: Mapping[str, Any], facts: Mapping[str, Fact]) -> Mapping[str, Any]:
    """A case with its facts as the engine reads them."""
    read = {
        key: read_value(facts[key], value) if key in facts else value
        for key, value in case["facts"].items()
    }
    known = {key: value for key, value in read.items() if value not in (None, frozenset())}
    return {**case, "facts": known}
