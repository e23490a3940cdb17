"""The administrator moves open cases to a new version of their procedure, with the consequences in sight."""

import time
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from furong.apps.cases.actions import open_case
from furong.apps.cases.models import Case, ProcedureVersion
from furong.apps.directory.models import User
from furong.faces.web.views import procedures
from tests.apps.cases.conftest import dispatch
from tests.apps.cases.versions import MAP, install_second
from tests.apps.cast import person
from tests.faces.web.cases.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everybody")]
PAGE = "/procedures/appeal/2/"


@pytest.fixture
def admin(district: object, as_user: SignIn, at: datetime) -> Client:
    return as_user(person("admin", "管理员", "administrator", at=at))


@pytest.fixture
def handed_out(appeal: Case, dispatcher_he: User, at: datetime) -> Case:
    return dispatch(appeal, by=dispatcher_he, at=at)


@pytest.fixture
def second(handed_out: Case, folder: Path, at: datetime) -> ProcedureVersion:
    return install_second(folder, at)


def test_the_versions_and_how_many_cases_run_under_each(
    admin: Client, second: ProcedureVersion
) -> None:
    page = admin.get("/procedures/").text
    assert "第 2 版" in page
    assert "第 1 版" in page
    assert "以前各版还有 1 件，去迁移" in page
    assert PAGE in page


def test_the_preview_shows_where_cases_go_and_what_moves(
    admin: Client, second: ProcedureVersion, handed_out: Case
) -> None:
    page = admin.get(PAGE).text
    for words in ("第 1 版“已交办”", "已派单", "办结时限", handed_out.number, "迁移 1 件"):
        assert words in page, words
    handed_out.refresh_from_db()
    assert handed_out.procedure.version == 1


def test_without_confirmation_nothing_is_moved(
    admin: Client, second: ProcedureVersion, handed_out: Case
) -> None:
    answer = admin.post(f"{PAGE}migrate/")
    assert answer.status_code == 422
    assert "请先核对" in answer.text
    handed_out.refresh_from_db()
    assert handed_out.procedure.version == 1


def test_it_is_done_once_and_told_on_the_case(
    admin: Client,
    second: ProcedureVersion,
    handed_out: Case,
    as_user: SignIn,
    dispatcher_he: User,
    owner_wang: User,
) -> None:
    for _time in range(2):
        answer = admin.post(f"{PAGE}migrate/", {"confirmed": "1"})
        assert answer["Location"] == PAGE
    page = admin.get(PAGE).text
    assert "以前各版没有在办的件，不用迁移" in page
    told = as_user(dispatcher_he).get(f"/cases/{handed_out.pk}/").text
    assert told.count("办理流程换版") == 1
    assert "第 1 版改为第 2 版" in told
    assert "办理流程换版" not in as_user(owner_wang).get(f"/my/cases/{handed_out.pk}/").text


def test_cases_that_stay_are_named_with_the_reason(
    admin: Client, folder: Path, handed_out: Case, liaison_li: User, at: datetime
) -> None:
    fresh = open_case(
        "appeal",
        "collect",
        subject=handed_out.subject,
        answers={"title": "招工难"},
        by=liaison_li,
        at=at,
    )
    install_second(folder, at, states={**MAP["states"], "triage": "handling"})
    admin.post(f"{PAGE}migrate/", {"confirmed": "1"})
    page = admin.get(PAGE).text
    assert fresh.number in page
    assert "本件还没有承办单位" in page
    assert "迁移 1 件" not in page


@pytest.mark.django_db(transaction=True)
def test_many_are_moved_behind_a_progress_page(
    admin: Client,
    second: ProcedureVersion,
    handed_out: Case,
    tmp_path: Path,
    settings: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.STATE_DIR = tmp_path  # type: ignore[attr-defined]
    monkeypatch.setattr(procedures, "AT_ONCE", 0)
    answer = admin.post(f"{PAGE}migrate/", {"confirmed": "1"})
    assert answer["Location"] == f"{PAGE}progress/"
    for _turn in range(200):
        answer = admin.get(f"{PAGE}progress/", headers={"HX-Request": "true"})
        if answer.headers.get("HX-Redirect") == PAGE:
            break
        assert "正在迁移" in answer.text
        time.sleep(0.05)
    handed_out.refresh_from_db()
    assert handed_out.procedure == second


def test_for_others_there_is_no_such_page(
    second: ProcedureVersion, as_user: SignIn, dispatcher_he: User, supervisor_du: User
) -> None:
    for who in (dispatcher_he, supervisor_du):
        client = as_user(who)
        for path in ("/procedures/", PAGE, f"{PAGE}progress/"):
            assert client.get(path).status_code == 404
        assert client.post(f"{PAGE}migrate/", {"confirmed": "1"}).status_code == 404


def test_a_version_that_is_not_installed_is_not_there(admin: Client) -> None:
    assert admin.get("/procedures/appeal/9/").status_code == 404
