"""Pages behind a signed link: what who has it can do, and how little anybody else learns."""

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from furong.apps.base import clock
from furong.apps.base.clock import set_clock
from furong.apps.base.models import Entry
from furong.apps.cases.actions import answer, ask, invite, revoke_invitation
from furong.apps.cases.models import Assignment, Case, Event, Invitation
from furong.apps.directory.actions.throttling import LOCKED_FOR
from furong.apps.directory.models import Organisation, User
from furong.faces.web.views.links import LINK_TRIES
from tests.apps.cases.conftest import dispatch
from tests.faces.web.phone.test_my_cases import text

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
QUESTION = "白天能否拿出 150 个地下车位？"
type Made = Callable[..., str]


@pytest.fixture
def case(everybody: None, appeal: Case, dispatcher_he: User, at: datetime) -> Case:
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return dispatch(appeal, by=dispatcher_he, at=at, helpers=["bank"])


@pytest.fixture
def made(dispatcher_he: User, at: datetime) -> Made:
    """Makes a link and gives its address."""

    def make(case: Case, kind: str, **more: Any) -> str:
        given = {"label": "国金中心停车场 王经理", **more}
        link = invite(case, kind, by=dispatcher_he, at=at, real=clock.real(), **given)
        return f"/t/{link.token}/"

    return make


@pytest.fixture
def party(case: Case, made: Made) -> str:
    return made(case, "party", question=QUESTION)


@pytest.fixture
def unit(case: Case, made: Made) -> str:
    return made(case, "unit", organisation=Organisation.objects.get(code="bank"))


def send(client: Client, path: str, **form: Any) -> Any:
    return client.post(path, {"key": uuid4().hex, **form}, follow=True)


def test_a_party_agrees_with_words_and_a_photo(client: Client, party: str, case: Case) -> None:
    told = text(client.get(party))
    assert QUESTION in told
    assert "员工停车难" not in told
    photo = SimpleUploadedFile("车位.png", PNG)
    told = text(send(client, party, agrees="yes", words="月租 300 元", files=photo))
    assert "您已答复： 同意" in told
    event = case.events.get(act="party")
    assert (event.fields["agrees"], event.fields["words"]) == (True, "月租 300 元")
    assert (event.bearer, event.files.count()) == ("国金中心停车场 王经理", 1)
    assert "已经答复过了" in text(send(client, party, agrees="no", words="反悔"))
    assert case.events.filter(act="party").count() == 1


def test_an_answer_pressed_twice_is_one(client: Client, party: str, case: Case) -> None:
    for _ in range(2):
        assert "已答复，谢谢" in text(send(client, party, key="k" * 32, agrees="yes"))
    assert case.events.filter(act="party").count() == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "请选择同意或不同意"),
        ({"agrees": "no"}, "请写明原因"),
        ({"agrees": "yes", "words": "长" * 1001}, "最多 1000 字"),
    ],
)
def test_half_an_answer(client: Client, party: str, form: Any, words: str) -> None:
    answer = send(client, party, **form)
    assert (answer.status_code, words in text(answer)) == (409, True)
    assert form.get("words", "") in answer.content.decode()


def test_a_photo_of_half_an_answer_need_not_be_chosen_twice(
    client: Client, party: str, case: Case
) -> None:
    photo = SimpleUploadedFile("车位.png", PNG)
    half = send(client, party, agrees="no", files=photo)
    assert half.status_code == 409
    (kept,) = re.findall(r'name="files-kept" value="([^"]+)" checked', half.content.decode())
    forms = {"agrees": "no", "words": "月底到期", "files-kept": kept}
    assert "已答复" in text(send(client, party, **forms))
    assert [one.name for one in case.events.get(act="party").files.all()] == ["车位.png"]


def test_a_unit_without_an_account_signs_and_finishes(
    client: Client, unit: str, case: Case
) -> None:
    told = text(client.get(unit))
    assert "员工停车难" in told
    assert "协办签收" in told
    assert "城市道路停车泊位管理" not in told  # the dispatcher's words stay inside
    send(client, f"{unit}act/actions.help_sign/", revision=2)
    form = {"a-words": "愿意提供", "a-photos": SimpleUploadedFile("合同.png", PNG)}
    assert "已提交" in text(send(client, f"{unit}act/actions.help_done/", **form))
    assert case.assignments.get(kind="helper").state == Assignment.State.DONE
    event = case.events.get(act="actions.help_done")
    assert (event.bearer, event.organisation_id is not None) == ("国金中心停车场 王经理", True)
    (file,) = event.files.all()
    assert client.get(f"{unit}files/{file.pk}/").content == PNG


