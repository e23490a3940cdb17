"""The problem list on a leader's phone and on paper, and instructions entered from paper."""

import io
import zipfile
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document

from furong.apps.base.clock import set_clock
from furong.apps.cases.actions import open_asking, open_case
from furong.apps.cases.models import Case, Handover
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import on, run
from tests.faces.web.phone.test_my_cases import PNG, text

MORNING = on(19, 7, 30)


@pytest.fixture
def whistle(east_firm: Subject, everybody: None, liaison_li: User) -> Case:
    """Blown on 18 February at 15:00."""
    return open_asking(
        "appeal", "collect", "whistle",
        subject=east_firm,
        answers={"title": "员工停车难", "details": "早上七点就停满了"},
        asked={"matter": "请协调路边泊位", "tried": "已找过停车场"},
        client_id=uuid4(), by=liaison_li, at=on(18, 15),
    )  # fmt: skip


@pytest.fixture
def plain(east_firm: Subject, everybody: None, owner_wang: User) -> Case:
    answers = {"title": "口罩只够三天"}
    return open_case(
        "appeal", "report", subject=east_firm, answers=answers, by=owner_wang, at=on(18, 16)
    )


@pytest.fixture
def zhao(client: Client, whistle: Case, plain: Case, leader_zhao: User) -> Client:
    """The leader on the next morning, the list on the desk."""
    run(MORNING)
    set_clock(mode="frozen", anchor=MORNING, by="test", at=MORNING)
    client.force_login(leader_zhao)
    return client


def the_list(leader: User) -> Handover:
    return Handover.objects.get(person=leader)


def answer(client: Client, handed: Handover, case: Case, code: str, **form: Any) -> Any:
    line = handed.lines.get(case=case)
    case.refresh_from_db()
    sent = {
        "key": uuid4().hex, "revision": case.revision, "request": str(case.requests.get().pk), **form,
    }  # fmt: skip
    path = f"/lists/{handed.pk}/lines/{line.pk}/act/answers.whistle.{code}/"
    return client.post(path, sent, follow=True)


ON_SITE = {"a-report_mode": "on_site", "a-reported_at": "2020-02-19T07:25"}


def test_whistles_stand_first_with_their_clock_and_three_answers(
    zhao: Client, leader_zhao: User
) -> None:
    handed = the_list(leader_zhao)
    assert "共 2 件，其中吹哨 1 件 · 您已办理 0 件" in text(zhao.get("/lists/"))
    assert ">未读<" in zhao.get("/lists/").content.decode()
    told = text(zhao.get(f"/lists/{handed.pk}/"))
    assert told.index("吹哨，待您报到 · 1") < told.index("员工停车难") < told.index("口罩只够三天")
    assert "请在 2月19日 24:00 前报到，还有 16 小时 30 分" in told
    for words in ("请协调路边泊位", "已找过停车场", "早上七点就停满了", "李联络 2月18日 15:00"):
        assert words in told
    for code in ("当场解决", "交办", "成立专班"):
        assert f"提交：{code}" in told
    assert "已办理 0 / 2 件" in told
    handed.refresh_from_db()
    assert handed.read_at == MORNING
    assert ">未读<" not in zhao.get("/lists/").content.decode()


def test_the_leader_reports_and_the_case_goes_out_at_once(
    zhao: Client, whistle: Case, leader_zhao: User
) -> None:
    form = {**ON_SITE, "a-words": "城管局今日划线", "a-class": "urgent", "a-lead": "urban"}
    told = text(answer(zhao, the_list(leader_zhao), whistle, "assigned", **form))
    assert "已报到：交办（赵区长 2月19日 07:30）" in told
    assert "已办理 1 / 2 件" in told
    whistle.refresh_from_db()
    assert whistle.state == "dispatched"
    assert whistle.events.last().fields["words"] == "城管局今日划线"  # type: ignore[union-attr]


def test_solved_on_the_spot_needs_a_photo_and_says_so_beside_what_was_written(
    zhao: Client, whistle: Case, leader_zhao: User
) -> None:
    form = {**ON_SITE, "a-solved": "true", "a-answer": "已增加 30 个泊位"}
    half = answer(zhao, the_list(leader_zhao), whistle, "on_the_spot", **form)
    assert half.status_code == 409
    assert "请填写“现场照片或批示原件”" in text(half)
    assert "已增加 30 个泊位" in text(half)
    photo = SimpleUploadedFile("现场.png", PNG)
    answer(zhao, the_list(leader_zhao), whistle, "on_the_spot", **form, **{"a-scan": photo})
    whistle.refresh_from_db()
    assert whistle.state == "feedback"


def test_a_task_force_is_formed(
    zhao: Client, whistle: Case, leader_zhao: User, clerk_tan: User, clerk_pan: User
) -> None:
    form = {
        **ON_SITE, "a-words": "专班推进", "a-name": "停车保障专班", "a-convenor": str(clerk_tan.pk),
        "a-members": [str(clerk_tan.pk), str(clerk_pan.pk)], "a-until": "2020-03-01T18:00",
    }  # fmt: skip
    told = text(answer(zhao, the_list(leader_zhao), whistle, "task_force", **form))
    assert "已报到：成立专班" in told


def test_twice_from_two_phones_it_is_answered_once(
    zhao: Client, whistle: Case, leader_zhao: User
) -> None:
    form = {**ON_SITE, "a-words": "即办", "a-class": "urgent", "a-lead": "urban"}
    handed = the_list(leader_zhao)
    request = str(whistle.requests.get().pk)
    answer(zhao, handed, whistle, "assigned", **form)
    again = answer(zhao, handed, whistle, "assigned", **form, request=request)
    assert again.status_code == 409
    assert "已经答复或者撤销" in text(again)
    assert "您填写的内容（未保存，可以复制）" in text(again)
    assert "即办" in text(again).split("您填写的内容")[1]


