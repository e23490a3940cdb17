"""Spreading a policy: papers, codes, the trace, messages, the outbox."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from furong.apps.base.clock import set_clock
from furong.apps.base.models import Entry, Installation
from furong.apps.directory.models import User
from furong.apps.notices import codes
from furong.apps.notices.actions import notify
from furong.apps.notices.models import Delivery, Forwarding, Opening
from furong.apps.policies.actions import apply_pack
from furong.apps.policies.reads import text_of
from furong.faces.web.presenters.outreach import CHAT_LENGTH, chat_text
from furong.packs import Pack
from tests.apps.cast import person
from tests.apps.policies.sample import edit, make_pack

pytestmark = pytest.mark.django_db

PHONE = "Mozilla/5.0 (Linux; Android 10) MicroMessenger/8.0"

type SignIn = Callable[[User], Client]


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.STATE_DIR = tmp_path / "state"
    cache.clear()
    folder = make_pack(tmp_path)
    settings.FURONG_PACK = str(folder)
    return folder


@pytest.fixture
def district(db: None, folder: Path, at: datetime) -> Pack:
    """The cast's district with policies, on the day the story begins."""
    pack = apply_pack(folder, by="test", at=at).pack
    Installation.objects.update(demo=True)
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return pack


@pytest.fixture
def desk(policy_sun: User) -> Client:
    return signed_in(policy_sun)


@pytest.fixture
def admin(district: Pack, at: datetime) -> Client:
    return signed_in(person("guan", "管系统", "administrator", at=at))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def passed_on(client: Client) -> str:
    """The path of the client's own code for T01."""
    assert client.post(reverse("forward_policy", args=["T01"])).status_code == 302
    page = client.get(reverse("outreach", args=["T01"])).text
    found = re.search(r'id="link" value="http://testserver(/s/[a-z2-7]{16}/)"', page)
    assert found, page
    return found[1]


def opened(path: str, *, agent: str = PHONE, client: Client | None = None) -> Client:
    reader = client or Client()
    answer = reader.get(path, headers={"User-Agent": agent})
    assert (answer.status_code, answer["Location"]) == (302, "/p/T01/")
    return reader


def test_an_altered_code_is_told_so_and_nothing_leaks(desk: Client) -> None:
    path = passed_on(desk)
    altered = path.replace(path[3:5], "zz" if path[3:5] != "zz" else "yy")
    for wrong in (altered, "/s/aaaaaaaaaaaaaaaa/", "/s/x/", f"/s/{'a' * 3000}/", "/s/%00%ff/"):
        answer = Client().get(wrong)
        assert answer.status_code == 404
        assert "链接不完整或已被改动" in answer.text
        assert reverse("public_policies") in answer.text
        assert "小微企业复工补贴" not in answer.text
        assert "via" not in answer.cookies
    assert not Opening.objects.exists()


@pytest.mark.parametrize(("policy", "why"), [("X01", "外地政策"), ("T05", "到期")])
@pytest.mark.parametrize("name", ["outreach", "forward_policy", "paper"])
def test_a_policy_that_nobody_here_can_apply_for_is_not_spread(
    desk: Client, policy: str, why: str, name: str
) -> None:
    place = reverse(name, args=[policy, "poster"] if name == "paper" else [policy])
    answer = desk.post(place) if name == "forward_policy" else desk.get(place)
    assert answer.status_code == 409
    assert why in answer.text
    assert not Forwarding.objects.exists()


@pytest.mark.parametrize("name", ["outreach", "forward_policy"])
def test_a_policy_that_does_not_exist_is_not_there(desk: Client, name: str) -> None:
    place = reverse(name, args=["NO-1"])
    assert (desk.post(place) if name == "forward_policy" else desk.get(place)).status_code == 404


def test_a_paper_that_is_not_printed_is_not_there(desk: Client) -> None:
    assert desk.get(reverse("paper", args=["T01", "banner"])).status_code == 404


def test_a_stranger_spreads_nothing_and_everyone_opens(desk: Client, stranger_zhou: User) -> None:
    path = passed_on(desk)
    other = signed_in(stranger_zhou)
    assert other.get(reverse("outreach", args=["T01"])).status_code == 404
    assert other.post(reverse("forward_policy", args=["T01"])).status_code == 404
    page = opened(path).get("/p/T01/").text
    assert "小微企业复工补贴" in page
    assert "转发" not in page  # who has not signed in has no code to make


