"""What the calling of lists knows of the procedure by name: its acts, its answers, its facts."""

from typing import Final

from django.db.models import Q

PROCEDURE: Final = "phone-check"
OPENING: Final = "list"

RESULT: Final = "call_result"
IN_SAMPLE: Final = "in_sample"
FOUND: Final = "found"
AGAIN: Final = "again_at"
PHONE: Final = "phone"
"""The fact under which the registry keeps how somebody is reached."""

WAITING, REDIAL, RECHECK, DIFFERING = "waiting", "redial", "recheck", "differing"
TO_CALL: Final = (WAITING, REDIAL)
LEFT: Final = Q(state="waiting") | Q(state="opened", case__state__in=TO_CALL)
"""The lines that are still to be called, opened or not."""

RECORD, RECORD_SAMPLED = "record", "record_for_recheck"
SAME, DIFFERS = "second_same", "second_differs"
MISSED, AGREED_AGAIN, TO_LIAISON = "no_answer", "reschedule", "hand_to_liaison"
MISSED_AGAIN, GIVEN_UP = "recheck_missed", "recheck_given_up"
SETTLE, CANCEL = "settle", "cancel"

FIRST: Final = frozenset(
    f"actions.{name}" for name in (RECORD, RECORD_SAMPLED, MISSED, AGREED_AGAIN, TO_LIAISON)
)
SECOND: Final = frozenset(f"actions.{name}" for name in (SAME, DIFFERS, MISSED_AGAIN, GIVEN_UP))
CALLS: Final = FIRST | SECOND
"""The acts that are calls made, first ones and those of the second entry."""

REACHED: Final = ("answered", "refused")
"""Results that end a call; the others want another one, or a visit."""

UNANSWERED: Final = ("no_reply", "busy")
LATER: Final = "later"
TRIES: Final = 2
"""Unanswered calls after which a visit takes over, or a second entry is given up."""
