"""The verbs of cases."""

from furong.apps.cases.actions.acting import Changed, act, answer, ask, comment, hold_at
from furong.apps.cases.actions.installing import InstalledProcedures, install_procedures
from furong.apps.cases.actions.inviting import (
    Invited,
    answer_question,
    bearer_of,
    invitation_of,
    invite,
    may_invite,
    open_invitation,
    revoke_invitation,
)
from furong.apps.cases.actions.opening import AlreadyThere, open_asking, open_case
from furong.apps.cases.actions.revealing import may_reveal, reveal

__all__ = [
    "AlreadyThere",
    "Changed",
    "InstalledProcedures",
    "Invited",
    "act",
    "answer",
    "answer_question",
    "ask",
    "bearer_of",
    "comment",
    "hold_at",
    "install_procedures",
    "invitation_of",
    "invite",
    "may_invite",
    "may_reveal",
    "open_asking",
    "open_case",
    "open_invitation",
    "reveal",
    "revoke_invitation",
]
