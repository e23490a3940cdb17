"""Reads of cases: one as a page shows it, many as a desk works them, figures."""

from furong.apps.cases.reads.desk import Queue, inbox, queue
from furong.apps.cases.reads.figures import Figures, figures
from furong.apps.cases.reads.handed import (
    Progress,
    clock_of,
    deciders,
    enters_for_others,
    lines_of,
    progress,
    requests_for_others,
)
from furong.apps.cases.reads.one import (
    Possible,
    Running,
    Told,
    possible,
    running,
    timeline,
    whose_turn,
)
from furong.apps.cases.reads.openings import Openable, openable, procedures_of

__all__ = [
    "Figures",
    "Openable",
    "Possible",
    "Progress",
    "Queue",
    "Running",
    "Told",
    "clock_of",
    "deciders",
    "enters_for_others",
    "figures",
    "inbox",
    "lines_of",
    "openable",
    "possible",
    "procedures_of",
    "progress",
    "queue",
    "requests_for_others",
    "running",
    "timeline",
    "whose_turn",
]
