"""Idle exit: a session lasts as long as it is used, and ends when it is not."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from furong.apps.directory.models import User

pytestmark = pytest.mark.django_db

IDLE = timedelta(seconds=settings.SESSION_COOKIE_AGE)


@pytest.fixture
def desk(client: Client, clerk_chen: User) -> Client:
    cache.clear()
    client.force_login(clerk_chen)
    return client


def ends_in(minutes: int) -> None:
    end = timezone.now() + timedelta(minutes=minutes)
    Session.objects.update(expire_date=end)


def left() -> timedelta:
    return Session.objects.get().expire_date - timezone.now()


def test_two_hours_are_the_rule() -> None:
    assert timedelta(hours=2) == IDLE


def test_who_works_on_stays_signed_in(desk: Client) -> None:
    ends_in(minutes=1)
    assert desk.get("/").status_code == 200
    assert left() > IDLE - timedelta(minutes=1)


def test_who_was_away_signs_in_again(desk: Client) -> None:
    ends_in(minutes=-1)
    for _time in range(2):
        assert desk.get("/")["Location"] == "/login/?next=/"


def test_the_end_is_moved_once_a_minute_at_most(desk: Client) -> None:
    desk.get("/")
    ends_in(minutes=5)
    desk.get("/")
    assert left() < timedelta(minutes=6)


def test_closing_the_browser_ends_it_too(client: Client, clerk_chen: User) -> None:
    client.post("/login/as/", {"username": "chen"})
    assert client.cookies["sessionid"]["max-age"] == ""


def test_a_reader_without_account_gets_no_session(client: Client, district: object) -> None:
    client.get("/p/")
    assert not Session.objects.exists()
    assert "sessionid" not in client.cookies