def test_before_forwarding_the_papers_carry_the_public_page(desk: Client) -> None:
    page = desk.get(reverse("outreach", args=["T01"])).text
    assert "http://testserver/p/T01/" in page
    assert "/s/" not in page
    assert "生成我的转发码" in page
    assert not Forwarding.objects.exists()


def test_the_public_address_of_the_settings_is_what_papers_carry(
    desk: Client, settings: Settings
) -> None:
    settings.FURONG_URL = "https://furong.example.gov.cn/"
    page = desk.get(reverse("outreach", args=["T01"])).text
    assert "https://furong.example.gov.cn/p/T01/" in page
    assert "testserver" not in page


@pytest.mark.parametrize(
    ("paper", "media_type", "magic"),
    [
        ("poster", "image/png", b"\x89PNG"),
        ("long", "image/png", b"\x89PNG"),
        ("guide", "application/pdf", b"%PDF"),
    ],
)
def test_papers_are_shown_and_saved(
    desk: Client, paper: str, media_type: str, magic: bytes
) -> None:
    place = reverse("paper", args=["T01", paper])
    shown, saved = desk.get(place), desk.get(place, {"save": "1"})
    assert shown["Content-Type"] == media_type
    assert shown.content[:4] == magic
    assert shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"].startswith("attachment")
    assert saved.content == shown.content


def test_openings_are_told_to_the_forwarder(desk: Client) -> None:
    path = passed_on(desk)
    reader = opened(path)
    opened(path, client=reader)
    opened(path, agent="Mozilla/5.0 (iPhone) MicroMessenger/8.0")
    opened(path, agent="Slackbot-LinkExpanding 1.0")
    Client().head(path, headers={"User-Agent": PHONE})
    page = desk.get(reverse("outreach", args=["T01"])).text
    counts = re.findall(r'data-label="打开(?:次数|人数)">(\d+)<', page)
    assert counts == ["3", "2"]


def test_a_second_click_makes_no_second_code(desk: Client) -> None:
    assert passed_on(desk) == passed_on(desk)
    assert Forwarding.objects.count() == 1


def test_who_opens_and_signs_in_forwards_on(
    desk: Client, liaison_li: User, owner_wang: User, leader_zhao: User
) -> None:
    first = passed_on(desk)
    li = opened(first)
    li.force_login(liaison_li)
    second = passed_on(li)
    wang = opened(second)
    wang.force_login(owner_wang)
    passed_on(wang)
    passed_on(signed_in(leader_zhao))

    def told(client: Client) -> list[tuple[str, str]]:
        page = client.get(reverse("outreach", args=["T01"])).text
        return re.findall(r'trace-(\d)">.*?(?:：</span>|cell-main">)([^<]+)</span>', page)

    assert told(desk) == [("0", "孙专员"), ("1", "李联络"), ("2", "王经理"), ("0", "赵区长")]
    assert told(li) == [("0", "李联络"), ("1", "王经理")]  # what came of theirs, and no more
    assert told(wang) == [("0", "王经理")]


def test_the_whole_trace_goes_out_as_a_file_from_the_policy_office_alone(
    desk: Client, liaison_li: User
) -> None:
    opened(passed_on(desk))
    place = reverse("outreach_export", args=["T01"])
    assert signed_in(liaison_li).get(place).status_code == 404
    sheet = openpyxl.load_workbook(BytesIO(desk.get(place).content)).worksheets[0]
    rows = [*sheet.iter_rows(values_only=True)]
    assert rows[1][0] == "转发人"
    assert (rows[2][0], rows[2][4], rows[2][5]) == ("孙专员", 1, 1)
    assert Entry.objects.filter(verb="notice.export").exists()


def test_the_journal_and_the_addresses_name_nobody(desk: Client, policy_sun: User) -> None:
    path = passed_on(desk)
    opened(path)
    told = str([*Entry.objects.filter(verb__startswith="notice.").values()])
    for word in (policy_sun.name, PHONE, "127.0.0.1"):
        assert word not in told
    assert policy_sun.username not in path


@pytest.mark.parametrize("long", ["", "很" * 150])
def test_the_text_for_a_chat_group_is_short_and_its_link_whole(
    folder: Path, at: datetime, long: str
) -> None:
    if long:
        edit(folder, "policies/t-relief.yaml", ("title: 小微企业复工补贴", f"title: {long}"))
        edit(
            folder,
            "policies/t-relief.yaml",
            ("label: 小型或微型企业", f"label: {'小型或微型企业' * 30}"),
        )
    apply_pack(folder, by="test", at=at)
    Installation.objects.update(demo=True)
    link = "https://furong.example.gov.cn/s/abcdefghijklmnop/"
    told = chat_text(text_of("T01", at), link, at=at)
    assert len(told) <= CHAT_LENGTH
    assert told.endswith(link)
    assert "示例数据" in told
    assert "2 万元" in told
    if not long:
        assert told.splitlines()[:2] == [
            "【小微企业复工补贴】（示例数据）",
            "对象：小型或微型企业；从业人员不超过 50 人",
        ]


