"""A visit where there is no network: written, photographed and sent offline, it arrives once."""

import struct
import zlib
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from furong.apps.base.clock import set_clock
from furong.apps.base.models import StoredFile
from furong.apps.cases.models import Case, Request
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cast import person
from tests.faces.web.test_walk import (  # noqa: F401 - fixtures
    browser_type_launch_args,
    fits,
    pytestmark,
)

WIDE = 2400


def photo() -> FilePayload:
    """A picture of 2400 × 1200 pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", WIDE, WIDE // 2, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes([n % 251]) * WIDE for n in range(WIDE // 2)))
    content = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )
    return {"name": "现场.png", "mimeType": "image/png", "buffer": content}


@pytest.fixture
def li(
    context: BrowserContext,
    live_server: LiveServer,
    everybody: None,
    liaison_li: User,
    east_firm: Subject,
    at: datetime,
) -> BrowserContext:
    """Li's phone, signed in."""
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    sign_in(context, live_server, liaison_li)
    return context


def sign_in(context: BrowserContext, server: LiveServer, user: User) -> None:
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server.url}])


@pytest.fixture
def visit(li: BrowserContext, live_server: LiveServer) -> Page:
    return opened(li, live_server)


def opened(li: BrowserContext, server: LiveServer) -> Page:
    page = li.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{server.url}/field/new/")
    return page


def write(page: Page, title: str) -> None:
    page.get_by_label("问题概述").fill(title)


def press(page: Page) -> None:
    page.get_by_role("button", name="上报", exact=True).click()


def leave(page: Page) -> None:
    """The tab is closed without a network: Chromium lifts the emulation before the script ends."""
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()) }")
    page.close()


def test_offline_and_back_there_is_one_case_with_its_photo_and_whistle(
    visit: Page, li: BrowserContext, live_server: LiveServer, at: datetime
) -> None:
    said: list[str] = []
    visit.on("pageerror", lambda error: said.append(str(error)))
    li.set_offline(True)
    write(visit, "员工停车难")
    visit.locator("input[type=file]").set_input_files(photo())
    expect(visit.locator("[data-visit-photos] img")).to_have_count(1)
    visit.get_by_label("同时吹哨，请区领导报到").check()
    visit.get_by_label("需要区领导解决什么").fill("请协调路边泊位")
    press(visit)
    store = visit.locator("#store")
    expect(store).to_contain_text("已存本机，未上报 1")
    expect(store).to_contain_text("现在没有网络")
    expect(store.locator("li")).to_contain_text("员工停车难")
    expect(store.locator("li")).to_contain_text("1 张照片")
    assert fits(visit)
    assert not Case.objects.exists()
    li.set_offline(False)
    expect(visit.locator("#store-done")).to_contain_text("已上报，编号 SQ202000001 员工停车难")
    expect(store).to_be_hidden()
    case = Case.objects.get()
    assert (case.title, case.occurred_at) == ("员工停车难", at)
    assert Request.objects.get().fields["matter"] == "请协调路边泊位"
    file = StoredFile.objects.get()
    assert (file.media_type, file.name) == ("image/jpeg", "现场.jpg")
    assert case.events.filter(files=file).exists()
    assert size_of(file.path.read_bytes()) == (1600, 800)
    visit.reload()
    visit.goto(f"{live_server.url}/field/")
    expect(visit.locator("#store")).to_be_hidden()
    assert Case.objects.count() == 1
    assert said == []


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a JPEG, in pixels."""
    place = 2
    while place < len(jpeg):
        marker, length = jpeg[place + 1], struct.unpack(">H", jpeg[place + 2 : place + 4])[0]
        if 0xC0 <= marker <= 0xC3:
            height, width = struct.unpack(">HH", jpeg[place + 5 : place + 9])
            return width, height
        place += 2 + length
    raise AssertionError("no frame in the JPEG")


def test_the_answer_is_lost_on_the_way_and_it_is_still_one(
    visit: Page, li: BrowserContext, live_server: LiveServer
) -> None:
    """The server took it in, the phone never heard: sending again makes no second one."""
    lost: list[str] = []

    def swallow(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            route.fetch()
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    visit.route("**/field/new/", swallow)
    write(visit, "口罩只够三天")
    press(visit)
    expect(visit.locator("#store")).to_contain_text("现在没有网络")
    assert Case.objects.count() == 1
    assert visit.locator("#store").get_by_role("button", name="修改").count() == 0
    visit.get_by_role("button", name="全部上报").click()
    expect(visit.locator("#store-done")).to_contain_text("口罩只够三天")
    assert lost
    assert Case.objects.count() == 1


def test_the_tab_is_killed_and_what_was_written_is_there(
    visit: Page, li: BrowserContext, live_server: LiveServer
) -> None:
    li.set_offline(True)
    write(visit, "写到一半")
    visit.locator("input[type=file]").set_input_files(photo())
    expect(visit.locator("[data-visit-photos] img")).to_have_count(1)
    leave(visit)
    li.set_offline(False)
    again = opened(li, live_server)
    expect(again.get_by_label("问题概述")).to_have_value("写到一半")
    expect(again.locator("[data-visit-photos] img")).to_have_count(1)
    again.get_by_role("button", name="另写一件").click()
    expect(again.get_by_label("问题概述")).to_have_value("")
    expect(again.locator("#store")).to_contain_text("没写完")
    again.locator("#store").get_by_role("button", name="修改").click()
    press(again)
    expect(again.locator("#store-done")).to_contain_text("写到一半")
    assert Case.objects.get().events.get().files.count() == 1


def test_what_waits_is_sent_when_the_field_page_is_opened_again(
    visit: Page, li: BrowserContext, live_server: LiveServer
) -> None:
    li.set_offline(True)
    for title in ("第一件", "第二件"):
        write(visit, title)
        press(visit)
    expect(visit.locator("#store")).to_contain_text("未上报 2")
    leave(visit)
    li.set_offline(False)
    page = li.new_page()
    page.goto(f"{live_server.url}/field/")
    expect(page.locator("#store-done li")).to_have_count(2)
    assert {*Case.objects.values_list("title", flat=True)} == {"第一件", "第二件"}


def test_a_refusal_stands_beside_the_draft_and_can_be_mended(
    visit: Page, li: BrowserContext, at: datetime
) -> None:
    """The phone's clock is an hour ahead: the server will not have it."""
    visit.evaluate("document.getElementById('visit').dataset.now = '2020-02-03T09:30:00+08:00'")
    write(visit, "将来的事")
    press(visit)
    draft = visit.locator("#store li")
    expect(draft).to_contain_text("没有通过")
    expect(draft).to_contain_text("所填的发生时间晚于现在")
    assert not Case.objects.exists()
    visit.on("dialog", lambda dialog: dialog.accept())
    draft.get_by_role("button", name="删除").click()
    expect(visit.locator("#store")).to_be_hidden()


