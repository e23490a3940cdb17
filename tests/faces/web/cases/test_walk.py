"""A case in the browser from the desk to the enterprise's word, without one complaint of the console."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from tests.faces.web.test_walk import (  # noqa: F401 - a fixture
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


@pytest.fixture
def desk(page: Page) -> Iterator[Page]:
    """A page 1280 wide; a complaint of the console or a failed request fails the test."""
    page.set_viewport_size({"width": 1280, "height": 860})
    said: list[str] = []

    def refused(answer: Response) -> None:
        if answer.status >= 400:
            said.append(f"{answer.status} {answer.url}")

    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda asked: said.extend(failures(asked)))
    page.on("response", refused)
    yield page
    assert said == []


def sign_in(page: Page, server: LiveServer, user: User) -> None:
    page.context.clear_cookies()
    page.goto(f"{server.url}/login/")
    page.locator(f'button[value="{user.username}"]').click()
    page.wait_for_url(f"{server.url}/")


def test_from_the_desk_to_the_enterprise_s_word(
    desk: Page,
    live_server: LiveServer,
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    head_xu: User,
    liaison_li: User,
    at: datetime,
) -> None:
    case = f"{live_server.url}/cases/{appeal.pk}/"

    sign_in(desk, live_server, dispatcher_he)
    desk.get_by_role("navigation", name="主导航").get_by_text("事项办理").click()
    pane = desk.locator("#pane")
    expect(pane).to_contain_text("周边没有停车位")
    desk.keyboard.press("?")
    expect(desk.get_by_role("heading", name="按键说明")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("a")
    pane.get_by_label("诉求类别").select_option(label="停车与交通")
    pane.get_by_label("承办单位").select_option(label="城管执法局")
    pane.get_by_label("交办依据").fill("城市道路停车泊位管理")
    assert fits(desk)
    pane.get_by_role("button", name="交办").click()
    expect(desk.get_by_text("已办理：交办")).to_be_visible()
    desk.wait_for_url(f"{live_server.url}/cases/**")

    sign_in(desk, live_server, clerk_tan)
    desk.goto(case)
    desk.get_by_role("button", name="签收").click()
    expect(desk.get_by_text("已办理：签收")).to_be_visible()
    desk.get_by_role("link", name="联系企业").click()
    form = desk.locator("#act form")
    form.get_by_label("是", exact=True).check()
    form.get_by_label("联系时间").fill("2020-02-03T07:55")
    form.get_by_role("button", name="联系企业").click()
    desk.get_by_role("link", name="报办结").click()
    for name in ("f-genuine", "f-in_remit", "f-solved"):
        form.locator(f'input[name="{name}"][value="true"]').check()
    form.get_by_label("办理情况").fill("现场增设车位")
    form.get_by_role("button", name="报办结").click()
    expect(desk.get_by_text("请填写“公开答复”")).to_be_visible()
    desk.get_by_label("公开答复").fill("已增设 20 个车位")
    assert fits(desk)
    desk.get_by_role("button", name="报办结").click()
    expect(desk.get_by_text("已办理：报办结")).to_be_visible()

    sign_in(desk, live_server, head_xu)
    desk.goto(f"{live_server.url}/cases/")
    desk.get_by_role("link", name="员工停车难").first.press("Enter")
    desk.get_by_role("link", name="审核通过").click()
    expect(desk.locator("#act").get_by_label("公开答复")).to_have_value("已增设 20 个车位")
    desk.locator("#act").get_by_role("button", name="审核通过").click()

    sign_in(desk, live_server, liaison_li)
    desk.goto(case)
    desk.get_by_role("link", name="企业评价").click()
    desk.locator('input[name="f-confirmed_solved"][value="true"]').check()
    desk.get_by_label("满意", exact=True).check()
    desk.locator("#act").get_by_role("button", name="企业评价").click()
    expect(desk.get_by_label("现在由谁办理")).to_contain_text("已解决")
    assert fits(desk)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.closure) == ("closed", "solved")

    sign_in(desk, live_server, dispatcher_he)
    for address in ("cases/?box=closed", "cases/figures/?peers=1", "cases/new/"):
        desk.goto(f"{live_server.url}/{address}")
        assert fits(desk), address


@pytest.mark.parametrize("address", ["cases/", "cases/{pk}/", "cases/figures/", "cases/new/"])
def test_every_page_fits_a_phone(
    desk: Page, live_server: LiveServer, appeal: Case, dispatcher_he: User, address: str
) -> None:
    desk.set_viewport_size({"width": 360, "height": 740})
    sign_in(desk, live_server, dispatcher_he)
    desk.goto(f"{live_server.url}/{address.format(pk=appeal.pk)}")
    desk.wait_for_load_state("networkidle")
    assert fits(desk)
