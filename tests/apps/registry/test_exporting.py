"""Lists as files: what a person may take away, and that no cell runs."""

import csv
import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.directory.models import User
from furong.apps.registry.actions import NewSubject, register_subject, state_facts
from furong.apps.registry.exporting import export_subjects
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.cast import EAST_CODE, person


def cells(content: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet]


def test_chosen_facts_with_labels_and_units(
    clerk_chen: User, east_firm: Subject, at: datetime
) -> None:
    state_facts(
        east_firm,
        {"staff": 40, "revenue": "15.5万", "listed": "规上工业", "resumed_on": "2020-02-10"},
        source="owner",
        by="test",
        at=at,
    )
    content = export_subjects(
        Subject.objects.all(),
        ["staff", "revenue", "listed", "resumed_on", "industry"],
        file_format="xlsx",
        by=clerk_chen,
        at=at,
    )
    assert cells(content) == [
        [
            *["编号", "名称", "类别", "街道", "地址", "统一社会信用代码"],
            *["期末从业人员（人）", "营业收入（元）", "所在名单", "复工日期", "行业代码"],
        ],
        [
            *["10000001", "东街停车服务有限公司", "企业", "东街街道", "测试路 1 号", EAST_CODE],
            *[40, 155000, "规上工业", "2020-02-10", None],
        ],
    ]


def test_only_what_the_person_may_take_away(
    clerk_chen: User, leader_zhao: User, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    def names(by: User) -> list[str]:
        content = export_subjects(Subject.objects.all(), [], file_format="xlsx", by=by, at=at)
        return [row[1][:2] for row in cells(content)[1:]]

    assert names(clerk_chen) == ["东街"]
    assert names(leader_zhao) == []


def test_natural_persons_are_never_in_it(district: Pack, at: datetime) -> None:
    clerk = person("mz", "民政经办", "clerk", at=at)
    register_subject(NewSubject(kind="person", name="赵小明"), by="test", at=at)
    content = export_subjects(Subject.objects.all(), [], file_format="csv", by=clerk, at=at)
    assert "赵" not in content.decode("utf-8-sig")


def test_personal_facts_need_a_mandate_and_a_reason(
    clerk_chen: User, east_firm: Subject, at: datetime
) -> None:
    state_facts(east_firm, {"phone": "13000000000"}, source="owner", by="test", at=at)
    everything = Subject.objects.all()
    with pytest.raises(Refusal, match="事由"):
        export_subjects(everything, ["phone"], file_format="csv", by=clerk_chen, at=at)
    statistician = person("tj", "统计员", "statistics", at=at)
    for one, seen in ((clerk_chen, True), (statistician, False)):
        content = export_subjects(
            everything, ["phone"], file_format="csv", reason="电话抽查", by=one, at=at
        )
        assert ("13000000000" in content.decode("utf-8-sig")) == seen
    entries = Entry.objects.filter(verb="subject.export").order_by("id")
    told = {"count": 1, "facts": ["phone"], "reason": "电话抽查"}
    assert [entry.payload for entry in entries] == [
        {**told, "revealed": [str(east_firm.pk)]},
        {**told, "revealed": []},
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(district: Pack, start: str, at: datetime) -> None:
    clerk = person("jb", "经办", "clerk", at=at)
    name = f"{start}HYPERLINK(1)"
    register_subject(NewSubject(kind="enterprise", name=name), by="test", at=at)
    book = export_subjects(Subject.objects.all(), [], file_format="xlsx", by=clerk, at=at)
    text = export_subjects(Subject.objects.all(), [], file_format="csv", by=clerk, at=at)
    assert cells(book)[1][1] == f"'{name}"
    assert list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))[1][1] == f"'{name}"
