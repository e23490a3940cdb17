"""The article's morning in the browser: 联络员吹哨、区领导报到, from the bank's doorstep to 销号.

"现在开车来上班，就不愁找不到停车位了": the needs collected on a visit lay on the leader's desk the next
morning; the instruction went out at once; street and departments acted together, beside the road and
in a garage that let 150 places.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from docx import Document
from playwright.sync_api import BrowserContext, Page, Response, expect
from playwright.sync_api import Request as Asked
from pytest_django.live_server_helper import LiveServer

from furong.apps.base.clock import set_clock
from furong.apps.cases.models import Case, Issued
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import on, run
from tests.apps.cast import EAST, EAST_CODE, firm
from tests.faces.web.phone.test_offline import photo, sign_in
from tests.faces.web.test_walk import (  # noqa: F401 - a fixture
    SIZES,
    browser_type_launch_args,
    failures,
    fits,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("everybody"),
    pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning"),  # pytest-base-url's
]
BANK = "示例银行（省分行）"
QUESTION = "立体停车库能否优价租给银行员工 150 个车位？"
TERMS = "150 个车位，每月 300 元，租到 6 月底"


@pytest.fixture
def east_firm(district: Any, at: datetime) -> Subject:
    return firm(BANK, EAST, EAST_CODE, at=at)


@dataclass
class Town:
    """Everybody's devices, and what they complained of."""

    new_context: Callable[..., BrowserContext]
    server: LiveServer
    said: list[str] = field(default_factory=list)
    held: BrowserContext | None = None

    def device(self, user: User | None = None, size: str = "phone") -> Page:
        """Somebody's device, signed in, after the last one was put away; a guest's where none is named."""
        if self.held is not None:
            self.held.close()
        self.held = context = self.new_context(viewport=SIZES[size])
        if user is not None:
            sign_in(context, self.server, user)
        page = context.new_page()
        page.on("console", lambda message: self.hear(message.text))
        page.on("pageerror", lambda error: self.hear(str(error)))
        page.on("requestfailed", self.lost)
        page.on("response", self.answered)
        return page

    def hear(self, words: str) -> None:
        self.said.append(words)

    def lost(self, asked: Asked) -> None:
        self.said.extend(failures(asked))

    def answered(self, answer: Response) -> None:
        if answer.status >= 400:
            self.hear(f"{answer.status} {answer.url}")

    def open(self, page: Page, path: str) -> None:
        page.goto(f"{self.server.url}{path}")


@pytest.fixture
def town(new_context: Callable[..., BrowserContext], live_server: LiveServer) -> Iterator[Town]:
    """A complaint of any console, or a failed request, fails the test."""
    made = Town(new_context, live_server)
    yield made
    assert made.said == []


def it_is(moment: datetime) -> None:
    """Lets time pass, and the timers do their work."""
    run(moment)
    set_clock(mode="frozen", anchor=moment, by="test", at=moment)


def shown(page: Page, name: str) -> None:
    """Nothing makes the page scroll sideways, at a desk and on a phone."""
    held = page.viewport_size
    for size in SIZES.values():
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert fits(page), name
    if held:
        page.set_viewport_size(held)


def test_the_bank_s_parking_from_the_visit_to_the_timeline(
    town: Town,
    east_firm: Subject,
    liaison_li: User,
    leader_zhao: User,
    clerk_tan: User,
    clerk_deng: User,
    clerk_pan: User,
    head_xu: User,
    owner_wang: User,
) -> None:
    it_is(on(18, 15))
    collected_without_a_network(town, liaison_li)
    case = Case.objects.get()
    assert (case.subject, case.requests.get().name) == (east_firm, "whistle")

    it_is(on(19, 7, 30))
    the_list_lies_on_the_desk(town, leader_zhao, case)
    it_is(on(19, 7, 40))
    the_leader_reports(town, leader_zhao)
    case.refresh_from_db()
    order = Issued.objects.get()
    assert (case.state, order.issued_at) == ("dispatched", on(19, 7, 40))

    it_is(on(19, 8, 0))
    link = the_lead_unit_asks_the_garage(town, clerk_tan, case)
    the_garage_s_owner_agrees(town, link)
    it_is(on(19, 10, 0))
    helpers_do_their_part(town, clerk_deng, "在银行南侧道路划出 40 个临时泊位", case)
    helpers_do_their_part(town, clerk_pan, "早晚高峰在路口疏导，40 个泊位不贴单", case)
    it_is(on(19, 11, 0))
    the_lead_unit_replies(town, clerk_tan, case)
    the_head_approves(town, head_xu, case)
    it_is(on(19, 14, 0))
    the_bank_judges(town, owner_wang, case)
    case.refresh_from_db()
    assert (case.state, case.closure) == ("closed", "solved")
    assert (case.facts["confirmed_solved"], case.facts["satisfaction"]) == (True, "fairly")
    the_timeline_tells_it(town, liaison_li, leader_zhao, case)