def test_a_unit_does_not_do_the_leads_work(client: Client, unit: str, case: Case) -> None:
    answer = send(client, f"{unit}act/actions.sign/")
    assert answer.status_code == 404
    assert case.assignments.get(kind="lead").state == Assignment.State.PENDING


def test_who_raised_it_follows_and_judges(
    client: Client,
    in_feedback: Case,
    made: Made,
    at: datetime,
) -> None:
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    link = made(in_feedback, "reporter", label="王经理")
    told = text(client.get(link))
    assert "您反映的问题解决了吗？" in told
    assert "内部：" not in told
    judged = {"a-confirmed_solved": "true", "a-satisfaction": "satisfied"}
    send(client, f"{link}act/actions.confirm/", **judged)
    in_feedback.refresh_from_db()
    assert in_feedback.closure == "solved"
    assert "早高峰" in text(send(client, f"{link}comment/", words="早高峰还是堵"))


def test_a_leaders_words_are_not_told(
    client: Client, case: Case, made: Made, liaison_li: User, leader_zhao: User, at: datetime
) -> None:
    link = made(case, "reporter", label="王经理")
    whistle = ask(case, "whistle", {"matter": "请协调"}, by=liaison_li, at=at)
    whistle.delivered_at = at
    whistle.save()
    words = {
        "report_mode": "on_site", "reported_at": at, "words": "限今日办结，勿拖",
        "class": "urgent", "lead": "police",
    }  # fmt: skip
    answer(whistle, "assigned", words, by=leader_zhao, at=at)
    told = text(client.get(link))
    assert "区领导已阅办" in told
    assert "勿拖" not in told
    assert "赵区长" not in told


def gone(client: Client, path: str) -> tuple[int, str]:
    page = client.get(path)
    return page.status_code, re.sub(r'(value|nonce)="[^"]*"', "", page.content.decode()).replace(
        path, ""
    )


def test_expired_revoked_and_unknown_links_look_the_same(
    client: Client, case: Case, made: Made, dispatcher_he: User, at: datetime
) -> None:
    expired, revoked = (made(case, "party", question=QUESTION) for _ in range(2))
    first, second = Invitation.objects.order_by("pk")
    Invitation.objects.filter(pk=first.pk).update(expires_at=clock.real() - timedelta(seconds=1))
    revoke_invitation(second, by=dispatcher_he, at=at)
    pages = {
        gone(client, path) for path in (expired, revoked, "/t/nonsense/", "/t/" + "a" * 300 + "/")
    }
    assert len(pages) == 1
    ((status, page),) = pages
    assert status == 404
    assert "重新发一个" in page
    assert send(client, expired, agrees="yes").status_code == 404
    assert not Event.objects.filter(act="party").exists()


def test_the_files_of_others_and_the_case_of_a_party_are_not_there(
    client: Client, party: str, unit: str, case: Case
) -> None:
    assert client.get(f"{party}files/{uuid4()}/").status_code == 404
    assert send(client, f"{party}act/actions.urge/").status_code == 404
    assert send(client, f"{party}comment/", words="我说").status_code == 404
    assert client.get(f"{unit}files/{uuid4()}/").status_code == 404
    assert send(client, unit, agrees="yes").status_code == 404


def test_its_address_goes_nowhere(
    client: Client, party: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = party.split("/")[2]
    answer = client.get(party)
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    with caplog.at_level(logging.DEBUG):
        send(client, party)
        Client(enforce_csrf_checks=True).post(party, {"agrees": "yes"})
    assert "/t/…" in caplog.text
    assert token not in caplog.text
    assert token not in str([*Entry.objects.values_list("payload", "actor_label")])


def test_a_forged_form_is_refused(party: str, case: Case) -> None:
    answer = Client(enforce_csrf_checks=True).post(party, {"key": "k", "agrees": "yes"})
    assert answer.status_code == 403
    assert not case.events.filter(act="party").exists()


def test_who_guesses_is_locked_out_for_a_while(
    client: Client, party: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(LINK_TRIES):
        assert client.get(f"/t/guess{n}/").status_code == 404
    locked = client.get(party)
    assert (locked.status_code, "请 10 分钟后再打开" in text(locked)) == (429, True)
    assert Client(REMOTE_ADDR="192.0.2.7").get(party).status_code == 200
    later = clock.real() + LOCKED_FOR
    monkeypatch.setattr(clock, "real", lambda: later)
    assert client.get(party).status_code == 200


def test_opening_is_noted_once_and_a_preview_is_not_opening(
    client: Client, party: str, case: Case
) -> None:
    client.head(party)
    assert Invitation.objects.get().opened_at is None
    for _ in range(2):
        client.get(party)
    assert Entry.objects.filter(verb="invitation.open").count() == 1
