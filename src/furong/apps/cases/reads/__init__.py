"""Reads of cases: one as a page shows it, many as a desk works them, figures."""

from furong.apps.cases.reads.desk import Queue, inbox, queue
from furong.apps.cases.reads.figures import Figures, figures
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
    "Queue",
    "Running",
    "Told",
    "figures",
    "inbox",
    "openable",
    "possible",
    "procedures_of",
    "queue",
    "running",
    "timeline",
    "whose_turn",
]
