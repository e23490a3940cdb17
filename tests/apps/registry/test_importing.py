"""Importing a list: verdicts on every row, valid rows taken over, the others handed back."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.models import Entry
from furong.apps.directory.models import User, Zone
from furong.apps.registry import importing
from furong.apps.registry.actions import NewSubject, register_subject, state_facts
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import invalid_rows
from furong.apps.registry.importing import ImportPlan, ImportResult, commit, preview
from furong.apps.registry.mapping import propose_mapping, targets_of
from furong.apps.registry.models import Dispute, FactEntry, ImportBatch, Subject
from furong.apps.registry.reads import facts_of
from furong.apps.registry.tables.reader import read_table
from tests.apps.cast import EAST, EAST_CODE, WEST_CODE, person

HEAD = [
    "企业名称",
    "统一社会信用代码",
    "所属街道",
    "地址",
    "期末从业人员",
    "营业收入（万元）",
    "复工日期",
]
NEW_CODE = "91990101MA00000035"


@pytest.fixture
def clerk(district: object, at: datetime) -> User:
    return person("tj", "统计员", "statistics", at=at)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "复工名单.xlsx"


def write(path: Path, rows: Sequence[Sequence[Any]], head: Sequence[str] = HEAD) -> None:
    book = openpyxl.Workbook()
    for row in (["名单"], head, *rows, ["合计", None, None, None, len(rows)]):
        book.worksheets[0].append(list(row))
    book.save(path)


def cells_of(path: Path) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [[cell.value for cell in row] for row in sheet]


def plan_for(path: Path, kind: str = "enterprise", **options: Any) -> ImportPlan:
    with read_table(path) as table:
        found = propose_mapping(table.columns, targets_of(kind, catalogue()))
    mapping = {one.column.place: one.target for one in found if one.target}
    return ImportPlan(kind=kind, mapping=mapping, source="statistics", **options)


def look(path: Path, at: datetime, *, by: User, **options: Any) -> list[tuple[str, str]]:
    with read_table(path) as table:
        planned = preview(plan_for(path, **options), table, by=by, at=at)
        return [(one.verdict.value, one.reason) for one in planned]


def take(path: Path, by: User, at: datetime, **options: Any) -> ImportResult:
    file = store(path, name=path.name, by=by, at=at)
    with read_table(path) as table:
        return commit(plan_for(path, **options), table, file=file, by=by, at=at)


class TestVerdicts:
    @pytest.mark.parametrize(
        ("cells", "reason"),
        [
            (["丁", NEW_CODE[:-1] + "X"], r"统一社会信用代码：.*校验不通过"),
            (["丁", 9.19901e17], r"统一社会信用代码：.*设为文本格式"),
            (["丁", "9.19901E+17"], r"统一社会信用代码：.*设为文本格式"),
            (["丁", None, "北街"], r"所属街道：没有区域“北街”"),
            (["丁", None, None, None, "十二"], r"期末从业人员：.*不是数"),
            (["丁", None, None, None, -1], r"期末从业人员：.*不小于 0"),
            (["丁", None, None, None, 1.5], r"期末从业人员：.*整数"),
            (["丁", None, None, None, 1, 2, "2020年2月31日"], r"复工日期：.*2020年2月31日.*29 天"),
            ([None, None, None, None, 3], "没有名称"),
            (["长" * 201], "超过 200 字"),
        ],
    )
    def test_a_bad_cell_makes_its_row_invalid_and_says_why(
        self, clerk: User, sheet: Path, cells: list[Any], reason: str, at: datetime
    ) -> None:
        write(sheet, [cells, ["戊公司", NEW_CODE]])
        verdicts = look(sheet, at, by=clerk)
        assert verdicts[0][0] == "invalid"
        assert re.search(reason, verdicts[0][1])
        assert verdicts[1] == ("new", "")

    def test_a_row_that_contradicts_is_counted_shown_and_kept(
        self, clerk: User, sheet: Path, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        for one, source in ((east_firm, "department"), (west_firm, "register")):
            state_facts(one, {"staff": 40}, source=source, by="test", at=at)
        write(
            sheet,
            [
                [east_firm.name, EAST_CODE, None, None, 41],
                [west_firm.name, WEST_CODE, None, None, 42, 3],
            ],
        )
        with read_table(sheet) as table:
            rows = list(preview(plan_for(sheet), table, by=clerk, at=at))
        assert [one.verdict.value for one in rows] == ["disputed", "disputed"]
        assert rows[0].notes == [
            "期末从业人员：已记录 40 人（部门数据），本表为 41 人，登记为有争议，不直接改写"
        ]
        assert not Dispute.objects.exists()
        done = take(sheet, clerk, at)
        assert done.counts == {"disputed": 2}
        assert [facts_of(one)["staff"].value for one in (east_firm, west_firm)] == [None, 40]
        assert facts_of(west_firm)["revenue"].value == 3_0000_00
        assert Dispute.objects.open().count() == 2
        assert {one[0] for one in look(sheet, at, by=clerk)} == {"same"}

    def test_new_changed_and_known_rows(
        self, clerk: User, sheet: Path, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        state_facts(east_firm, {"staff": 40}, source="owner", by="test", at=at)
        write(
            sheet,
            [
                ["东街停车服务有限公司", EAST_CODE, "东街", None, 40],
                ["西街餐饮", WEST_CODE, None, None, 7],
                ["新公司", NEW_CODE, "西街街道", "西街 1 号", 3],
            ],
        )
        assert [verdict for verdict, _reason in look(sheet, at, by=clerk)] == [
            "same",
            "update",
            "new",
        ]
        with read_table(sheet) as table:
            notes = [one.notes for one in preview(plan_for(sheet), table, by=clerk, at=at)]
        assert notes == [[], ["名称与登记的“西街餐饮管理有限公司”不同，未作更改"], []]

    def test_two_rows_about_one_subject_are_both_invalid(
        self, clerk: User, sheet: Path, east_firm: Subject, at: datetime
    ) -> None:
        write(
            sheet,
            [
                ["甲公司", NEW_CODE, None, None, 1],
                ["乙公司"],
                ["甲公司甲", NEW_CODE.lower(), None, None, 2],
                [east_firm.name],
                [None, EAST_CODE],
            ],
        )
        verdicts = look(sheet, at, by=clerk)
        expected = ["invalid", "new", "invalid", "same", "invalid"]
        assert [verdict for verdict, _reason in verdicts] == expected
        assert "与第 5 行是同一对象" in verdicts[0][1]
        assert "与第 3 行是同一对象" in verdicts[2][1]
        assert "与第 6 行是同一对象" in verdicts[4][1]

    def test_a_row_whose_numbers_belong_to_two_subjects(
        self, clerk: User, sheet: Path, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        head = ["企业名称", "统一社会信用代码", "平台编号"]
        write(sheet, [["东街停车", EAST_CODE, west_firm.number]], head)
        verdict, reason = look(sheet, at, by=clerk)[0]
        assert verdict == "invalid"
        assert str(east_firm) in reason
        assert str(west_firm) in reason

    def test_a_name_alone_finds_its_subject_unless_several_bear_it(
        self, clerk: User, sheet: Path, at: datetime
    ) -> None:
        for name in ("甲公司", "乙公司", "乙公司"):
            register_subject(NewSubject(kind="enterprise", name=name), by="test", at=at)
        write(sheet, [["甲公司", None, None, None, 3], ["乙公司", None, None, None, 3]])
        verdicts = look(sheet, at, by=clerk)
        assert verdicts[0] == ("update", "")
        assert verdicts[1][0] == "invalid"
        assert "有 2 个同名对象" in verdicts[1][1]

    def test_a_code_makes_two_of_one_name_two(
        self, clerk: User, sheet: Path, east_firm: Subject, at: datetime
    ) -> None:
        write(sheet, [[east_firm.name, NEW_CODE]])
        assert look(sheet, at, by=clerk) == [("new", "")]

    def test_nothing_is_written(self, clerk: User, sheet: Path, at: datetime) -> None:
        write(sheet, [["新公司", NEW_CODE, "东街", None, 3]])
        entries = Entry.objects.count()
        look(sheet, at, by=clerk)
        assert not Subject.objects.exists()
        assert Entry.objects.count() == entries


class TestTakingOver:
    def test_valid_rows_are_taken_over_and_the_others_handed_back(
        self, clerk: User, sheet: Path, tmp_path: Path, at: datetime
    ) -> None:
        write(
            sheet,
            [
                ["新公司", NEW_CODE, "东街", "东街 1 号", 12, 150.5, "2020-02-10"],
                ["坏公司", EAST_CODE, "东街", "@甲座", "许多", 3, "2020年2月31日"],
            ],
        )
        result = take(sheet, clerk, at, about=(date(2020, 2, 29), date(2020, 2, 29)))
        assert result.counts == {"new": 1, "invalid": 1}
        subject = Subject.objects.get()
        known = facts_of(subject)
        assert subject.street == Zone.objects.get(code=EAST)
        assert subject.identifiers.get().value == NEW_CODE
        assert known["revenue"].shown == "150.5 万元"
        assert known["staff"].about == (date(2020, 2, 29), date(2020, 2, 29))
        entry = FactEntry.objects.get(fact="staff")
        assert (entry.cited, entry.batch, entry.reporter) == (sheet.name, result.batch, clerk)

        with read_table(sheet) as table:
            back = tmp_path / "退回.xlsx"
            back.write_bytes(invalid_rows(table.columns, result.invalid))
        cells = cells_of(back)
        assert cells[0] == [*HEAD, "未导入原因"]
        assert cells[1][:2] == ["坏公司", EAST_CODE]
        assert cells[1][3] == "'@甲座"
        assert cells[1][6] == "2020年2月31日"
        assert "期末从业人员：" in cells[1][-1]
        assert "复工日期：" in cells[1][-1]

    def test_the_same_file_twice_changes_nothing(
        self, clerk: User, sheet: Path, at: datetime
    ) -> None:
        write(sheet, [["新公司", NEW_CODE, "东街", None, 12], ["坏公司", None, "北街"]])
        first = take(sheet, clerk, at)
        acts = Entry.objects.exclude(verb="file.store")
        entries = acts.count(), FactEntry.objects.count()
        second = take(sheet, clerk, at + timedelta(days=1))
        assert second.batch == first.batch
        assert second.counts == first.counts == {"new": 1, "invalid": 1}
        assert [one.reason for one in second.invalid] == [one.reason for one in first.invalid]
        assert (acts.count(), FactEntry.objects.count()) == entries

    def test_the_same_rows_in_another_file_change_nothing_either(
        self, clerk: User, sheet: Path, tmp_path: Path, at: datetime
    ) -> None:
        rows = [["新公司", NEW_CODE, "东街", "地址", 12, 3, "2020-02-10"]]
        write(sheet, rows)
        take(sheet, clerk, at)
        again = tmp_path / "再报.xlsx"
        write(again, [*rows, ["乙公司"]])
        assert take(again, clerk, at).counts == {"same": 1, "new": 1}

    def test_after_a_crash_it_goes_on_where_it_stopped(
        self, clerk: User, sheet: Path, monkeypatch: pytest.MonkeyPatch, at: datetime
    ) -> None:
        monkeypatch.setattr(importing, "CHUNK", 2)
        write(sheet, [[f"公司{n}", None, None, None, n] for n in range(5)])
        take_over = importing._take_over

        def crash_at_the_second(planned: Any, *args: Any, **kwargs: Any) -> None:
            take_over(planned, *args, **kwargs)
            if any(one.reading.name == "公司3" for one in planned):
                raise MemoryError

        monkeypatch.setattr(importing, "_take_over", crash_at_the_second)
        with pytest.raises(MemoryError):
            take(sheet, clerk, at)
        assert Subject.objects.count() == 2
        assert ImportBatch.objects.get().rows_done == 2

        monkeypatch.setattr(importing, "_take_over", take_over)
        assert take(sheet, clerk, at).counts == {"new": 5}
        assert sorted(Subject.objects.values_list("name", flat=True)) == [
            f"公司{n}" for n in range(5)
        ]

    def test_blanks_are_filled_and_what_stands_is_kept(
        self, clerk: User, sheet: Path, at: datetime
    ) -> None:
        bare = register_subject(NewSubject(kind="enterprise", name="甲公司"), by="test", at=at)
        write(sheet, [["甲公司", NEW_CODE, "东街", "新址 1 号"]])
        assert take(sheet, clerk, at).counts == {"update": 1}
        bare.refresh_from_db()
        assert (bare.address, bare.identifiers.get().value) == ("新址 1 号", NEW_CODE)
        write(sheet, [["甲公司", NEW_CODE, "西街", "别处 2 号"]])
        assert take(sheet, clerk, at).counts == {"same": 1}
        assert [one.name for one in Subject.objects.search("新址")] == ["甲公司"]

    def test_every_batch_is_in_the_journal_with_counts_and_digest(
        self, clerk: User, sheet: Path, at: datetime
    ) -> None:
        write(sheet, [["新公司", NEW_CODE, None, None, 12], ["坏", "x"]])
        batch = take(sheet, clerk, at).batch
        entry = Entry.objects.get(verb="subject.import")
        assert entry.payload["counts"] == {"new": 1, "invalid": 1}
        assert entry.payload["digest"] == batch.digest
        assert Entry.objects.filter(verb="subject.register").count() == 1

    def test_the_file_is_kept_with_its_batch_as_it_was_handed_in(
        self, clerk: User, sheet: Path, at: datetime
    ) -> None:
        write(sheet, [["新公司", NEW_CODE, None, None, 12]])
        batch = take(sheet, clerk, at).batch
        assert batch.file is not None
        with batch.file.open() as kept:
            assert kept.read() == sheet.read_bytes()
        assert (batch.file.name, batch.file.stored_by) == (sheet.name, clerk.pk)
        entry = Entry.objects.get(verb="subject.import")
        assert (entry.payload["file"], entry.payload["source"]) == (
            str(batch.file.pk),
            "statistics",
        )

    def test_people_need_a_number_and_stay_sealed(
        self, clerk: User, sheet: Path, at: datetime
    ) -> None:
        head = ["姓名", "resident_id", "困难类别", "联系电话"]
        write(
            sheet,
            [["赵小明", "990101190001010000", "低保", "13000000000"], ["钱小红", None, "特困"]],
            head,
        )
        result = take(sheet, clerk, at, kind="person")
        assert result.counts == {"new": 1, "invalid": 1}
        assert take(sheet, clerk, at, kind="person").counts == result.counts
        assert FactEntry.objects.filter(value__isnull=False).count() == 0
        assert Subject.objects.get().name == "赵**"

    def test_a_plan_for_another_table_is_refused(
        self, clerk: User, sheet: Path, at: datetime
    ) -> None:
        write(sheet, [["甲公司"]])
        plan = ImportPlan(kind="enterprise", mapping={0: "fact:height"}, source="owner")
        with read_table(sheet) as table, pytest.raises(Refusal, match="fact:height"):
            list(preview(plan, table, by=clerk, at=at))
