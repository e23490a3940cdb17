"""Reads of cases: one as a page shows it, many as a desk works them, figures."""

from furong.apps.cases.reads.desk import Queue, counts, filtered, inbox, queue
from furong.apps.cases.reads.figures import Figures, figures
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
    turn_among,
    whose_turn,
)

__all__ = [
    "Figures",
    "Possible",
    "Queue",
    "Running",
    "Told",
    "Turn",
    "counts",
    "deciders",
    "figures",
    "filtered",
    "inbox",
    "may_ever",
    "possible",
    "queue",
    "running",
    "timeline",
    "turn_among",
    "whose_turn",
]
