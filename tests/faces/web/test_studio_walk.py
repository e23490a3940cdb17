"""A clause written, tried, reviewed, issued and loosened in the browser, at both widths."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from furong.apps.directory.models import User
from furong.apps.registry.actions import NewSubject, register_subjects, state_facts
from furong.packs import Pack
from tests.faces.web.test_walk import (  # noqa: F401 - fixtures
    browser_type_launch_args,
    district,
    fits,
    pytestmark,
    sized,
)


@pytest.fixture
def twenty_firms(district: Pack, at: datetime) -> None:  # noqa: F811 - the fixture
    """Twenty firms with 5, 10, … 100 staff."""
    news = [NewSubject(kind="enterprise", name=f"虚构企业{n}") for n in range(20)]
    for n, firm in enumerate(register_subjects(news, by="test", at=at), start=1):
        state_facts(firm, {"staff": 5 * n}, source="sample", by="test", at=at)


def sign_in(page: Page, server: LiveServer, role: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{server.url}/login/")
    page.get_by_role("button", name=role).click()
    page.wait_for_url(f"{server.url}/")


def write(page: Page, name: str, value: str) -> None:
    """Fills in a field and waits for what the studio says of it."""
    with page.expect_response(lambda answer: "/try/" in answer.url):
        page.locator(f"[name='{name}']").fill(value)


def choose(page: Page, name: str, value: str) -> None:
    """Chooses from a list whose choice changes the form."""
    with page.expect_response(lambda answer: "/arrange/" in answer.url):
        page.locator(f"[name='{name}']").select_option(value)
    expect(page.locator(f"[name='{name}']")).to_have_value(value)


def press(page: Page, name: str) -> None:
    with page.expect_response(lambda answer: "/arrange/" in answer.url):
        page.get_by_role("button", name=name).click()


def worked(page: Page, place: int, title: str, staff: str, verdict: str) -> None:
    press(page, "增加样例")
    write(page, f"k{place}-title", title)
    write(page, f"k{place}-fact-staff", staff)
    page.locator(f"[name='k{place}-verdict']").select_option(verdict)


def test_from_a_blank_form_to_a_looser_version(
    sized: Page,  # noqa: F811 - the fixture
    live_server: LiveServer,
    policy_sun: User,
    reviewer_wu: User,
    twenty_firms: None,
) -> None:
    page = sized
    sign_in(page, live_server, "政策专员")
    page.goto(f"{live_server.url}/studio/")
    assert fits(page)
    page.get_by_label("新立政策").fill("T20")
    page.get_by_role("button", name="开始起草").click()
    page.locator("#title").fill("稳岗补贴")
    page.locator("#d-title").fill("稳岗补贴实施细则")
    page.locator("[name='c0-label']").fill("从业人员不超过 20 人")
    choose(page, "c0-l0-fact", "staff")
    write(page, "c0-l0-value", "20")
    told = page.locator("#told")
    expect(told.locator(".kpi").first).to_contain_text("4")
    expect(page.locator("#c0-told")).to_contain_text("staff <= 20")
    choose(page, "b-mode", "expression")
    write(page, "b-amount", "staff * 500")
    expect(told).to_contain_text("2.5万元")
    worked(page, 0, "正好 20 人", "20", "eligible")
    page.get_by_label("临界").check()
    worked(page, 1, "21 人", "21", "ineligible")
    expect(told).to_contain_text("没有发现问题")
    assert fits(page)
    page.locator("[data-save]").click()
    expect(page.locator(".toast")).to_contain_text("已保存")
    page.get_by_role("button", name="送合法性审核").first.click()
    page.wait_for_url("**/review/")
    address = page.url

    sign_in(page, live_server, "政策审核人员")
    page.goto(address)
    assert fits(page)
    for stage in ("合法性审核", "公平竞争审查", "集体审议"):
        expect(page.get_by_role("heading", name=stage, level=2)).to_be_visible()
        page.locator("[name=unit]").fill("区司法局")
        page.locator("[name=number]").fill("会议纪要〔2020〕3 号")
        page.get_by_role("button", name="通过").click()

    sign_in(page, live_server, "政策专员")
    page.goto(address)
    page.locator("[name=number]").fill("区发〔2020〕8 号")
    page.get_by_role("button", name="印发发布").click()
    page.get_by_role("heading", name="稳岗补贴", level=1).wait_for()
    expect(page.locator("main")).to_contain_text("区发〔2020〕8 号")

    page.goto(f"{live_server.url}/studio/")
    page.locator("#code-old").select_option("T20")
    page.get_by_role("button", name="开始修订").click()
    write(page, "begins", "2020-03-01")
    write(page, "c0-l0-value", "50")
    expect(told.locator(".kpi").first).to_contain_text("+6")
    expect(told).to_contain_text("对比现行第 1 版")
    expect(page.locator("#c0-told")).to_contain_text("现行：期末从业人员不超过 20 人")
    assert fits(page)
