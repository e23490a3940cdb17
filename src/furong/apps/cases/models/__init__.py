from furong.apps.cases.models.calling import CallLine, CallList
from furong.apps.cases.models.case import Assignment, Case, CaseQuerySet, Link
from furong.apps.cases.models.clock import Clock, Interval, Step
from furong.apps.cases.models.exclusion import EXCLUSION_ACTS, Exclusion, ExclusionStep
from furong.apps.cases.models.handed import Handover, HandoverLine, Invitation
from furong.apps.cases.models.issued import Issued, Supervision
from furong.apps.cases.models.procedure import ProcedureVersion
from furong.apps.cases.models.request import Request
from furong.apps.cases.models.template import ReplyTemplate, ReplyVersion
from furong.apps.cases.models.timeline import Event, Telling

__all__ = [
    "EXCLUSION_ACTS",
    "Assignment",
    "CallLine",
    "CallList",
    "Case",
    "CaseQuerySet",
    "Clock",
    "Event",
    "Exclusion",
    "ExclusionStep",
    "Handover",
    "HandoverLine",
    "Interval",
    "Invitation",
    "Issued",
    "Link",
    "ProcedureVersion",
    "ReplyTemplate",
    "ReplyVersion",
    "Request",
    "Step",
    "Supervision",
    "Telling",
]