def collected_without_a_network(town: Town, liaison: User) -> None:
    phone = town.device(liaison)
    town.open(phone, "/field/")
    shown(phone, "走访")
    phone.get_by_role("link", name="收集问题、吹哨").click()
    phone.context.set_offline(True)
    phone.get_by_label("问题概述").fill("员工返岗停车难")
    phone.locator("input[type=file]").set_input_files(photo())
    expect(phone.locator("[data-visit-photos] img")).to_have_count(1)
    phone.get_by_label("同时吹哨，请区领导报到").check()
    phone.get_by_label("需要区领导解决什么").fill("请协调路边泊位和附近的立体停车库")
    phone.get_by_text("详细情况、类别、联系人").click()
    phone.get_by_label("具体情况").fill("早上七点就停满了，自驾上班的员工没有地方停")
    shown(phone, "收集")
    phone.get_by_role("button", name="上报", exact=True).dblclick()  # an impatient thumb
    expect(phone.locator("#store")).to_contain_text("已存本机，未上报 1")
    shown(phone, "已存本机")
    assert not Case.objects.exists()
    phone.context.set_offline(False)
    expect(phone.locator("#store-done")).to_contain_text("已上报，编号 SQ202000001 员工返岗停车难")
    shown(phone, "已上报")
    phone.reload()
    town.open(phone, "/field/")
    expect(phone.get_by_text("员工返岗停车难").first).to_be_visible()
    shown(phone, "走访，已报一件")
    assert Case.objects.count() == 1


def the_list_lies_on_the_desk(town: Town, leader: User, case: Case) -> None:
    desk = town.device(leader, "desk")
    town.open(desk, "/")
    shown(desk, "首页")
    desk.get_by_role("navigation", name="主导航").get_by_text("问题清单").click()
    shown(desk, "清单目录")
    desk.get_by_role("link", name="问题清单（区领导阅批）").click()
    expect(desk.get_by_text("吹哨，待您报到 · 1")).to_be_visible()
    expect(desk.get_by_text("2月19日 24:00 前报到")).to_be_visible()
    expect(desk.get_by_text("请协调路边泊位和附近的立体停车库")).to_be_visible()
    shown(desk, "问题清单")
    made = {
        kind: desk.request.get(f"{desk.url.split('#')[0]}paper/{kind}/").body()
        for kind in ("pdf", "long", "docx")
    }
    assert made["pdf"].startswith(b"%PDF")
    assert made["long"].startswith(b"\x89PNG")
    words = "\n".join(one.text for one in Document(io.BytesIO(made["docx"])).paragraphs)
    assert "员工返岗停车难" in words
    assert BANK in words


def the_leader_reports(town: Town, leader: User) -> None:
    phone = town.device(leader)
    town.open(phone, "/lists/")
    phone.get_by_role("link", name="问题清单（区领导阅批）").click()
    phone.get_by_text("交办", exact=True).click()
    form = phone.locator("details[open] form.act-form")
    form.get_by_label("现场", exact=True).check()
    form.get_by_role("button", name="填现在").click()
    form.get_by_label("批示或指令").fill("今天解决：路边划泊位，车库租 150 个位")
    form.get_by_label("疑难（跨单位）").check()
    form.get_by_label("要求何时办结").fill("2020-02-19T18:00")
    form.get_by_label("承办单位").select_option(label="城管执法局")
    for name in ("公安分局", "东街街道"):
        form.get_by_label(name, exact=True).check()
    shown(phone, "报到：交办")
    form.get_by_role("button", name="提交：交办").click()
    expect(phone.get_by_text("已报到，正在交办")).to_be_visible()
    expect(phone.get_by_text("已报到：交办（赵区长 2月19日 07:40）")).to_be_visible()
    shown(phone, "已报到")


def the_lead_unit_asks_the_garage(town: Town, clerk: User, case: Case) -> str:
    desk = town.device(clerk, "desk")
    town.open(desk, "/notices/")
    expect(desk.get_by_text("作出批示：今天解决").first).to_be_visible()
    expect(desk.get_by_text("由城管执法局办理，2月19日 18:00 前办结")).to_be_visible()
    expect(desk.get_by_text("SQ202000001 SQ202000001")).to_have_count(0)
    shown(desk, "消息")
    town.open(desk, f"/cases/{case.pk}/")
    expect(desk.get_by_role("complementary")).to_contain_text("ZL20200001")
    desk.get_by_role("button", name="签收").click()
    desk.get_by_role("link", name="联系企业").click()
    form = desk.locator("#act form")
    form.get_by_label("是", exact=True).check()
    form.get_by_role("button", name="填现在").click()
    form.get_by_role("button", name="联系企业").click()
    expect(desk.get_by_text("已办理：联系企业")).to_be_visible()
    shown(desk, "承办单位办理中")
    invite = desk.locator("details.invite")
    invite.locator("summary").click()
    invite.get_by_role("radio", name="相关方").check()
    invite.get_by_label("称呼").fill("国金中心停车场 王经理")
    invite.get_by_label("请对方答复的问题").fill(QUESTION)
    shown(desk, "生成链接")
    invite.get_by_role("button", name="生成链接").click()
    shown(desk, "链接已生成")
    return desk.locator("#link").input_value()


