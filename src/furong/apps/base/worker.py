"""What goes on without anyone asking: due timers are fired, committed journal entries are sealed."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection

from furong.apps.base import clock, journal, timers

EVERY = 2.0
"""Seconds between two turns."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did: timers fired, entries sealed."""

    fired: int
    sealed: int


def turn(at: datetime) -> Turn:
    """Fires what is due at a moment of district time, and seals what was committed before."""
    fired = timers.tick(at)
    batches = journal.seal(at=at)
    return Turn(fired, sum(batch.last - batch.first + 1 for batch in batches))


def work(ended: Callable[[], bool], *, every: float = EVERY) -> None:
    """Turns until `ended`. A database that is away is waited for; any number of workers may run."""
    while not ended():
        try:
            turn(clock.now())
        except DatabaseError:
            logger.exception("The database did not answer; the worker tries again.")
            connection.close()
        _rest(ended, every)


def _rest(ended: Callable[[], bool], seconds: float) -> None:
    """Sleeps, but wakes soon after the end."""
    until = time.monotonic() + seconds
    while not ended() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))
