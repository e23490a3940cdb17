"""A liaison officer on the way: what is due, a problem with a whistle, a pasted chat."""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from furong.apps.base.clock import set_clock
from furong.apps.base.models import StoredFile
from furong.apps.cases.models import Case, Request
from furong.apps.directory.actions import grant
from furong.apps.directory.models import Grant, User
from furong.apps.registry.models import Subject
from tests.apps.cast import person

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
JSON = {"Accept": "application/json"}


@pytest.fixture
def li(client: Client, liaison_li: User, everybody: None, at: datetime) -> Client:
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    client.force_login(liaison_li)
    return client


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def collect(client: Client, firm: Subject, *, headers: Any = None, **changes: Any) -> Any:
    form = {
        "key": str(uuid4()), "subject": str(firm.pk), "class": "general", "a-title": "员工停车难",
        **changes,
    }  # fmt: skip
    return client.post("/field/new/", form, headers=headers)


WHISTLE = {"whistle": "1", "w-matter": "请协调路边泊位"}


def test_today_begins_with_what_is_due(li: Client, appeal: Case, east_firm: Subject) -> None:
    told = text(li.get("/field/"))
    assert "今天到期 · 1 员工停车难 待交办 现由指挥中心办理，2月3日 08:30 前办完这一步" in told
    assert f"{east_firm.name} 东街街道 · 在办 1 · 今天到期 1" in told
    page = text(li.get(f"/field/cases/{appeal.pk}/"))
    assert "走访收集 李联络" in page
    assert "吹哨" in page


def test_collected_with_a_whistle_in_one_go(li: Client, east_firm: Subject) -> None:
    photo = SimpleUploadedFile("现场.png", PNG)
    answer = collect(li, east_firm, **WHISTLE, **{"a-photos": photo})
    case = Case.objects.get()
    assert answer["Location"] == f"/field/cases/{case.pk}/?new=1"
    whistle = case.requests.get()
    assert (whistle.name, whistle.fields["matter"]) == ("whistle", "请协调路边泊位")
    assert (case.opening, case.events.first().files.count()) == ("collect", 1)  # type: ignore[union-attr]


def test_a_whistle_that_says_nothing_holds_the_case_back(li: Client, east_firm: Subject) -> None:
    answer = collect(li, east_firm, whistle="1")
    assert answer.status_code == 409
    assert "请填写“需要区领导解决什么”" in text(answer)
    assert "员工停车难" in answer.content.decode()
    assert not Case.objects.exists()


def test_the_phone_sends_again_and_again_and_it_is_one_case_with_one_whistle(
    li: Client, east_firm: Subject
) -> None:
    key = str(uuid4())
    said = [collect(li, east_firm, headers=JSON, key=key, **WHISTLE) for _ in range(3)]
    assert {one.status_code for one in said} == {201}
    assert len({one.content for one in said}) == 1
    assert json.loads(said[0].content)["number"] == Case.objects.get().number
    assert Request.objects.count() == 1


def test_a_photo_is_stored_once_for_its_key(li: Client, east_firm: Subject, at: datetime) -> None:
    key, tokens = str(uuid4()), set()
    for _ in range(2):
        form = {"key": key, "photo": SimpleUploadedFile("a.png", PNG)}
        tokens.add(json.loads(li.post("/field/photos/", form).content)["token"])
    (token,) = tokens
    assert StoredFile.objects.count() == 1
    collect(li, east_firm, **{"a-photos-kept": token})
    assert Case.objects.get().events.get().files.get().name == "a.png"


def test_another_person_cannot_attach_it(
    li: Client, client: Client, east_firm: Subject, at: datetime, everybody: None
) -> None:
    form = {"key": str(uuid4()), "photo": SimpleUploadedFile("a.png", PNG)}
    token = json.loads(li.post("/field/photos/", form).content)["token"]
    other = person("hu", "胡联络", "liaison", (Grant.Scope.SUBJECT, str(east_firm.pk)), at=at)
    client.force_login(other)
    collect(client, east_firm, **{"a-photos-kept": token})
    assert not Case.objects.get().events.get().files.exists()


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        (SimpleUploadedFile("a.png", b"MZ\0\0"), "不接受这种文件"),
        (SimpleUploadedFile("a.jpg", PNG), "请改正扩展名"),
        (None, "没有收到照片"),
    ],
)
def test_a_bad_photo_is_refused_in_words(li: Client, photo: Any, words: str) -> None:
    form = {"key": str(uuid4()), **({"photo": photo} if photo else {})}
    answer = li.post("/field/photos/", form)
    assert answer.status_code == 409
    assert words in json.loads(answer.content)["message"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"a-title": ""}, {"title": "请填写“问题概述”"}),
        ({"subject": str(uuid4())}, {"subject": "请选择服务对象（只能选您联点的）"}),
        ({"key": "x"}, {}),
        ({"occurred_at": "昨天"}, {}),
    ],
)
def test_what_is_wrong_is_told_to_the_phone(
    li: Client, east_firm: Subject, changes: Any, words: Any
) -> None:
    answer = collect(li, east_firm, headers=JSON, **changes)
    assert answer.status_code == 409
    told = json.loads(answer.content)
    assert told["problems"] == words
    assert told["message"]


