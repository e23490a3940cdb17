"""应享未享, the question list, changes of eligibility and the calculator, as people use them."""

import re
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings

from furong.apps.base.clock import set_clock
from furong.apps.base.models import Entry, Installation
from furong.apps.directory.models import User
from furong.apps.policies.actions import apply_for, apply_pack, take_standings
from furong.apps.policies.models import Application
from furong.apps.policies.reads.settling import Sheet
from furong.apps.registry.actions import state_facts
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import FactEntry, Subject
from furong.apps.registry.reads import shown
from furong.engines.rules.questions import Question
from furong.faces.web.presenters.finding_questions import visit_cards
from furong.packs import Pack
from tests.apps.cast import EAST, WEST, person
from tests.apps.policies.sample import make_pack

DAY = timedelta(days=1)


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
    """East is small with 30 staff and works again; so does west, of which nothing else is known."""
    for one, facts in (
        (east_firm, {"staff": 30, "size_class": "small", "resumed": True}),
        (west_firm, {"resumed": True}),
    ):
        state_facts(one, facts, source="statistics", by="test", at=at)


def titles(page: str) -> list[str]:
    return re.findall(r'class="cell-main"[^>]*>([^<]+)</a>', page)


def cells(answer: Any) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    return [*sheet.iter_rows(values_only=True)]


class TestEntitled:
    def test_each_comes_with_its_reason_its_sum_and_what_is_still_to_be_done(
        self, desk: Client, told: None, liaison_li: User
    ) -> None:
        page = desk.get("/finding/").text
        assert titles(page) == [
            "东街停车服务有限公司",
            "东街停车服务有限公司",
            "西街餐饮管理有限公司",
        ]
        for text in (
            "小型或微型企业；从业人员不超过 50 人",
            "待确认享受",
            "未办理",
            "李联络",
            "未派联络员",
        ):
            assert text in page
        assert "2.5" in page  # 15,000 + 10,000 yuan: of T01 and T03 the higher

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"policy": "T01"}, 1),
            ({"door": "automatic"}, 1),
            ({"street": WEST}, 1),
            ({"size": "-"}, 1),
            ({"officer": "li"}, 2),
            ({"officer": "ghost"}, 0),
            ({"sort": "days"}, 3),
            ({"sort": "amount"}, 3),
            ({"sort": "drop table"}, 3),
            ({"after": "not a cursor"}, 3),
        ],
    )
    def test_it_is_filtered_and_sorted(
        self, desk: Client, told: None, liaison_li: User, query: dict[str, str], found: int
    ) -> None:
        assert len(titles(desk.get("/finding/", query).text)) == found

    @pytest.mark.parametrize(
        ("policy", "words"),
        [("T05", "不在施行期内"), ("X01", "外地政策"), ("ZZ99", "没有政策“ZZ99”")],
    )
    def test_a_policy_without_a_live_version_says_why_nobody_is_in_the_list(
        self, desk: Client, told: None, policy: str, words: str
    ) -> None:
        page = desk.get("/finding/", {"policy": policy}).text
        assert titles(page) == []
        assert words in page

    def test_an_officer_finds_their_own(self, client: Client, told: None, liaison_li: User) -> None:
        client.force_login(liaison_li)
        page = client.get("/finding/").text
        assert "我的应享未享" in page
        assert set(titles(page)) == {"东街停车服务有限公司"}
        assert "导出 Excel" not in page
        assert client.get("/finding/export/").status_code == 404

    def test_an_owner_finds_the_firm_that_they_act_for(
        self, client: Client, told: None, owner_wang: User
    ) -> None:
        client.force_login(owner_wang)
        page = client.get("/finding/").text
        assert set(titles(page)) == {"东街停车服务有限公司"}
        assert "西街" not in page.replace("西街街道", "")

    def test_who_has_no_mandate_finds_no_page(
        self, client: Client, told: None, stranger_zhou: User
    ) -> None:
        client.force_login(stranger_zhou)
        for url in ("/finding/", "/finding/questions/", "/finding/changes/", "/applications/"):
            assert client.get(url).status_code == 404

    def test_it_goes_out_neutral_with_its_moment_above_and_leaves_an_entry(
        self, desk: Client, told: None, east_firm: Subject
    ) -> None:
        Subject.objects.filter(pk=east_firm.pk).update(name="=HYPERLINK(1)", address="@SUM(A1)")
        rows = cells(desk.get("/finding/export/"))
        assert str(rows[0][0]).startswith("应享未享 · 全区 · 判定截至 2020年2月3日 08:00")
        assert rows[2][1] == "'=HYPERLINK(1)"
        assert rows[2][3] == "'@SUM(A1)"
        assert len(rows) == 5
        entry = Entry.objects.get(verb="subject.export")
        assert entry.payload == {"count": 2, "list": "entitled"}

    def test_the_file_is_filtered_as_the_page(self, desk: Client, told: None) -> None:
        rows = cells(desk.get("/finding/export/", {"street": WEST}))
        assert [row[1] for row in rows[2:]] == ["西街餐饮管理有限公司"]

    def test_a_clerk_exports_those_of_the_street(
        self, client: Client, told: None, clerk_chen: User
    ) -> None:
        client.force_login(clerk_chen)
        rows = cells(client.get("/finding/export/"))
        assert {row[1] for row in rows[2:]} == {"东街停车服务有限公司"}


