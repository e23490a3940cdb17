"""The verbs of cases."""

from furong.apps.cases.actions.acting import Changed, act, answer, ask, comment, hold_at
from furong.apps.cases.actions.calling import act_of_call, proposed_again, record_call
from furong.apps.cases.actions.excluding import (
    InvalidExclusion,
    decide_exclusion,
    exclude,
    revoke_exclusion,
    withdraw_exclusion,
)
from furong.apps.cases.actions.handing_calls import hand_over_calls
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
from furong.apps.cases.actions.migrating import (
    Migrated,
    Preview,
    Stays,
    migrate,
    migrate_case,
    preview,
    version_of,
)
from furong.apps.cases.actions.opening import AlreadyThere, open_asking, open_case
from furong.apps.cases.actions.opening_calls import go_on, open_calls, withdraw_calls
from furong.apps.cases.actions.planning_calls import CallPlan, calling_machine, plan_calls
from furong.apps.cases.actions.replying import (
    InvalidTemplate,
    Wording,
    install_templates,
    make_template,
    may_keep,
    restore_template,
    retire_template,
    revise_template,
    use_template,
    wording_of,
)
from furong.apps.cases.actions.revealing import may_reveal, reveal

__all__ = [
    "AlreadyThere",
    "CallPlan",
    "Changed",
    "InstalledProcedures",
    "InvalidExclusion",
    "InvalidTemplate",
    "Invited",
    "Migrated",
    "Preview",
    "Stays",
    "Wording",
    "act",
    "act_of_call",
    "answer",
    "answer_question",
    "ask",
    "bearer_of",
    "calling_machine",
    "comment",
    "decide_exclusion",
    "exclude",
    "go_on",
    "hand_over_calls",
    "hold_at",
    "install_procedures",
    "install_templates",
    "invitation_of",
    "invite",
    "make_template",
    "may_invite",
    "may_keep",
    "may_reveal",
    "migrate",
    "migrate_case",
    "open_asking",
    "open_calls",
    "open_case",
    "open_invitation",
    "plan_calls",
    "preview",
    "proposed_again",
    "record_call",
    "restore_template",
    "retire_template",
    "reveal",
    "revise_template",
    "revoke_exclusion",
    "revoke_invitation",
    "use_template",
    "version_of",
    "withdraw_calls",
    "withdraw_exclusion",
    "wording_of",
]
