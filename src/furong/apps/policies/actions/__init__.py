"""The verbs of policies."""

from furong.apps.policies.actions.apply import Applied, apply_pack
from furong.apps.policies.actions.install import InstalledPolicies, install_policies

__all__ = ["Applied", "InstalledPolicies", "apply_pack", "install_policies"]
