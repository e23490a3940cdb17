"""The verbs of cases."""

from furong.apps.cases.actions.acting import act, answer, ask, comment
from furong.apps.cases.actions.installing import InstalledProcedures, install_procedures
from furong.apps.cases.actions.opening import AlreadyThere, open_case

__all__ = [
    "AlreadyThere",
    "InstalledProcedures",
    "act",
    "answer",
    "ask",
    "comment",
    "install_procedures",
    "open_case",
]
