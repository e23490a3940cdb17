"""Applications and decisions on the web: the list, the story, deciding beside the rule, withdrawing."""

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from furong.apps.base.clock import set_clock
from furong.apps.base.models import Entry, Installation
from furong.apps.directory.actions import grant
from furong.apps.directory.models import User
from furong.apps.policies.actions import apply_for, apply_pack, withdraw_application
from furong.apps.policies.models import Application, Decision
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.policies.sample import make_pack

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def district(db: None, tmp_path: Path, settings: Settings, at: datetime) -> Pack:
    """The cast's district with policies, on the day the story begins."""
    folder = make_pack(tmp_path)
    settings.FURONG_PACK = str(folder)
    settings.MEDIA_ROOT = tmp_path / "files"
    pack = apply_pack(folder, by="test", at=at).pack
    Installation.objects.update(demo=True)
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return pack


@pytest.fixture
def applied(east_firm: Subject, owner_wang: User, at: datetime) -> Application:
    """The east firm applies for T03: ten thousand for having resumed work."""
    state_facts(east_firm, {"resumed": True}, source="statistics", by="test", at=at)
    return apply_for(east_firm, "T03", by=owner_wang, at=at).application


@pytest.fixture
def clerk(client: Client, clerk_chen: User) -> Client:
    client.force_login(clerk_chen)
    return client


def form(**changes: str) -> dict[str, str]:
    """As the rule says."""
    given = {
        "key": "one-click",
        "outcome": "grant",
        "amount": "10000",
        "decider": "区工信局",
        "decided_on": "2020-02-03",
        "reason": "",
        "document": "",
    }
    return {**given, **changes}


DEVIATING = {"amount": "1.5万", "reason": "会议决定加发", "document": "会议纪要〔2020〕5 号"}


def decide(client: Client, one: Application, data: Mapping[str, Any]) -> Any:
    return client.post(f"/applications/{one.pk}/decide/", data, follow=True)


def cells(answer: Any) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    return [*sheet.iter_rows(values_only=True)]


