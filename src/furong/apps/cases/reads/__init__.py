"""Reads of cases: one as a page shows it, many as a desk works them, figures."""

from furong.apps.cases.reads.desk import Queue, counts, filtered, inbox, queue
from furong.apps.cases.reads.figures import Figures, figures
from furong.apps.cases.reads.handed import (
    Progress,
    answerers,
    clock_of,
    enters_for_others,
    lines_of,
    progress,
    requests_for_others,
)
from furong.apps.cases.reads.one import (
    Possible,
    Running,
    Told,
    Turn,
    deciders,
    may_ever,
    possible,
    running,
    timeline,
    told,
    turn_among,
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
    "Turn",
    "answerers",
    "clock_of",
    "counts",
    "deciders",
    "enters_for_others",
    "figures",
    "filtered",
    "inbox",
    "lines_of",
    "may_ever",
    "openable",
    "possible",
    "procedures_of",
    "progress",
    "queue",
    "requests_for_others",
    "running",
    "timeline",
    "told",
    "turn_among",
    "whose_turn",
]
