"""`furong calls`: the same list as on the page, from a file of credit codes."""
# ruff: noqa: F811 - fixtures of the cast of cases

from pathlib import Path

import pytest

from furong.apps.base.clock import set_clock
from furong.apps.cases.models import CallList, Case
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.faces.cli import main
from tests.apps.cases.conftest import (  # noqa: F401 - fixtures
    clerk_tan,
    clerk_tang,
    dispatcher_he,
    district,
    folder,
)
from tests.apps.cast import EAST_CODE


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    table, script = tmp_path / "名单.csv", tmp_path / "话术.txt"
    table.write_text(f"统一社会信用代码,联系电话\n{EAST_CODE},0731-10000001\n9143,1\n", "utf-8")
    script.write_text("您好，这里是区指挥部", "utf-8")
    told = ["--name", "复工核对", "--script", str(script), "--fact", "staff", "--team", "urban"]
    return ["calls", str(table), *told, "--by", "he"]


def test_planned_then_opened_once(
    command: list[str],
    east_firm: Subject,
    dispatcher_he: User,
    clerk_tan: User,
    clerk_tang: User,
    at: object,
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_clock(mode="frozen", anchor=at, by="test", at=at)  # type: ignore[arg-type]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "待发起\t1" in told
    assert "信用代码有误\t1" in told
    assert not Case.objects.exists()
    for _n in range(2):
        assert main([*command, "--open"]) == 0
    assert "已发起\t1" in capsys.readouterr().out
    assert (CallList.objects.count(), Case.objects.count()) == (1, 1)


def test_what_is_wrong_is_told(
    command: list[str], dispatcher_he: User, clerk_tan: User, capsys: pytest.CaptureFixture[str]
) -> None:
    for change, told in (
        (["--by", "nobody"], "没有用户 nobody"),
        (["--team", "nowhere"], "没有这个单位"),
        (["--by", "tan"], "没有此项权限"),
        (["--script", "/nowhere"], "没有文件 /nowhere"),
    ):
        assert main([*command, *change]) == 2, change
        assert told in capsys.readouterr().err, change
    script = Path(command[command.index("--script") + 1])
    script.write_bytes("您好".encode("gb18030"))
    assert main(command) == 2
    assert "不是 UTF-8" in capsys.readouterr().err
    assert not CallList.objects.exists()
