"""The navigation on the smallest phone, in large text: everything is there, and a keyboard opens the rest."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from furong.apps.cases.models import Case
from furong.apps.directory.models import User
from tests.faces.web.cases.test_walk import sign_in
from tests.faces.web.test_walk import browser_type_launch_args, fits  # noqa: F401 - a fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("everybody"),
    pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning"),  # pytest-base-url's
]
CUT = """() => [...document.querySelectorAll(".nav-tab > span:first-of-type, .nav-sheet .nav-link > span")]
    .filter((one) => one.getBoundingClientRect().width && one.scrollWidth > one.parentElement.clientWidth)
    .map((one) => one.textContent)"""


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_nothing_is_cut_at_320_px_in_large_text(
    page: Page,
    live_server: LiveServer,
    appeal: Case,
    dispatcher_he: User,
    liaison_li: User,
    owner_wang: User,
    language: str,
) -> None:
    cookies = {"large": "1", "django_language": language}
    for user in (dispatcher_he, liaison_li, owner_wang):
        page.set_viewport_size({"width": 320, "height": 568})
        sign_in(page, live_server, user)
        page.context.add_cookies(
            [
                {"name": name, "value": told, "url": live_server.url}
                for name, told in cookies.items()
            ]
        )
        page.goto(live_server.url)
        page.locator(".nav-more > summary").click()
        assert fits(page)
        assert page.evaluate(CUT) == []
        sheet = page.locator(".nav-sheet").bounding_box()
        assert sheet is not None
        assert sheet["y"] >= 0


def test_a_keyboard_opens_the_sheet_and_escape_shuts_it(
    page: Page, live_server: LiveServer, dispatcher_he: User
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, live_server, dispatcher_he)
    page.goto(live_server.url)
    more = page.locator(".nav-more > summary")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".nav-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".nav-sheet")).to_be_hidden()
    expect(more).to_be_focused()


def test_without_script_the_sheet_opens_and_its_links_lead_on(
    browser: Browser, live_server: LiveServer, dispatcher_he: User, page: Page
) -> None:
    sign_in(page, live_server, dispatcher_he)
    state = page.context.storage_state()
    plain = browser.new_context(
        java_script_enabled=False,
        locale="zh-CN",
        storage_state=state,
        viewport={"width": 360, "height": 740},
    ).new_page()
    plain.goto(live_server.url)
    plain.locator(".nav-more > summary").click()
    plain.locator(".nav-sheet").get_by_text("答复模板").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("答复模板")
