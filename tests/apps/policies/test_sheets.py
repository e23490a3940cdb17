"""A list of policies as a spreadsheet: out and back the same, bad rows told cell by cell, none half written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from furong.apps.base.errors import Refusal
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User
from furong.apps.policies import reads
from furong.apps.policies.actions import open_draft, withdraw_draft
from furong.apps.policies.models import Draft, DraftRevision
from furong.apps.policies.sheets.book import (
    Item,
    invalid_book,
    item_of_text,
    policies_book,
    template,
)
from furong.apps.policies.sheets.columns import columns_for
from furong.apps.policies.sheets.pack_file import file_name, pack_file
from furong.apps.policies.sheets.planning import Planned, Verdict, orphans, plan
from furong.apps.policies.sheets.reading import MOST, PolicySheet, read_policies
from furong.apps.policies.sheets.rows import lost
from furong.apps.policies.sheets.taking import take_over
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import write_table
from furong.apps.registry.tables.reader import Unreadable
from furong.packs import Pack, load
from furong.packs.content import plain
from furong.packs.rules import fact_for_rules
from tests.apps.base.together import together

type Row = Mapping[str, object]

GOOD: dict[str, object] = {
    "编号": "T09",
    "名称": "稳岗补贴",
    "文件标题": "稳岗补贴实施细则",
    "文号": "测政发〔2020〕3号",
    "成文日期": "2020年2月1日",
    "适用对象": "企业",
    "办理方式": "申报",
    "条件1": "不超过 20 人｜staff <= 20｜条款：第一条",
    "优惠方式": "补贴",
    "金额": "staff * 500",
    "上限": "8,000",
    "预算": "１，０００万",
    "材料": "营业执照\n社保缴费清单",
}
CASES: list[dict[str, object]] = [
    {"编号": "T09", "情形": "正好 20 人", "事实": "期末从业人员=20", "应为": "符合", "临界": "√"},
    {"编号": "T09", "情形": "21 人", "事实": "staff=２１", "应为": "不符合", "金额": None},
]


def table(rows: Sequence[Row], *, sheets: Mapping[str, Sequence[Row]] | None = None) -> bytes:
    """An xlsx file of the rows; with `sheets`, of several worksheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, held in (sheets or {"Sheet1": rows}).items():
        sheet = book.create_sheet(name)
        headings = [*dict.fromkeys(name for row in held for name in row)]
        sheet.append(headings)
        for row in held:
            sheet.append([row.get(name) for name in headings])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def whole(row: Row = GOOD, cases: Sequence[Row] = CASES) -> bytes:
    return table([], sheets={"政策清单": [row], "样例": cases})


def read(content: bytes, folder: Path, name: str = "清单.xlsx") -> PolicySheet:
    path = folder / name
    path.write_bytes(content)
    return read_policies(path)


@pytest.fixture
def planned(district: Pack, tmp_path: Path, at: datetime) -> Any:
    def make(*rows: Row, content: bytes = b"") -> list[Planned]:
        return plan(read(content or table(rows), tmp_path), day=at.date())

    return make


def faults(row: Planned) -> dict[str, str]:
    return {one.heading: one.message for one in row.faults}


# Bad input.


def test_another_table_is_refused_with_the_missing_columns(district: Pack, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="没有“编号、名称”这一列"):
        read(table([{"企业名称": "甲", "街道": "东街"}] * 2), tmp_path)


def test_a_template_without_rows_says_so(district: Pack, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="“政策清单”里没有数据行"):
        read(template(title="政策清单模板"), tmp_path)


def test_too_many_rows_are_refused_whole(district: Pack, tmp_path: Path) -> None:
    rows = [[f"T{n}", f"政策{n}"] for n in range(100_000)]
    with pytest.raises(Refusal, match=f"有 100000 行，一次最多 {MOST} 行"):
        read(write_table(["编号", "名称"], rows, "csv"), tmp_path, "清单.csv")


