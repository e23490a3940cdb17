"""Figures: numerator, denominator and what is not known; as of any time; nobody ranked."""

from datetime import datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.conf import settings
from django.test import Client

from furong.apps.base.clock import set_clock
from furong.apps.cases.actions import act, open_case
from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import dispatch
from tests.apps.cast import EAST, person
from tests.faces.web.cases.conftest import SignIn

pytestmark = pytest.mark.usefixtures("everybody")


@pytest.fixture
def done(
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    head_xu: User,
    owner_wang: User,
    at: datetime,
) -> Case:
    """Reported at eight, contacted at nine, solved and satisfied at ten."""
    case = dispatch(appeal, by=dispatcher_he, at=at)
    case = act(case, "sign", by=clerk_tan, at=at)
    hour = at + timedelta(hours=1)
    case = act(case, "contact", {"contacted": True, "contacted_at": hour}, by=clerk_tan, at=hour)
    told = {"genuine": True, "in_remit": True, "solved": True, "account": "好", "answer": "好了"}
    case = act(case, "reply", told, by=clerk_tan, at=hour)
    case = act(case, "approve", {"answer": "好了"}, by=head_xu, at=hour)
    judged = {"confirmed_solved": True, "satisfaction": "satisfied"}
    case = act(case, "confirm", judged, by=owner_wang, at=at + timedelta(hours=2))
    set_clock(mode="frozen", anchor=at + timedelta(hours=3), by="test", at=at)
    return case


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/cases/figures/{query}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_one_is_one_case_in_english(as_user: SignIn, done: Case, dispatcher_he: User) -> None:
    client = as_user(dispatcher_he)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = shown(client)
    assert "1<small>case</small>" in page
    assert "0<small>cases</small>" in page


def test_owners_and_strangers_are_told_none(
    as_user: SignIn, done: Case, owner_wang: User, stranger_zhou: User
) -> None:
    for user in (owner_wang, stranger_zhou):
        for address in ("/cases/figures/", "/cases/figures/export/"):
            assert as_user(user).get(address).status_code == 404


def test_each_rate_with_what_it_is_made_of(
    as_user: SignIn, done: Case, dispatcher_he: User, liaison_li: User, east_firm: Subject,
    at: datetime,
) -> None:  # fmt: skip
    told = {"title": "另一件"}
    other = open_case("appeal", "collect", subject=east_firm, answers=told, by=liaison_li, at=at)
    dispatch(other, by=dispatcher_he, at=at + timedelta(hours=2))
    page = shown(as_user(dispatcher_he))
    assert '<b>100.0%</b></a><span class="muted nowrap">1 / 1</span>' in page
    assert "计时中 1" in page
    assert "分母：" in page
    assert "不排名次" in page


def test_as_of_a_time_before_the_answer_nothing_is_known_of_it(
    as_user: SignIn, done: Case, dispatcher_he: User
) -> None:
    client = as_user(dispatcher_he)
    assert "2020年2月3日 09:30" in shown(client, "?at=2020-02-03T09:30")
    before = shown(client, "?at=2020-02-03T09:30")
    assert "<li><span>解决率</span>" in before
    assert "100.0%" not in before.split("解决率")[1].split("按时办结率")[0]
    assert "100.0%" in shown(client).split("解决率")[1].split("按时办结率")[0]
    assert "到这一时刻没有可统计的件" in shown(client, "?at=2020-02-02T09:30")


@pytest.mark.parametrize(
    "moment", ["昨天", "2020-13-45T00:00", "0001-01-01T00:00", "9999-01-01T00:00"]
)
def test_a_time_that_cannot_be_is_said(
    as_user: SignIn, done: Case, dispatcher_he: User, moment: str
) -> None:
    client = as_user(dispatcher_he)
    answer = client.get("/cases/figures/", {"at": moment})
    assert answer.status_code == 200
    assert "现按当前时间统计" in answer.content.decode()


def test_only_the_cases_that_the_person_sees_count(
    as_user: SignIn, done: Case, clerk_pan: User, west_firm: Subject, dispatcher_he: User,
    at: datetime,
) -> None:  # fmt: skip
    assert "到这一时刻没有可统计的件" in shown(as_user(clerk_pan))
    street = person("jie", "街道经办", "clerk", ("zone", EAST), at=at)
    told = {"title": "西街一件", "external_number": "1"}
    open_case("appeal", "relay", subject=west_firm, answers=told, by=dispatcher_he, at=at)
    page = shown(as_user(street), "?by=street")
    assert "不属任何街道" not in page
    assert page.count('class="cell-main"') == 1


def test_peers_of_similar_volume_stand_together(
    as_user: SignIn, done: Case, dispatcher_he: User
) -> None:
    assert "登记不足 10 件" not in shown(as_user(dispatcher_he))
    assert "登记不足 10 件" in shown(as_user(dispatcher_he), "?peers=1")


def test_the_sheet_keeps_numerators_and_denominators(
    as_user: SignIn, done: Case, dispatcher_he: User
) -> None:
    answer = as_user(dispatcher_he).get("/cases/figures/export/?by=unit")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    title, heads, row = [*sheet.iter_rows(values_only=True)]
    assert "截至 2020年2月3日 11:00" in str(title[0])
    told = dict(zip(heads, row, strict=True))
    assert told["承办单位"] == "城管执法局"
    assert (told["解决（分子）"], told["解决（分母）"], told["解决（未知）"]) == (1, 1, 0)
