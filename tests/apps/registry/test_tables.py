"""Reading the files that people really send, and refusing those that no one should open."""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from furong.apps.registry.tables import guard, worker
from furong.apps.registry.tables.guard import Unreadable
from furong.apps.registry.tables.heading import Row, locate
from furong.apps.registry.tables.reader import SheetNotChosen, read_table

type Rows = Iterable[Sequence[Any]]
type Write = Callable[..., Path]

PLAIN: Rows = [["企业名称", "人数"], ["甲公司", 12], ["乙公司", 8]]


@pytest.fixture
def xlsx(tmp_path: Path) -> Write:
    def write(name: str = "表.xlsx", **sheets: Rows) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        path = tmp_path / name
        book.save(path)
        return path

    return write


@pytest.fixture
def text(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "表.csv"
        path.write_bytes(content)
        return path

    return write


def rows_of(path: Path, sheet: str | None = None) -> list[tuple[Any, ...]]:
    with read_table(path, sheet=sheet) as table:
        return [row.cells for row in table.rows()]


def headings_of(path: Path) -> list[str]:
    with read_table(path) as table:
        return [column.heading for column in table.columns]


def repack(path: Path, changes: dict[str, bytes | None]) -> Path:
    """The same archive with files replaced, added or (None) left out."""
    source = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = changes.pop(name, source.read(name))
            if content is not None:
                target.writestr(name, content)
        for name, added in changes.items():
            target.writestr(name, added or b"")
    return path


class TestRefused:
    def test_an_empty_file(self, text: Write) -> None:
        with pytest.raises(Unreadable, match="空的"):
            rows_of(text(b""))

    def test_a_large_file(self, text: Write) -> None:
        with pytest.raises(Unreadable, match="超过 20 MB"):
            rows_of(text(b"a," * guard.MAX_BYTES))

    def test_a_zip_bomb_at_once(self, xlsx: Write) -> None:
        path = repack(xlsx(S=PLAIN), {"xl/media/pad.bin": b"\0" * 40_000_000})
        start = monotonic()
        with pytest.raises(Unreadable, match="大得反常"):
            rows_of(path)
        assert monotonic() - start < 1

    def test_a_table_that_unpacks_to_more_than_there_is_room_for(
        self, xlsx: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two cells at opposite corners make a dense parser ask for the whole sheet."""
        path = xlsx(S=PLAIN)
        sheet = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
        far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        repack(path, {"xl/worksheets/sheet1.xml": sheet.replace("</sheetData>", far).encode()})
        with pytest.raises(Unreadable, match="过大"):
            rows_of(path)

    def test_macros(self, xlsx: Write) -> None:
        with pytest.raises(Unreadable, match="宏"):
            rows_of(repack(xlsx(S=PLAIN), {"xl/vbaProject.bin": b"x"}))

    def test_a_password(self, text: Write) -> None:
        ole = bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")
        with pytest.raises(Unreadable, match="密码"):
            rows_of(text(ole))

    def test_a_broken_archive(self, xlsx: Write) -> None:
        path = xlsx(S=PLAIN)
        path.write_bytes(path.read_bytes()[:500])
        with pytest.raises(Unreadable, match="损坏"):
            rows_of(path)

    def test_a_broken_sheet(self, xlsx: Write) -> None:
        with pytest.raises(Unreadable, match="损坏"):
            rows_of(repack(xlsx(S=PLAIN), {"xl/worksheets/sheet1.xml": b"<worksheet><a"}))

    def test_another_document(self, xlsx: Write) -> None:
        with pytest.raises(Unreadable, match="不是 xlsx"):
            rows_of(repack(xlsx(S=PLAIN), {"xl/workbook.xml": None}))

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"%PDF-1.7", "PDF"),
            (b"\x89PNG\r\n\x1a\n", "图片"),
            (b"\x00\x01\x02\x03" * 9, "编码不明"),
            (b"\xff\xff\xff\xff,\xff\n", "编码不明"),
        ],
    )
    def test_what_is_no_table(self, text: Write, content: bytes, message: str) -> None:
        with pytest.raises(Unreadable, match=message):
            rows_of(text(content))

    def test_too_many_rows(self, text: Write) -> None:
        with pytest.raises(Unreadable, match="超过 200000 行"):
            rows_of(text(b"a,b\n" + b"1,2\n" * (worker.MAX_ROWS + 1)))

    def test_too_many_columns(self, text: Write) -> None:
        with pytest.raises(Unreadable, match="超过 500 列"):
            rows_of(text(b",".join([b"x"] * 600) + b"\n" + b",".join([b"1"] * 600)))

    def test_a_table_without_rows(self, xlsx: Write) -> None:
        with pytest.raises(Unreadable, match="没有找到表头和数据行"):
            rows_of(xlsx(S=[["企业名称", "人数"], ["合计", 0]]))

    def test_two_tables_without_a_choice(self, xlsx: Write) -> None:
        path = xlsx(规上工业=PLAIN, 服务业=PLAIN, 说明=[["填表说明"]])
        with pytest.raises(SheetNotChosen, match="规上工业、服务业") as refused:
            rows_of(path)
        assert refused.value.sheets == ["规上工业", "服务业"]
        assert len(rows_of(path, sheet="服务业")) == 2
        with pytest.raises(Unreadable, match=r"没有工作表“工业”；现有：规上工业"):
            rows_of(path, sheet="工业")


class TestHeadings:
    def test_below_a_merged_title_and_a_line_of_dates(self, xlsx: Write) -> None:
        path = xlsx(
            S=[
                ["东区复工企业名单"],
                ["填报单位：区工信局", None, None, "2020年3月2日"],
                [],
                ["序号", "企业名称", "人数", "备注"],
                [1, "甲公司", 12, None],
            ]
        )
        assert headings_of(path) == ["序号", "企业名称", "人数", "备注"]
        assert rows_of(path) == [(1, "甲公司", 12, None)]

    def test_in_two_rows(self, xlsx: Write) -> None:
        path = xlsx(
            S=[
                ["名单"],
                ["企业名称", "参保人数", None, "营业收入（万元）", None],
                [None, "年初", "年末", "上年", "本年"],
                ["甲公司", 10, 12, 3.5, 4],
            ]
        )
        assert headings_of(path) == [
            "企业名称",
            "参保人数/年初",
            "参保人数/年末",
            "营业收入（万元）/上年",
            "营业收入（万元）/本年",
        ]
        with read_table(path) as table:
            assert [column.factor for column in table.columns[2:4]] == [1, Decimal(10_000)]

    def test_a_first_row_of_words_is_no_second_heading(self) -> None:
        rows = [
            Row(1, ("企业名称", "街道", "备注")),
            Row(2, ("甲公司", "东街", None)),
            Row(3, ("乙公司", "西街", "新办")),
        ]
        columns, ends = locate(rows)
        assert ([column.label for column in columns], ends) == (["企业名称", "街道", "备注"], 1)

    def test_repeated_on_each_printed_page(self, xlsx: Write) -> None:
        path = xlsx(S=[*PLAIN, ["企业名称", "人数"], ["丙公司", 3]])
        assert [row[0] for row in rows_of(path)] == ["甲公司", "乙公司", "丙公司"]

    def test_totals_and_remarks_are_left_out(self, xlsx: Write) -> None:
        path = xlsx(
            S=[
                ["序号", "企业名称", "人数"],
                [1, "甲公司", 12],
                [None, "小 计", 12],
                [2, "合计科技有限公司", 8],
                ["合计：", None, 20],
                ["注：人数为月末数"],
                ["填表人：某某", None, "联系电话：0"],
            ]
        )
        assert [row[1] for row in rows_of(path)] == ["甲公司", "合计科技有限公司"]


class TestWorkbooks:
    def test_a_false_dimension_hides_no_row(self, xlsx: Write) -> None:
        path = xlsx(S=[["企业名称", "人数"], *([f"企业{n}", n] for n in range(500))])
        name = "xl/worksheets/sheet1.xml"
        sheet = zipfile.ZipFile(path).read(name).decode()
        assert '<dimension ref="A1:B501"' in sheet
        repack(path, {name: sheet.replace('ref="A1:B501"', 'ref="A1:B1"', 1).encode()})
        assert len(rows_of(path)) == 500

    def test_the_extension_does_not_matter(self, xlsx: Write) -> None:
        assert len(rows_of(xlsx(name="名单.csv", S=PLAIN))) == 2

    def test_formulas_give_their_last_value(self, tmp_path: Path) -> None:
        path = tmp_path / "f.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["企业名称", "人数"])
            sheet.write_string(1, 0, "甲公司")
            sheet.write_formula(1, 1, "=6*7", None, 42)
        assert rows_of(path) == [("甲公司", 42)]

    def test_dates_and_numbers_come_as_they_were_meant(self, xlsx: Write) -> None:
        path = xlsx(
            S=[
                ["名称", "日期", "时刻", "数", "小数"],
                ["甲", date(2020, 2, 29), datetime(2020, 2, 29, 8, 30), 3.0, 0.055],
            ]
        )
        assert rows_of(path) == [("甲", "2020-02-29", "2020-02-29 08:30:00", 3, 0.055)]

    def test_hidden_sheets_are_not_looked_at(self, tmp_path: Path) -> None:
        path = tmp_path / "h.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for title in ("名单", "选项"):
                sheet = book.add_worksheet(title)
                for number, row in enumerate(PLAIN):
                    sheet.write_row(number, 0, row)
            sheet.hide()
        assert len(rows_of(path)) == 2

    def test_rows_keep_their_numbers(self, xlsx: Write) -> None:
        path = xlsx(S=[[], ["名称", "人数"], ["甲", 1], [], ["乙", 2]])
        with read_table(path) as table:
            assert [row.number for row in table.rows()] == [3, 5]


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    @pytest.mark.parametrize("mark", [",", "\t", ";"])
    def test_encodings_and_delimiters(self, text: Write, encoding: str, mark: str) -> None:
        lines = [["企业名称", "地址"], ["芙蓉置业", "五一大道1号"], ["乙", "〇"]]
        content = "\r\n".join(mark.join(line) for line in lines)
        assert rows_of(text(content.encode(encoding))) == [
            ("芙蓉置业", "五一大道1号"),
            ("乙", "〇"),
        ]

    def test_quoted_delimiters_and_line_breaks(self, text: Write) -> None:
        path = text('名称,地址\n"甲,乙","一\n二"\n'.encode())
        assert rows_of(path) == [("甲,乙", "一\n二")]

    def test_a_formula_is_text(self, text: Write) -> None:
        assert rows_of(text("名称,备注\n甲,=1+1\n乙,'=1+1\n".encode())) == [
            ("甲", "=1+1"),
            ("乙", "=1+1"),
        ]


def test_a_name_that_begins_like_a_remark_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    path.write_text("企业名称,街道\n注塑机械厂,东街\n注册地未知,西街\n注：以上为示例,\n", "utf-8")
    with read_table(path) as table:
        assert [row.cell(0) for row in table.rows()] == ["注塑机械厂", "注册地未知"]
