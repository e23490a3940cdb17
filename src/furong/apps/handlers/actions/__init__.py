"""The verbs of the handlers."""

from furong.apps.handlers.actions.deciding import (
    confirm,
    may_decide,
    refuse,
    register_claimed,
)
from furong.apps.handlers.actions.ending import Ended, end_authorisation
from furong.apps.handlers.actions.errands import (
    apply_in_name,
    ask_errand,
    cancel_errand,
    object_to_errand,
)
from furong.apps.handlers.actions.holding import Settled, Stale
from furong.apps.handlers.actions.looking import look_at_letter, look_up_mobile
from furong.apps.handlers.actions.requesting import (
    Claim,
    Unclear,
    count_claim,
    invite,
    read_invitation,
    request_authorisation,
    withdraw_request,
)

__all__ = [
    "Claim",
    "Ended",
    "Settled",
    "Stale",
    "Unclear",
    "apply_in_name",
    "ask_errand",
    "cancel_errand",
    "confirm",
    "count_claim",
    "end_authorisation",
    "invite",
    "look_at_letter",
    "look_up_mobile",
    "may_decide",
    "object_to_errand",
    "read_invitation",
    "refuse",
    "register_claimed",
    "request_authorisation",
    "withdraw_request",
]
