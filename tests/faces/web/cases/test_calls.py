"""Call lists on their pages: planned and opened by the desk, called by a team, settled by a head."""

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from furong.apps.base.clock import set_clock
from furong.apps.base.models import Entry, StoredFile
from furong.apps.cases.actions import CallPlan, record_call
from furong.apps.cases.models import CallList, Case
from furong.apps.directory.models import Grant, User
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject, SubjectFacts
from tests.apps.cases.conftest import dispatch, run
from tests.apps.cases.test_calls import HEARD, PLAN, opened, plan
from tests.apps.cast import EAST, EAST_CODE, person
from tests.faces.web.cases.conftest import SignIn

pytestmark = pytest.mark.usefixtures("everybody")

KEY = "00000000-0000-4000-8000-000000000001"
FORM = {
    "key": KEY,
    "title": "复工核对",
    "script": "您好，这里是区指挥部",
    "facts": ["staff"],
    "kind": "routine",
    "team": "urban",
    "way": "even",
    "percent": "100",
    "seed": "种子",
}


@pytest.fixture
def firms(east_firm: Subject, west_firm: Subject, at: datetime) -> list[Subject]:
    for place, one in enumerate((east_firm, west_firm)):
        state_facts(one, {"phone": f"0731-1000000{place}"}, source="register", by="test", at=at)
    return [east_firm, west_firm]


@pytest.fixture
def made(firms: list[Subject], dispatcher_he: User, at: datetime) -> CallList:
    given = CallPlan(
        "复工核对", "您好，这里是区指挥部", ["staff"], "urban", percent=100, seed="种子"
    )
    return opened(firms, dispatcher_he, at, given)


def case_of(made: CallList, subject: Subject) -> Case:
    case = made.lines.get(subject=subject).case
    assert case is not None
    return case


