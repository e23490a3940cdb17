"""People who register by themselves: nobody learns who is registered, and nobody floods it."""

from datetime import datetime

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.personal import open_value
from furong.apps.directory.access import grants_of
from furong.apps.directory.actions import (
    Unregistered,
    authenticate_person,
    create_user,
    register_person,
)
from furong.apps.directory.actions.registering import FROM_ONE_PLACE, read_mobile
from furong.apps.directory.actions.signing_in import TRIES, Locked, SignInRefused
from furong.apps.directory.models import SignInTries, User

pytestmark = pytest.mark.django_db

RIGHT = "long enough 7"
MOBILE = "13800000001"


def register(at: datetime, **changes: str) -> None:
    words = {"name": "陆会计", "mobile": MOBILE, "password": RIGHT, "address": "192.0.2.1"}
    register_person(**{**words, **changes}, at=at, real=at)


@pytest.mark.parametrize("given", ["138 0000 0001", "+86 138-0000-0001", "１３８０００００００１"])
def test_a_mobile_is_read_as_it_is_written(given: str) -> None:
    assert read_mobile(given) == MOBILE


def test_one_signs_in_by_the_mobile_and_holds_nothing(at: datetime) -> None:
    register(at)
    user = authenticate_person("138-0000-0001", RIGHT, at=at)
    assert user.name == "陆会计"
    assert user.phone is not None
    assert open_value(user.phone) == MOBILE
    assert not grants_of(user, at).exists()


def test_a_known_mobile_changes_nothing(at: datetime) -> None:
    register(at)
    register(at, name="别人", password="another one 8")
    assert [*User.objects.values_list("name", flat=True)] == ["陆会计"]
    with pytest.raises(SignInRefused):
        authenticate_person(MOBILE, "another one 8", at=at)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "甲" * 65}, "name"),
        ({"mobile": "02988888888"}, "mobile"),
        ({"password": "short 7"}, "password"),
        ({"password": "2468013579"}, "password"),
        ({"password": "password"}, "password"),
        ({"password": "x" * 129}, "password"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    at: datetime, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(Unregistered) as refused:
        register(at, **changes)
    assert refused.value.field == field
    assert not User.objects.exists()


def test_one_address_registers_so_many_in_a_row(at: datetime) -> None:
    for number in range(FROM_ONE_PLACE):
        register(at, mobile=f"139{number:08}")
    with pytest.raises(Refusal, match="请 10 分钟后再试"):
        register(at)
    register(at, address="192.0.2.2")
    assert not SignInTries.objects.filter(username__contains="192.0.2").exists()


def test_wrong_passwords_for_a_mobile_are_counted_without_writing_it_down(at: datetime) -> None:
    for known in (False, True):
        if known:
            register(at)
        for _time in range(TRIES - 1):
            with pytest.raises(SignInRefused):
                authenticate_person(MOBILE, "wrong", at=at)
        with pytest.raises(Locked):
            authenticate_person(MOBILE, "wrong", at=at)
    assert not SignInTries.objects.filter(username__contains=MOBILE).exists()


def test_a_username_that_looks_like_a_mobile_still_signs_in(at: datetime) -> None:
    user = create_user(username=MOBILE, name="老账号", password=RIGHT, by="test", at=at)
    assert authenticate_person(MOBILE, RIGHT, at=at) == user
