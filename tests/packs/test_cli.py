"""`furong pack`."""

import argparse
import json
from pathlib import Path

import pytest

from furong.faces.cli.pack import add_parser
from tests.packs.test_examples import EXAMPLES, copied


def furong(*args: str | Path) -> int:
    parser = argparse.ArgumentParser("furong")
    add_parser(parser.add_subparsers())
    parsed = parser.parse_args([str(arg) for arg in args])
    status: int = parsed.run(parsed)
    return status


def test_check_counts_what_a_sound_pack_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert furong("pack", "check", EXAMPLES / "strelsau", EXAMPLES / "ruritania/pack.yaml") == 0

    assert capsys.readouterr().out == (
        "strelsau@0.3.1：事实 10，主体类别 2，标识 3，关系 1，地方 3，行政区划 2，单位 2，文件 2，"
        "政策 3，日历 2，算例 8/8 通过\n"
        "ruritania@2.1.0：事实 9，主体类别 2，标识 2，关系 1，地方 0，行政区划 0，单位 0，文件 1，"
        "政策 2，日历 1，算例 5/5 通过\n"
    )


def test_check_shows_each_problem_once_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copied(tmp_path)
    facts = tmp_path / "ruritania/facts/firm.yaml"
    facts.write_text(facts.read_text().replace("type: date", "type: dates"))
    monkeypatch.chdir(tmp_path)

    assert furong("pack", "check", "ruritania", "strelsau") == 1

    said = capsys.readouterr()
    assert said.out == "ruritania/facts/firm.yaml:29:9: 没有 dates 这一项 — 是否想写 date？\n"
    assert said.err == "共 1 处问题\n"


def test_check_names_the_nearest_pack(capsys: pytest.CaptureFixture[str]) -> None:
    assert furong("pack", "check", "furong-2002") == 1

    assert "furong-2002:1:1: 没有找到内容包 furong-2002 — 是否想写 furong-2020？" in (
        capsys.readouterr().out
    )


def test_diff_says_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copied(tmp_path)
    zones = tmp_path / "strelsau/zones/zones.yaml"
    zones.write_text(
        zones.read_text().replace("castle-hill", "castle").replace("Old Town", "Old City")
    )

    assert furong("pack", "diff", EXAMPLES / "strelsau", tmp_path / "strelsau") == 1
    assert capsys.readouterr().out == (
        "~ zones old-town\n    name: Old Town → Old City\n- zones castle-hill\n+ zones castle\n"
    )
    assert furong("pack", "diff", tmp_path / "strelsau", tmp_path / "strelsau") == 0


def test_diff_of_a_faulty_pack_shows_its_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert furong("pack", "diff", tmp_path, EXAMPLES / "strelsau") == 2
    assert "没有 pack.yaml" in capsys.readouterr().out


def test_export_writes_what_the_ending_says(tmp_path: Path) -> None:
    assert furong("pack", "export", EXAMPLES / "strelsau", "--out", tmp_path / "a.json") == 0
    assert furong("pack", "export", EXAMPLES / "strelsau", "--out", tmp_path / "a.zip") == 0

    assert json.loads((tmp_path / "a.json").read_text())["pack"]["id"] == "strelsau"
    assert (tmp_path / "a.zip").read_bytes()[:2] == b"PK"


def test_export_refuses_other_endings_and_unwritable_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert furong("pack", "export", EXAMPLES / "strelsau", "--out", tmp_path / "a.xml") == 1
    assert furong("pack", "export", EXAMPLES / "strelsau", "--out", tmp_path / "no/a.zip") == 1

    said = capsys.readouterr().err
    assert "请以 .json 或 .zip 结尾" in said
    assert "请检查文件夹是否存在" in said


def test_schema_writes_one_file_a_section(tmp_path: Path) -> None:
    assert furong("pack", "schema", "--out", tmp_path / "schema") == 0

    assert "facts.schema.json" in {file.name for file in (tmp_path / "schema").iterdir()}
