"""What a column probably means."""

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.mapping import check_mapping, propose_mapping, targets_of
from furong.apps.registry.tables.heading import Column
from furong.packs import Pack


def proposed(*headings: str | tuple[str, str]) -> list[str | None]:
    columns = [
        Column(place, *((heading,) if isinstance(heading, str) else (heading[1], heading[0])))
        for place, heading in enumerate(headings)
    ]
    found = propose_mapping(columns, targets_of("enterprise", catalogue()))
    return [proposal.target for proposal in found]


def test_by_label_key_synonym_and_likeness(district: Pack) -> None:
    assert proposed("企业名称", "统一社会信用代码", "staff", "期末从业人员（人）", "复工日 期") == [
        "name",
        "identifier:uscc",
        "fact:staff",
        None,
        "fact:resumed_on",
    ]
    assert proposed("期末从业人数", "营业收入(万元)", "所属街道") == [
        "fact:staff",
        "fact:revenue",
        "street",
    ]


def test_two_rows_of_headings_are_read_in_both_orders(district: Pack) -> None:
    assert proposed(("参保人数", "2019年末")) == ["fact:insured_2019"]


def test_what_is_like_nothing_is_left_to_a_person(district: Pack) -> None:
    assert proposed("序号", "备注", "法人身高", "") == [None, None, None, None]


def test_every_proposal_has_its_reason(district: Pack) -> None:
    columns = [Column(0, "营业收入"), Column(1, "期末从业人数"), Column(2, "星座")]
    found = propose_mapping(columns, targets_of("enterprise", catalogue()))
    assert [proposal.reason for proposal in found] == [
        "与“营业收入”相同",
        "与“期末从业人员”相近（83%）",
        "没有相近的名称，请指定或不导入",
    ]


def test_a_mapping_that_contradicts_itself_is_refused(district: Pack) -> None:
    targets = targets_of("enterprise", catalogue())
    with pytest.raises(Refusal, match="第 1 列和第 3 列"):
        check_mapping({0: "name", 2: "name"}, targets)
    with pytest.raises(Refusal, match="fact:staf"):
        check_mapping({0: "fact:staf"}, targets)