def test_signed_out_in_between_nothing_is_lost(
    visit: Page, li: BrowserContext, live_server: LiveServer, liaison_li: User
) -> None:
    write(visit, "登录过期")
    li.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    press(visit)
    expect(visit.locator("#store")).to_contain_text("登录已过期，请重新登录")
    sign_in(li, live_server, liaison_li)
    visit.get_by_role("button", name="全部上报").click()
    expect(visit.locator("#store-done")).to_contain_text("登录过期")


def test_without_indexeddb_the_smaller_store_does(
    li: BrowserContext, live_server: LiveServer
) -> None:
    li.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { value: { open() { throw Error() } } })"
    )
    page = opened(li, live_server)
    li.set_offline(True)
    write(page, "老手机")
    page.locator("input[type=file]").set_input_files(photo())
    expect(page.locator("[data-visit-photos] img")).to_have_count(1)
    press(page)
    expect(page.locator("#store")).to_contain_text("老手机")
    li.set_offline(False)
    expect(page.locator("#store-done")).to_contain_text("老手机")
    assert Case.objects.get().events.get().files.count() == 1


def test_another_person_on_the_same_phone_sees_none_of_it(
    visit: Page, li: BrowserContext, live_server: LiveServer, east_firm: Subject, at: datetime
) -> None:
    li.set_offline(True)
    write(visit, "李联络的事")
    press(visit)
    expect(visit.locator("#store")).to_contain_text("李联络的事")
    leave(visit)
    li.set_offline(False)
    other = person("hu", "胡联络", "liaison", ("subject", str(east_firm.pk)), at=at)
    sign_in(li, live_server, other)
    page = opened(li, live_server)
    expect(page.locator("#store")).to_be_hidden()
    assert not Case.objects.exists()


def test_a_page_left_open_sends_nothing_for_who_signed_in_after(
    visit: Page,
    li: BrowserContext,
    live_server: LiveServer,
    east_firm: Subject,
    liaison_li: User,
    at: datetime,
) -> None:
    other = person("hu", "胡联络", "liaison", ("subject", str(east_firm.pk)), at=at)
    sign_in(li, live_server, other)
    write(visit, "李联络的事")
    visit.locator("input[type=file]").set_input_files(photo())
    expect(visit.locator("[data-visit-photos] img")).to_have_count(1)
    press(visit)
    store = visit.locator("#store")
    expect(store).to_contain_text("登录已过期，请重新登录")
    expect(store).to_contain_text("李联络的事")
    assert not Case.objects.exists()
    assert not StoredFile.objects.exists()
    sign_in(li, live_server, liaison_li)
    visit.get_by_role("button", name="全部上报").click()
    expect(visit.locator("#store-done")).to_contain_text("李联络的事")
    assert Case.objects.get().events.get().by == liaison_li
