"""The product in a browser: no console error, no violation of the content policy, no sideways scroll."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from furong.apps.directory.models import User
from furong.apps.registry.models import Subject

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning"),  # pytest-base-url's
]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop beside the ORM

SIZES = {"desk": {"width": 1280, "height": 860}, "phone": {"width": 360, "height": 740}}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    switches = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking"
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    return {
        **browser_type_launch_args,
        "executable_path": path,
        "args": [f"--{switch}" for switch in switches.split()],
    }


@pytest.fixture(params=SIZES)
def sized(page: Page, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page at desk and at phone width; whatever the console complains of fails the test."""
    page.set_viewport_size(SIZES[request.param])  # type: ignore[arg-type]
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert said == []


def fits(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_policy_officer_walks_the_desk(
    sized: Page, live_server: LiveServer, policy_sun: User, east_firm: Subject
) -> None:
    sized.goto(live_server.url)
    sized.get_by_role("button", name="政策专员").click()
    sized.wait_for_url(f"{live_server.url}/")
    for name in ("服务对象", "政策库"):
        sized.get_by_role("navigation", name="主导航").get_by_text(name, exact=True).last.click()
        sized.get_by_role("heading", name=name, level=1).wait_for()
        assert fits(sized), name
    sized.goto(f"{live_server.url}/subjects/")
    sized.get_by_role("link", name=east_firm.name).click()
    sized.get_by_role("heading", name=east_firm.name).wait_for()
    assert fits(sized)


def test_the_keyboard_searches_and_walks_a_list(
    page: Page, live_server: LiveServer, policy_sun: User, east_firm: Subject, west_firm: Subject
) -> None:
    page.goto(live_server.url)
    page.get_by_role("button", name="政策专员").click()
    page.wait_for_url(f"{live_server.url}/")
    page.keyboard.press("/")
    page.keyboard.type("停车")
    page.keyboard.press("Enter")
    page.get_by_text("“停车”的搜索结果").wait_for()
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 5, "y": 400})
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=east_firm.name).wait_for()


def test_a_filter_changes_the_list_in_place(
    page: Page, live_server: LiveServer, policy_sun: User, east_firm: Subject, west_firm: Subject
) -> None:
    page.goto(live_server.url)
    page.get_by_role("button", name="政策专员").click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/subjects/")
    page.get_by_label("街道").select_option(label="东街街道")
    page.get_by_role("link", name=west_firm.name).wait_for(state="detached")
    assert page.get_by_role("link", name=east_firm.name).is_visible()
    assert "street=" in page.url


def test_everyone_reads_policies_on_a_phone(
    sized: Page, live_server: LiveServer, policy_sun: User
) -> None:
    sized.goto(f"{live_server.url}/p/")
    sized.get_by_role("heading", name="惠企政策").wait_for()
    assert fits(sized)
    sized.get_by_role("button", name="大字").click()
    sized.get_by_role("button", name="标准").wait_for()
    assert fits(sized)
