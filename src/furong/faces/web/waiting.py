"""How many cases wait for who asks: counted once for a request, and never more than is told."""

from datetime import datetime

from furong.apps.base.errors import Refusal
from furong.apps.base.remembering import remembered
from furong.apps.cases import reads
from furong.apps.cases.models import Case
from furong.apps.cases.models.case import CaseQuerySet
from furong.apps.directory.models import User

MOST = 99
"""More than these are not counted, which would cost and tell nothing: 99+."""


FEW = 1000
"""Up to so many keys of an inbox are read once, and serve its count, its list and its chips alike."""


def inbox_of(user: User, at: datetime) -> CaseQuerySet:
    """The person's inbox, put together once for a request: for the count and for the list.

    Raises Refusal where the pack cannot be read.
    """
    return _held(user, at)[0]


def _held(user: User, at: datetime) -> tuple[CaseQuerySet, int]:
    return remembered((_inbox, user.pk, at), lambda: _inbox(user, at))


def _inbox(user: User, at: datetime) -> tuple[CaseQuerySet, int]:
    """The inbox, and how many it holds, `FEW` + 1 for more."""
    rows = reads.inbox(user, at)
    keys = [*rows.order_by().values_list("pk", flat=True)[: FEW + 1]]
    if len(keys) <= FEW:
        rows = Case.objects.filter(pk__in=keys).with_all().by_deadline()
    return rows, len(keys)


def waiting_for(user: User, at: datetime) -> int:
    """How many lie in the person's inbox, `MOST` + 1 for more; 0 where the pack cannot be read."""
    try:
        return min(_held(user, at)[1], MOST + 1)
    except Refusal:  # must not take every page with it
        return 0


def capped(count: int) -> str:
    """12, 99+; nothing for none."""
    return f"{MOST}+" if count > MOST else str(count) if count else ""