def test_signs_that_nobody_sees_are_not_taken_over(planned: Any) -> None:
    (row,) = planned(content=whole({**GOOD, "名称": "稳岗\u202e补贴\u200f"}))
    assert row.verdict == Verdict.NEW
    assert row.title == "稳岗补贴"


@pytest.mark.django_db(transaction=True)
def test_a_sheet_taken_over_twice_at_once_opens_each_draft_once(
    planned: Any, policy_sun: User, at: datetime
) -> None:
    found = planned(*({**GOOD, "编号": f"Z{n}", "文件标题": f"细则{n}"} for n in range(6)))
    taken = together(3, lambda _n: take_over(found, by=policy_sun, at=at))
    assert not [one for one in taken if isinstance(one, Exception)]
    assert Draft.objects.count() == 6


def test_a_cell_that_nobody_would_read_is_told_and_the_row_not_taken(planned: Any) -> None:
    long = "长" * 4001
    (row,) = planned({**GOOD, "一句话说明": long, "条件1": f"甲｜staff <= 20｜条款：{long}"})
    assert row.verdict == Verdict.INVALID
    told = faults(row)
    assert set(told) == {"一句话说明", "条件1"}
    assert "有 4001 字，最多 4000 字" in told["一句话说明"]
    assert max(map(len, told.values())) < 100


def test_a_file_is_judged_once_and_drafts_opened_meanwhile_are_seen(
    district: Pack, tmp_path: Path, policy_sun: User, at: datetime
) -> None:
    sheet = read(whole(), tmp_path)
    first, again = (plan(sheet, day=at.date(), digest="abc") for _time in range(2))
    assert first[0] is again[0]
    assert first[0].verdict == Verdict.NEW
    draft = open_draft("T09", by=policy_sun, at=at)
    (held,) = plan(sheet, day=at.date(), digest="abc")
    assert (held.verdict, held.draft) == (Verdict.HELD, draft)
    withdraw_draft(draft, reason="重来", by=policy_sun, at=at)
    assert plan(sheet, day=at.date(), digest="abc")[0].verdict == Verdict.NEW


def test_what_is_no_table_is_refused(district: Pack, tmp_path: Path) -> None:
    for content in (b"", b"%PDF-1.4", b"PK\x03\x04 broken"):
        with pytest.raises(Unreadable):
            read(content, tmp_path)