class TestDeciding:
    def test_as_the_rule_says(self, clerk: Client, applied: Application) -> None:
        page = decide(clerk, applied, form()).text
        assert "决定已登记" in page
        assert "偏离规则" not in page
        made = Decision.objects.get()
        assert (made.deviates, made.amount, made.decider) == (False, 10_000_00, "区工信局")

    def test_a_double_click_decides_once(self, clerk: Client, applied: Application) -> None:
        for _twice in range(2):
            assert "决定已登记" in decide(clerk, applied, form()).text
        assert Decision.objects.count() == 1
        assert Entry.objects.filter(verb="decision.make").count() == 1

    def test_another_form_for_what_is_decided_changes_nothing(
        self, clerk: Client, applied: Application
    ) -> None:
        decide(clerk, applied, form())
        answer = decide(clerk, applied, form(key="another"))
        assert answer.status_code == 409
        assert "不能再作决定" in answer.text
        assert Decision.objects.count() == 1

    def test_a_key_of_another_form_is_refused(self, clerk: Client, applied: Application) -> None:
        decide(clerk, applied, form())
        assert decide(clerk, applied, form(amount="9")).status_code == 409
        assert Decision.objects.get().amount == 10_000_00

    def test_a_stale_page_is_told_what_happened_meanwhile(
        self, clerk: Client, applied: Application, owner_wang: User, at: datetime
    ) -> None:
        withdraw_application(applied, reason="填错", by=owner_wang, at=at)
        answer = decide(clerk, applied, form())
        assert answer.status_code == 409
        assert "已撤回，不能再作决定" in answer.text
        assert not Decision.objects.exists()

    def test_what_the_rule_says_stands_above_the_form(
        self, clerk: Client, applied: Application
    ) -> None:
        page = clerk.get(f"/applications/{applied.pk}/").text
        assert "规则判定：" in page
        assert "不予同意，或者金额不是 10,000.00 元，即为偏离规则" in page

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"amount": "10000"}, "与规则判定一致"),
            ({"amount": "5000"}, "偏离规则（一事一议）"),
            ({"outcome": "refuse"}, "偏离规则（一事一议）"),
        ],
    )
    def test_whether_it_deviates_is_told_while_it_is_entered(
        self, clerk: Client, applied: Application, changes: dict[str, str], words: str
    ) -> None:
        answer = clerk.get(
            f"/applications/{applied.pk}/", form(**changes), headers={"HX-Request": "true"}
        )
        assert words in answer.text
        assert "<html" not in answer.text

    @pytest.mark.parametrize(
        ("changes", "faulty"),
        [
            ({"amount": "5000"}, {"reason", "document"}),
            ({"amount": "5000", "reason": "会议决定"}, {"document"}),
            ({"outcome": "refuse"}, {"reason", "document"}),
            ({"outcome": ""}, {"outcome"}),
            ({"amount": "很多"}, {"amount"}),
            ({"amount": ""}, {"amount"}),
            ({"decider": "一" * 201}, {"decider"}),
            ({"amount": "-1"}, {"amount"}),
            ({"decider": " "}, {"decider"}),
            ({"decided_on": "2月31日"}, {"decided_on"}),
            ({"decided_on": "2020-02-04"}, {"decided_on"}),
        ],
    )
    def test_what_is_wanting_is_told_at_its_field_and_nothing_is_lost(
        self, clerk: Client, applied: Application, changes: dict[str, str], faulty: set[str]
    ) -> None:
        answer = decide(clerk, applied, form(**{"reason": "", "decider": "区政府", **changes}))
        shown = {name for name in form() if f'id="{name}-error"' in answer.text}
        assert shown == faulty
        if "decider" not in changes:
            assert 'value="区政府"' in answer.text
        assert not Decision.objects.exists()

    def test_one_that_deviates_is_shown_as_such_with_decider_reason_and_document(
        self, clerk: Client, applied: Application
    ) -> None:
        file = SimpleUploadedFile("纪要.pdf", PDF)
        page = decide(clerk, applied, {**form(**DEVIATING), "file": file}).text
        for text in (
            "一事一议 · 偏离规则",
            "会议决定加发",
            "会议纪要〔2020〕5 号",
            "扫描件",
            "1.5",
        ):
            assert text in page
        made = Decision.objects.get()
        assert made.deviates
        assert "一事一议 · 偏离规则" in clerk.get("/applications/").text
        answer = clerk.get(f"/decisions/{made.pk}/file/")
        assert b"".join(answer) == PDF
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_nobody_decides_their_own(
        self, clerk: Client, east_firm: Subject, clerk_chen: User, at: datetime
    ) -> None:
        state_facts(east_firm, {"resumed": True}, source="statistics", by="test", at=at)
        mine = apply_for(east_firm, "T03", by=clerk_chen, at=at).application
        page = clerk.get(f"/applications/{mine.pk}/").text
        assert "须由他人决定" in page
        assert 'name="outcome"' not in page
        assert decide(clerk, mine, form()).status_code == 409
        assert not Decision.objects.exists()

    def test_an_owner_and_another_streets_clerk_cannot(
        self,
        client: Client,
        applied: Application,
        owner_wang: User,
        west_firm: Subject,
        at: datetime,
    ) -> None:
        client.force_login(owner_wang)
        assert 'name="outcome"' not in client.get(f"/applications/{applied.pk}/").text
        assert decide(client, applied, form()).status_code == 404

    def test_facts_that_changed_since_are_pointed_out(
        self, clerk: Client, applied: Application, east_firm: Subject, at: datetime
    ) -> None:
        state_facts(east_firm, {"resumed": False}, source="department", by="test", at=at)
        assert "现在的判定与提交时不同" in clerk.get(f"/applications/{applied.pk}/").text

    def test_a_form_without_a_key_is_refused(self, clerk: Client, applied: Application) -> None:
        assert decide(clerk, applied, form(key="")).status_code == 409
        assert not Decision.objects.exists()


class TestDecidingWithoutAnApplication:
    def url(self, subject: Subject, policy: str = "T03") -> str:
        return f"/subjects/{subject.pk}/decide/{policy}/"

    def test_an_award_that_the_rule_denies(
        self, clerk: Client, east_firm: Subject, at: datetime
    ) -> None:
        state_facts(east_firm, {"resumed": False}, source="statistics", by="test", at=at)
        assert "同意，即为偏离规则" in clerk.get(self.url(east_firm)).text
        data = form(seen="ineligible:", reason="未知", document="报道", decider="园区")
        page = clerk.post(self.url(east_firm), data, follow=True).text
        assert "一事一议 · 偏离规则" in page
        assert "未经申请" in page
        assert "园区" in page

    def test_where_the_verdict_changed_meanwhile_it_is_not_entered(
        self, clerk: Client, east_firm: Subject, at: datetime
    ) -> None:
        state_facts(east_firm, {"resumed": True}, source="statistics", by="test", at=at)
        answer = clerk.post(
            self.url(east_firm), form(seen="ineligible:", **DEVIATING | {"key": "k"})
        )
        assert answer.status_code == 409
        assert "判定有了变化" in answer.text
        assert "会议决定加发" in answer.text
        assert not Decision.objects.exists()

    @pytest.mark.parametrize("policy", ["ZZ99", "T03"])
    def test_another_street_or_no_policy_is_not_there(
        self, clerk: Client, east_firm: Subject, west_firm: Subject, policy: str
    ) -> None:
        subject = west_firm if policy == "T03" else east_firm
        assert clerk.get(self.url(subject, policy)).status_code == 404
        assert clerk.post(self.url(subject, policy), form()).status_code == 404


