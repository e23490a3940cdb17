from furong.apps.cases.models.case import Assignment, Case, CaseQuerySet, Link
from furong.apps.cases.models.clock import Clock, Interval, Step
from furong.apps.cases.models.handed import Handover, HandoverLine, Invitation
from furong.apps.cases.models.issued import Issued, Supervision
from furong.apps.cases.models.procedure import ProcedureVersion
from furong.apps.cases.models.request import Request
from furong.apps.cases.models.timeline import Event, Telling

__all__ = [
    "Assignment",
    "Case",
    "CaseQuerySet",
    "Clock",
    "Event",
    "Handover",
    "HandoverLine",
    "Interval",
    "Invitation",
    "Issued",
    "Link",
    "ProcedureVersion",
    "Request",
    "Step",
    "Supervision",
    "Telling",
]