class TestPlanning:
    def test_from_the_list_of_subjects_to_open_checks(
        self, as_user: SignIn, dispatcher_he: User, firms: list[Subject], at: datetime
    ) -> None:
        client = as_user(dispatcher_he)
        assert (
            "/calls/new/?street=" + EAST in client.get(f"/subjects/?street={EAST}").content.decode()
        )
        address = f"/calls/new/?street={EAST}"
        assert "<b>1 户</b>" in client.get(address).content.decode()
        answer = client.post(address, FORM)
        made = CallList.objects.get()
        assert answer["Location"] == f"/calls/{made.pk}/"
        assert client.post(address, FORM)["Location"] == f"/calls/{made.pk}/", "sent twice"
        assert CallList.objects.count() == 1
        shown = client.get(f"/calls/{made.pk}/").content.decode()
        assert "发起 1 户" in shown
        assert "随机抽取 100%" in shown
        assert "名单和抽样码相同，抽中的户就相同" in shown
        for _n in range(2):
            assert client.post(f"/calls/{made.pk}/open/").status_code == 302
        assert "正在发起" in client.get(f"/calls/{made.pk}/").content.decode()
        assert "HX-Refresh" not in client.get(f"/calls/{made.pk}/progress/")
        run(at + timedelta(seconds=1))
        assert client.get(f"/calls/{made.pk}/progress/")["HX-Refresh"] == "true"
        assert Case.objects.count() == 1
        assert firms[0].name in client.get(f"/calls/{made.pk}/?state=opened").content.decode()

    def test_a_file_of_codes(
        self, as_user: SignIn, dispatcher_he: User, east_firm: Subject
    ) -> None:
        client = as_user(dispatcher_he)
        table = f"统一社会信用代码,联系电话\n{EAST_CODE},0731-10000001\n9143,1\n"
        file = SimpleUploadedFile("名单.csv", table.encode())
        made = client.post("/calls/new/", {**FORM, "file": file})["Location"]
        shown = client.get(made).content.decode()
        assert "发起 1 户" in shown
        assert "信用代码有误" in shown
        assert "0731" not in shown
        kept = [one for one in Path(settings.MEDIA_ROOT).rglob("*") if one.is_file()]
        assert not [one for one in kept if b"0731-10000001" in one.read_bytes()]
        assert not StoredFile.objects.exists(), (
            "the numbers are sealed with the list, and else nowhere"
        )

    @pytest.mark.parametrize(
        ("table", "told"),
        [
            ("名称,电话\n东街,1\n", "没有“统一社会信用代码”这一列"),
            ("", "空"),
        ],
    )
    def test_a_file_that_will_not_do(
        self, as_user: SignIn, dispatcher_he: User, table: str, told: str
    ) -> None:
        file = SimpleUploadedFile("名单.csv", table.encode())
        answer = as_user(dispatcher_he).post("/calls/new/", {**FORM, "file": file})
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert not CallList.objects.exists()

    def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
        self, as_user: SignIn, dispatcher_he: User, firms: list[Subject]
    ) -> None:
        sent = {**FORM, "title": "", "script": "写了很久", "percent": "很多", "facts": []}
        answer = as_user(dispatcher_he).post("/calls/new/", sent)
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert 'id="title-error">请填写核对名称' in shown
        assert 'id="percent-error">复核比例请填 0 到 100 的整数' in shown
        assert "请选择核对哪些信息" in shown
        assert "写了很久" in shown
        for key in ("", "x"):
            assert (
                as_user(dispatcher_he).post("/calls/new/", {**FORM, "key": key}).status_code == 422
            )
        bad = {**FORM, "callers": ["x"], "team": "\x00"}
        assert as_user(dispatcher_he).post("/calls/new/", bad).status_code == 422
        assert not CallList.objects.exists()

    def test_nobody_else_comes_near(
        self,
        as_user: SignIn,
        made: CallList,
        clerk_pan: User,
        clerk_tan: User,
        liaison_li: User,
        owner_wang: User,
        at: datetime,
    ) -> None:
        east = person("kong", "孔调度", "dispatcher", (str(Grant.Scope.ZONE), EAST), at=at)
        case = made.lines.first().case  # type: ignore[union-attr]
        assert case is not None
        below = ["", "progress/", "export/", "differences/", f"differences/{case.pk}/"]
        work = ["work/", f"work/{case.pk}/"]
        for user in (east, clerk_pan, liaison_li, owner_wang):
            for address in (*below, *work):
                got = as_user(user).get(f"/calls/{made.pk}/{address}")
                assert got.status_code == 404, (user.username, address)
            for address in ("open/", "withdraw/", f"work/{case.pk}/", f"work/{case.pk}/phone/"):
                got = as_user(user).post(f"/calls/{made.pk}/{address}")
                assert got.status_code == 404, (user.username, address)
        for address in below:
            assert as_user(clerk_tan).get(f"/calls/{made.pk}/{address}").status_code == 404
        for user in (clerk_pan, liaison_li, owner_wang):
            assert as_user(user).get("/calls/").status_code == 404
        assert made.title not in as_user(east).get("/calls/").content.decode()

    def test_however_many_lists_there_are_they_are_read_together(
        self,
        as_user: SignIn,
        clerk_tan: User,
        dispatcher_he: User,
        firms: list[Subject],
        at: datetime,
    ) -> None:
        client = as_user(clerk_tan)
        opened(firms[:1], dispatcher_he, at, replace(PLAN, title="一号名单"))
        client.get("/calls/")
        with CaptureQueriesContext(connection) as one:
            page = client.get("/calls/").content.decode()
        assert "一号名单" in page
        opened(firms[1:], dispatcher_he, at, replace(PLAN, title="二号名单"))
        with CaptureQueriesContext(connection) as two:
            assert "二号名单" in client.get("/calls/").content.decode()
        assert len(two) == len(one)

    def test_what_is_left_is_handed_over(
        self,
        as_user: SignIn,
        dispatcher_he: User,
        clerk_tan: User,
        clerk_tang: User,
        firms: list[Subject],
        at: datetime,
    ) -> None:
        made = opened(firms, dispatcher_he, at, CallPlan(
            "复工核对", "您好", ["staff"], "urban", callers=[clerk_tan.pk], percent=0
        ))  # fmt: skip
        client, below = as_user(dispatcher_he), f"/calls/{made.pk}/"
        assert "转交待拨打的" in client.get(below).content.decode()
        refused = client.post(f"{below}hand-over/", {"caller": str(clerk_tan.pk)})
        assert (refused.status_code, "请选择转交给谁" in refused.content.decode()) == (409, True)
        for bad in ({}, {"caller": "x", "to": ["y"]}):
            assert client.post(f"{below}hand-over/", bad).status_code == 409
        sent = {"caller": str(clerk_tan.pk), "to": [str(clerk_tang.pk)]}
        shown = client.post(f"{below}hand-over/", sent, follow=True).content.decode()
        assert "已转交 2 户" in shown
        assert "还有 2 户" in as_user(clerk_tang).get("/calls/").content.decode()
        assert as_user(clerk_tan).post(f"{below}hand-over/", sent).status_code == 404

    def test_a_list_is_withdrawn_with_a_reason(
        self, as_user: SignIn, made: CallList, dispatcher_he: User, at: datetime
    ) -> None:
        client = as_user(dispatcher_he)
        answer = client.post(f"/calls/{made.pk}/withdraw/", {"reason": ""})
        assert (answer.status_code, "请写明撤回理由" in answer.content.decode()) == (409, True)
        client.post(f"/calls/{made.pk}/withdraw/", {"reason": "名单有误"})
        run(at + timedelta(seconds=1))
        shown = client.get(f"/calls/{made.pk}/").content.decode()
        assert "已撤回" in shown
        assert "名单有误" in shown
        assert {one.closure for one in Case.objects.all()} == {"cancelled"}


