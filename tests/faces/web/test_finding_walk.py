"""Finding and deciding in a browser, at both widths, with a clean console; the calculator without scripts."""

from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from furong.apps.directory.models import User
from furong.apps.policies.actions import apply_for, take_standings
from furong.apps.policies.models import Application, Decision
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.faces.web.test_walk import (  # noqa: F401 - fixtures
    browser_type_launch_args,
    district,
    fits,
    pytestmark,
    sized,
)


@pytest.fixture
def applied(
    east_firm: Subject, west_firm: Subject, owner_wang: User, clerk_chen: User, at: datetime
) -> Application:
    """East works again and applies for T03; of west that is not known."""
    facts = {"resumed": True, "staff": 30, "size_class": "small"}
    state_facts(east_firm, facts, source="statistics", by="test", at=at)
    take_standings(by="test", at=at)
    return apply_for(east_firm, "T03", by=owner_wang, at=at).application


def test_a_clerk_sees_that_a_decision_deviates_before_sending_it(
    sized: Page,  # noqa: F811
    live_server: LiveServer,
    applied: Application,
) -> None:
    sized.goto(f"{live_server.url}/login/?next=/applications/")
    sized.get_by_role("button", name="经办人员").click()
    sized.get_by_role("link", name=applied.number).click()
    sized.wait_for_url("**/applications/*/")
    assert fits(sized)
    notice = sized.locator("#deviation")
    sized.get_by_label("同意", exact=True).check()
    expect(notice).to_contain_text("与规则判定一致")
    sized.get_by_label("金额").fill("5000")
    expect(notice).to_contain_text("偏离规则")

    sized.get_by_role("button", name="登记决定").click()
    expect(sized.locator("#reason-error")).to_be_visible()
    sized.get_by_label("决定人").fill("区政府")
    sized.get_by_label("理由", exact=False).first.fill("会议决定减半")
    sized.get_by_label("依据文件", exact=False).first.fill("会议纪要〔2020〕5 号")
    sized.get_by_role("button", name="登记决定").click()
    expect(sized.locator(".rule-box.deviates")).to_contain_text("会议决定减半")
    assert fits(sized)
    assert Decision.objects.get().deviates


def test_an_officer_walks_the_lists(
    sized: Page,  # noqa: F811
    live_server: LiveServer,
    applied: Application,
    policy_sun: User,
) -> None:
    sized.goto(f"{live_server.url}/login/?next=/finding/")
    sized.get_by_role("button", name="政策专员").click()
    for name in ("走访问题清单", "资格变化", "应享未享"):
        sized.get_by_role("navigation", name="应享未享").get_by_text(name, exact=True).click()
        sized.get_by_role("heading", name=name, level=1).wait_for()
        assert fits(sized), name
    sized.goto(f"{live_server.url}/finding/questions/")
    sized.get_by_role("link", name="本页走访单").click()
    expect(sized.locator(".visit-paper")).to_contain_text("是否已经复工？")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_calculator_works_without_scripts(
    browser: Browser,
    live_server: LiveServer,
    district: Pack,  # noqa: F811
    width: int,
) -> None:
    context = browser.new_context(
        java_script_enabled=False,
        locale="zh-CN",
        viewport={"width": width, "height": 740},
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/p/T01/")
    page.get_by_role("link", name="算一算").click()
    page.get_by_label("期末从业人员").fill("八")
    page.get_by_role("button", name="算一算").click()
    expect(page.locator("#fact-staff-error")).to_be_visible()
    page.get_by_label("期末从业人员").fill("8")
    page.get_by_role("button", name="算一算").click()
    expect(page.locator(".try-lead")).to_contain_text("再答 1 题")
    page.get_by_label("企业规模是哪一类？").select_option("micro")
    page.get_by_role("button", name="重新算").click()
    expect(page.locator("#result")).to_contain_text("4,000")
    context.close()
