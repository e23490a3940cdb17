"""What upper apps hear of disputes, inside the same transaction.

An app that tells people, such as notices, registers itself when it is ready. The registry knows
nothing of who listens.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from furong.apps.base.journal import Actor
from furong.apps.registry.models import Dispute


class Listener(Protocol):
    """Hears of disputes that were opened, or closed."""

    def __call__(self, disputes: Sequence[Dispute], *, by: Actor, at: datetime) -> None: ...


_on_opened: list[Listener] = []
_on_closed: list[Listener] = []


def on_opened(listener: Listener) -> Listener:
    """Registers who hears of new disputes."""
    _on_opened.append(listener)
    return listener


def on_closed(listener: Listener) -> Listener:
    """Registers who hears of disputes that have ended."""
    _on_closed.append(listener)
    return listener


def opened(disputes: Sequence[Dispute], *, by: Actor, at: datetime) -> None:
    """Tells of new disputes."""
    _tell(_on_opened, disputes, by=by, at=at)


def closed(disputes: Sequence[Dispute], *, by: Actor, at: datetime) -> None:
    """Tells of disputes that have ended."""
    _tell(_on_closed, disputes, by=by, at=at)


def _tell(
    listeners: Sequence[Callable[..., None]],
    disputes: Sequence[Dispute],
    *,
    by: Actor,
    at: datetime,
) -> None:
    if disputes:
        for listener in listeners:
            listener(disputes, by=by, at=at)
