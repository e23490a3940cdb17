"""The policy library, a policy's page and lists, and what everyone may read of it on a phone."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from furong.apps.base.clock import set_clock
from furong.apps.base.models import Entry, Installation
from furong.apps.directory.models import User
from furong.apps.policies.actions import apply_pack
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.cast import WEST, person
from tests.apps.policies.sample import make_pack

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(db: None, tmp_path: Path, settings: Settings, at: datetime) -> Pack:
    """The cast's district with policies, on the day the story begins."""
    folder = make_pack(tmp_path)
    settings.FURONG_PACK = str(folder)
    pack = apply_pack(folder, by="test", at=at).pack
    Installation.objects.update(demo=True)
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return pack


@pytest.fixture
def desk(client: Client, policy_sun: User) -> Client:
    client.force_login(policy_sun)
    return client


@pytest.fixture
def told(east_firm: Subject, west_firm: Subject, at: datetime) -> None:
    """The east firm is small and has 30 staff; of the west firm only the staff is known."""
    state_facts(
        east_firm,
        {"staff": 30, "size_class": "small", "resumed": True},
        source="statistics",
        by="test",
        at=at,
    )
    state_facts(west_firm, {"staff": 12}, source="owner", by="test", at=at)


def titles(page: str) -> list[str]:
    return re.findall(r'class="cell-main"[^>]*>([^<]+)</a>', page)


def test_the_library_keeps_other_places_apart(desk: Client) -> None:
    here = desk.get("/policies/").text
    assert "小微企业复工补贴" in here
    assert "邻区复工补贴" not in titles(here)
    there = desk.get("/policies/", {"level": "elsewhere"}).text
    assert titles(there) == ["邻区复工补贴"]
    assert "不作为兑付依据" in there


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "一次性"}, ["复工一次性奖励"]),
        ({"q": "t01"}, ["小微企业复工补贴"]),
        ({"level": "national"}, ["阶段性减免"]),
        ({"door": "automatic"}, ["小微企业复工补贴"]),
        ({"q": "铁路"}, []),
        ({"level": "galactic"}, []),
    ],
)
def test_the_library_filters(desk: Client, query: dict[str, str], found: list[str]) -> None:
    assert titles(desk.get("/policies/", query).text) == found


def test_a_policy_that_has_ended_says_so(desk: Client) -> None:
    assert "已到期" in desk.get("/policies/T05/").text
    assert "已到期" not in desk.get("/policies/T01/").text


def test_a_policy_shows_its_criteria_its_reach_and_its_worked_cases(
    desk: Client, told: None
) -> None:
    page = desk.get("/policies/T01/").text
    for text in ("小型或微型企业", "staff &lt;= 50", "从业人员不超过 50 人", "测试发〔2020〕1号"):
        assert text in page
    assert "单独符合 2" in page  # both have at most fifty staff
    assert "恰好 50 人" in page
    assert "临界" in page
    assert "1.5" in page  # 30 × 500 yuan is 1.5 wan
    assert "东街街道" in page


def test_what_the_source_left_open_is_shown_as_open(desk: Client) -> None:
    page = desk.get("/policies/N01/").text
    assert "原文未见 · 待核" in page
    assert "全文未见" in page
    assert "标准未见" in page


@pytest.mark.parametrize(
    ("policy", "verdict", "name", "reason"),
    [
        ("T01", "eligible", "东街停车服务有限公司", "小型或微型企业"),
        ("T01", "unknown", "西街餐饮管理有限公司", "缺：企业规模"),
        ("T02", "decides", "西街餐饮管理有限公司", "待部门认定：区政府一事一议"),
        ("N01", "unknown", "东街停车服务有限公司", "须出示材料：出示承诺书"),
    ],
)
def test_the_subjects_of_a_policy_come_with_their_reason(
    desk: Client, told: None, policy: str, verdict: str, name: str, reason: str
) -> None:
    page = desk.get(f"/policies/{policy}/subjects/", {"verdict": verdict}).text
    assert name in titles(page)
    assert reason in page


def test_a_clerk_sees_of_them_those_of_the_street(
    client: Client, clerk_chen: User, told: None
) -> None:
    client.force_login(clerk_chen)
    assert titles(client.get("/policies/T02/subjects/", {"verdict": "decides"}).text) == [
        "东街停车服务有限公司"
    ]


