"""`furong procedures`, as an administrator uses it on the server."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from furong.apps.base.clock import set_clock
from furong.apps.cases.actions import open_case
from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from furong.faces.cli import main
from furong.packs.content import digest
from tests.apps.cases.conftest import (  # noqa: F401 - fixtures
    appeal,
    clerk_deng,
    clerk_pan,
    clerk_tan,
    clerk_tang,
    dispatch,
    dispatcher_he,
    district,
    everybody,
    folder,
    head_gu,
    head_xu,
    leader_zhao,
    supervisor_du,
)
from tests.apps.cases.versions import MAP, install_second

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everybody")]
MIGRATE = ("procedures", "migrate", "appeal", "--to", "2")


@pytest.fixture
def handed_out(appeal: Case, dispatcher_he: User, at: datetime) -> Case:  # noqa: F811
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return dispatch(appeal, by=dispatcher_he, at=at)


def test_a_dry_run_tells_and_writes_nothing(
    handed_out: Case,
    folder: Path,  # noqa: F811
    at: datetime,
    capsys: pytest.CaptureFixture[str],
) -> None:
    install_second(folder, at)
    assert main([*MIGRATE, "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "企业诉求（appeal）第 2 版：以前各版在办 1 件，可迁移 1 件，留在旧版 0 件" in told
    assert "第 1 版“已交办” → “已派单”：1 件" in told
    assert f"{handed_out.number} 办结时限：2020-02-04 08:00 → 2020-02-05 08:00" in told
    handed_out.refresh_from_db()
    assert handed_out.procedure.version == 1


def test_it_moves_what_can_go_and_names_what_stays(
    handed_out: Case,
    folder: Path,  # noqa: F811
    liaison_li: User,
    at: datetime,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers = {"title": "招工难"}
    fresh = open_case(
        "appeal", "collect", subject=handed_out.subject, answers=answers, by=liaison_li, at=at
    )
    install_second(folder, at, states={**MAP["states"], "triage": "handling"})
    assert main([*MIGRATE]) == 1
    told = capsys.readouterr().out
    assert "迁移 1 件，留在旧版 1 件" in told
    assert f"{fresh.number}（第 1 版“待交办”）：新版的“办理中”由承办单位经办人办理" in told
    assert main([*MIGRATE]) == 1
    assert "迁移 0 件，留在旧版 1 件" in capsys.readouterr().out
    assert main(["procedures", "list"]) == 0
    told = capsys.readouterr().out
    assert "appeal@2 企业诉求：在办 1 件" in told
    assert "还有 1 件在以前的版本" in told


def test_what_is_not_installed_is_named_with_what_is(
    handed_out: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*MIGRATE]) == 2
    assert "appeal 没有安装第 2 版；已安装的：1" in capsys.readouterr().err
    assert main(["procedures", "migrate", "apeal", "--to", "2"]) == 2
    assert "已安装的：appeal、instruction、phone-check" in capsys.readouterr().err


def test_an_installed_version_is_shown_as_it_was_installed(
    handed_out: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["procedures", "show", "appeal", "1"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert digest(shown) == handed_out.procedure.digest
