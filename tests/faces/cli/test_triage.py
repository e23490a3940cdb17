"""`furong triage`, as one types it."""

import csv
import gzip
import os
import re
from pathlib import Path

import pytest

from furong.faces.cli import main
from tests.engines.text.cast import EXAMPLES

PACK = str(Path(__file__).parents[3] / "packs" / "furong-2020")
LABELS = """\
labels:
- {id: loan, name: 贷款融资, words: [贷款, 续贷, 利息, 授信]}
- {id: catering, name: 返岗就餐, words: [吃饭, 食堂, 盒饭, 就餐]}
- {id: traffic, name: 停车与交通, words: [停车, 车位, 车库, 公交]}
- {id: supplies, name: 防疫物资, words: [口罩, 消毒液, 酒精, 测温枪]}
"""
LINES = ["macro-F1", "accuracy", "top-3", "ECE", "accuracy@80%", "ms/message"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "messages.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["title", "text", "label"])
        writer.writerows([*one.message, one.label] for one in EXAMPLES)
    return path


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.yaml"
    path.write_text(LABELS, "utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *argv: object) -> str:
    assert main(["triage", *map(str, argv)]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *argv: object) -> str:
    assert main(["triage", *map(str, argv)]) == 2
    return capsys.readouterr().err


def test_train_then_evaluate_prints_the_figures(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model.npz"
    told = run(capsys, "train", data, "--out", model)
    assert "4 个类别，96 条" in told
    assert "留出检验" in told
    lines = run(capsys, "evaluate", model, data).splitlines()
    assert [line.split(" ")[0] for line in lines] == LINES
    assert all(re.fullmatch(r"\S+ \d+\.\d+", line) for line in lines)
    assert lines[0] == "macro-F1 1.000"


def test_the_words_of_a_file_make_a_model_without_data(
    data: Path, labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model.npz"
    run(capsys, "train", "--labels", labels, "--out", model)
    first = run(capsys, "evaluate", model, data).splitlines()[0]
    assert float(first.split()[1]) > 0.7


def test_a_table_of_words_can_be_a_csv_of_which_some_are_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("level1,level2\n贷款,续贷\n贷款,利息\n停车,车位\n口罩,酒精\n", "utf-8")
    told = run(capsys, "train", "--labels", table, "--only", "贷款,停车", "--out", tmp_path / "m")
    assert "2 个类别，0 条" in told
    assert "贷款" in run(capsys, "suggest", "--model", tmp_path / "m", "想续贷")
    assert "没有类别 口照" in refused(
        capsys, "train", "--labels", table, "--only", "贷款,口照", "--out", tmp_path / "m"
    )


def test_similar_prints_the_likest_first(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "similar", data, "--query", "白鹭楼买不到口罩", "--top", 3).splitlines()
    assert len(lines) == 3
    assert "白鹭楼买不到口罩" in lines[0]
    assert float(lines[0].split("\t")[0]) >= float(lines[1].split("\t")[0])
    assert run(capsys, "similar", data, "--query", "zzzz") == "没有相似的\n"


def test_suggest_cites_the_duty_and_gives_no_percentage_on_the_first_day(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = run(capsys, "suggest", "--pack", PACK, "银行贷款到期想续贷", "资金周转困难")
    assert "待人工判定" in told
    assert "贷款融资" in told
    assert "金融事务中心：银企对接，协调金融机构支持企业融资（假设，待核）" in told
    assert "%" not in told


def test_a_street_is_named_where_the_case_lies_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    case = ("--pack", PACK, "楼宇物业不让进，出入证怎么办", "社区要求测温消毒")
    assert "街道" not in run(capsys, "suggest", *case).split("承办建议", 1)[1].split("：")[0]
    assert "五里牌街道：" in run(capsys, "suggest", "--zone", "430102008", *case)


def test_a_model_of_other_categories_gives_way_to_the_words_and_says_so(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "train", data, "--out", tmp_path / "m")
    assert main(["triage", "suggest", "--pack", PACK, "--model", str(tmp_path / "m"), "口罩"]) == 0
    told = capsys.readouterr()
    assert "另一套类别" in told.err
    assert "暂按类别词语判别" in told.err
    assert "防疫物资" in told.out


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "缺少列 title、text、label"),
        ("title,text\na,b\n", "缺少列 label"),
        ("title,text,label\n", "没有数据行"),
        ("title,text,label\n停车,太贵,traffic\n口罩,,\n", "第 3 行没有类别"),
        ("title,text,label\n,,traffic\n", "第 2 行标题和正文都是空的"),
        ('title,text,label\n"两\n行",b,c\n停车,太贵\n', "第 4 行有 2 格"),
        ('title,text,label\n"停车,太贵,traffic\n', "第 2 行读不下去"),
        ("title,text,label,label\na,b,c,d\n", "重复的列"),
        ("title,text,label\n停车,太贵,traffic\n", "类别少于两个"),
        (b"title,text,label\n\xcd\xa3\xb3\xb5,b,c\n", "不是 UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_line(
    content: str | bytes, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert why in refused(capsys, "train", path, "--out", tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_what_excel_and_strangers_paste_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "d.csv"
    rows = "停车,太\x00贵,甲\r\n口罩,\u202e没有😀,乙\r\n\r\n"
    path.write_text("\ufefftitle,text,label\r\n" + rows * 3, "utf-8", newline="")
    assert "2 个类别，6 条" in run(capsys, "train", path, "--out", tmp_path / "m")


def test_files_that_are_missing_or_broken_are_named(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "没有文件" in refused(capsys, "train", tmp_path / "no.csv", "--out", tmp_path / "m")
    assert "没有模型文件" in refused(capsys, "evaluate", tmp_path / "no", data)
    assert "不是判别模型" in refused(capsys, "evaluate", data, data)
    assert "没有文件夹" in refused(capsys, "train", data, "--out", tmp_path / "no" / "m")
    assert "既没有数据" in refused(capsys, "train", "--out", tmp_path / "m")
    data.write_bytes(data.read_bytes()[:200])
    assert "读不了" in refused(capsys, "train", data, "--out", tmp_path / "m")


@pytest.mark.parametrize(
    "content",
    [
        "labels: 3",
        "- a",
        "labels: [{id: 3}]",
        "labels: [{id: a, words: [[b]]}]",
        "a: [",
        "labels:\n- {id: a}",
    ],
)
def test_a_table_of_categories_that_cannot_be_used_is_refused(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "l.yaml"
    path.write_text(content, "utf-8")
    assert "l.yaml" in refused(capsys, "train", "--labels", path, "--out", tmp_path / "m")


def test_labels_that_the_table_or_the_model_lacks_are_named_by_line(
    data: Path, labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "o.csv"
    other.write_text("title,text,label\n停车,车位,traffic\n云,天上,cloud\n", "utf-8")
    told = refused(capsys, "train", other, "--labels", labels, "--out", tmp_path / "m")
    assert "第 3 行：没有类别 cloud" in told
    run(capsys, "train", data, "--out", tmp_path / "m")
    assert "第 3 行：没有类别 cloud" in refused(capsys, "evaluate", tmp_path / "m", other)


def test_messages_of_a_real_town_are_sorted_as_well_as_promised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The words alone on real messages, where they are at hand: FURONG_MESSAGES names their folder."""
    given = os.environ.get("FURONG_MESSAGES")
    if not given:
        pytest.skip("FURONG_MESSAGES names no folder of messages")
    folder, model = Path(given), tmp_path / "m"
    with gzip.open(folder / "train.csv.gz", "rt", encoding="utf-8", newline="") as file:
        names = ",".join(sorted({row["label"] for row in csv.DictReader(file)}))
    run(capsys, "train", "--labels", folder / "taxonomy.csv", "--only", names, "--out", model)
    first = run(capsys, "evaluate", model, folder / "train.csv.gz").splitlines()[0]
    assert float(first.split()[1]) >= 0.7