def test_an_archive_that_is_a_bomb_is_not_opened(district: Pack, tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    with pytest.raises(Unreadable, match="大得反常"):
        read_policies(path)


@pytest.mark.parametrize(
    ("heading", "text", "said"),
    [
        ("编号", "稳岗", "“稳岗”不合规则"),
        ("编号", None, "没有填"),
        ("名称", None, "没有填"),
        ("文件标题", None, "没有填"),
        ("适用对象", "火星企业", "没有“火星企业”这一项"),
        ("办理方式", "随便", "没有“随便”这一项"),
        ("优惠方式", None, "没有填"),
        ("施行之日", "2020年2月31日", "2020 年 2 月只有 29 天"),
        ("成文日期", "前天", "不是日期"),
        ("预算", "很多", "“很多”不是数"),
        ("最后一户可得余额", "也许", "不是“是”或“否”"),
        ("金额", "staff *", ""),
        ("条件1", "不超过 20 人｜staff <= 20 AND", "字"),
        ("条件1", "不超过 20 人｜staf <= 20", "staf"),
        ("条件1", "不超过 20 人", "没有写怎样认定"),
        ("条件1", "甲｜staff <= 20｜别的：乙", "不知道“别的：乙”"),
        ("条件1", "甲｜staff <= 20｜凭材料：乙", ""),
        ("就高不重复组", "复工", "没有写成“编号｜名称”"),
        ("待核事项", "没有冒号", "没有写成“哪一点：缺什么”"),
    ],
)
def test_a_fault_is_told_at_its_cell(
    heading: str, text: str | None, said: str, planned: Any
) -> None:
    (row,) = planned(dict(GOOD) | {heading: text})
    assert row.verdict is Verdict.INVALID
    assert said in faults(row)[heading]
    assert all(one.remedy for one in row.faults)


def test_the_place_of_a_fault_is_counted_in_the_cell(planned: Any) -> None:
    (row,) = planned(GOOD | {"条件1": "甲｜staff <= 20 x 5"})
    assert "第 15 字" in faults(row)["条件1"]


def test_a_code_that_stands_twice_is_refused_in_both_rows(planned: Any) -> None:
    first, second, third = planned(GOOD, GOOD | {"编号": "ｔ09"}, GOOD | {"编号": "T10"})
    assert faults(first) == {"编号": "T09 在第 3 行也写了"}
    assert faults(second) == {"编号": "T09 在第 2 行也写了"}
    assert third.verdict is Verdict.NEW


def test_a_sum_in_ten_thousands_is_counted_in_yuan(planned: Any) -> None:
    row = {name: value for name, value in GOOD.items() if name not in {"上限", "预算"}}
    (made,) = planned(row | {"上限（万元）": "0.8", "预算(万元)": 1000})
    assert made.definition["benefit"]["cap"] == "8000"
    assert made.definition["budget"]["amount"] == "10000000"


def test_cases_that_cannot_be_are_told(planned: Any) -> None:
    cases: list[dict[str, object]] = [
        CASES[0],
        {"编号": "T09", "情形": "两百人", "事实": "staff=两百", "应为": "符合"},
        {"编号": "T09", "情形": "没写等号", "事实": "20 人", "应为": "符合"},
        {"编号": "T09", "情形": "没有结论", "事实": "staff=3"},
        {"编号": "T09", "情形": "没有的事实", "事实": "stuff=3", "应为": "符合"},
    ]
    (row,) = planned(content=whole(cases=cases))
    assert row.verdict is Verdict.INVALID
    told = " ".join(map(str, row.faults))
    assert "“20 人”没有写成“名称=值”" in told
    assert "样例“没有结论”没有写应为什么" in told
    assert "stuff" in told
    assert "两百" in told


def test_a_case_that_comes_out_otherwise_is_a_fault(planned: Any) -> None:
    wrong = [CASES[0] | {"应为": "不符合"}, CASES[1]]
    (row,) = planned(content=whole(cases=wrong))
    assert "应为不符合，算得符合" in " ".join(map(str, row.faults))


def test_cases_of_no_policy_are_named(district: Pack, tmp_path: Path) -> None:
    sheet = read(whole(cases=[*CASES, CASES[0] | {"编号": "T77"}]), tmp_path)
    assert orphans(sheet) == {"T77": 1}


def test_a_formula_is_read_as_what_it_shows_and_an_export_has_none(
    district: Pack, tmp_path: Path, at: datetime
) -> None:
    (row,) = plan(read(table([GOOD | {"名称": '="A"&"B"'}]), tmp_path), day=at.date())
    assert "名称" in faults(row)  # a formula without a value is an empty cell
    item = Item("T09", {"title": "=cmd()"}, {"title": "+1", "criteria": []})
    book = openpyxl.load_workbook(BytesIO(policies_book([item], title="=x")))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]


# What people really send.


def test_headings_in_two_rows_under_a_title_are_found(planned: Any) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["惠企政策汇总表"])
    sheet.append(
        ["政策编号", "政策名称", "文件名称", "对象", "支持方式", "申报期间", None, "备注栏"]
    )
    sheet.append([None, None, None, None, None, "开始", "截止", None])
    sheet.append(["T09", "稳岗补贴", "细则", "企业", "补贴", "2020/2/1", "20200331", "看看"])
    sheet.merge_cells("A1:H1")
    sheet.merge_cells("F2:G2")
    for column in "ABCDEH":
        sheet.merge_cells(f"{column}2:{column}3")
    target = BytesIO()
    book.save(target)
    (row,) = planned(content=target.getvalue())
    assert row.title == "稳岗补贴"
    assert row.definition["guide"]["deadline"] == {"from": "2020-02-01", "to": "2020-03-31"}
    assert [*faults(row)] == ["条件1"]