def sheet_of(answer: Any) -> list[dict[str, object]]:
    """The rows of a workbook by their headings, under its one line of title."""
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    title, headings, *rows = sheet.iter_rows(values_only=True)
    assert "判定截至 2020年2月3日 08:00" in str(title[0])
    return [dict(zip(map(str, headings), row, strict=True)) for row in rows]


def test_the_list_goes_out_with_sum_and_reason_and_leaves_an_entry(
    desk: Client, told: None
) -> None:
    [row] = sheet_of(desk.get("/policies/T01/subjects/export/", {"verdict": "eligible"}))
    assert row["名称"] == "东街停车服务有限公司"
    assert row["期末从业人员（人）"] == 30
    assert (row["判定"], row["金额（元）"]) == ("符合", 15000)
    assert "小型或微型企业" in str(row["理由"])
    assert Entry.objects.filter(verb="subject.export").count() == 1


def test_the_list_goes_out_with_what_is_missing(desk: Client, told: None) -> None:
    [row] = sheet_of(desk.get("/policies/T01/subjects/export/", {"verdict": "unknown"}))
    assert row["缺少的信息"] == "企业规模"
    assert row["理由"] == "缺：企业规模"
    assert row["金额（元）"] is None


def test_the_library_goes_out_as_filtered(desk: Client, told: None) -> None:
    rows = sheet_of(desk.get("/policies/export/", {"q": "t01"}))
    assert [row["编号"] for row in rows] == ["T01"]
    assert (rows[0]["符合（家）"], rows[0]["符合者合计（元）"]) == (1, 15000)


def test_figures_name_whose_they_are(client: Client, clerk_chen: User, told: None) -> None:
    client.force_login(clerk_chen)
    page = client.get("/policies/T01/").text
    assert "覆盖测算 · 东街街道" in page
    assert "服务对象 1 家" in page
    assert "东街街道，补齐事实即可判定" in client.get("/").text


def test_an_owner_and_an_administrator_are_told_no_figures(
    client: Client, owner_wang: User, told: None, at: datetime
) -> None:
    for user in (owner_wang, person("gu", "顾管理", "administrator", at=at)):
        client.force_login(user)
        assert "覆盖测算" not in client.get("/policies/T01/").text
        assert "单独符合" not in client.get("/policies/T01/").text
        assert "policy-counts" not in client.get("/policies/").text
        [row] = sheet_of(client.get("/policies/export/", {"q": "t01"}))
        assert "符合（家）" not in row


def test_who_may_not_export_has_no_link_and_no_page(
    client: Client, leader_zhao: User, told: None
) -> None:
    client.force_login(leader_zhao)
    assert "导出 Excel" not in client.get("/policies/T01/subjects/").text
    assert client.get("/policies/T01/subjects/export/").status_code == 404


@pytest.mark.parametrize("name", ["policy", "policy_subjects", "public_policy"])
def test_a_policy_that_is_none_is_not_found(desk: Client, name: str) -> None:
    assert desk.get(reverse(name, args=["T99"])).status_code == 404


def test_a_firm_sees_its_verdicts_with_amounts_and_grounds(
    client: Client, owner_wang: User, east_firm: Subject, told: None
) -> None:
    client.force_login(owner_wang)
    page = client.get(reverse("subject", args=[east_firm.pk])).text
    assert "1.5<small>万元</small>" in page
    assert "期末从业人员：30 人" in page
    assert "统计报表 · 2020年2月3日记录" in page
    assert "须出示：承诺书" in page
    assert "邻区复工补贴" not in page


def test_the_next_question_can_be_answered_or_says_by_whom(
    client: Client, liaison_li: User, owner_wang: User, leader_zhao: User, east_firm: Subject
) -> None:
    page = reverse("subject", args=[east_firm.pk])
    told = {}
    for user in (leader_zhao, owner_wang, liaison_li):
        client.force_login(user)
        told[user] = client.get(page).text
    who = "可由王经理（企业办事人员）、李联络（驻企防疫联络员）答复"
    assert [who in told[user] for user in told] == [True, False, False]
    assert ["保存并重新判定" in told[user] for user in told] == [False, True, True]
    assert "请李联络（驻企防疫联络员）走访时代办" in told[owner_wang]


