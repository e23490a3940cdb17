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
    told,
    whose_turn,
)

__all__ = [
    "Figures",
    "Possible",
    "Queue",
    "Running",
    "Told",
    "figures",
    "inbox",
    "possible",
    "queue",
    "running",
    "timeline",
    "told",
    "whose_turn",
]