def test_the_list_on_paper(zhao: Client, leader_zhao: User) -> None:
    handed = the_list(leader_zhao)
    pdf = zhao.get(f"/lists/{handed.pk}/paper/pdf/")
    assert pdf.content.startswith(b"%PDF")
    assert "2020-02-19.pdf" in pdf["Content-Disposition"]
    assert zhao.get(f"/lists/{handed.pk}/paper/long/").content.startswith(b"\x89PNG")
    docx = zhao.get(f"/lists/{handed.pk}/paper/docx/")
    made = Document(io.BytesIO(docx.content))
    words = "\n".join(paragraph.text for paragraph in made.paragraphs)
    for said in (
        "问题清单（区领导阅批）",
        "呈：赵区长",
        "一、吹哨，待您报到（1）",
        "□ 当场解决",
        "请协调路边泊位",
    ):
        assert said in words
    assert made.tables[0].rows[1].cells[3].text == "口罩只够三天"
    assert zhao.get(f"/lists/{handed.pk}/paper/xls/").status_code == 404


def test_markup_on_paper_is_text(
    client: Client, east_firm: Subject, everybody: None, liaison_li: User, leader_zhao: User
) -> None:
    nasty = '#panic("x") *粗* $x$ <w:t>&\u0007 `]'
    open_asking(
        "appeal", "collect", "whistle", subject=east_firm, answers={"title": nasty},
        asked={"matter": nasty}, client_id=uuid4(), by=liaison_li, at=on(18, 15),
    )  # fmt: skip
    run(MORNING)
    client.force_login(leader_zhao)
    path = f"/lists/{the_list(leader_zhao).pk}/paper"
    assert client.get(f"{path}/pdf/").status_code == 200
    with zipfile.ZipFile(io.BytesIO(client.get(f"{path}/docx/").content)) as file:
        assert "#panic" in file.read("word/document.xml").decode()


@pytest.fixture
def du(client: Client, whistle: Case, supervisor_du: User) -> Client:
    client.force_login(supervisor_du)
    return client


def entered(client: Client, case: Case, leader: User | None, **form: Any) -> Any:
    request = case.requests.get().pk
    sent = {
        "key": uuid4().hex, "request": str(request), "a-report_mode": "written",
        "a-reported_at": "2020-02-19T07:40", "a-words": "请城管局即办", "a-class": "urgent",
        "a-lead": "urban", "decided_by": str(leader.pk) if leader else "", **form,
    }  # fmt: skip
    return client.post(f"/lists/proxy/{request}/act/answers.whistle.assigned/", sent, follow=True)


def test_a_written_instruction_is_entered_with_its_scan(
    du: Client, whistle: Case, leader_zhao: User, supervisor_du: User
) -> None:
    assert "未送达" in text(du.get("/lists/proxy/"))
    run(MORNING)
    set_clock(mode="frozen", anchor=MORNING, by="test", at=MORNING)
    assert "待报到" in text(du.get("/lists/proxy/"))
    without = entered(du, whistle, leader_zhao)
    assert (without.status_code, "请上传批示" in text(without) or "批示原件" in text(without)) == (
        409,
        True,
    )
    scan = SimpleUploadedFile("批示.png", PNG)
    assert "已代录" in text(entered(du, whistle, leader_zhao, **{"a-scan": scan}))
    event = whistle.events.order_by("sequence").last()
    assert event is not None
    assert (event.by, event.proxy) == (leader_zhao, supervisor_du)
    assert "没有等待批示的事项" in text(du.get("/lists/proxy/"))


def test_whose_instruction_it_is_must_be_said(
    du: Client, whistle: Case, clerk_tan: User, leader_zhao: User
) -> None:
    run(MORNING)
    for who in (None, clerk_tan):
        answer = entered(du, whistle, who)
        assert (answer.status_code, "请选择批示人" in text(answer)) == (409, True)
    assert whistle.requests.get().settled_at is None


def test_others_lists_and_entering_are_not_there(
    zhao: Client,
    client: Client,
    whistle: Case,
    leader_zhao: User,
    clerk_tan: User,
    stranger_zhou: User,
) -> None:
    handed, request = the_list(leader_zhao), whistle.requests.get().pk
    client.force_login(clerk_tan)
    for path in (
        f"/lists/{handed.pk}/",
        f"/lists/{handed.pk}/paper/pdf/",
        f"/lists/proxy/{request}/",
    ):
        assert client.get(path).status_code == 404
    assert entered(client, whistle, leader_zhao).status_code == 404
    assert "还没有送来清单" in text(client.get("/lists/"))
    assert "没有等待批示的事项" in text(client.get("/lists/proxy/"))
    client.force_login(stranger_zhou)
    for path in ("/lists/", "/lists/proxy/"):
        assert client.get(path).status_code == 404


def test_the_navigation_offers_lists_to_who_has_them(
    zhao: Client, client: Client, supervisor_du: User, clerk_tan: User
) -> None:
    assert "问题清单" in text(zhao.get("/notices/"))
    assert "批示代录" not in text(zhao.get("/notices/"))
    client.force_login(supervisor_du)
    assert "批示代录" in text(client.get("/notices/"))
    client.force_login(clerk_tan)
    assert "批示代录" not in text(client.get("/notices/"))


def test_lists_are_of_the_day(zhao: Client, leader_zhao: User, at: datetime) -> None:
    run(on(20, 7, 30))
    newest, oldest = Handover.objects.filter(person=leader_zhao)
    told = zhao.get("/lists/").content.decode()
    assert told.index(str(newest.pk)) < told.index(str(oldest.pk))
