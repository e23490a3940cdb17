"""Files of a population are what `furong match` reads."""

from pathlib import Path

import pytest

from furong.apps.base.errors import Refusal
from furong.faces.cli import main
from furong.faces.cli.subjects import Subjects
from furong.faces.demo import writing
from furong.faces.demo.population import Population
from furong.packs import Pack, load

SIZE = 400


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_a_file_says_what_the_columns_say(
    furong: Pack, population: Population, tmp_path: Path, ending: str
) -> None:
    out = tmp_path / f"subjects{ending}"
    told: list[int] = []
    writing.write(population, SIZE, out, told.append)
    subjects = Subjects(out, furong.rulebook())
    read = [
        (subject, {key: held[place] for key, held in values.items()})
        for ids, values in subjects.chunks()
        for place, subject in enumerate(ids)
    ]
    columns = population.columns(SIZE)
    assert subjects.ignored == {}
    assert [subject for subject, _ in read] == [*columns.ids]
    for place, (_, row) in enumerate(read):
        assert {key: value for key, value in row.items() if value is not None} == columns.row(place)
    assert told[-1] == SIZE


def test_an_unknown_ending_is_refused(population: Population, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="parquet"):
        writing.write(population, SIZE, tmp_path / "subjects.doc", print)
    assert not [*tmp_path.iterdir()]


def test_a_sheet_has_so_many_rows(population: Population, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="csv"):
        writing.write(population, writing.XLSX_ROWS + 1, tmp_path / "subjects.xlsx", print)
    assert not [*tmp_path.iterdir()]


def test_a_broken_off_file_leaves_the_old_one(population: Population, tmp_path: Path) -> None:
    out = tmp_path / "subjects.csv"
    out.write_text("old", "utf-8")

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writing.write(population, SIZE, out, stop)
    assert out.read_text("utf-8") == "old"
    assert [*tmp_path.iterdir()] == [out]


def test_the_command_line_writes_what_match_reads(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "subjects.csv"
    command = ["population", "--pack", str(folder), "--size", "1,000", "--out", str(out)]
    assert main(command) == 0
    assert sum(len(ids) for ids, _ in Subjects(out, load(folder).rulebook()).chunks()) == 1000
    assert "完成" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--size", "10", "--out", "/nowhere/at/all.csv"], "/nowhere/at"),
        (["--size", "10", "--out", "a.txt"], "不认识的文件类型"),
        (["--size", "10", "--out", "a.csv", "--pack", "nothing"], "nothing"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["population", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_size_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["population", "--size", "0", "--out", "a.csv"])
    assert "户数 0 不行" in capsys.readouterr().err
