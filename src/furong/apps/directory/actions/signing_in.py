"""Signing in by password, with a lock against guessing (GB/T 22239-2019, 8.1.4.1).

A username that nobody bears is counted and locked like any other, so that nobody learns by trying
which accounts there are. Times are real time: the lock protects the real system.
"""

from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.directory.actions.registering import mobile_digest, read_mobile
from furong.apps.directory.actions.throttling import LOCKED_FOR as LOCKED_FOR
from furong.apps.directory.actions.throttling import Spent, minutes, spend_try
from furong.apps.directory.models import SignInTries, User

TRIES = 5
"""Wrong passwords after which an account is locked."""

LONGEST = SignInTries._meta.get_field("username").max_length or 0  # noqa: SLF001 - documented


class SignInRefused(Refusal):
    """No such person, or not with this password."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "用户名或密码不对，请核对后重试；连续 %(tries)d 次不对，账号将锁定 %(minutes)d 分钟。"
                "忘记密码请联系系统管理员。"
            )
            % {"tries": TRIES, "minutes": minutes(LOCKED_FOR)}
        )


class Locked(SignInRefused):
    """Too many wrong passwords. The right one does not open either until the lock ends."""

    def __init__(self, remaining: timedelta) -> None:
        Refusal.__init__(
            self,
            _(
                "密码连续 %(tries)d 次不对，账号已锁定，请 %(minutes)d 分钟后再试；"
                "忘记密码或非本人操作，请联系系统管理员。"
            )
            % {"tries": TRIES, "minutes": minutes(remaining)},
        )


def authenticate_person(username: str, password: str, *, at: datetime) -> User:
    """The person of this username, or mobile, and password. at: real time.

    Raises SignInRefused, and Locked from the fifth wrong password in a row on. A try is counted
    before its password is looked at, so that guesses sent at once count like guesses one by one.
    """
    if len(username) > LONGEST or "\0" in username:
        raise SignInRefused
    username = _username(username)
    tries = _spend_try(username, at)
    user = authenticate(username=username, password=password)
    if isinstance(user, User):
        SignInTries.objects.filter(username=username).update(tries=0)
        return user
    SignInTries.objects.filter(last_at__lte=at - LOCKED_FOR).delete()
    if tries < TRIES:
        raise SignInRefused
    _record_lock(username, at)
    raise Locked(LOCKED_FOR)


def _spend_try(username: str, at: datetime) -> int:
    try:
        return spend_try(username, limit=TRIES, at=at)
    except Spent as spent:
        raise Locked(spent.remaining) from None


def _username(given: str) -> str:
    """What was typed, or the username of whoever registered with this mobile.

    Of a mobile only a digest is counted and looked up, whether or not somebody bears it.
    """
    try:
        digest = mobile_digest(read_mobile(given))
    except ValueError:
        return given
    if User.objects.filter(username=given).exists():
        return given
    found = User.objects.filter(mobile=digest).values_list("username", flat=True).first()
    return found or f"mobile:{digest[:40]}"


@transaction.atomic
def _record_lock(username: str, at: datetime) -> None:
    """Nothing of a username that nobody bears: it may be a password typed in the wrong field."""
    if user := User.objects.filter(username=username).first():
        journal.record(
            "user.lock",
            by="sign-in",
            at=at,
            about=user,
            payload={"tries": TRIES, "until": at + LOCKED_FOR},
        )