def test_columns_that_nothing_is_known_by_are_named(district: Pack, tmp_path: Path) -> None:
    assert read(table([GOOD | {"领导批示": "阅"}]), tmp_path).unread == ("领导批示",)


def test_full_width_signs_in_an_expression_are_understood(planned: Any) -> None:
    (row,) = planned(GOOD | {"条件1": "小微|size_class IN （‘small’，‘micro’）"})
    assert row.definition["criteria"][0]["when"] == "size_class IN ('small','micro')"


# Taking over.


def test_a_good_row_becomes_a_draft_that_can_be_sent_on(
    planned: Any, policy_sun: User, at: datetime
) -> None:
    rows = planned(content=whole())
    assert [(one.verdict, one.notes) for one in rows] == [(Verdict.NEW, ())]
    (draft,) = take_over(rows, by=policy_sun, at=at).opened
    assert draft.document == {
        "title": "稳岗补贴实施细则",
        "number": "测政发〔2020〕3号",
        "issued": "2020-02-01",
        "level": "district",
        "jurisdiction": "990101",
    }
    assert draft.definition["budget"] == {"amount": "10000000"}
    assert draft.definition["cases"][0] == {
        "title": "正好 20 人",
        "facts": {"staff": 20},
        "verdict": "eligible",
        "boundary": True,
    }
    assert draft.definition["cases"][1]["facts"] == {"staff": 21}


def test_without_cases_it_becomes_a_draft_that_says_what_is_missing(
    planned: Any, policy_sun: User, at: datetime
) -> None:
    (row,) = rows = planned(GOOD)
    assert row.verdict is Verdict.NEW
    assert "样例" in row.notes[0]
    assert len(take_over(rows, by=policy_sun, at=at).opened) == 1


def test_the_same_file_again_changes_nothing(planned: Any, policy_sun: User, at: datetime) -> None:
    take_over(planned(content=whole()), by=policy_sun, at=at)
    (row,) = rows = planned(content=whole())
    assert row.verdict is Verdict.HELD
    assert row.draft == Draft.objects.get()
    assert take_over(rows, by=policy_sun, at=at).opened == ()
    assert DraftRevision.objects.count() == 2


def test_what_somebody_opened_meanwhile_is_refused_and_the_rest_goes_on(
    planned: Any, policy_sun: User, at: datetime
) -> None:
    rows = planned(GOOD, GOOD | {"编号": "T10"})
    withdraw_draft(open_draft("T10", by=policy_sun, at=at), reason="试", by=policy_sun, at=at)
    open_draft("T09", by=policy_sun, at=at)
    taken = take_over(rows, by=policy_sun, at=at)
    assert [draft.code for draft in taken.opened] == ["T10"]
    assert [(one.code, "已有草稿" in why) for one, why in taken.refused] == [("T09", True)]
    assert Draft.objects.get(code="T09").revision == 1


def test_a_row_is_not_left_half_written(planned: Any, policy_sun: User, at: datetime) -> None:
    (row,) = rows = planned(GOOD)
    row.definition["notes"] = ["长" * 300_000]
    taken = take_over(rows, by=policy_sun, at=at)
    assert taken.refused
    assert not Draft.objects.exists()


def test_only_who_writes_policies_may(
    planned: Any, clerk_chen: User, leader_zhao: User, at: datetime
) -> None:
    for user in (clerk_chen, leader_zhao):
        with pytest.raises(Denied):
            take_over(planned(GOOD), by=user, at=at)
    assert not Draft.objects.exists()