class TestQuestions:
    def test_a_subject_is_asked_in_words_that_an_owner_can_answer(
        self, client: Client, liaison_li: User
    ) -> None:
        client.force_login(liaison_li)
        page = client.get("/finding/questions/").text
        assert "是否已经复工？" in page
        assert "问清可判定 1 项：复工一次性奖励" in page
        assert "不超过 1 万元" in page

    def test_what_was_asked_above_is_said_to_stand_there(
        self, district: Pack, east_firm: Subject, at: datetime
    ) -> None:
        """No row is without words, also where its facts stand in several rows above."""
        asked = (("staff",), ("staff", "resumed"), ("resumed",), ("resumed", "staff"))
        questions = tuple(Question(facts, ("T03",), None) for facts in asked)
        (card,) = visit_cards([Sheet(east_firm.pk, questions)], at, shown=4)
        assert [[field.text for field in one.fields] or one.same for one in card.questions] == [
            ["期末从业人员"],
            ["是否已经复工？"],
            "（同第 2 问）",
            "（同第 1、2 问）",
        ]

    def test_turned_round_it_counts_whom_to_ask(
        self, desk: Client, east_firm: Subject, west_firm: Subject
    ) -> None:
        page = desk.get("/finding/questions/", {"by": "question"}).text
        assert "是否已经复工？" in page
        assert '<b class="violet">2</b>' in page
        assert "不超过 2 万元" in page

    def test_the_visit_sheet_has_room_for_the_answer(
        self, client: Client, liaison_li: User
    ) -> None:
        client.force_login(liaison_li)
        page = client.get("/finding/questions/sheet/").text
        assert "□ 是" in page.replace("&#9633;", "□")
        assert "走访人：李联络" in page

    def test_with_everything_answered_nothing_is_asked(self, desk: Client, told: None) -> None:
        page = desk.get("/finding/questions/").text
        assert "没有要问的" in page

    def test_of_too_many_subjects_only_the_questions_are_told(
        self, desk: Client, east_firm: Subject, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("furong.faces.web.views.finding.MOST", 0)
        assert "请选一个街道" in desk.get("/finding/questions/").text
        page = desk.get("/finding/questions/", {"by": "question"}).text
        assert "是否已经复工？" in page
        assert "东街停车" not in page

    def test_it_goes_out_neutral(self, desk: Client, east_firm: Subject) -> None:
        Subject.objects.filter(pk=east_firm.pk).update(name="+cmd|calc")
        rows = cells(desk.get("/finding/questions/export/"))
        assert rows[2][1] == "'+cmd|calc"
        assert rows[2][5] == "是否已经复工？"


class TestChanges:
    @pytest.fixture
    def today(self, east_firm: Subject, west_firm: Subject, at: datetime) -> datetime:
        """The day after the story began, of whose morning a snapshot was kept."""
        state_facts(east_firm, {"resumed": True}, source="owner", by="test", at=at)
        take_standings(by="test", at=at)
        set_clock(mode="frozen", anchor=at + DAY, by="test", at=at)
        return at + DAY

    def test_gained_and_lost_come_with_the_statement_that_did_it(
        self, desk: Client, today: datetime, east_firm: Subject, west_firm: Subject
    ) -> None:
        state_facts(east_firm, {"resumed": False}, source="department", by="test", at=today)
        state_facts(west_firm, {"resumed": True}, source="owner", by="test", at=today)
        page = desk.get("/finding/changes/").text
        assert titles(page) == ["西街餐饮管理有限公司", "东街停车服务有限公司"]
        for text in (
            "新符合",
            "不再符合",
            "已复工：否",
            "部门数据",
            "待补信息 → 符合",
            "昨日 08:00 以来",
        ):
            assert text in page
        assert titles(desk.get("/finding/changes/", {"way": "lost"}).text) == [
            "东街停车服务有限公司"
        ]

    def test_without_a_snapshot_of_yesterday_nothing_is_guessed(
        self, desk: Client, told: None, at: datetime
    ) -> None:
        page = desk.get("/finding/changes/").text
        assert "2020年2月2日 没有留下资格快照" in page
        assert "新符合" not in page
        assert desk.get("/finding/changes/export/").status_code == 404

    def test_an_older_day_can_be_chosen(self, desk: Client, told: None, at: datetime) -> None:
        take_standings(by="test", at=at - 5 * DAY)
        assert "2020年1月29日 08:00以来" in desk.get("/finding/changes/").text
        page = desk.get("/finding/changes/", {"since": "2020-01-29"}).text
        assert "政策新施行" in page  # no policy of the district was in force then

    def test_a_day_that_cannot_be_read_is_yesterday(self, desk: Client, today: datetime) -> None:
        assert "没有变化" in desk.get("/finding/changes/", {"since": "2月31日"}).text

    def test_they_go_out_neutral(self, desk: Client, today: datetime, east_firm: Subject) -> None:
        state_facts(east_firm, {"resumed": False}, source="department", by="test", at=today)
        Subject.objects.filter(pk=east_firm.pk).update(name="-1+1")
        rows = cells(desk.get("/finding/changes/export/"))
        assert rows[2][1] == "'-1+1"
        assert "已复工：否" in str(rows[2][9])

    def test_a_clerk_is_told_of_the_street_alone(
        self, client: Client, today: datetime, clerk_chen: User, west_firm: Subject
    ) -> None:
        state_facts(west_firm, {"resumed": True}, source="owner", by="test", at=today)
        client.force_login(clerk_chen)
        assert "西街餐饮" not in client.get("/finding/changes/").text


class TestCalculator:
    def test_everyone_may_try_and_nothing_is_kept(self, client: Client, district: Pack) -> None:
        before = Entry.objects.count()
        page = client.post("/p/T01/try/", {"fact-size_class": "micro", "fact-staff": "8"}).text
        assert "按所填信息，符合条件" in page
        assert "4,000" in page
        assert (Entry.objects.count(), FactEntry.objects.count()) == (before, 0)
        assert not Application.objects.exists()

    def test_it_asks_each_fact_of_the_policy_once(self, client: Client, district: Pack) -> None:
        page = client.get("/p/T01/try/").text
        assert page.count('id="fact-staff"') == 1
        assert 'inputmode="numeric"' in page
        assert "按所填信息" not in page

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({"fact-size_class": "large", "fact-staff": "8"}, "不符合条件"),
            ({"fact-size_class": "micro"}, "再答 1 题"),
            ({}, "再答 2 题"),
        ],
    )
    def test_it_says_what_is_wanting(
        self, client: Client, district: Pack, form: dict[str, str], words: str
    ) -> None:
        assert words in client.post("/p/T01/try/", {"csrf": "x", **form}).text

    @pytest.mark.parametrize(
        ("value", "words"),
        [("八个", "八个"), ("-1", "-1"), ("1e9", "1e9"), ("=1+1", "=1+1")],
    )
    def test_a_wrong_answer_is_told_at_its_field_and_stays(
        self, client: Client, district: Pack, value: str, words: str
    ) -> None:
        answer = client.post("/p/T01/try/", {"fact-staff": value, "fact-size_class": "micro"})
        assert 'id="fact-staff-error"' in answer.text
        assert f'value="{words}"' in answer.text
        assert '<option value="micro" selected>' in answer.text
        assert 'class="try-lead' not in answer.text

    def test_what_a_document_shows_is_asked_and_what_a_department_decides_is_not(
        self, client: Client, district: Pack
    ) -> None:
        assert "能否出示：承诺书？" in client.get("/p/N01/try/").text
        page = client.post("/p/T02/try/", {"fact-staff": "30"}).text
        assert "还须主管部门认定" in page

    def test_facts_that_the_policy_does_not_ask_for_are_left_alone(
        self, client: Client, district: Pack
    ) -> None:
        page = client.post("/p/T03/try/", {"fact-resumed": "true", "fact-phone": "1"}).text
        assert "符合条件" in page
        assert "fact-phone" not in page

    @pytest.mark.parametrize(("policy", "words"), [("T05", "不在施行期内"), ("X01", "外地政策")])
    def test_a_policy_without_a_live_version_cannot_be_tried(
        self, client: Client, district: Pack, policy: str, words: str
    ) -> None:
        page = client.post(f"/p/{policy}/try/", {"fact-staff": "3"}).text
        assert words in page
        assert '<form class="panel' not in page

    def test_a_policy_that_is_not_there_is_404(self, client: Client, district: Pack) -> None:
        assert client.get("/p/ZZ99/try/").status_code == 404


