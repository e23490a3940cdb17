"""Tables of `policies`, one noun a file."""

from furong.apps.policies.models.applying import Application, Decision
from furong.apps.policies.models.drafting import (
    OPEN,
    OWN,
    REVIEWS,
    Draft,
    DraftRevision,
    Opinion,
    Stage,
)
from furong.apps.policies.models.library import Document, Policy, PolicyVersion, Repeal
from furong.apps.policies.models.standings import StandingDay, StandingRoll

__all__ = [
    "OPEN",
    "OWN",
    "REVIEWS",
    "Application",
    "Decision",
    "Document",
    "Draft",
    "DraftRevision",
    "Opinion",
    "Policy",
    "PolicyVersion",
    "Repeal",
    "Stage",
    "StandingDay",
    "StandingRoll",
]
