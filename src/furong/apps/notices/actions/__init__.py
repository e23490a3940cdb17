"""The verbs of notices."""

from furong.apps.notices.actions.forward import (
    BadCode,
    Visit,
    forward,
    forwarding_of,
    record_opening,
)
from furong.apps.notices.actions.notify import NobodyToTell, mark_all_read, mark_read, notify

__all__ = [
    "BadCode",
    "NobodyToTell",
    "Visit",
    "forward",
    "forwarding_of",
    "mark_all_read",
    "mark_read",
    "notify",
    "record_opening",
]
