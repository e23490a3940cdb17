"""`furong pack apply`, and `furong pack diff` against the database."""

from pathlib import Path

import pytest

from furong.apps.policies.models import PolicyVersion
from furong.faces.cli import main
from furong.packs import Pack
from tests.apps.policies.sample import edit
from tests.apps.policies.test_apply import RELIEF, SECOND


def furong(*args: str | Path) -> int:
    return main([str(arg) for arg in args])


def test_apply_says_what_it_did(db: None, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert furong("pack", "apply", folder) == 0
    assert capsys.readouterr().out.splitlines() == [
        "sample@1.0.0 已安装",
        "+ 地方 5：990101、990101001、990101002、park、park-tower",
        "+ 单位 3：government、drc、east-office",
        "~ 文件 4：t-elsewhere、t-national、t-relief、t-resume",
        "+ 政策 7：X01@1、N01@1、T01@1、T02@1、T04@1、T05@1、T03@1",
    ]
    assert furong("pack", "apply", folder) == 0
    assert capsys.readouterr().out == "sample@1.0.0 没有变化\n"


def test_apply_refuses_a_faulty_pack_by_line(
    db: None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder, RELIEF, ("when: staff <= 50", "when: stuff <= 50"))
    assert furong("pack", "apply", folder) == 1
    assert "t-relief.yaml:17:" in capsys.readouterr().out
    assert not PolicyVersion.objects.exists()


def test_apply_refuses_a_changed_version(
    district: Pack, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder, RELIEF, ("cap: 20000", "cap: 30000"))
    assert furong("pack", "apply", folder) == 2
    assert "T01 第 1 版已入库" in capsys.readouterr().err


def test_what_is_installed_does_not_differ_from_its_pack(
    district: Pack, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert furong("pack", "diff", "db", folder) == 0
    assert capsys.readouterr().out == ""


def test_diff_says_what_applying_would_bring(
    district: Pack, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder, "pack.yaml", ("version: 1.0.0", "version: 1.1.0"))
    edit(folder, "zones/zones.yaml", ("name: 软件园", "name: 软件园区"))
    edit(folder, "organisations/organisations.yaml", (", source: 虚构", ""))
    with (folder / RELIEF).open("a", encoding="utf-8") as file:
        file.write(SECOND.replace("T01", "T06").replace("version: 2", "version: 1"))
    assert furong("pack", "diff", "db", folder) == 1
    assert capsys.readouterr().out.splitlines() == [
        "~ pack pack.yaml",
        "    version: 1.0.0 → 1.1.0",
        "~ zones park",
        "    name: 软件园 → 软件园区",
        "~ organisations drc",
        "    - source: 虚构",
        "+ policies T06@1",
    ]
    assert furong("pack", "diff", folder, "db") == 1
    assert "- policies T06@1" in capsys.readouterr().out


def test_after_an_upgrade_nothing_differs(
    district: Pack, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = "  department: 区发改局\n  valid: {from: 2020-02-01, to: 2020-02-29}"
    edit(
        folder,
        RELIEF,
        ("  department: 区发改局", ended),
        ("{title: 微型企业, facts", "{title: 八人微型企业, facts"),
    )
    with (folder / RELIEF).open("a", encoding="utf-8") as file:
        file.write(SECOND)
    assert furong("pack", "diff", "db", folder) == 1
    assert capsys.readouterr().out == "+ policies T01@2\n"
    assert furong("pack", "apply", folder) == 0
    assert furong("pack", "diff", "db", folder) == 0


def test_the_database_is_one_side_only(district: Pack, capsys: pytest.CaptureFixture[str]) -> None:
    assert furong("pack", "diff", "db", "db") == 2
    assert "其中一边" in capsys.readouterr().err


def test_before_the_first_pack_there_is_nothing_to_compare(
    db: None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert furong("pack", "diff", "db", folder) == 2
    assert "furong pack apply" in capsys.readouterr().err