def test_a_policy_in_force_is_revised_where_the_row_differs(
    planned: Any, district: Pack, policy_sun: User, at: datetime
) -> None:
    same = policies_book([item_of_text(one) for one in reads.library(at)], title="政策清单")
    rows = planned(content=same)
    assert {one.verdict for one in rows} == {Verdict.SAME}
    changed = openpyxl.load_workbook(BytesIO(same))
    sheet = changed["政策清单"]
    names = [cell.value for cell in sheet[2]]
    line = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == "T01")
    line[names.index("责任单位")].value = "区商务局"
    line[names.index("施行之日")].value = "2020-03-01"
    target = BytesIO()
    changed.save(target)
    made = {one.code: one for one in planned(content=target.getvalue())}
    assert made["T01"].verdict is Verdict.REVISION, made["T01"].reason
    (draft,) = take_over(made.values(), by=policy_sun, at=at).opened
    assert (draft.code, draft.version, str(draft.base)) == ("T01", 2, "T01@1")
    assert draft.definition["department"] == "区商务局"
    assert draft.document.keys() == {"title", "issuer", "level", "jurisdiction"}


def test_faulty_rows_come_back_with_the_reason_and_can_be_mended(
    planned: Any, district: Pack, tmp_path: Path, at: datetime
) -> None:
    content = whole(GOOD | {"办理方式": "随便"})
    sheet = read(content, tmp_path)
    back = openpyxl.load_workbook(BytesIO(invalid_book(sheet, plan(sheet, day=at.date()))))
    rows = [*back["政策清单"].iter_rows(values_only=True)]
    assert rows[0][-1] == "未导入原因"
    assert "办理方式：没有“随便”这一项" in str(rows[1][-1])
    back["政策清单"].cell(2, rows[0].index("办理方式") + 1).value = "申报"
    target = BytesIO()
    back.save(target)
    (mended,) = planned(content=target.getvalue())
    assert (mended.verdict, mended.notes) == (Verdict.NEW, ())


# Out and back.


def test_every_shipped_policy_goes_out_and_comes_back() -> None:
    pack = load("furong-2020")
    facts = {key: fact_for_rules(fact) for key, fact in pack.facts.items()}
    layout = columns_for({kind.id: kind.label for kind in pack.kinds.values()})
    for policy in pack.policies.values():
        document = plain(pack.document_of(policy))
        told = lost(
            policy.id,
            document,
            plain(policy),
            layout,
            jurisdiction=pack.manifest.jurisdiction,
            facts=facts,
        )
        assert told == [], policy.id


def test_what_a_sheet_cannot_say_is_named_in_it(district: Pack) -> None:
    definition = {
        "title": "甲",
        "kinds": 5,
        "criteria": [{"id": "c1", "label": "甲｜乙", "when": "staff > 1"}, "?"],
        "notes": ["两行\n一条"],
        "group": {"id": "x"},
    }
    content = policies_book([Item("T09", {}, definition)], title="政策清单")
    told = [*openpyxl.load_workbook(BytesIO(content))["未能写入表格"].iter_rows(values_only=True)]
    paths = {str(row[2]).split(".")[1] for row in told[1:] if str(row[2]).startswith("definition")}
    assert paths >= {"kinds", "criteria", "notes", "group"}


def test_an_issued_policy_is_a_file_that_a_pack_takes(
    district: Pack, folder: Path, at: datetime
) -> None:
    for code in ("T01", "T03", "N01", "T05"):
        text = reads.text_of(code, at)
        for file in (folder / "policies").glob("*.yaml"):
            if f"id: {text.document.id}\n" in file.read_text("utf-8"):
                file.unlink()
        (folder / "policies" / file_name(text)).write_text(
            pack_file(text, catalogue().facts), "utf-8"
        )
        made = load(folder)
        assert plain(made.policies[code, 1]) == plain(text.policy)
        assert plain(made.documents[text.document.id]) == plain(text.document)