def test_what_is_applied_for_is_no_longer_in_the_list(
    desk: Client, told: None, east_firm: Subject, at: datetime
) -> None:
    clerk = person("jie", "经办", "clerk", at=at)
    apply_for(east_firm, "T01", by=clerk, at=at)
    assert titles(desk.get("/finding/", {"street": EAST}).text) == []


class TestInOtherLanguages:
    @pytest.mark.parametrize(
        ("fact", "value", "english", "chinese"),
        [
            ("revenue", 6_130_000, "61,300 yuan", "6.13 万元"),
            ("resumed", True, "Yes", "是"),
            ("resumed", None, "Unknown", "未知"),
            ("resumed_on", date(2020, 2, 9).toordinal(), "9 February 2020", "2020年2月9日"),
        ],
    )
    def test_a_value_is_said_in_the_readers_language(
        self, fact: str, value: Any, english: str, chinese: str, district: Pack
    ) -> None:
        declared = catalogue().facts[fact]
        with translation.override("en"):
            assert shown(declared, value).lower() == english.lower()
        with translation.override("zh-hans"):
            assert shown(declared, value) == chinese

    def test_who_qualified_when_the_first_snapshot_was_taken_today_did_so_before(
        self, desk: Client, told: None, at: datetime
    ) -> None:
        """And not for "at least 0 days"."""
        take_standings(by="test", at=at)
        page = desk.get("/finding/").text
        assert "今日以前" in page
        assert "至少 0 天" not in page
