"""An enterprise raises a problem on its phone, follows it, judges the result."""

import re
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from furong.apps.base.clock import set_clock
from furong.apps.cases.actions import act, answer, ask, open_case
from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import dispatch, on, run

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
def wang(client: Client, owner_wang: User, everybody: None, at: datetime) -> Client:
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    client.force_login(owner_wang)
    return client


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def raise_it(client: Client, firm: Subject, **changes: Any) -> Any:
    form = {"key": str(uuid4()), "firm": str(firm.pk), "class": "general", "a-title": "员工停车难"}
    return client.post("/mine/cases/new/", {**form, **changes})


def do(client: Client, case: Case, act_key: str, **form: Any) -> Any:
    case.refresh_from_db()
    sent = {"key": uuid4().hex, "revision": case.revision, **form}
    return client.post(f"/mine/cases/{case.pk}/act/{act_key}/", sent, follow=True)


def test_nothing_yet(wang: Client) -> None:
    told = text(wang.get("/mine/cases/"))
    assert "还没有反映过问题" in told
    assert "我要反映" in told


def test_raised_with_a_photo_it_has_a_number_and_somebody_whose_turn_it_is(
    wang: Client, east_firm: Subject
) -> None:
    photo = SimpleUploadedFile("现场.png", PNG)
    answer = raise_it(
        wang, east_firm, **{"a-photos": photo, "class": "urgent", "a-appeal_category": "traffic"}
    )
    case = Case.objects.get()
    assert answer["Location"] == f"/mine/cases/{case.pk}/?new=1"
    told = text(wang.get(answer["Location"]))
    assert f"已登记，编号 {case.number}" in told
    assert "现由指挥中心办理，2月3日 08:30 前办完这一步" in told
    assert (case.kind, case.facts["appeal_category"]) == ("urgent", "traffic")
    file = case.events.get().files.get()
    assert wang.get(f"/mine/cases/{case.pk}/files/{file.pk}/").content == PNG
    assert case.number in text(wang.get("/mine/cases/"))


def test_sent_twice_it_is_one(wang: Client, east_firm: Subject) -> None:
    key = str(uuid4())
    places = {raise_it(wang, east_firm, key=key)["Location"] for _ in range(2)}
    assert len(places) == 1
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"a-title": " "}, "请填写“问题概述”"),
        ({"a-title": "长" * 61}, "最多 60 字"),
        ({"class": "nonsense"}, "请选择类别"),
        ({"key": "nonsense"}, "重新打开这一页"),
        ({"a-photos": SimpleUploadedFile("坏.exe", b"MZ\0\0")}, "不接受这种文件"),
    ],
)
def test_what_is_wrong_is_told_and_the_words_stay(
    wang: Client, east_firm: Subject, wrong: Any, words: str
) -> None:
    answer = raise_it(wang, east_firm, **{"a-details": "周边没有停车位", **wrong})
    assert answer.status_code == 409
    assert words in text(answer)
    assert not Case.objects.exists()
    assert "key" in wrong or "周边没有停车位" in answer.content.decode()


def test_markup_in_every_field_is_text(wang: Client, east_firm: Subject) -> None:
    script = "<script>alert(1)</script>"
    raise_it(wang, east_firm, **{"a-title": script, "a-details": script})
    case = Case.objects.get()
    for page in ("/mine/cases/", f"/mine/cases/{case.pk}/"):
        assert script not in wang.get(page).content.decode()


def test_solved_and_satisfied_are_two_questions(wang: Client, in_feedback: Case) -> None:
    page = wang.get(f"/mine/cases/{in_feedback.pk}/")
    told = text(page)
    assert "您反映的问题解决了吗？" in told
    assert "您对办理过程满意吗？" in told
    assert "等您评价" in told
    assert "已增加路边泊位" in told
    assert "内部：" not in told
    assert (
        "checked" not in page.content.decode().split('id="actionsconfirm"')[1].split("</form>")[0]
    )
    half = do(wang, in_feedback, "actions.confirm", **{"a-confirmed_solved": "true"})
    assert half.status_code == 409
    assert "请填写“企业评价”" in text(half)
    form = {"a-confirmed_solved": "true", "a-satisfaction": "dissatisfied", "a-words": "太慢"}
    assert "已提交" in text(do(wang, in_feedback, "actions.confirm", **form))
    in_feedback.refresh_from_db()
    assert (in_feedback.closure, in_feedback.facts["satisfaction"]) == ("solved", "dissatisfied")


def test_not_solved_begins_anew_and_is_not_a_judgement(wang: Client, in_feedback: Case) -> None:
    assert "请用下面的“未解决，重新交办”" in text(wang.get(f"/mine/cases/{in_feedback.pk}/"))
    do(wang, in_feedback, "actions.dispute", **{"a-reason": "还是没有车位"})
    in_feedback.refresh_from_db()
    assert (in_feedback.state, in_feedback.cycle) == ("triage", 2)


