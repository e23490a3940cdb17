"""Signing in and out, the roles of a demonstration, large text."""

import pytest
from django.test import Client

from furong.apps.base.models import Installation
from furong.apps.directory.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(clerk_chen: User) -> User:
    clerk_chen.set_password("correct horse battery")
    clerk_chen.save()
    return clerk_chen


def test_the_right_password_leads_where_one_was_going(client: Client, user: User) -> None:
    form = {"username": "chen", "password": "correct horse battery", "next": "/subjects/?kind=x"}
    answer = client.post("/login/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/subjects/?kind=x")


def test_a_wrong_password_is_told_and_the_name_is_kept(client: Client, user: User) -> None:
    answer = client.post("/login/", {"username": "chen", "password": "wrong"})
    assert answer.status_code == 422
    assert "用户名或密码不对" in answer.text
    assert 'value="chen"' in answer.text
    assert "_auth_user_id" not in client.session


def test_after_five_wrong_passwords_the_account_is_locked_for_a_while(
    client: Client, user: User
) -> None:
    for _time in range(5):
        answer = client.post("/login/", {"username": "chen", "password": "wrong"})
    assert answer.status_code == 422
    assert "账号已锁定，请 10 分钟后再试" in answer.text
    answer = client.post("/login/", {"username": "chen", "password": "correct horse battery"})
    assert "账号已锁定" in answer.text
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_no_other_site_is_led_to(client: Client, user: User, target: str) -> None:
    form = {"username": "chen", "password": "correct horse battery", "next": target}
    assert client.post("/login/", form)["Location"] == "/"


def test_in_a_demonstration_one_click_is_enough(client: Client, clerk_chen: User) -> None:
    assert "经办人员" in client.get("/login/").text
    client.post("/login/as/", {"username": "chen"})
    assert client.session["_auth_user_id"] == str(clerk_chen.pk)


def test_outside_a_demonstration_there_is_no_such_click(client: Client, clerk_chen: User) -> None:
    Installation.objects.update(demo=False)
    assert "经办人员" not in client.get("/login/").text
    assert client.post("/login/as/", {"username": "chen"}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", ["", "nobody", "zhou"])
def test_only_the_roles_on_offer_can_be_taken(
    client: Client, clerk_chen: User, stranger_zhou: User, name: str
) -> None:
    assert client.post("/login/as/", {"username": name}).status_code == 404


def test_signing_out_ends_the_session(client: Client, clerk_chen: User) -> None:
    client.force_login(clerk_chen)
    assert client.post("/logout/").status_code == 302
    assert client.get("/").status_code == 302


def test_signing_out_is_not_a_link(client: Client, clerk_chen: User) -> None:
    client.force_login(clerk_chen)
    assert client.get("/logout/").status_code == 405


def test_large_text_is_kept_on_the_device(client: Client, district: object) -> None:
    client.post("/large-text/", {"large": "1", "next": "/p/"})
    assert '<html lang="zh-Hans" class="large">' in client.get("/p/").text
    client.post("/large-text/", {"large": "0", "next": "/p/"})
    assert 'class="large"' not in client.get("/p/").text


def test_a_form_that_has_gone_stale_says_so_in_chinese(district: object) -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {})
    assert answer.status_code == 403
    assert "页面已过期" in answer.text


def test_before_a_pack_was_applied_the_page_says_what_to_do(client: Client, db: None) -> None:
    answer = client.get("/p/")
    assert answer.status_code == 503
    assert "furong pack apply" in answer.text
