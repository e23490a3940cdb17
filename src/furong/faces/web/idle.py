"""Idle exit: whoever has asked for nothing for FURONG_IDLE_MINUTES has to sign in again.

The end of the session is moved on in its row, not by saving the session: two requests at once would
write each other's contents over. Once a minute is often enough.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from furong.apps.base import clock

OFTEN_ENOUGH = 60  # seconds


def idle_exit(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware; behind Django's for sessions."""

    def stay_signed_in(request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and cache.add(f"signed-in:{key}", value=True, timeout=OFTEN_ENOUGH):
            _move_end(key)
        return answer(request)

    return stay_signed_in


def _move_end(key: str) -> None:
    now = clock.real()
    end = now + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    with transaction.atomic():  # so that on SQLite it waits its turn
        Session.objects.filter(session_key=key, expire_date__gt=now).update(expire_date=end)
