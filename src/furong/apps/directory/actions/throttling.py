"""Counting tries, so that nobody guesses in numbers: passwords, registrations, claims.

Times are real time: the count protects the real system.
"""

from datetime import datetime, timedelta

from django.db import transaction

from furong.apps.directory.models import SignInTries

LOCKED_FOR = timedelta(minutes=10)
"""From the last try on; tries further apart than this do not add up."""


class Spent(Exception):
    """There are no tries left. remaining: until there are."""

    def __init__(self, remaining: timedelta) -> None:
        self.remaining = remaining
        super().__init__(remaining)


@transaction.atomic
def spend_try(key: str, *, limit: int, at: datetime) -> int:
    """The number of this try among those in a row under a key. Raises Spent after `limit` of them."""
    held, _created = SignInTries.objects.select_for_update().get_or_create(
        username=key, defaults={"last_at": at}
    )
    remaining = held.last_at + LOCKED_FOR - at
    if remaining <= timedelta():
        held.tries = 0
    if held.tries >= limit:
        raise Spent(remaining)
    held.tries += 1
    held.last_at = at
    held.save(update_fields=["tries", "last_at"])
    return held.tries


def refuse_spent(key: str, *, limit: int, at: datetime) -> None:
    """Raises Spent where `limit` tries in a row were spent under a key; spends none itself."""
    held = SignInTries.objects.filter(username=key, tries__gte=limit).first()
    if held is not None and (remaining := held.last_at + LOCKED_FOR - at) > timedelta():
        raise Spent(remaining)


def minutes(span: timedelta) -> int:
    """Whole minutes, rounded up."""
    return -(-span // timedelta(minutes=1))