def test_the_time_that_the_phone_claims_is_kept_and_a_future_one_refused(
    li: Client, east_firm: Subject, at: datetime
) -> None:
    claimed = at - timedelta(hours=3)
    collect(li, east_firm, occurred_at=claimed.isoformat())
    case = Case.objects.get()
    assert (case.occurred_at, case.opened_at) == (claimed, at)
    late = collect(li, east_firm, headers=JSON, occurred_at=(at + timedelta(hours=1)).isoformat())
    assert "所填的发生时间晚于现在" in json.loads(late.content)["message"]


def test_the_subject_of_the_last_visit_comes_first(
    li: Client, liaison_li: User, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    scope = (Grant.Scope.SUBJECT, str(west_firm.pk))
    grant(liaison_li, "liaison", scope=scope, source="分派", by="test", at=at)
    collect(li, west_firm)
    names = re.findall(r'name="subject" value="([^"]+)"', li.get("/field/new/").content.decode())
    assert names == [str(west_firm.pk), str(east_firm.pk)]


CHAT = "王经理 09:12\n员工停车难。早上七点就停满了\n\n刘主管 09:15\n1、口罩不够\n2、贷款到期"


def test_a_chat_becomes_drafts_and_after_a_look_cases(li: Client, east_firm: Subject) -> None:
    page = li.post("/field/paste/", {"text": CHAT}).content.decode()
    assert re.findall(r'name="title-\d" type="text" value="([^"]+)"', page) == [
        "员工停车难",
        "口罩不够",
        "贷款到期",
    ]
    assert not Case.objects.exists()
    form: dict[str, Any] = {"lines": ["0", "1", "2"]}
    for place, key in enumerate(re.findall(r'name="key-\d" value="([^"]+)"', page)):
        form |= {
            f"key-{place}": key, f"subject-{place}": str(east_firm.pk), f"class-{place}": "urgent",
            f"title-{place}": f"第{place}件", f"details-{place}": "原话", f"use-{place}": "1",
        }  # fmt: skip
    del form["use-1"]
    for _ in range(2):
        assert "已登记 2 件" in text(li.post("/field/paste/", form))
    assert [*Case.objects.order_by("opened_at", "number").values_list("title", "kind")] == [
        ("第0件", "urgent"),
        ("第2件", "urgent"),
    ]


def test_a_line_that_is_refused_stays_beside_those_that_are_done(
    li: Client, east_firm: Subject
) -> None:
    form: dict[str, Any] = {"lines": ["0", "1"]}
    for place in (0, 1):
        form |= {
            f"key-{place}": str(uuid4()), f"subject-{place}": str(east_firm.pk),
            f"title-{place}": "", f"use-{place}": "1",
        }  # fmt: skip
    form["title-0"] = "停车难"
    told = text(li.post("/field/paste/", form))
    assert "已登记 1 件" in told
    assert "请填写“问题概述”" in told
    assert "停车难" in told


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text": ""}, "没有可以登记的内容"),
        ({"text": "\n".join(f"第{n}件事情要办" for n in range(60))}, "只取了前 50 条"),
        ({"lines": ["0"], "title-0": "停车"}, "还没有勾选要登记的"),
        ({"lines": ["x", "9" * 30], "use-x": "1"}, "还没有勾选要登记的"),
    ],
)
def test_pasted_in_vain(li: Client, form: Any, words: str) -> None:
    assert words in text(li.post("/field/paste/", form))


def test_others_find_nothing_here(
    li: Client, client: Client, appeal: Case, west_firm: Subject, clerk_chen: User, owner_wang: User
) -> None:
    assert collect(li, west_firm).status_code == 409
    for user in (clerk_chen, owner_wang):
        client.force_login(user)
        for path in ("/field/", "/field/new/", "/field/paste/", f"/field/cases/{appeal.pk}/"):
            assert client.get(path).status_code == 404