def the_garage_s_owner_agrees(town: Town, link: str) -> None:
    phone = town.device()
    phone.goto(link)
    expect(phone.get_by_role("heading", name=QUESTION)).to_be_visible()
    expect(phone.get_by_text("员工返岗停车难")).to_have_count(0)
    shown(phone, "车库业主")
    phone.get_by_label("同意", exact=True).check()
    phone.get_by_label("条件、说明").fill(TERMS)
    phone.get_by_role("button", name="提交答复").click()
    expect(phone.get_by_text("您已答复：")).to_be_visible()
    shown(phone, "车库业主已答复")


def helpers_do_their_part(town: Town, clerk: User, words: str, case: Case) -> None:
    desk = town.device(clerk, "desk")
    town.open(desk, "/cases/")
    shown(desk, f"{clerk.name}事项办理")
    town.open(desk, f"/cases/{case.pk}/")
    desk.get_by_role("button", name="协办签收").click()
    desk.get_by_role("link", name="协办办结").click()
    form = desk.locator("#act form")
    form.get_by_label("进展情况").fill(words)
    form.get_by_role("button", name="协办办结").click()
    expect(desk.get_by_text("已办理：协办办结")).to_be_visible()


def the_lead_unit_replies(town: Town, clerk: User, case: Case) -> None:
    desk = town.device(clerk, "desk")
    town.open(desk, f"/cases/{case.pk}/")
    expect(desk.locator(".timeline")).to_contain_text(TERMS)
    desk.get_by_role("link", name="报办结").click()
    form = desk.locator("#act form")
    for name in ("a-genuine", "a-in_remit", "a-solved"):
        form.locator(f'input[name="{name}"][value="true"]').check()
    form.get_by_label("办理情况").fill("路边 40 个泊位，立体停车库优价租用 150 个车位")
    form.get_by_label("公开答复").fill("路边已划 40 个泊位，立体停车库优价租给贵行 150 个车位")
    shown(desk, "报办结")
    form.get_by_role("button", name="报办结").click()
    expect(desk.get_by_text("已办理：报办结")).to_be_visible()


def the_head_approves(town: Town, head: User, case: Case) -> None:
    desk = town.device(head, "desk")
    town.open(desk, f"/cases/{case.pk}/")
    desk.get_by_role("link", name="审核通过").click()
    shown(desk, "审核")
    desk.locator("#act").get_by_role("button", name="审核通过").click()
    expect(desk.get_by_text("已办理：审核通过")).to_be_visible()


def the_bank_judges(town: Town, owner: User, case: Case) -> None:
    phone = town.device(owner)
    town.open(phone, "/mine/cases/")
    shown(phone, "我反映的问题")
    town.open(phone, f"/mine/cases/{case.pk}/")
    expect(phone.get_by_text("区领导已阅办")).to_be_visible()
    expect(phone.get_by_text("今天解决：路边划泊位")).to_have_count(0)
    expect(phone.get_by_text("公开答复（可修改）：")).to_have_count(0)
    form = phone.locator("details[open] form.act-form")
    solved = form.get_by_role("group", name="您反映的问题解决了吗？")
    satisfied = form.get_by_role("group", name="您对办理过程满意吗？")
    solved.get_by_label("是", exact=True).check()
    satisfied.get_by_label("基本满意", exact=True).check()
    shown(phone, "企业评价")
    form.get_by_role("button", name="企业评价").click()
    expect(phone.get_by_text("已销号").first).to_be_visible()
    shown(phone, "企业看已销号")


def the_timeline_tells_it(town: Town, liaison: User, leader: User, case: Case) -> None:
    """Whoever takes part can read the whole way, the latest on top."""
    desk = town.device(leader, "desk")
    town.open(desk, f"/cases/{case.pk}/")
    told = " ".join(desk.locator(".timeline").inner_text().split())
    way = [
        "企业评价", "审核通过", "报办结", "协办办结", TERMS, "联系企业", "已签收", "今天解决：路边划泊位",
        "请协调路边泊位和附近的立体停车库", "走访收集",
    ]  # fmt: skip
    places = [told.index(words) for words in way]
    assert places == sorted(places)
    shown(desk, "办理记录")
    phone = town.device(liaison)
    town.open(phone, f"/field/cases/{case.pk}/")
    expect(phone.get_by_text("已销号").first).to_be_visible()
    shown(phone, "联络员看已销号")
