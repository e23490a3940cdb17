"""Signing in by password, and the lock against guessing."""

from datetime import UTC, datetime, timedelta

import pytest

from furong.apps.base.models import Entry
from furong.apps.directory.actions import create_user
from furong.apps.directory.actions.signing_in import (
    LOCKED_FOR,
    TRIES,
    Locked,
    SignInRefused,
    authenticate_person,
)
from furong.apps.directory.models import SignInTries, User
from tests.apps.base.together import together

pytestmark = pytest.mark.django_db

RIGHT = "correct horse battery"
NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def user() -> User:
    return create_user(username="chen", name="陈经办", password=RIGHT, by="test", at=NOW)


def guess(username: str = "chen", times: int = 1, at: datetime = NOW) -> list[str]:
    """What each wrong guess is told."""
    told = []
    for _time in range(times):
        with pytest.raises(SignInRefused) as refused:
            authenticate_person(username, "wrong", at=at)
        told.append(str(refused.value))
    return told


def locks() -> list[Entry]:
    return [*Entry.objects.filter(verb="user.lock")]


@pytest.mark.parametrize("username", ["", "chen\0", "Chen", "c" * 5000, "chen "])
def test_a_name_that_nobody_has_is_refused_like_a_wrong_password(user: User, username: str) -> None:
    assert guess(username) == guess("chen")


@pytest.mark.parametrize("password", ["", "\0", RIGHT + " ", "x" * 100_000])
def test_only_the_right_password_opens(user: User, password: str) -> None:
    with pytest.raises(SignInRefused):
        authenticate_person("chen", password, at=NOW)
    assert authenticate_person("chen", RIGHT, at=NOW) == user


def test_a_disabled_account_does_not_open(user: User) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(SignInRefused):
        authenticate_person("chen", RIGHT, at=NOW)


def test_the_fifth_wrong_password_locks_and_says_for_how_long(user: User) -> None:
    *before, fifth = guess(times=TRIES)
    assert len(before) == 4
    assert all("用户名或密码不对" in told and "连续 5 次" in told for told in before)
    assert "请 10 分钟后再试" in fifth
    assert "联系系统管理员" in fifth


def test_while_it_is_locked_the_right_password_does_not_open_either(user: User) -> None:
    guess(times=TRIES)
    late = NOW + LOCKED_FOR - timedelta(seconds=1)
    with pytest.raises(Locked, match="请 1 分钟后再试"):
        authenticate_person("chen", RIGHT, at=late)
    assert authenticate_person("chen", RIGHT, at=NOW + LOCKED_FOR) == user


def test_trying_while_it_is_locked_does_not_prolong_the_lock(user: User) -> None:
    guess(times=TRIES)
    guess(times=3, at=NOW + timedelta(minutes=9))
    assert authenticate_person("chen", RIGHT, at=NOW + LOCKED_FOR) == user


def test_after_the_lock_five_more_tries_lock_again(user: User) -> None:
    guess(times=TRIES)
    told = guess(times=TRIES, at=NOW + LOCKED_FOR)
    assert ["锁定，" in one for one in told] == [False] * 4 + [True]
    assert len(locks()) == 2


def test_success_forgives_earlier_tries(user: User) -> None:
    for _round in range(3):
        guess(times=TRIES - 1)
        assert authenticate_person("chen", RIGHT, at=NOW) == user
    assert locks() == []


def test_tries_long_apart_do_not_add_up(user: User) -> None:
    for n in range(12):
        guess(at=NOW + n * LOCKED_FOR)
    assert locks() == []


def test_one_account_locks_alone(user: User) -> None:
    other = create_user(username="li", name="李", password=RIGHT, by="test", at=NOW)
    guess(times=TRIES)
    assert authenticate_person("li", RIGHT, at=NOW) == other


def test_an_account_that_there_is_not_locks_alike(user: User) -> None:
    assert guess("nobody", times=TRIES + 1) == guess("chen", times=TRIES + 1)


def test_the_journal_tells_of_the_lock_once(user: User) -> None:
    guess(times=TRIES + 3)
    guess("nobody", times=TRIES)
    (entry,) = locks()
    assert (entry.about_id, entry.actor_label) == (str(user.pk), "sign-in")
    assert entry.payload == {"tries": 5, "until": "2026-11-02T01:10:00.000000Z"}


def test_what_is_over_is_forgotten(user: User) -> None:
    guess("some", times=2)
    guess("other", times=2)
    guess("chen", at=NOW + LOCKED_FOR)
    assert [one.username for one in SignInTries.objects.all()] == ["chen"]


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_at_once_count_like_guesses_one_by_one(user: User) -> None:
    def guess_too(_number: int) -> object:
        return authenticate_person("chen", "wrong", at=NOW)

    told = together(12, guess_too)
    assert {type(one) for one in told} == {SignInRefused, Locked}
    assert sum(type(one) is SignInRefused for one in told) == TRIES - 1
    assert len(locks()) == 1
