"""Asking that a case be left out of a rate, deciding it, and what the figures' pages then show."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from furong.apps.base.clock import set_clock
from furong.apps.cases.models import Case, Exclusion
from furong.apps.directory.models import User
from tests.faces.web.cases.conftest import SignIn
from tests.faces.web.cases.test_figures import done  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("everybody")

type Post = Callable[..., Any]

GOOD = {"rate": "resolve", "ground": "force_majeure", "words": "全街停电一天", "key": "k1"}


def paper(text: str = "停电通知") -> SimpleUploadedFile:
    return SimpleUploadedFile("通知.csv", f"编号,内容\n1,{text}\n".encode())


@pytest.fixture
def post(as_user: SignIn, done: Case, clerk_tan: User) -> Post:  # noqa: F811
    client = as_user(clerk_tan)

    def posting(query: str = "", **more: Any) -> Any:
        sent = {"files": paper(), **GOOD, **more}
        return client.post(
            f"/cases/{done.pk}/exclude/{query}", {k: v for k, v in sent.items() if v is not None}
        )

    return posting


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


# What is refused.


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"rate": ""}, "请选择剔除指标"),
        ({"ground": "weather"}, "请选择剔除情形"),
        ({"words": " "}, "请说明为什么应当剔除"),
        ({"files": None}, "请上传佐证材料：有关单位的公告、通知或证明"),
        (
            {"files": SimpleUploadedFile("a.exe", b"MZ\x90\x00" + b"\0" * 80)},
            'files-error">',
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_that_was_typed_is_lost(
    post: Post, bad: dict[str, object], told: str
) -> None:
    answer = post(**bad)
    assert answer.status_code == 200
    page = text(answer)
    assert told in page
    assert "未办理成功，请改正标出的各项" in page
    if "words" not in bad:
        assert "全街停电一天</textarea>" in page
    if "files" not in bad:
        assert "通知.csv" in page
        assert 'name="files-kept"' in page
    assert not Exclusion.objects.exists()


def test_who_has_no_part_in_it_finds_nothing(
    as_user: SignIn,
    done: Case,  # noqa: F811
    post: Post,
    owner_wang: User,
    stranger_zhou: User,
    clerk_pan: User,
    dispatcher_he: User,
) -> None:
    assert post().status_code == 302
    one = Exclusion.objects.get()
    file = one.files.get()
    for user in (owner_wang, stranger_zhou, clerk_pan):
        client = as_user(user)
        for address in (
            f"/cases/{done.pk}/exclude/",
            f"/cases/exclusions/{one.pk}/",
            f"/cases/exclusions/{one.pk}/files/{file.pk}/",
        ):
            assert client.get(address).status_code == 404, (user, address)
        answer = client.post(f"/cases/exclusions/{one.pk}/decide/", {"answer": "granted"})
        assert answer.status_code == 404
    assert as_user(dispatcher_he).get(f"/cases/exclusions/{one.pk}/").status_code == 200
    assert as_user(dispatcher_he).get(f"/cases/{done.pk}/exclude/").status_code == 404
    refused = as_user(dispatcher_he).post(
        f"/cases/exclusions/{one.pk}/decide/", {"answer": "granted", "reason": "同意", "key": "k"}
    )
    assert refused.status_code == 404
    assert as_user(owner_wang).get("/cases/exclusions/").status_code == 404


def test_a_second_one_is_refused_on_its_form(post: Post) -> None:
    post()
    answer = post(key="k2")
    assert answer.status_code == 409
    assert "正在等待审定，不用重复申请" in text(answer)
    assert Exclusion.objects.count() == 1


def test_a_decision_without_a_reason_or_an_answer_is_refused(
    as_user: SignIn, post: Post, supervisor_du: User
) -> None:
    post()
    one = Exclusion.objects.get()
    client = as_user(supervisor_du)
    for sent, told in (
        ({"answer": "granted", "reason": " "}, "请写明理由"),
        ({"answer": "maybe", "reason": "写好的理由"}, "请选择同意剔除还是不予剔除"),
    ):
        answer = client.post(f"/cases/exclusions/{one.pk}/decide/", {**sent, "key": "k3" + told})
        assert answer.status_code == 409
        assert told in text(answer)
    assert "写好的理由</textarea>" in text(answer)
    one.refresh_from_db()
    assert one.state == "pending"


# What happens.


def test_from_the_unit_s_desk_to_the_figures(
    as_user: SignIn,
    done: Case,  # noqa: F811
    post: Post,
    clerk_tan: User,
    supervisor_du: User,
    dispatcher_he: User,
    owner_wang: User,
    at: datetime,
) -> None:
    unit, office = as_user(clerk_tan), as_user(supervisor_du)
    assert "申请剔除" in text(unit.get(f"/cases/{done.pk}/"))
    assert "申请剔除" not in text(as_user(dispatcher_he).get(f"/cases/{done.pk}/"))
    answer = post()
    one = Exclusion.objects.get()
    assert answer.headers["Location"] == f"/cases/exclusions/{one.pk}/"

    queue = text(office.get("/cases/exclusions/"))
    assert "员工停车难" in queue
    assert "城管执法局" in queue
    assert office.get(f"/cases/exclusions/{one.pk}/files/{one.files.get().pk}/").status_code == 200
    page = text(office.get(f"/cases/exclusions/{one.pk}/"))
    assert "不可抗力" in page
    assert "通知.csv" in page
    sent = {"answer": "granted", "reason": "供电公司通知属实", "key": "k4"}
    office.post(f"/cases/exclusions/{one.pk}/decide/", sent)
    assert "没有待审定的剔除申请" in text(office.get("/cases/exclusions/"))
    assert "供电公司通知属实" in text(office.get(f"/cases/exclusions/{one.pk}/"))

    figures = text(as_user(dispatcher_he).get("/cases/figures/"))
    assert "剔除后 —（0 / 0）" in figures
    query = "?by=unit&rate=resolve&name=urban"
    behind = text(as_user(dispatcher_he).get(f"/cases/figures/rows/{query}"))
    for told in ("不可抗力", "全街停电一天", "督查室 杜督查", "供电公司通知属实", "达到"):
        assert told in behind
    before = f"{query}&at=2020-02-03T10:30"
    assert "不可抗力" not in text(as_user(dispatcher_he).get(f"/cases/figures/rows/{before}"))

    assert "剔除" in text(unit.get(f"/cases/{done.pk}/"))
    assert "剔除" not in text(as_user(owner_wang).get(f"/cases/{done.pk}/"))
    assert "剔除" not in text(as_user(owner_wang).get(f"/mine/cases/{done.pk}/"))

    set_clock(mode="frozen", anchor=at + timedelta(hours=4), by="test", at=at)
    office.post(f"/cases/exclusions/{one.pk}/revoke/", {"reason": "通知日期有误", "key": "k5"})
    assert "剔除后" not in text(as_user(dispatcher_he).get("/cases/figures/")).split("口径")[0]
    later = "?at=2020-02-03T11:30"
    assert "剔除后 —" in text(as_user(dispatcher_he).get(f"/cases/figures/{later}"))


def test_a_refused_one_is_asked_again_from_its_page(
    as_user: SignIn, post: Post, clerk_tan: User, supervisor_du: User
) -> None:
    post()
    one = Exclusion.objects.get()
    sent = {"answer": "refused", "reason": "通知不是本街的", "key": "k6"}
    as_user(supervisor_du).post(f"/cases/exclusions/{one.pk}/decide/", sent)
    page = text(as_user(clerk_tan).get(f"/cases/exclusions/{one.pk}/"))
    found = re.search(r'href="(/cases/[^"]+\?renews=[^"]+)"', page)
    assert found is not None
    form = text(as_user(clerk_tan).get(found[1]))
    assert "全街停电一天</textarea>" in form
    query = f"?renews={one.pk}"
    assert "所传的文件原申请已经附过" in text(post(query, key="k7"))
    assert post(query, key="k8", files=paper("本街停电通知")).status_code == 302
    assert Exclusion.objects.get(renews=one).state == "pending"
    again = text(as_user(supervisor_du).get("/cases/exclusions/"))
    assert "再次申请" in again


def test_a_form_that_arrives_twice_asks_once(post: Post) -> None:
    assert post().status_code == 302
    assert post().status_code == 302
    assert Exclusion.objects.count() == 1


def test_the_list_filters_sorts_and_is_exported(
    as_user: SignIn, post: Post, supervisor_du: User
) -> None:
    post()
    client = as_user(supervisor_du)
    for query, there in [
        ("", True), ("?state=granted", False), ("?state=all", True), ("?q=停车", True),
        ("?q=没有", False), ("?unit=urban", True), ("?unit=police", False), ("?rate=solved", False),
        ("?ground=force_majeure&sort=newest", True), ("?state=wrong&sort=wrong", True),
        ("?after=x&before=%00", True),
    ]:  # fmt: skip
        page = text(client.get(f"/cases/exclusions/{query}"))
        assert ("员工停车难" in page) == there, query
    sheet = openpyxl.load_workbook(BytesIO(client.get("/cases/exclusions/export/").content))
    rows = [*sheet.worksheets[0].iter_rows(values_only=True)]
    told = dict(zip(rows[1], rows[2], strict=True))
    assert (told["申请单位"], told["指标"], told["状态"]) == ("城管执法局", "按时办结率", "待审定")


def test_the_rows_behind_a_figure_are_exported_and_wrong_addresses_are_none(
    as_user: SignIn,
    done: Case,  # noqa: F811
    dispatcher_he: User,
    stranger_zhou: User,
) -> None:
    client = as_user(dispatcher_he)
    assert client.get("/cases/figures/rows/?rate=luck").status_code == 404
    assert as_user(stranger_zhou).get("/cases/figures/rows/").status_code == 404
    for query in ("?by=street&name=nowhere", "?show=wrong&sort=wrong", "?after=-1", "?at=昨天"):
        assert client.get(f"/cases/figures/rows/{query}").status_code == 200
    answer = client.get("/cases/figures/rows/export/?rate=solved&sort=number")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    rows = [*sheet.iter_rows(values_only=True)]
    told = dict(zip(rows[1], rows[2], strict=True))
    assert (told["事由"], told["结果"], told["是否剔除"]) == ("员工停车难", "达到", "否")
