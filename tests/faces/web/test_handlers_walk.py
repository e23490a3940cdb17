"""Letters of authorisation in a browser, at desk and at phone width, also in large text."""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from furong.apps.directory.models import User
from furong.apps.handlers.models import Authorisation
from furong.apps.registry.models import Subject
from tests.apps.cast import EAST_CODE
from tests.apps.handlers.conftest import PNG
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


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def sign_in(page: Page, url: str, mobile: str) -> None:
    page.goto(f"{url}/login/")
    page.get_by_label("用户名或手机号").fill(mobile)
    page.get_by_label("密码").fill("long enough 7")
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{url}/")


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large"])
def test_from_registering_to_the_firms_page(
    sized: Page,  # noqa: F811
    live_server: LiveServer,
    east_firm: Subject,
    clerk_chen: User,
    tmp_path: Path,
    large: bool,
) -> None:
    url = live_server.url
    sized.goto(f"{url}/register/")
    if large:
        sized.get_by_role("button", name="大字").click()
        sized.locator("html.large").wait_for()
    assert fits(sized)
    sized.get_by_label("姓名").fill("陆会计")
    sized.get_by_label("手机号").fill("13800000001")
    sized.get_by_label("密码").fill("long enough 7")
    sized.get_by_role("button", name="登记").click()
    sized.wait_for_url(f"{url}/login/*")
    sign_in(sized, url, "13800000001")
    sized.goto(f"{url}/claims/new/")
    assert fits(sized)
    letter = tmp_path / "letter.png"
    letter.write_bytes(PNG)
    sized.get_by_label("统一社会信用代码").fill(EAST_CODE)
    sized.get_by_label("企业名称").fill(east_firm.name)
    sized.get_by_label("所在街道").select_option(label="东街街道")
    sized.get_by_label("主办人").check()
    sized.get_by_label("授权书（拍照").set_input_files(letter)
    sized.get_by_role("button", name="提交", exact=True).click()
    sized.wait_for_url(f"{url}/claims/")
    sized.get_by_text("待核实").wait_for()
    assert fits(sized)

    sized.context.clear_cookies(name="sessionid")
    sized.goto(f"{url}/login/")
    sized.get_by_role("button", name="经办人员").click()
    sized.wait_for_url(f"{url}/")
    sized.goto(f"{url}/authorisations/")
    assert fits(sized)
    sized.get_by_role("link", name=east_firm.name).click()
    sized.get_by_role("heading", name="核实", exact=True).wait_for()
    assert fits(sized)
    sized.get_by_label("确认").check()
    sized.get_by_role("button", name="登记核实结果").click()
    sized.get_by_text("已确认，授权即时生效").wait_for()
    assert Authorisation.objects.get().state == "confirmed"

    sized.context.clear_cookies(name="sessionid")
    sign_in(sized, url, "13800000001")
    sized.goto(f"{url}/mine/")
    assert fits(sized)
    sized.get_by_role("link", name="办事人员").click()
    sized.get_by_role("button", name="生成邀请码").click()
    sized.get_by_text("请对方打开链接，或报邀请码").wait_for()
    assert fits(sized)
