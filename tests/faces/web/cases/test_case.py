"""One case on the web: acting by one form, refusals that lose nothing, stale forms, sealed answers."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from furong.apps.base.clock import set_clock
from furong.apps.base.models import Entry, StoredFile
from furong.apps.cases.actions import act, ask, comment, open_case
from furong.apps.cases.models import Case, Event, Invitation
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import dispatch
from tests.faces.web.cases.conftest import SignIn

pytestmark = pytest.mark.usefixtures("everybody")

PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f"
    b"\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)
DISPATCH = {
    "a-appeal_category": "traffic",
    "a-class": "general",
    "a-lead": "urban",
    "a-duty": "城市道路停车泊位管理",
}


def do(
    client: Client, case: Case, key: str, data: dict[str, Any] | None = None, **more: Any
) -> Any:
    case.refresh_from_db()
    sent = {"key": f"{key}-{case.revision}", "revision": case.revision, **(data or {}), **more}
    return client.post(f"/cases/{case.pk}/do/{key}/", sent)


def words(answer: Any) -> str:
    return str(answer.content.decode())


class TestRefusals:
    def test_who_has_no_role_gets_no_form_and_no_act(
        self, as_user: SignIn, appeal: Case, clerk_chen: User, auditor_qian: User
    ) -> None:
        for user in (clerk_chen, auditor_qian):
            client = as_user(user)
            assert client.get(f"/cases/{appeal.pk}/").status_code == 200
            for key in ("actions.dispatch", "actions.fly", "answers.return.granted", "x"):
                assert client.get(f"/cases/{appeal.pk}/do/{key}/").status_code == 404, key
                assert do(client, appeal, key, DISPATCH).status_code == 404, key
        appeal.refresh_from_db()
        assert (appeal.state, appeal.revision) == ("triage", 1)

    def test_what_is_wrong_is_told_at_its_field_and_the_rest_stays(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User
    ) -> None:
        sent = {**DISPATCH, "a-lead": "", "a-class": "soon", "a-helpers": ["police"]}
        answer = do(as_user(dispatcher_he), appeal, "actions.dispatch", sent)
        shown = words(answer)
        assert 'id="actions-dispatch-a-lead-error">请填写“承办单位”' in shown
        assert 'id="actions-dispatch-a-class-error">办理类别：请选择' in shown
        assert "城市道路停车泊位管理" in shown
        assert 'value="police" checked' in shown
        assert 'value="traffic" checked' in shown
        appeal.refresh_from_db()
        assert appeal.state == "triage"

    def test_a_closing_without_its_ground_is_asked_for_it(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User
    ) -> None:
        sent = {"a-reason": "不属本区", "a-where_to": "市级平台"}
        shown = words(do(as_user(dispatcher_he), appeal, "actions.refuse", sent))
        assert 'closure-error">请选择办结情形' in shown
        assert "市级平台" in shown
        done = do(as_user(dispatcher_he), appeal, "actions.refuse", sent, closure="out_of_remit")
        assert done.status_code == 302
        appeal.refresh_from_db()
        assert appeal.closure == "out_of_remit"

    def test_an_upload_need_not_be_chosen_twice(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        case = dispatch(appeal, by=dispatcher_he, at=at)
        for name, told in (("sign", {}), ("contact", {"contacted": True, "contacted_at": at})):
            case = act(case, name, told, by=clerk_tan, at=at)
        client = as_user(clerk_tan)
        file = SimpleUploadedFile("现场.png", PICTURE)
        sent = {"a-genuine": "true", "a-in_remit": "true", "a-solved": "false", "a-account": "在办"}
        shown = words(do(client, case, "actions.reply", {**sent, "a-photos": file}))
        assert "请填写“未解决原因”" in shown
        assert "请填写“公开答复”" in shown
        (kept,) = re.findall(r'name="a-photos-kept" value="([^"]+)" checked', shown)
        sent |= {"a-unsolved_reason": "planned", "a-answer": "下月动工", "a-photos-kept": kept}
        assert do(client, case, "actions.reply", sent).status_code == 302
        event = Event.objects.get(case=case, act="actions.reply")
        assert [one.name for one in event.files.all()] == ["现场.png"]
        assert StoredFile.objects.count() == 1

    def test_a_file_that_is_none_is_refused_at_its_field(
        self, as_user: SignIn, appeal: Case, clerk_tan: User, dispatcher_he: User, at: datetime
    ) -> None:
        case = dispatch(appeal, by=dispatcher_he, at=at)
        file = SimpleUploadedFile("现场.png", b"MZ\x90\x00not a picture")
        sent = {"a-unit": "police", "a-reason": "归交警", "a-consent": file}
        shown = words(do(as_user(clerk_tan), case, "requests.transfer", sent))
        assert 'id="requests-transfer-a-consent-error"' in shown
        assert "归交警" in shown

    def test_somebody_else_s_file_cannot_be_kept(
        self, as_user: SignIn, appeal: Case, clerk_tan: User, dispatcher_he: User, at: datetime
    ) -> None:
        case = dispatch(appeal, by=dispatcher_he, at=at)
        told = {"a-unit": "police", "a-consent": SimpleUploadedFile("函.png", PICTURE)}
        do(as_user(dispatcher_he), case, "requests.transfer", told)
        theirs = StoredFile.objects.create(sha256="0" * 64, size=1, name="x", stored_at=at)
        sent = {"a-unit": "police", "a-reason": "归交警", "a-consent-kept": str(theirs.pk)}
        assert "请填写" in words(do(as_user(clerk_tan), case, "requests.transfer", sent))

    def test_sent_twice_acts_once(self, as_user: SignIn, appeal: Case, dispatcher_he: User) -> None:
        client = as_user(dispatcher_he)
        sent = {**DISPATCH, "key": "one", "revision": 1}
        for _time in range(2):
            answer = client.post(f"/cases/{appeal.pk}/do/actions.dispatch/", sent)
            assert (answer.status_code, answer["Location"]) == (302, f"/cases/{appeal.pk}/")
        assert Event.objects.filter(case=appeal).count() == 2

    def test_where_to_go_on_is_never_another_site(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User
    ) -> None:
        sent = {**DISPATCH, "next": "https://example.com/"}
        answer = do(as_user(dispatcher_he), appeal, "actions.dispatch", sent)
        assert answer["Location"] == f"/cases/{appeal.pk}/"


class TestStale:
    def test_it_shows_what_happened_and_keeps_what_was_typed(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, at: datetime
    ) -> None:
        dispatch(appeal, by=dispatcher_he, at=at)
        told = {"a-reason": "写了很久的理由", "a-where_to": "市级平台", "closure": "not_accepted"}
        sent = {**told, "key": "k", "revision": 1}
        answer = as_user(dispatcher_he).post(f"/cases/{appeal.pk}/do/actions.refuse/", sent)
        shown = words(answer)
        assert answer.status_code == 409
        assert "何调度刚刚办理“交办”" in shown
        assert "您打开之后发生的" in shown
        assert "写了很久的理由" in shown
        assert "城市道路停车泊位管理" in shown

    def test_even_where_the_case_went_to_somebody_else(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        case = dispatch(appeal, by=dispatcher_he, at=at)
        seen = case.revision
        comment(case, "改由公安办理", by=dispatcher_he, at=at)
        case.assignments.update(state="replaced", ended_at=at)
        sent = {"key": "k", "revision": seen, "a-words": "已经量过车位"}
        answer = as_user(clerk_tan).post(f"/cases/{case.pk}/do/actions.progress/", sent)
        assert answer.status_code == 409
        assert "已经量过车位" in words(answer)
        assert "改由公安办理" in words(answer)


class TestPage:
    def test_whose_turn_until_when_clocks_and_units(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, at: datetime
    ) -> None:
        dispatch(appeal, by=dispatcher_he, at=at, helpers=["police"])
        set_clock(mode="frozen", anchor=at + timedelta(minutes=10), by="test", at=at)
        shown = words(as_user(dispatcher_he).get(f"/cases/{appeal.pk}/"))
        for told in (
            "现在由", "城管执法局", "签收时限", "剩 20 分", "计时时长（扣除挂账）", "总历时",
            "24 小时（自然时间）", "公安分局", "协办单位", "待签收", "走访收集",
        ):  # fmt: skip
            assert told in shown, told

    def test_a_request_is_answered_where_it_stands(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, clerk_tan: User, at: datetime
    ) -> None:
        case = dispatch(appeal, by=dispatcher_he, at=at)
        sent = {"a-return_ground": "duty", "a-clause": "三定规定", "a-should_be": "police"}
        assert do(as_user(clerk_tan), case, "requests.return", sent).status_code == 302
        desk = as_user(dispatcher_he)
        shown = words(desk.get(f"/cases/{case.pk}/"))
        assert "退单待答复" in shown
        (url,) = re.findall(
            r'href="(/cases/[^"]+/do/answers\.return\.granted/\?request=[^"]+)"', shown
        )
        form = words(desk.get(url))
        assert "意见" in form
        case.refresh_from_db()
        told = {"a-opinion": "同意", "key": "k", "revision": case.revision}
        assert desk.post(url, told).status_code == 302
        case.refresh_from_db()
        assert case.state == "triage"

    def test_the_reply_is_there_for_who_checks_it(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, clerk_tan: User, head_xu: User,
        at: datetime,
    ) -> None:  # fmt: skip
        case = dispatch(appeal, by=dispatcher_he, at=at)
        case = act(case, "sign", by=clerk_tan, at=at)
        case = act(case, "contact", {"contacted": True, "contacted_at": at}, by=clerk_tan, at=at)
        reply = {
            "genuine": True,
            "in_remit": True,
            "solved": True,
            "account": "新增",
            "answer": "已新增车位",
        }
        act(case, "reply", reply, by=clerk_tan, at=at)
        shown = words(as_user(head_xu).get(f"/cases/{case.pk}/do/actions.approve/"))
        assert ">已新增车位</textarea>" in shown

    def test_hostile_words_are_words(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, at: datetime
    ) -> None:
        comment(appeal, "<script>alert(1)</script>\u202e倒", by=dispatcher_he, at=at)
        shown = words(as_user(dispatcher_he).get(f"/cases/{appeal.pk}/"))
        assert "<script>alert" not in shown
        assert "&lt;script&gt;" in shown
        assert "\u202e" not in shown


class TestOutside:
    def test_an_owner_reads_what_they_may_know_and_no_more(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, clerk_tan: User, owner_wang: User,
        at: datetime,
    ) -> None:  # fmt: skip
        case = dispatch(appeal, by=dispatcher_he, at=at)
        comment(case, "企业态度不好", by=clerk_tan, at=at)
        comment(case, "请保持电话畅通", public=True, by=clerk_tan, at=at)
        ask(case, "return", {"return_ground": "duty", "clause": "三定"}, by=clerk_tan, at=at)
        shown = words(as_user(owner_wang).get(f"/cases/{case.pk}/"))
        assert "请保持电话畅通" in shown
        assert "催办" in shown
        for hidden in ("企业态度不好", "退单", "三定", "生成链接", "计时时长", "谭经办"):
            assert hidden not in shown, hidden

    def test_an_owner_s_comment_is_public_whatever_is_sent(
        self, as_user: SignIn, appeal: Case, owner_wang: User
    ) -> None:
        sent = {"words": "还没有人联系我", "public": "0", "key": "k"}
        as_user(owner_wang).post(f"/cases/{appeal.pk}/comment/", sent)
        assert Event.objects.get(case=appeal, act="comment").public


class TestComments:
    def test_too_long_is_refused_and_kept(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User
    ) -> None:
        file = SimpleUploadedFile("现场.png", PICTURE)
        sent = {"words": "长" * 1001, "key": "k", "public": "1", "files": file}
        answer = as_user(dispatcher_he).post(f"/cases/{appeal.pk}/comment/", sent)
        assert answer.status_code == 409
        assert "有 1001 字，最多 1000 字" in words(answer)
        assert "长" * 1001 in words(answer)
        assert 'name="files-kept"' in words(answer)
        assert not Event.objects.filter(act="comment").exists()

    def test_inside_and_public(self, as_user: SignIn, appeal: Case, dispatcher_he: User) -> None:
        client = as_user(dispatcher_he)
        for key, public in (("a", "0"), ("b", "1")):
            sent = {"words": f"留言{key}", "key": key, "public": public}
            client.post(f"/cases/{appeal.pk}/comment/", sent)
        shown = words(client.get(f"/cases/{appeal.pk}/"))
        assert '<span class="badge">内部</span>' in shown
        assert '<span class="badge">反映人可见</span>' in shown


class TestFiles:
    def test_a_picture_is_shown_and_only_to_who_sees_the_case(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User, stranger_zhou: User,
        owner_wang: User, clerk_pan: User,
    ) -> None:  # fmt: skip
        file = SimpleUploadedFile("现场.png", PICTURE)
        client = as_user(dispatcher_he)
        client.post(f"/cases/{appeal.pk}/comment/", {"words": "看图", "key": "k", "files": file})
        stored = StoredFile.objects.get()
        url = f"/cases/{appeal.pk}/files/{stored.pk}/"
        assert f'<img src="{url}"' in words(client.get(f"/cases/{appeal.pk}/"))
        answer = client.get(url)
        assert answer.content == PICTURE
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        for user in (stranger_zhou, owner_wang, clerk_pan):
            assert as_user(user).get(url).status_code == 404


class TestSealed:
    @pytest.fixture
    def told(self, east_firm: Subject, liaison_li: User, at: datetime) -> Case:
        answers = {"title": "停车难", "contact_person": "王经理 13900000000"}
        return open_case(
            "appeal", "collect", subject=east_firm, answers=answers, by=liaison_li, at=at
        )

    def test_it_is_masked_until_a_reason_is_given(
        self, as_user: SignIn, told: Case, dispatcher_he: User
    ) -> None:
        client = as_user(dispatcher_he)
        page = f"/cases/{told.pk}/"
        assert "13900000000" not in words(client.get(page))
        assert "******" in words(client.get(page))
        refused = client.post(f"{page}reveal/1/", {"reason": " "})
        assert refused.status_code == 409
        assert "13900000000" not in words(refused)
        answer = client.post(f"{page}reveal/1/", {"reason": "联系企业"})
        assert "王经理 13900000000" in words(answer)
        assert answer["Cache-Control"] == "no-store"
        assert Entry.objects.filter(verb="case.unmask").count() == 1
        assert "13900000000" not in words(client.get(page))

    def test_not_for_auditors_owners_and_of_what_is_not_sealed(
        self, as_user: SignIn, told: Case, auditor_qian: User, owner_wang: User, dispatcher_he: User
    ) -> None:
        for user in (auditor_qian, owner_wang):
            answer = as_user(user).post(f"/cases/{told.pk}/reveal/1/", {"reason": "看"})
            assert answer.status_code == 404
        missing = as_user(dispatcher_he).post(f"/cases/{told.pk}/reveal/9/", {"reason": "看"})
        assert missing.status_code == 404


class TestInvitations:
    def test_a_link_is_shown_once_with_its_code_and_taken_back(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User
    ) -> None:
        client = as_user(dispatcher_he)
        sent = {
            "kind": "party",
            "label": "车库业主 张先生",
            "question": "能否开放 150 个车位",
            "days": "7",
            "key": "k",
        }
        shown = words(client.post(f"/cases/{appeal.pk}/invite/", sent))
        (link,) = re.findall(r'value="(http://testserver/t/[^"]+)"', shown)
        assert '<svg class="qr"' in shown
        again = client.post(f"/cases/{appeal.pk}/invite/", sent)
        assert again.status_code == 302
        held = Invitation.objects.get()
        page = words(client.get(f"/cases/{appeal.pk}/"))
        assert "车库业主 张先生" in page
        assert link.split("/")[-2] not in page
        client.post(f"/cases/{appeal.pk}/invitations/{held.pk}/revoke/")
        assert "已收回" in words(client.get(f"/cases/{appeal.pk}/"))

    def test_what_is_wrong_is_said_and_kept(
        self, as_user: SignIn, appeal: Case, dispatcher_he: User
    ) -> None:
        sent = {"kind": "party", "label": "车库业主", "question": "", "days": "90", "key": "k"}
        answer = as_user(dispatcher_he).post(f"/cases/{appeal.pk}/invite/", sent)
        assert answer.status_code == 409
        assert "有效期请填 1 到 30 天" in words(answer)
        assert 'value="车库业主"' in words(answer)

    def test_who_takes_no_part_makes_none(
        self, as_user: SignIn, appeal: Case, owner_wang: User, clerk_pan: User
    ) -> None:
        for user in (owner_wang, clerk_pan):
            sent = {"kind": "reporter", "label": "我", "days": "7", "key": "k"}
            assert as_user(user).post(f"/cases/{appeal.pk}/invite/", sent).status_code == 404
        assert not Invitation.objects.exists()


def test_the_supervision_office_enters_a_leader_s_decision_with_its_original(
    as_user: SignIn, appeal: Case, supervisor_du: User, leader_zhao: User, liaison_li: User,
    at: datetime, tmp_path: Path,
) -> None:  # fmt: skip
    Case.objects.filter(pk=appeal.pk).update(kind="urgent")
    appeal.refresh_from_db()
    asked = ask(appeal, "whistle", {"matter": "请协调车位"}, by=liaison_li, at=at)
    assert asked.delivered_at is not None
    client = as_user(supervisor_du)
    url = f"/cases/{appeal.pk}/do/answers.whistle.on_the_spot/?request={asked.pk}"
    form = words(client.get(url))
    assert "批示人" in form
    assert "赵区长" in form
    sent: dict[str, Any] = {
        "key": "a", "revision": 2, "a-report_mode": "written", "a-reported_at": "2020-02-03T07:50",
        "a-words": "同意", "a-solved": "true", "a-answer": "已协调",
    }  # fmt: skip
    lacking = words(client.post(url, sent))
    assert 'decided_by-error">请选择批示人' in lacking
    sent |= {"decided_by": str(leader_zhao.pk), "key": "b"}
    assert "请填写" in words(client.post(url, sent))
    sent |= {"a-scan": SimpleUploadedFile("批示.png", PICTURE), "key": "c"}
    assert client.post(url, sent).status_code == 302
    shown = words(client.get(f"/cases/{appeal.pk}/"))
    assert "赵区长（杜督查代录）" in shown