def test_closed_it_can_be_reopened_once_and_withdrawn_before(
    wang: Client, east_firm: Subject, in_feedback: Case
) -> None:
    judged = {"a-confirmed_solved": "true", "a-satisfaction": "satisfied"}
    do(wang, in_feedback, "actions.confirm", **judged)
    do(wang, in_feedback, "actions.reopen", **{"a-reason": "又没有了"})
    in_feedback.refresh_from_db()
    assert in_feedback.cycle == 2
    do(wang, in_feedback, "actions.withdraw", **{"a-reason": "自行解决了"})
    in_feedback.refresh_from_db()
    assert in_feedback.closure == "withdrawn"


def test_an_act_pressed_twice_is_done_once(
    wang: Client, appeal: Case, dispatcher_he: User, at: datetime
) -> None:
    dispatch(appeal, by=dispatcher_he, at=at)
    for _ in range(2):
        assert "已提交" in text(do(wang, appeal, "actions.urge", key="k" * 32))
    assert appeal.events.filter(act="actions.urge").count() == 1


def test_a_stale_page_says_what_happened(
    wang: Client, in_feedback: Case, liaison_li: User, at: datetime
) -> None:
    seen = in_feedback.revision
    given = {"confirmed_solved": True, "satisfaction": "satisfied"}
    act(in_feedback, "confirm", given, by=liaison_li, at=at)
    answer = do(wang, in_feedback, "actions.dispute", revision=seen, **{"a-reason": "没有解决"})
    assert answer.status_code == 409
    assert "李联络刚刚办理“企业评价”" in text(answer)
    assert "没有解决" in text(answer).split("您填写的内容（未保存，可以复制）")[1]


def test_leaders_words_stay_inside(
    wang: Client, east_firm: Subject, liaison_li: User, leader_zhao: User, at: datetime
) -> None:
    case = open_case(
        "appeal", "collect", subject=east_firm, answers={"title": "停车"}, kind="urgent",
        by=liaison_li, at=at,
    )  # fmt: skip
    whistle = ask(case, "whistle", {"matter": "请协调"}, by=liaison_li, at=at)
    answer(
        whistle,
        "assigned",
        {
            "report_mode": "on_site", "reported_at": at, "words": "请城管立即办，勿拖",
            "class": "urgent", "lead": "urban",
        },
        by=leader_zhao,
        at=at,
    )  # fmt: skip
    told = text(wang.get(f"/mine/cases/{case.pk}/"))
    assert "区领导已阅办" in told
    assert "勿拖" not in told
    assert "赵区长" not in told


def test_words_and_a_photo_are_added(wang: Client, appeal: Case) -> None:
    key = uuid4().hex
    for _ in range(2):
        photo = SimpleUploadedFile("a.png", PNG)
        form = {"key": key, "words": "早高峰最难停", "files": photo}
        told = wang.post(f"/mine/cases/{appeal.pk}/comment/", form, follow=True)
        assert "早高峰最难停" in text(told)
    event = appeal.events.get(act="comment")
    assert event.public
    assert f"/files/{event.files.get().pk}/" in told.content.decode()
    empty = wang.post(f"/mine/cases/{appeal.pk}/comment/", {"key": uuid4().hex, "words": " "})
    assert (empty.status_code, "还没有写内容" in text(empty)) == (409, True)


def test_a_refused_comment_keeps_its_words_and_its_photo(wang: Client, appeal: Case) -> None:
    form = {"key": uuid4().hex, "words": "长" * 1001, "files": SimpleUploadedFile("a.png", PNG)}
    refused = wang.post(f"/mine/cases/{appeal.pk}/comment/", form)
    assert refused.status_code == 409
    assert "有 1001 字，最多 1000 字" in text(refused)
    assert "长" * 1001 in text(refused)
    (kept,) = re.findall(r'name="files-kept" value="([^"]+)" checked', refused.content.decode())
    mended = {"key": uuid4().hex, "words": "早高峰最难停", "files-kept": kept}
    wang.post(f"/mine/cases/{appeal.pk}/comment/", mended)
    assert appeal.events.get(act="comment").files.get().name == "a.png"


def test_others_cases_and_instructions_about_it_do_not_exist(
    wang: Client,
    client: Client,
    appeal: Case,
    west_firm: Subject,
    stranger_zhou: User,
    at: datetime,
) -> None:
    other = open_case(
        "appeal", "found", subject=west_firm, answers={"title": "别家的事"}, by="cases", at=at
    )
    assert wang.get(f"/mine/cases/{other.pk}/").status_code == 404
    assert raise_it(wang, west_firm)["Location"]  # falls back to the firm that is Wang's own
    assert Case.objects.filter(subject=west_firm).count() == 1
    client.force_login(stranger_zhou)
    for path in ("/mine/cases/", "/mine/cases/new/", f"/mine/cases/{appeal.pk}/"):
        assert client.get(path).status_code == 404


def test_silence_is_told_as_silence(wang: Client, in_feedback: Case) -> None:
    run(on(6))
    assert "回访未获答复" in text(wang.get(f"/mine/cases/{in_feedback.pk}/"))
