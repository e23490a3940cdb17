"""How many cases wait for who asks: counted once for a request, and never more than is told."""

from datetime import datetime

from django.http import HttpRequest

from furong.apps.base.errors import Refusal
from furong.apps.cases import reads
from furong.apps.directory.models import User

MOST = 99
"""More than these are not counted, which would cost and tell nothing: 99+."""


def waiting_for(request: HttpRequest, user: User, at: datetime) -> int:
    """How many lie in the person's inbox, `MOST` + 1 for more; 0 where the pack cannot be read."""
    held: dict[str, int] = request.__dict__.setdefault("_waiting_cases", {})
    if "n" not in held:
        try:
            held["n"] = reads.inbox(user, at).order_by()[: MOST + 1].count()
        except Refusal:  # must not take every page with it
            held["n"] = 0
    return held["n"]


def capped(count: int) -> str:
    """12, 99+; nothing for none."""
    return f"{MOST}+" if count > MOST else str(count) if count else ""
