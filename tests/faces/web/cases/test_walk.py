"""A case in the browser from the desk to the enterprise's word, without one complaint of the console."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from tests.apps.cases.conftest import dispatch
from tests.apps.cases.versions import install_second
from tests.apps.cast import person
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
    expect(desk.get_by_role("heading", name="快捷键")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("a")
    pane.get_by_label("停车与交通").check()
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
    for name in ("a-genuine", "a-in_remit", "a-solved"):
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
    desk.locator('input[name="a-confirmed_solved"][value="true"]').check()
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


def test_a_template_goes_into_an_answer_and_a_case_out_of_a_rate(
    desk: Page,
    live_server: LiveServer,
    appeal: Case,
    dispatcher_he: User,
    clerk_tan: User,
    supervisor_du: User,
    tmp_path: Path,
    at: datetime,
) -> None:
    dispatch(appeal, by=dispatcher_he, at=at)
    sign_in(desk, live_server, clerk_tan)
    desk.get_by_role("navigation", name="主导航").get_by_text("答复模板").click()
    expect(desk.get_by_text("没有这样的答复模板")).to_be_visible()
    desk.get_by_role("link", name="新建模板").click()
    desk.get_by_label("名称").fill("申请延期")
    desk.get_by_label("用于").select_option(label="延期")
    desk.get_by_label("正文").fill("{企业名称}反映的{电话}")
    desk.get_by_role("button", name="保存").click()
    expect(desk.locator("#body-error")).to_contain_text("没有占位符 {电话}")
    desk.get_by_label("正文").fill("{企业名称}反映的“{事由}”须现场勘查，")
    assert fits(desk)
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_text("已保存，可在办理时插入")).to_be_visible()

    desk.goto(f"{live_server.url}/cases/{appeal.pk}/")
    desk.get_by_role("link", name="延期", exact=True).click()
    reason = desk.locator("#act").get_by_label("理由")
    reason.press("Alt+t")
    expect(desk.locator("#act").get_by_label("答复模板")).to_be_focused()
    desk.keyboard.press("Enter")
    told = "东街停车服务有限公司反映的“员工停车难”须现场勘查，"
    expect(reason).to_have_value(told)
    expect(reason).to_be_focused()
    desk.keyboard.type("请延期两天")
    expect(reason).to_have_value(f"{told}请延期两天")
    assert fits(desk)

    paper = tmp_path / "通知.csv"
    paper.write_text("编号,内容\n1,停电\n", "utf-8")
    desk.get_by_role("link", name="申请剔除").click()
    form = desk.locator("#act form")
    form.get_by_label("按时办结率").check()
    form.get_by_label("不可抗力").check()
    form.get_by_label("说明").fill("全街停电一天")
    form.get_by_role("button", name="申请剔除").click()
    expect(desk.get_by_text("请上传佐证材料")).to_be_visible()
    desk.get_by_label("佐证材料").set_input_files(paper)
    desk.get_by_role("button", name="申请剔除").click()
    expect(desk.get_by_text("已提出剔除申请")).to_be_visible()
    assert fits(desk)

    sign_in(desk, live_server, supervisor_du)
    desk.get_by_role("navigation", name="主导航").get_by_text("剔除申请").click()
    desk.get_by_role("link", name="员工停车难").click()
    desk.get_by_label("理由").fill("供电公司通知属实")
    desk.get_by_role("button", name="同意剔除").click()
    expect(desk.get_by_text("已审定，并告知申请单位")).to_be_visible()
    desk.goto(f"{live_server.url}/cases/figures/?by=unit")
    desk.locator("table").get_by_role("link", name="剔除 1").click()
    expect(desk.get_by_role("table")).to_contain_text("供电公司通知属实")
    for address in ("cases/exclusions/?state=all", "cases/templates/"):
        desk.goto(f"{live_server.url}/{address}")
        assert fits(desk), address
    desk.set_viewport_size({"width": 360, "height": 740})
    for address in (
        "cases/exclusions/?state=all",
        f"cases/exclusions/{appeal.exclusions.get().pk}/",
        "cases/figures/?by=unit",
        "cases/figures/rows/?by=unit&rate=resolve&name=urban",
        "cases/templates/",
        f"cases/{appeal.pk}/",
    ):
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


def test_an_administrator_moves_open_cases_to_a_new_version(
    desk: Page,
    live_server: LiveServer,
    appeal: Case,
    folder: Path,
    at: datetime,
) -> None:
    admin = person("admin", "管理员", "administrator", at=at)
    install_second(folder, at)
    sign_in(desk, live_server, admin)
    desk.get_by_role("navigation", name="主导航").get_by_text("办理流程").click()
    for size in ({"width": 1280, "height": 860}, {"width": 360, "height": 740}):
        desk.set_viewport_size(size)  # type: ignore[arg-type]
        desk.goto(f"{live_server.url}/procedures/")
        assert fits(desk)
        desk.get_by_role("link", name="以前各版还有 1 件").click()
        expect(desk.get_by_text("第 1 版“待交办”")).to_be_visible()
        assert fits(desk)
    desk.get_by_role("button", name="迁移 1 件").click()
    expect(desk.get_by_role("button", name="迁移 1 件")).to_be_visible()  # not without the tick
    desk.get_by_label("已核对以上预览").check()
    desk.get_by_role("button", name="迁移 1 件").click()
    expect(desk.get_by_text("以前各版没有在办的件")).to_be_visible()
    appeal.refresh_from_db()
    assert appeal.procedure.version == 2