class TestApplying:
    def url(self, subject: Subject, policy: str = "T03") -> str:
        return f"/subjects/{subject.pk}/apply/{policy}/"

    def test_an_officer_applies_for_the_firm_they_look_after(
        self, client: Client, liaison_li: User, east_firm: Subject, at: datetime
    ) -> None:
        state_facts(east_firm, {"resumed": True}, source="statistics", by="test", at=at)
        client.force_login(liaison_li)
        assert "代为申报" in client.get(self.url(east_firm)).text
        for _twice in range(2):
            page = client.post(
                self.url(east_firm), {"key": "k", "note": "电话委托"}, follow=True
            ).text
            assert "2020-000001" in page
            assert "电话委托" in page
        assert Application.objects.count() == 1

    def test_what_the_rule_denies_is_told_and_the_note_is_kept(
        self, client: Client, liaison_li: User, east_firm: Subject
    ) -> None:
        client.force_login(liaison_li)
        answer = client.post(self.url(east_firm), {"key": "k", "note": "电话委托"})
        assert answer.status_code == 409
        assert "请先补充：已复工" in answer.text
        assert "电话委托" in answer.text

    def test_a_firm_of_somebody_else_is_not_there(
        self, client: Client, liaison_li: User, west_firm: Subject
    ) -> None:
        client.force_login(liaison_li)
        assert client.get(self.url(west_firm)).status_code == 404
        assert client.post(self.url(west_firm), {"key": "k"}).status_code == 404


class TestWithdrawing:
    def test_it_is_taken_back_with_its_reason(
        self, client: Client, applied: Application, owner_wang: User
    ) -> None:
        client.force_login(owner_wang)
        url = f"/applications/{applied.pk}/withdraw/"
        page = client.post(url, {"key": "k", "reason": "填错了"}, follow=True).text
        assert "申请已撤回" in page
        assert "填错了" in page
        assert "撤回后可以重新申请" not in page

    def test_what_is_decided_stays(
        self, clerk: Client, applied: Application, owner_wang: User
    ) -> None:
        decide(clerk, applied, form())
        clerk.force_login(owner_wang)
        answer = clerk.post(f"/applications/{applied.pk}/withdraw/", {"key": "k"})
        assert answer.status_code == 409
        assert "已同意，不能撤回" in answer.text


class TestLists:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, True),
            ({"state": "submitted"}, True),
            ({"state": "granted"}, False),
            ({"policy": "T03"}, True),
            ({"policy": "T01"}, False),
            ({"street": "990101002"}, False),
            ({"state": "nonsense"}, False),
        ],
    )
    def test_applications_are_filtered(
        self, clerk: Client, applied: Application, query: dict[str, str], found: bool
    ) -> None:
        assert (applied.number in clerk.get("/applications/", query).text) == found

    def test_of_another_street_nothing_is_told(
        self,
        client: Client,
        applied: Application,
        west_firm: Subject,
        at: datetime,
        stranger_zhou: User,
    ) -> None:
        grant(stranger_zhou, "clerk", scope=("zone", "990101002"), source="x", by="test", at=at)
        client.force_login(stranger_zhou)
        assert applied.number not in client.get("/applications/").text
        assert client.get(f"/applications/{applied.pk}/").status_code == 404
        assert decide(client, applied, form()).status_code == 404

    def test_they_go_out_neutral_with_their_moment_above(
        self, clerk: Client, applied: Application, east_firm: Subject
    ) -> None:
        decide(clerk, applied, form(**DEVIATING | {"reason": "=1+1"}))
        Subject.objects.filter(pk=east_firm.pk).update(name="=cmd()")
        rows = cells(clerk.get("/applications/export/"))
        assert str(rows[0][0]).startswith("申请 · 东街街道 · 截至 2020年2月3日 08:00")
        assert rows[2][2] == "'=cmd()"
        assert "'=1+1" in rows[2]
        rows = cells(clerk.get("/decisions/export/", {"deviates": "1"}))
        assert rows[2][1] == "'=cmd()"

    def test_decisions_that_deviate_are_found_alone(
        self, clerk: Client, applied: Application
    ) -> None:
        decide(clerk, applied, form())
        assert applied.number in clerk.get("/decisions/").text
        assert applied.number not in clerk.get("/decisions/", {"deviates": "1"}).text
