"""Spreading a policy in a browser, at both widths: forwarded, opened without signing in, counted."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from furong.apps.directory.models import User
from furong.apps.notices.actions import notify
from tests.faces.web.test_walk import (  # noqa: F401 - fixtures
    browser_type_launch_args,
    district,
    fits,
    sized,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning"),  # pytest-base-url's
]


def test_a_policy_is_forwarded_opened_and_counted(
    sized: Page,  # noqa: F811
    live_server: LiveServer,
    policy_sun: User,
) -> None:
    sized.goto(live_server.url)
    sized.get_by_role("button", name="政策专员").click()
    sized.wait_for_url(f"{live_server.url}/")
    sized.goto(f"{live_server.url}/policies/T01/")
    sized.get_by_role("link", name="宣传转发").click()
    sized.wait_for_load_state("networkidle")
    sized.get_by_role("button", name="生成我的转发码").click()
    link = sized.get_by_label("链接", exact=True).input_value()
    assert f"{live_server.url}/s/" in link
    sized.get_by_role("button", name="复制文字").click()
    expect(sized.get_by_role("button", name="已复制")).to_be_visible()
    poster = sized.get_by_role("img", name="海报")
    poster.scroll_into_view_if_needed()
    expect(poster).to_have_js_property("naturalWidth", 1080)
    assert fits(sized)

    reader = sized.context.browser
    assert reader is not None
    anonymous = reader.new_context(user_agent="Mozilla/5.0 (Linux; Android 10) MicroMessenger/8.0")
    visit = anonymous.new_page()
    visit.goto(link)
    expect(visit).to_have_url(f"{live_server.url}/p/T01/")
    anonymous.close()

    sized.wait_for_load_state("networkidle")  # a picture cut off is a failed request
    sized.reload()
    expect(sized.locator(".kpi").filter(has_text="我的转发被打开")).to_contain_text("1")
    sized.wait_for_load_state("networkidle")


def test_a_message_is_found_by_its_bell_and_read(
    sized: Page,  # noqa: F811
    live_server: LiveServer,
    policy_sun: User,
    at: datetime,
) -> None:
    about = ("policies.policy", "T01")
    notify([policy_sun], title="政策有新版", path="/policies/T01/", about=about, by="test", at=at)
    sized.goto(live_server.url)
    sized.get_by_role("button", name="政策专员").click()
    sized.wait_for_url(f"{live_server.url}/")
    sized.get_by_role("link", name="我的消息 1").click()
    sized.get_by_role("heading", name="我的消息", level=1).wait_for()
    assert fits(sized)
    sized.get_by_role("button", name="政策有新版").click()
    sized.wait_for_url(f"{live_server.url}/policies/T01/")
    expect(sized.locator(".unread-count")).to_have_count(0)