def tell(*people: User, at: datetime, urgent: bool = False) -> None:
    notify(
        people,
        title="白名单制度解读",
        body="请转发至联点企业。",
        path="/p/T01/",
        about=("policies.policy", "T01"),
        urgent=urgent,
        by="test",
        at=at,
    )


def test_messages_are_ones_own(
    desk: Client, policy_sun: User, liaison_li: User, at: datetime
) -> None:
    tell(liaison_li, at=at)
    assert "白名单制度解读" not in desk.get("/notices/").text
    other = Delivery.objects.inbox_of(liaison_li).get()
    assert desk.post(reverse("open_message", args=[other.pk])).status_code == 404
    assert Delivery.objects.inbox_of(liaison_li).unread().exists()
    out = Delivery.objects.outbox().get()
    assert signed_in(liaison_li).post(reverse("open_message", args=[out.pk])).status_code == 404


def test_a_message_is_counted_on_every_page_until_it_is_opened(
    desk: Client, policy_sun: User, at: datetime
) -> None:
    tell(policy_sun, at=at)
    tell(policy_sun, at=at + timedelta(minutes=1), urgent=True)
    assert re.search(r'unread-count">2<', desk.get("/policies/").text)
    page = desk.get("/notices/", {"show": "unread"}).text
    assert page.count("is-unread") == 2
    first = re.search(r'action="(/notices/[0-9a-f-]{36}/)"', page)
    assert first
    for _click in range(2):
        answer = desk.post(first[1])
        assert (answer.status_code, answer["Location"]) == (302, "/p/T01/")
    assert re.search(r'unread-count">1<', desk.get("/policies/").text)
    desk.post(reverse("inbox_read"))
    assert "unread-count" not in desk.get("/notices/").text
    assert desk.get("/notices/", {"show": "unread"}).text.count("is-unread") == 0


def test_the_outbox_says_that_nothing_went_out(
    admin: Client, liaison_li: User, at: datetime
) -> None:
    tell(liaison_li, at=at)
    page = admin.get("/outbox/").text
    assert "都没有发出平台" in page
    assert "待发" in page
    assert "立即发送" not in page
    assert "李联络" in page
    assert admin.post(reverse("outbox_send")).status_code == 302
    assert Delivery.objects.outbox().get().state == "waiting"
    assert "没有发出" in admin.get("/outbox/").text


def test_the_outbox_filters_and_retries(admin: Client, liaison_li: User, at: datetime) -> None:
    tell(liaison_li, at=at)
    tell(liaison_li, at=at)
    failed = Delivery.objects.outbox().first()
    assert failed
    failed.state, failed.error = "failed", "mailtos：通道没有接收"
    failed.save()
    page = admin.get("/outbox/", {"state": "failed"}).text
    assert page.count("通道没有接收") == 1
    assert "本页 1 条" in page
    assert "本页 2 条" in admin.get("/outbox/", {"state": "nonsense"}).text
    assert admin.post(reverse("outbox_retry")).status_code == 302
    assert not Delivery.objects.outbox().filter(state="failed").exists()


def test_the_outbox_is_for_administrators_and_goes_out_as_a_file(
    admin: Client, desk: Client, liaison_li: User, at: datetime
) -> None:
    tell(liaison_li, at=at)
    for name in ("outbox", "outbox_export"):
        assert desk.get(reverse(name)).status_code == 404
    before = admin.get("/outbox/").text
    inside = Delivery.objects.inbox_of(liaison_li).get()
    signed_in(liaison_li).post(reverse("open_message", args=[inside.pk]))
    after = admin.get("/outbox/").text
    assert (before.count(">未读<"), after.count(">未读<")) == (1, 0)
    content = admin.get(reverse("outbox_export")).content
    rows = [*openpyxl.load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True)]
    assert (rows[1][1], rows[1][5], rows[1][10]) == ("李联络", "待发", "2020-02-03 08:00")


def test_a_code_is_bound_to_its_forwarding_alone(desk: Client, policy_sun: User) -> None:
    path = passed_on(desk)
    made = Forwarding.objects.get()
    assert path == reverse("open_code", args=[codes.make(made.code)])
    assert made.forwarder == policy_sun