class TestCalling:
    def send(self, answers: dict[str, str], case: Case, key: str = "k") -> dict[str, str]:
        sent = {f"a-{name}": value for name, value in answers.items()}
        return {**sent, "key": key, "revision": str(case.revision)}

    def test_one_after_the_other(
        self,
        as_user: SignIn,
        firms: list[Subject],
        dispatcher_he: User,
        clerk_tan: User,
        at: datetime,
    ) -> None:
        given = CallPlan("核对", "您好", ["staff"], "urban", callers=[clerk_tan.pk], percent=0)
        made = opened(firms, dispatcher_he, at, given)
        client, work = as_user(clerk_tan), f"/calls/{made.pk}/work/"
        assert "去拨打" in client.get("/calls/").content.decode()
        shown = client.get(work).content.decode()
        assert "为“已接通”时必填" not in shown, "they are asked with that result alone"
        assert "另有 0 户" not in shown
        assert firms[0].name in shown
        assert "0731" not in shown
        first, second = (case_of(made, one) for one in firms)
        assert firms[1].name in client.get(f"{work}?skip={first.pk}").content.decode()
        heard = {
            "call_result": "answered",
            "record_agrees": "true",
            "staff": "12",
            "needs_help": "false",
        }
        for _n in range(2):
            answer = client.post(f"{work}{first.pk}/", self.send(heard, first))
            assert answer["Location"] == work
        assert SubjectFacts.objects.get(subject=firms[0]).facts["staff"]["v"] == 12
        missed = {"call_result": "no_reply", "staff": "99", "again_at": "2020-02-03T10:30"}
        client.post(f"{work}{second.pk}/", self.send(missed, second, "m"))
        shown = client.get(work).content.decode()
        assert "已全部拨打" in shown
        assert "2月3日 10:30" in shown
        set_clock(mode="frozen", anchor=at + timedelta(hours=3), by="test", at=at)
        shown = client.get(work).content.decode()
        assert firms[1].name in shown
        assert "无人接听" in shown

    def test_the_number_is_shown_for_a_reason_that_is_kept(
        self, as_user: SignIn, made: CallList, firms: list[Subject], clerk_tan: User
    ) -> None:
        client, case = as_user(clerk_tan), case_of(made, firms[0])
        address = f"/calls/{made.pk}/work/{case.pk}/phone/"
        refused = client.post(address, {"reason": " "})
        assert refused.status_code == 409
        assert "0731-10000000" not in refused.content.decode()
        answer = client.post(address, {"reason": "电话核对"}, headers={"HX-Request": "true"})
        assert "0731-10000000" in answer.content.decode()
        assert "<form class" not in answer.content.decode(), "the part alone"
        assert answer["Cache-Control"] == "no-store"
        entry = Entry.objects.get(verb="case.unmask")
        assert (entry.actor_id, entry.payload["reason"]) == (clerk_tan.pk, "电话核对")
        assert "0731" not in str(entry.payload)

    def test_what_is_wrong_comes_back_with_what_was_typed(
        self, as_user: SignIn, made: CallList, firms: list[Subject], clerk_tan: User
    ) -> None:
        client, case = as_user(clerk_tan), case_of(made, firms[0])
        address = f"/calls/{made.pk}/work/{case.pk}/"
        for sent, told in (
            ({}, "请选择通话结果"),
            ({"call_result": "x"}, "请选择通话结果"),
            ({"call_result": "answered", "staff": "许多"}, "请填写“与登记信息一致”"),
            ({"call_result": "later", "again_at": "2019-01-01T08:00"}, "时间已过"),
            ({"call_result": "later", "again_at": "天黑后"}, "不是日期时间"),
        ):
            answer = client.post(address, self.send(sent, case))
            assert answer.status_code == 422, sent
            shown = answer.content.decode()
            assert told in shown, sent
            assert sent.get("staff", "") in shown
        case.refresh_from_db()
        assert case.revision == 1

    def test_the_second_entry_is_blind(
        self,
        as_user: SignIn,
        made: CallList,
        firms: list[Subject],
        clerk_tan: User,
        clerk_tang: User,
        dispatcher_he: User,
        head_gu: User,
        at: datetime,
    ) -> None:
        case = case_of(made, firms[0])
        said = {**HEARD, "found": {"staff": 735197}, "needs_help": True, "problem": "缺口罩"}
        record_call(case, said, by=clerk_tan, at=at)
        work = f"/calls/{made.pk}/work/"
        assert "没有等待复核的" in as_user(clerk_tan).get(f"{work}?second=1").content.decode()
        found = Case.objects.get(procedure__code="appeal")
        dispatch(found, by=dispatcher_he, at=at)  # to the unit that calls
        assert "缺口罩" in as_user(clerk_tang).get(f"/cases/{found.pk}/").content.decode()
        client = as_user(clerk_tang)
        for address in (
            f"{work}?second=1",
            f"{work}{case.pk}/",
            f"/cases/{case.pk}/",
            f"/cases/{case.pk}/do/actions.second_same/",
            f"/cases/{case.pk}/pane/",
        ):
            shown = client.get(address).content.decode()
            assert "735197" not in shown.replace(",", ""), address
            assert "缺口罩" not in shown, address
            assert found.number not in shown, address
            assert 'value="answered" checked' not in shown, address
        other = {
            "call_result": "answered",
            "record_agrees": "true",
            "staff": "770",
            "needs_help": "true",
            "problem": "口罩",
        }
        case.refresh_from_db()
        answer = client.post(f"{work}{case.pk}/", self.send(other, case))
        assert answer["Location"] == f"{work}?second=1"
        case.refresh_from_db()
        assert case.state == "differing"
        self.settle(as_user, made, case, head_gu, clerk_tang)

    def settle(
        self, as_user: SignIn, made: CallList, case: Case, head_gu: User, clerk_tang: User
    ) -> None:
        below = f"/calls/{made.pk}/differences/"
        assert as_user(clerk_tang).get(below).status_code == 404
        client = as_user(head_gu)
        shown = client.get(below).content.decode()
        assert "735,197 人" in shown
        assert "770 人" in shown
        shown = client.get(f"{below}{case.pk}/").content.decode()
        assert 'name="a-staff" type="text" value=""' in shown, "what differs is for the head to say"
        sent = self.send(
            {
                "call_result": "answered",
                "record_agrees": "true",
                "staff": "735197",
                "needs_help": "true",
                "problem": "口罩",
            },
            case,
        )
        refused = client.post(f"{below}{case.pk}/", sent)
        assert (refused.status_code, "裁定理由" in refused.content.decode()) == (422, True)
        sent |= {"a-reason": "三方通话", "key": "k2"}
        assert client.post(f"{below}{case.pk}/", sent)["Location"] == below
        case.refresh_from_db()
        assert (case.state, case.closure) == ("closed", "confirmed")
        facts = SubjectFacts.objects.get(subject=case.subject).facts
        assert facts["staff"]["v"] == 735197
        assert "0 / 1" in client.get(f"/calls/{made.pk}/").content.decode()

    def test_results_as_a_sheet_without_numbers_or_formulas(
        self,
        as_user: SignIn,
        firms: list[Subject],
        dispatcher_he: User,
        clerk_tan: User,
        at: datetime,
    ) -> None:
        made = opened(firms, dispatcher_he, at, PLAN)
        said = {**HEARD, "needs_help": True, "problem": "=1+1"}
        record_call(case_of(made, firms[0]), said, by=clerk_tan, at=at)
        answer = as_user(dispatcher_he).get(f"/calls/{made.pk}/export/")
        book = openpyxl.load_workbook(BytesIO(answer.content))
        rows = [*book.worksheets[0].iter_rows(values_only=True)]
        assert "0731" not in str(rows)
        heads, first = rows[1], rows[2]
        told = dict(zip(heads, first, strict=True))
        assert told["名称"] == firms[0].name
        assert told["通话结果"] == "已接通"
        assert told["期末从业人员"] == "12 人"
        assert told["需要协调什么"] == "'=1+1"
        assert (told["拨打次数"], told["办结情形"]) == (1, "核对一致")

    def test_figures_tell_of_calls(
        self,
        as_user: SignIn,
        made: CallList,
        firms: list[Subject],
        dispatcher_he: User,
        clerk_tan: User,
        clerk_tang: User,
        at: datetime,
    ) -> None:
        first, second = (case_of(made, one) for one in firms)
        for user in (clerk_tan, clerk_tang):
            record_call(first, HEARD, by=user, at=at)
        record_call(second, {"call_result": "busy"}, by=clerk_tan, at=at)
        client = as_user(dispatcher_he)
        shown = client.get("/cases/figures/?procedure=phone-check&by=street").content.decode()
        assert "双录一致率" in shown
        assert "100.0%" in shown
        assert "1 / 1" in shown
        assert "已拨打 2 户" in shown
        assert "双录一致率" not in client.get("/cases/figures/").content.decode()


def test_the_plan_of_another_is_not_opened(
    as_user: SignIn, firms: list[Subject], dispatcher_he: User, head_gu: User, at: datetime
) -> None:
    made = plan(firms, dispatcher_he, at)
    client = as_user(head_gu)
    assert client.get(f"/calls/{made.pk}/").status_code == 200
    assert client.post(f"/calls/{made.pk}/open/").status_code == 404
