"""The product in a browser: no console error, no violation of the content policy, no failed request,
no sideways scroll.
"""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Response, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from furong.apps.base.clock import set_clock
from furong.apps.base.models import Installation
from furong.apps.directory.models import User
from furong.apps.policies.actions import apply_pack
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from furong.packs import Pack
from tests.apps.policies.sample import make_pack

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning"),  # pytest-base-url's
]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop beside the ORM

SIZES = {"desk": {"width": 1280, "height": 860}, "phone": {"width": 360, "height": 740}}


@pytest.fixture
def district(db: None, tmp_path: Path, settings: Settings, at: datetime) -> Pack:
    """The cast's district with policies, on the day the story begins."""
    folder = make_pack(tmp_path)
    settings.FURONG_PACK = str(folder)
    pack = apply_pack(folder, by="test", at=at).pack
    Installation.objects.update(demo=True)
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return pack


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
    """A page at desk and at phone width; a complaint of the console and a failed request fail the test."""
    page.set_viewport_size(SIZES[request.param])  # type: ignore[arg-type]
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


def failures(asked: Request) -> list[str]:
    """Why a request failed; one that the browser gave up as it left the page did not."""
    return [] if asked.failure == "net::ERR_ABORTED" else [f"{asked.failure} {asked.url}"]


def fits(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways; a page that is being replaced is waited for."""
    return bool(page.locator("html").evaluate("(html) => html.scrollWidth <= innerWidth"))


def go_to(page: Page, name: str) -> None:
    """Follows a link of the navigation: of the side, of a phone's bar, or of the sheet behind it."""
    navigation = page.get_by_role("navigation", name="主导航")
    tab = navigation.get_by_title(name, exact=True)
    if tab.count():
        tab.click()
        return
    more = navigation.get_by_text("更多", exact=True)
    if more.count():
        more.click()
    navigation.get_by_text(name, exact=True).click()


def test_a_policy_officer_walks_the_desk(
    sized: Page, live_server: LiveServer, policy_sun: User, east_firm: Subject
) -> None:
    sized.goto(live_server.url)
    sized.get_by_role("button", name="政策专员").click()
    sized.wait_for_url(f"{live_server.url}/")
    for name in ("服务对象", "政策库"):
        go_to(sized, name)
        sized.get_by_role("heading", name=name, level=1).wait_for()
        assert fits(sized), name
    sized.goto(f"{live_server.url}/subjects/")
    sized.get_by_role("link", name=east_firm.name).click()
    sized.get_by_role("heading", name=east_firm.name).wait_for()
    assert fits(sized)


@pytest.fixture
def told(east_firm: Subject, west_firm: Subject, policy_sun: User, at: datetime) -> None:
    """The east firm is small and has 30 staff; of the west firm only the staff is known."""
    known = {"staff": 30, "size_class": "small"}
    state_facts(east_firm, known, source="statistics", by="test", at=at)
    state_facts(west_firm, {"staff": 12}, source="owner", by="test", at=at)


def test_a_newcomer_reads_why_and_what_is_missing(
    sized: Page, live_server: LiveServer, told: None, east_firm: Subject, west_firm: Subject
) -> None:
    sized.goto(f"{live_server.url}/login/")
    assert fits(sized)
    sized.get_by_role("button", name="政策专员").click()
    sized.wait_for_url(f"{live_server.url}/")
    assert fits(sized)

    go_to(sized, "服务对象")
    sized.get_by_role("link", name=west_firm.name).click()
    verdict = sized.locator("details.verdict").filter(has_text="小微企业复工补贴")
    expect(verdict.locator("summary")).to_contain_text("缺：企业规模")
    expect(verdict.locator(".criterion").first).not_to_be_visible()
    verdict.locator("summary").click()
    words = verdict.locator(".criterion-word")
    expect(words.filter(has_text=re.compile("^满足$")).first).to_be_visible()
    expect(words.filter(has_text=re.compile("^未知$")).first).to_be_visible()
    expect(verdict).to_contain_text("期末从业人员：12 人")
    assert fits(sized)

    verdict.get_by_role("link", name="查看政策 T01").click()
    sized.get_by_role("heading", name="小微企业复工补贴", level=1).wait_for()
    address = sized.url
    assert fits(sized)
    for standing, firm in (("符合", east_firm), ("待补信息", west_firm)):
        sized.goto(address)
        sized.get_by_label("覆盖测算").get_by_role(
            "link", name=re.compile(rf"家\s*{standing}")
        ).click()
        sized.get_by_role("link", name=firm.name).wait_for()
        assert fits(sized)

    sized.context.clear_cookies()
    sized.goto(f"{live_server.url}/p/T01/")
    sized.get_by_role("heading", name="条件").wait_for()
    assert sized.get_by_text(east_firm.name).count() == 0
    assert fits(sized)


def test_facts_are_folded_on_a_phone_and_open_on_a_desk(
    page: Page, live_server: LiveServer, told: None, east_firm: Subject
) -> None:
    page.goto(live_server.url)
    page.get_by_role("button", name="政策专员").click()
    page.wait_for_url(f"{live_server.url}/")
    for size, shown in (("desk", True), ("phone", False)):
        page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
        page.goto(f"{live_server.url}/subjects/{east_firm.pk}/")
        expect(page.get_by_text("30 人", exact=True)).to_be_visible(visible=shown)
    page.locator("summary").filter(has_text="统计报表").click()
    expect(page.get_by_text("30 人", exact=True)).to_be_visible()


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
