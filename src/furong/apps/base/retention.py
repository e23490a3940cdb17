"""What is kept for a while only: replies to requests, and contents of files that nobody refers to.

The timer DAILY does it, whoever runs `timers.tick`; installing a pack sets it for the first time.
How long something was kept is told in real time, as clients and disks tell it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path

from django.conf import settings
from django.db import transaction

from furong.apps.base import clock, journal, timers
from furong.apps.base.models import Reply, StoredFile, Timer

TIMER, KEY = "base.purge", "daily"
BY = "retention"
DAY = timedelta(days=1)
UNREFERRED = DAY
"""How long a content may lie on the disk without a row: while it is taken in it has none."""

_PARAMETERS = 500  # values in one statement


def begin(at: datetime) -> None:
    """Sets the timer, unless it is waiting already."""
    if not Timer.objects.waiting().filter(name=TIMER, key=KEY).exists():
        timers.schedule(TIMER, KEY, due_at=at + DAY)


@timers.handles(TIMER)
def run_daily(_timer: Timer, at: datetime) -> None:
    """Purges, and sets the timer for the next day."""
    purge(at=at)
    timers.schedule(TIMER, KEY, due_at=at + DAY)


@transaction.atomic
def purge(*, at: datetime) -> None:
    """Deletes replies after FURONG_REPLY_DAYS, and contents of files without a row after a day.

    A repeated request is known again for as long as its reply is kept, and no longer.
    """
    now = clock.real()
    ended = now - timedelta(days=settings.FURONG_REPLY_DAYS)
    replies, _tables = Reply.objects.filter(made_at__lt=ended).delete()
    files = sum(_removed(path, now - UNREFERRED) for path in _unreferred())
    if replies or files:
        payload = {"replies": replies, "files": files}
        journal.record("base.purge", by=BY, at=at, about=("base.retention", KEY), payload=payload)


def _unreferred() -> Iterator[Path]:
    """Contents without a row, and what was being taken in when a process died."""
    root = Path(settings.MEDIA_ROOT)
    yield from root.glob("incoming-*")
    for paths in batched(root.glob("[0-9a-f][0-9a-f]/*"), _PARAMETERS):
        digests = {path.parent.name + path.name: path for path in paths}
        held = StoredFile.objects.filter(sha256__in=digests).values_list("sha256", flat=True)
        yield from (digests[one] for one in digests.keys() - set(held))


def _removed(path: Path, before: datetime) -> bool:
    """Removes a file that has lain there since before a moment; whether it did.

    It is moved aside first: what is stored in its place meanwhile is another file, and stays.
    """
    aside = path.with_name(f"{path.name}.purged")
    try:
        if not _older(path, before):
            return False
        path.rename(aside)
        if not _older(aside, before):
            aside.rename(path)
            return False
        aside.unlink()
    except FileNotFoundError:  # another process was first
        return False
    return True


def _older(path: Path, before: datetime) -> bool:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