def test_an_owner_begins_with_their_own_firm(
    client: Client, owner_wang: User, east_firm: Subject, told: None
) -> None:
    client.force_login(owner_wang)
    page = client.get("/").text
    assert east_firm.name in page
    assert "合计1.5 万元" in page
    assert "全区" not in page


def test_of_exclusive_policies_the_higher_alone_is_summed(
    client: Client, owner_wang: User, east_firm: Subject, told: None
) -> None:
    client.force_login(owner_wang)  # T01 gives 15,000 yuan, T03 10,000, and they exclude each other
    page = client.get(reverse("subject", args=[east_firm.pk])).text
    assert "合计1.5 万元" in page


def test_the_home_page_counts_what_applies_here_and_now(desk: Client, told: None) -> None:
    page = desk.get("/").text
    assert "现行政策" in page
    assert "小微企业复工补贴" in page
    assert "往年补贴" not in page
    assert "邻区复工补贴" not in page


def test_everyone_reads_the_seven_headings(client: Client, district: Pack) -> None:
    page = client.get("/p/T01/").text
    headings = re.findall(r'<h2 id="section-\d">([^<]+)</h2>', page)
    assert headings == ["条件", "材料", "流程", "时限", "受理单位", "电话", "依据"]
    assert "最高" in page
    assert "2 万元" in page
    assert "测试发〔2020〕1号" in page
    assert "示例数据" in page


def test_what_is_not_known_is_said_on_the_phone_too(client: Client, district: Pack) -> None:
    page = client.get("/p/N01/").text
    assert "金额待核" in page
    assert "咨询电话原文未见，待核" in page
    assert "其他条件：全文未见" in page


def test_the_public_list_shows_this_place_alone(client: Client, district: Pack) -> None:
    page = client.get("/p/").text
    assert "小微企业复工补贴" in page
    assert "邻区复工补贴" not in page
    assert "没有找到政策" in client.get("/p/", {"q": "铁路"}).text


def test_the_public_pages_tell_nothing_of_any_firm(client: Client, told: None) -> None:
    for address in ("/p/", "/p/T01/"):
        assert "停车服务" not in client.get(address).text


def test_the_day_of_the_district_decides_what_applies(
    client: Client, district: Pack, at: datetime
) -> None:
    assert "尚未施行" not in client.get("/p/T01/").text
    set_clock(mode="frozen", anchor=at - timedelta(days=10), by="test", at=at)
    assert "尚未施行" in client.get("/p/T01/").text


def test_the_list_of_subjects_sorts_and_filters_by_verdicts(
    desk: Client, east_firm: Subject, west_firm: Subject, told: None
) -> None:
    east, west = east_firm.name, west_firm.name
    assert titles(desk.get("/subjects/", {"sort": "-eligible"}).text) == [east, west]
    assert titles(desk.get("/subjects/", {"sort": "eligible"}).text) == [west, east]
    assert titles(desk.get("/subjects/", {"sort": "-street"}).text) == [west, east]
    assert titles(desk.get("/subjects/", {"size": "small"}).text) == [east]
    assert titles(desk.get("/subjects/", {"size": "-"}).text) == [west]
    assert titles(desk.get("/subjects/", {"met": "0"}).text) == [west]
    assert titles(desk.get("/subjects/", {"met": "1", "street": WEST}).text) == []
    page = desk.get("/subjects/", {"sort": "-total", "met": "1"}).text
    assert titles(page) == [east]
    assert 'aria-sort="descending"' in page
    assert "met=1" in page.split("<thead", 1)[1].split("</thead", 1)[0]


@pytest.mark.parametrize("odd", ["", "-", "staff", "--eligible", "-q", "' OR 1=1"])
def test_an_odd_order_is_no_order(desk: Client, told: None, odd: str) -> None:
    assert len(titles(desk.get("/subjects/", {"sort": odd, "met": odd, "size": ""}).text)) == 2


def test_the_file_of_subjects_obeys_filters_and_order(
    desk: Client, east_firm: Subject, west_firm: Subject, told: None
) -> None:
    rows = sheet_of(desk.get("/subjects/export/", {"sort": "-eligible"}))
    assert [row["名称"] for row in rows] == [east_firm.name, west_firm.name]
    assert rows[0]["可享金额（元）"] == 15000
    rows = sheet_of(desk.get("/subjects/export/", {"met": "0"}))
    assert [row["名称"] for row in rows] == [west_firm.name]
