"""Durable timers: what must happen at a time happens once, also after a crash.

A handler runs in the transaction that marks its timer as fired. If the process dies in between,
neither happened, and the next tick does both.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from furong.apps.base.compiled import Reading, insert, update
from furong.apps.base.models import Timer

type Handler = Callable[[Timer, datetime], None]
"""Called as `handler(timer, at)`: `timer.payload` is the caller's, `timer.due_at` when it was due,
`at` the time of the tick, later than due after a standstill."""

FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
SOON = timedelta(seconds=5)
"""After this a timer is tried again whose handler said `Later`."""

logger = logging.getLogger(__name__)
_handlers: dict[str, Handler] = {}

_DUE = Reading(lambda at: Timer.objects.due(at).values_list("pk")[:1], "at")
_FIRST = Reading(lambda at: Timer.objects.due(at).select_for_update(skip_locked=True)[:1], "at")
_WAITING = Reading(
    lambda name, key: Timer.objects.waiting().filter(name=name, key=key), "name", "key"
)
_MOVED = (
    "ON CONFLICT (name, key) WHERE state = 'waiting' DO UPDATE SET payload = excluded.payload,"
    " due_at = excluded.due_at, try_at = excluded.try_at, attempts = 0, error = ''"
)


class NoHandler(LookupError):
    """A timer is due for which no code is registered in this version."""


class EndlessTimer(RuntimeError):
    """A handler set its own timer for a time that is not later: it would fire for ever."""


class Later(Exception):
    """Raised by a handler whose thing somebody else has in hand just now: to be tried again soon.

    A timer is locked before what it is about, an act locks the thing before its timer: a handler that
    waited for the thing would wait for ever. It is no failure, and counts as none.
    """


def handles(name: str) -> Callable[[Handler], Handler]:
    """Register the decorated function as what timers called `name` do."""

    def register(handler: Handler) -> Handler:
        if _handlers.setdefault(name, handler) is not handler:
            raise ValueError(f"Timer {name!r} has a handler already: {_handlers[name]!r}.")
        return handler

    return register


def schedule(
    name: str, key: str, *, due_at: datetime, payload: Mapping[str, Any] | None = None
) -> None:
    """Appoint (name, key) at `due_at`; an appointment that is still waiting is moved instead.

    A handler may appoint its own (name, key) again, later: that is how a timer recurs.
    """
    one = Timer(name=name, key=key, payload=dict(payload or {}), due_at=due_at, try_at=due_at)
    insert([one], conflict=_MOVED)


def cancel(name: str, key: str) -> bool:
    """Call off a waiting appointment; whether there was one."""
    held = _WAITING.first(name=name, key=key)
    if held is None:
        return False
    waiting = Timer.objects.waiting().filter(pk=held.pk)  # still: it may have fired meanwhile
    return waiting.update(state=Timer.State.CANCELLED) > 0


def tick(at: datetime) -> int:
    """Fire all timers due at `at`, those included that their handlers set meanwhile; how many.

    Any number of tickers may run. A handler that fails is tried again later and holds up nobody:
    `Timer.objects.failing()` shows it.
    """
    fired = 0
    while _DUE.all(at=at):
        outcome = _fire_one(at)
        if outcome is None:  # another ticker holds all that is due
            break
        fired += outcome
    return fired


@transaction.atomic
def _fire_one(at: datetime) -> bool | None:
    """Whether the longest due timer's handler succeeded; None if no timer could be had."""
    timer = _FIRST.first(at=at)
    if timer is None:
        return None
    try:
        with transaction.atomic():
            _fire(timer, at)
    except Later:
        _put_back(timer, at + SOON)
        return False
    except Exception as error:
        logger.exception("Timer %s failed", timer)
        _postpone(timer, at, error)
        return False
    return True


def _fire(timer: Timer, at: datetime) -> None:
    handler = _handlers.get(timer.name)
    if handler is None:
        raise NoHandler(f"No handler is registered for timers called {timer.name!r}.")
    timer.state = Timer.State.FIRED
    timer.settled_at = at
    update([timer], "state", "settled_at")
    handler(timer, at)
    again = _WAITING.first(name=timer.name, key=timer.key)
    if again is not None and again.due_at <= timer.due_at:
        raise EndlessTimer(f"{timer} set itself for a time that is not after {timer.due_at}.")


def _postpone(timer: Timer, at: datetime, error: Exception) -> None:
    delay = FIRST_RETRY * 2 ** min(timer.attempts, 10)
    timer.attempts += 1
    timer.error = f"{type(error).__name__}: {error}"
    _put_back(timer, at + min(delay, LAST_RETRY))


def _put_back(timer: Timer, try_at: datetime) -> None:
    timer.state, timer.settled_at, timer.try_at = Timer.State.WAITING, None, try_at
    timer.save(update_fields=["state", "settled_at", "attempts", "error", "try_at"])
