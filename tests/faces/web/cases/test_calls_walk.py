"""A call list in the browser: planned by a desk, called by keyboard alone, entered twice, ruled on."""

from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from furong.apps.cases.models import CallList, Case
from furong.apps.directory.models import User
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject, SubjectFacts
from tests.apps.cases.conftest import run
from tests.faces.web.cases.test_walk import desk  # noqa: F401 - a fixture
from tests.faces.web.test_walk import (  # noqa: F401 - a fixture
    browser_type_launch_args,
    fits,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("everybody"),
    pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning"),  # pytest-base-url's
]


def sign_in(page: Page, server: LiveServer, user: User) -> None:
    """Without the demonstration's sign-in, which offers one clerk of a unit."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": server.url}]
    )


def test_from_the_plan_to_the_ruling(
    desk: Page,  # noqa: F811
    live_server: LiveServer,
    east_firm: Subject,
    dispatcher_he: User,
    clerk_tan: User,
    clerk_tang: User,
    head_gu: User,
    at: datetime,
) -> None:
    state_facts(east_firm, {"phone": "0731-10000001"}, source="register", by="test", at=at)

    sign_in(desk, live_server, dispatcher_he)
    desk.goto(f"{live_server.url}/subjects/")
    desk.get_by_role("link", name="拟外呼名单").click()
    desk.get_by_label("核对名称").fill("复工核对")
    desk.get_by_label("话术").fill("您好，这里是区指挥部")
    desk.get_by_label("期末从业人员").check(force=True)
    desk.get_by_label("核对小组").select_option(label="城管执法局")
    expect(desk.locator("#callers")).to_contain_text("唐经办")
    desk.get_by_label("唐经办").uncheck()
    desk.get_by_label("复核比例（%）").fill("100")
    assert fits(desk)
    desk.get_by_role("button", name="拟稿并预检").click()
    desk.get_by_role("button", name="发起 1 户").click()
    expect(desk.locator("#progress")).to_contain_text("正在发起")
    run(at)
    expect(desk.get_by_text("外呼中")).to_be_visible()
    assert fits(desk)
    for takes, has in (("唐经办", "谭经办"), ("谭经办", "唐经办")):  # ill, and well again
        desk.get_by_text("转交待拨打的").click()
        expect(desk.get_by_label("转交谁的")).to_contain_text(f"{has} · 1")
        desk.get_by_role("group", name="转交给").get_by_label(takes).check()
        desk.get_by_role("button", name="转交", exact=True).click()
        expect(desk.get_by_text("已转交 1 户")).to_be_visible()

    made = CallList.objects.get()
    work = f"{live_server.url}/calls/{made.pk}/work/"
    sign_in(desk, live_server, clerk_tan)
    desk.goto(work)
    expect(desk.locator("#phone")).to_contain_text("******")
    desk.keyboard.press("r")
    expect(desk.locator("[data-number]")).to_have_text("0731-10000001")
    desk.keyboard.press("1")
    desk.keyboard.press("y")
    desk.keyboard.type("12")
    desk.keyboard.press("Tab")
    desk.keyboard.press("n")
    assert fits(desk)
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("已全部拨打")).to_be_visible()

    sign_in(desk, live_server, clerk_tang)
    desk.goto(f"{work}?second=1")
    expect(desk.get_by_role("heading", name=east_firm.name)).to_be_visible()
    desk.keyboard.press("1")
    desk.keyboard.press("y")
    assert desk.locator('input[name="a-staff"]').input_value() == ""
    desk.keyboard.type("15")
    desk.keyboard.press("Tab")
    desk.keyboard.press("n")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("没有等待复核的")).to_be_visible()
    assert SubjectFacts.objects.get(subject=east_firm).facts.get("staff") is None

    sign_in(desk, live_server, head_gu)
    desk.goto(f"{live_server.url}/calls/{made.pk}/")
    desk.get_by_role("link", name="裁定 1 户").click()
    expect(desk.locator(".differs")).to_contain_text("12 人")
    desk.get_by_role("link", name="裁定", exact=True).click()
    desk.locator('input[name="a-staff"]').fill("14")
    desk.get_by_label("裁定理由").fill("三方通话核实")
    for width in (360, 1280):
        desk.set_viewport_size({"width": width, "height": 860})
        assert fits(desk)
    desk.get_by_role("button", name="裁定").click()
    expect(desk.get_by_text("没有待裁定的")).to_be_visible()
    assert Case.objects.get().closure == "confirmed"
    assert SubjectFacts.objects.get(subject=east_firm).facts["staff"]["v"] == 14
