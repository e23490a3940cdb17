"""`furong match` and `furong whatif`, as one types them."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from furong.faces.cli import main

PACK = str(Path(__file__).parents[3] / "packs" / "furong-2020")
HEAD = "编号,subject,insured,size_class,reg_division,unit_social_insurance"


@pytest.fixture
def firms(tmp_path: Path) -> Path:
    path = tmp_path / "firms.csv"
    path.write_text(
        f"{HEAD}\n"
        "甲,enterprise,是,small,430102,120000\n"
        "乙,enterprise,true,,430102,\n"
        "丙,enterprise,true,large,430102,9500.50\n",
        "utf-8",
    )
    return path


def matched(path: Path, out: Path, *more: str) -> dict[tuple[str, str], dict[str, str]]:
    assert main(["match", PACK, str(path), "--out", str(out), *more]) == 0
    with out.open(encoding="utf-8", newline="") as file:
        return {(row["subject"], row["policy"]): row for row in csv.DictReader(file)}


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(list(argv)) == 2
    return capsys.readouterr().err


def test_one_row_for_each_subject_and_policy(firms: Path, tmp_path: Path) -> None:
    found = matched(firms, tmp_path / "v.csv")
    assert len(found) == 3 * 70
    assert list(found["甲", "CN01"].values()) == ["甲", "CN01", "1", "eligible", "120000", ""]
    assert found["乙", "CN01"]["verdict"] == "unknown"
    assert "staff" in found["乙", "CN01"]["missing"].split(";")
    assert found["丙", "CN01"]["verdict"] == "ineligible"
    assert found["丙", "CN02"]["amount"] == "4750.25"


def test_the_reason_names_every_criterion(firms: Path, tmp_path: Path) -> None:
    found = matched(firms, tmp_path / "v.csv", "--explain")
    assert "中型、小型或微型：满足" in found["甲", "CN01"]["reason"]


def test_a_day_chooses_the_versions(firms: Path, tmp_path: Path) -> None:
    found = matched(firms, tmp_path / "v.csv", "--at", "2020-03-02")
    assert ("甲", "CN01") in found
    assert ("甲", "CN13") not in found  # issued in June


def test_a_column_that_the_pack_does_not_declare_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("id,insurd,staff\na,是,3\n", "utf-8")
    matched(path, tmp_path / "v.csv")
    told = capsys.readouterr().err
    assert "insurd" in told
    assert "是否想写 insured？" in told


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (f"{HEAD}\n甲,enterprise,也许,small,430102,1\n", "'也许' 不是“是”或“否”"),
        (f"{HEAD}\n甲,enterprise,是,tiny,430102,1\n", "没有值 'tiny'"),
        (f"{HEAD}\n甲,enterprise,是,small,4.30102E+5,1\n", "科学计数"),
        (f"{HEAD}\n甲,enterprise,是,small,430102,-5\n", "超出范围"),
        ("id,resumed_on\n甲,2020年2月31日\n", "2020年2月只有 29 天"),
        (f"{HEAD}\n甲,,,,,\n甲,,,,,\n", "与第 2 行重复"),
        (f"{HEAD}\n,enterprise,是,small,430102,1\n", "第一列是空的"),
        ("id,insured,insured\n甲,是,是\n", "有两列都是 insured"),
        ("id,x\n甲,1\n", "没有一列是内容包声明的事实"),
        (f'{HEAD}\n"甲,enterprise,是,small,430102,1\n', "第 2 行读不下去"),
        (HEAD, "没有数据行"),
        ("", "没有一列"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(
    content: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "firms.csv", tmp_path / "v.csv"
    path.write_text(content, "utf-8")
    out.write_text("昨天的结果", "utf-8")
    assert why in refused(capsys, "match", PACK, str(path), "--out", str(out))
    assert out.read_text("utf-8") == "昨天的结果"
    assert {*tmp_path.iterdir()} == {path, out}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("firms.jsonl", b'{"id": "a", "insured": true}\n{"id": "\xff"}', "第 2 行不是 UTF-8"),
        ("firms.jsonl", b'{"id": "a", "insured": {"x": 1}}', "不是“是”或“否”"),
        ("firms.jsonl", b'{"id": "a", "listed": [["x"]]}', "没有值"),
        ("firms.jsonl", b"[" * 100_000, "第 1 行不是 UTF-8 编码的 JSON"),
        ("firms.jsonl", b'{"id": "a\\ud800", "insured": true}', "看不见的控制字符"),
        ("firms.jsonl", b"[1]", "第 1 行不是对象"),
        ("firms.parquet", b"PAR1", "不是 parquet 文件"),
        ("firms.xlsx", b"PK", "没有找到表头"),
        ("firms.txt", b"", "不认识的文件类型"),
        ("firms.csv", "编号,staff\n甲,3\n".encode() + b"\x80", "读不下去"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    name: str, content: bytes, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / name, tmp_path / "v.csv"
    path.write_bytes(content)
    assert why in refused(capsys, "match", PACK, str(path), "--out", str(out))
    assert not out.exists()


def test_rows_may_be_shorter_or_longer_than_the_heading(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("id,insured,listed\na\nb,是\n\nc,是,,,\n,,\n", "utf-8")
    found = matched(path, tmp_path / "v.csv")
    assert {subject for subject, _ in found} == {"a", "b", "c"}
    assert found["a", "CN01"]["missing"] != found["b", "CN01"]["missing"]


def test_lenient_takes_bad_cells_as_unknown_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "firms.csv"
    path.write_text(f"{HEAD}\n甲,enterprise,也许,small,430102,1\n", "utf-8")
    found = matched(path, tmp_path / "v.csv", "--lenient")
    assert found["甲", "CN01"]["missing"] == "insured"
    assert "1 个单元格不能用" in capsys.readouterr().err


def test_every_format_is_read_alike(firms: Path, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = matched(firms, tmp_path / "v.csv")
    with firms.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    book = xlsxwriter.Workbook(tmp_path / "firms.xlsx", {"strings_to_numbers": False})
    sheet = book.add_worksheet()
    for place, row in enumerate([head, *rows]):
        sheet.write_row(place, 0, row)
    book.close()
    columns = {name: [row[i] or None for row in rows] for i, name in enumerate(head)}
    pq.write_table(pa.table(columns), tmp_path / "firms.parquet")
    (tmp_path / "firms.jsonl").write_text(
        "\n".join(json.dumps(dict(zip(head, row, strict=True))) for row in rows), "utf-8"
    )
    (tmp_path / "gb.csv").write_bytes(firms.read_text("utf-8").encode("gb18030"))
    for name in ("firms.xlsx", "firms.parquet", "firms.jsonl", "gb.csv"):
        assert matched(tmp_path / name, tmp_path / "v.csv") == plain, name


def test_every_format_tells_the_same(firms: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    rows = [*matched(firms, tmp_path / "v.csv", "--explain").values()]
    for name in ("v.parquet", "v.jsonl"):
        assert main(["match", PACK, str(firms), "--explain", "--out", str(tmp_path / name)]) == 0
    table = pq.read_table(tmp_path / "v.parquet").to_pylist()
    lines = map(json.loads, (tmp_path / "v.jsonl").read_text("utf-8").splitlines())
    for row, stored, line in zip(rows, table, lines, strict=True):
        amount = Decimal(row["amount"]) if row["amount"] else None
        version, missing = int(row["version"]), [key for key in row["missing"].split(";") if key]
        assert stored == {**row, "version": version, "amount": amount}
        told = {"version": version, "amount": row["amount"] or None, "missing": missing}
        assert line == {**row, **told}


def test_an_id_cannot_become_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("id,insured\n=1+1,是\n", "utf-8")
    assert ("'=1+1", "CN01") in matched(path, tmp_path / "v.csv")


def test_what_if_shows_before_and_after(firms: Path, capsys: pytest.CaptureFixture[str]) -> None:
    setting = "CN01.size=size_class IN ('small', 'large')"
    assert main(["whatif", PACK, str(firms), "--set", setting, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["before"]["eligible"], found["before"]["amount"]) == (1, "120000.00")
    assert (found["after"]["eligible"], found["after"]["amount"]) == (2, "129500.50")


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("CN01.size", "看不懂"),
        ("CN99.size=insured", "是否想写"),
        ("CN01.siz=insured", "是否想写 size？"),
        ("CN01.size=insurd", "是否想写 insured？"),
        ("CN01.size=staff / 2 > 3", "没有除法"),
    ],
)
def test_what_if_refuses_what_it_cannot_read(
    setting: str, why: str, firms: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why in refused(capsys, "whatif", PACK, str(firms), "--set", setting)
