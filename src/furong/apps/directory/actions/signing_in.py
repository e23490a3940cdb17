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
from furong.apps.directory.models import SignInTries, User

TRIES = 5
"""Wrong passwords after which an account is locked."""

LOCKED_FOR = timedelta(minutes=10)
"""From the last of them on; tries further apart than this do not add up."""

LINK_TRIES = 20
"""Wrong links from one address after which it opens none, until a lock of the same length ends."""

LONGEST = SignInTries._meta.get_field("username").max_length or 0  # noqa: SLF001 - documented


class SignInRefused(Refusal):
    """No such person, or not with this password."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "用户名或密码不对，请核对后重试；连续 %(tries)d 次不对，账号将锁定 %(minutes)d 分钟。"
                "忘记密码请联系系统管理员。"
            )
            % {"tries": TRIES, "minutes": _minutes(LOCKED_FOR)}
        )


class TooManyLinks(Refusal):
    """An address has tried so many links that are not that it seems to be guessing."""

    def __init__(self, remaining: timedelta) -> None:
        super().__init__(
            _("打不开的链接试得太多，请 %d 分钟后再打开您的链接") % _minutes(remaining)
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
            % {"tries": TRIES, "minutes": _minutes(remaining)},
        )


def authenticate_person(username: str, password: str, *, at: datetime) -> User:
    """The person of this username and password. at: real time.

    Raises SignInRefused, and Locked from the fifth wrong password in a row on. A try is counted
    before its password is looked at, so that guesses sent at once count like guesses one by one.
    """
    if len(username) > LONGEST or "\0" in username:
        raise SignInRefused
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


def require_link_tries(address: str, *, at: datetime) -> None:
    """Raises TooManyLinks where an address has just tried LINK_TRIES wrong links. at: real time."""
    held = SignInTries.objects.filter(username=_key_of_address(address)).first()
    if held is None or held.tries < LINK_TRIES:
        return
    if (remaining := held.last_at + LOCKED_FOR - at) > timedelta():
        raise TooManyLinks(remaining)


@transaction.atomic
def count_wrong_link(address: str, *, at: datetime) -> None:
    """One more link from the address that opens nothing; those further apart do not add up."""
    held, _created = SignInTries.objects.select_for_update().get_or_create(
        username=_key_of_address(address), defaults={"last_at": at}
    )
    held.tries = 1 if held.last_at + LOCKED_FOR <= at else held.tries + 1
    held.last_at = at
    held.save(update_fields=["tries", "last_at"])


def _key_of_address(address: str) -> str:
    """Where an address is counted: no username begins like this."""
    return f"link {address}"[:LONGEST]


@transaction.atomic
def _spend_try(username: str, at: datetime) -> int:
    """The number of this try among those in a row. Raises Locked where there are none left."""
    held, _created = SignInTries.objects.select_for_update().get_or_create(
        username=username, defaults={"last_at": at}
    )
    remaining = held.last_at + LOCKED_FOR - at
    if remaining <= timedelta():
        held.tries = 0
    if held.tries >= TRIES:
        raise Locked(remaining)
    held.tries += 1
    held.last_at = at
    held.save(update_fields=["tries", "last_at"])
    return held.tries


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


def _minutes(span: timedelta) -> int:
    """Whole minutes, rounded up."""
    return -(-span // timedelta(minutes=1))
