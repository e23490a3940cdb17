"""The verbs of policies."""

from furong.apps.policies.actions.apply import Applied, apply_pack
from furong.apps.policies.actions.applying import NotEntitled, apply_for, withdraw_application
from furong.apps.policies.actions.deciding import (
    Ruling,
    decide_application,
    decide_without_application,
)
from furong.apps.policies.actions.drafting import (
    Stale,
    open_draft,
    restore_draft,
    save_draft,
    withdraw_draft,
)
from furong.apps.policies.actions.install import InstalledPolicies, install_policies
from furong.apps.policies.actions.issuing import (
    Finding,
    Unready,
    Unseen,
    issue_draft,
    recall_draft,
    repeal_policy,
    review_draft,
    submit_draft,
)
from furong.apps.policies.actions.standings import take_standings

__all__ = [
    "Applied",
    "Finding",
    "InstalledPolicies",
    "NotEntitled",
    "Ruling",
    "Stale",
    "Unready",
    "Unseen",
    "apply_for",
    "apply_pack",
    "decide_application",
    "decide_without_application",
    "install_policies",
    "issue_draft",
    "open_draft",
    "recall_draft",
    "repeal_policy",
    "restore_draft",
    "review_draft",
    "save_draft",
    "submit_draft",
    "take_standings",
    "withdraw_application",
    "withdraw_draft",
]
