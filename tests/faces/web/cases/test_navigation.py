"""Where each role can go: every link at the desk, a bar of a few and a sheet of the rest on a phone."""

import re
from collections.abc import Iterable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from furong.apps.base.models import Installation
from furong.apps.directory.access import Capacity
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.faces.web.navigation import DAILY, NAVIGATION, PLACES, SHORT
from furong.packs import Pack
from tests.apps.cast import person
from tests.faces.web.cases.conftest import SignIn

NAMES = {name for _label, held in NAVIGATION for _text, name, *_rest in held}


def parts(client: Client, user: User, path: str = "/") -> tuple[list[str], list[str], list[str]]:
    """The addresses of the side, of the bar and of the sheet."""
    client.force_login(user)
    page = client.get(path).content.decode()
    side, bar = page.split('<nav class="bottom"')
    bar = bar.split("</nav>")[0]
    tabs, _, sheet = bar.partition('<div class="nav-sheet">')
    return links(side.split('<nav class="side"')[1]), links(tabs), links(sheet)


def links(html: str) -> list[str]:
    return re.findall(r'class="nav-(?:link|tab)" href="([^"]+)"', html)


def urls(names: Iterable[str]) -> list[str]:
    return [reverse(name) for name in names]


def test_every_capacity_says_what_it_opens_daily_and_every_link_has_a_short_label() -> None:
    assert set(DAILY) == set(Capacity.values)
    assert {name for names in DAILY.values() for name in names} <= NAMES
    assert set(SHORT) == NAMES
    assert all(len(str(label)) <= 2 for label in SHORT.values())


def test_a_dispatcher_has_the_daily_four_in_the_bar_and_the_rest_in_the_sheet(
    client: Client, dispatcher_he: User
) -> None:
    side, bar, sheet = parts(client, dispatcher_he)
    assert bar == urls(("home", "cases", "relay", "subjects"))
    assert sorted(side) == sorted([*bar, *sheet])
    assert reverse("reply_templates") in sheet


def test_a_liaison_officer_begins_with_visits(
    client: Client, liaison_li: User, east_firm: Subject
) -> None:
    _side, bar, _sheet = parts(client, liaison_li)
    assert bar == urls(("home", "field", "cases", "subjects"))


def test_an_owner_has_policies_requests_and_applications(client: Client, owner_wang: User) -> None:
    _side, bar, _sheet = parts(client, owner_wang)
    assert bar == urls(("home", "mine", "my_cases", "applications"))


def test_few_links_stand_in_the_bar_without_a_sheet(
    client: Client, district: Pack, at: datetime
) -> None:
    admin = person("admin", "管理员", "administrator", at=at)
    side, bar, sheet = parts(client, admin)
    assert bar == side
    assert len(bar) <= PLACES
    assert sheet == []


def test_more_is_marked_where_the_page_lies_in_the_sheet(
    client: Client, dispatcher_he: User
) -> None:
    client.force_login(dispatcher_he)
    marked = 'class="nav-tab is-here"'
    assert marked in client.get(reverse("reply_templates")).content.decode()
    assert marked not in client.get(reverse("cases")).content.decode()


@pytest.mark.parametrize("path", ["cases", "relay", "exclusions"])
def test_the_page_one_is_on_is_marked_once_in_each_navigation(
    client: Client, dispatcher_he: User, path: str
) -> None:
    client.force_login(dispatcher_he)
    page = client.get(reverse(path)).content.decode()
    marked = re.findall(
        r'class="nav-(?:link|tab)" href="([^"]+)" (?:title="[^"]+" )?aria-current="page"', page
    )
    assert marked == [reverse(path)] * 2


def test_a_pack_that_was_changed_and_not_installed_takes_no_page_with_it(
    as_user: SignIn, clerk_tan: User
) -> None:
    Installation.objects.update(digest="0" * 64)
    client = as_user(clerk_tan)
    answer = client.get("/cases/")
    assert answer.status_code == 409
    assert "furong pack apply" in answer.content.decode()
    assert client.get(reverse("inbox")).status_code == 200
