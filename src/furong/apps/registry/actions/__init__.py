"""The verbs of the registry. Each works on a set in one statement; one subject is a set of one."""

from furong.apps.registry.actions.complete import Completion, complete_subjects
from furong.apps.registry.actions.disputes import contest, settle
from furong.apps.registry.actions.entries import Statement
from furong.apps.registry.actions.merge import merge
from furong.apps.registry.actions.register import NewSubject, register_subject, register_subjects
from furong.apps.registry.actions.relate import end_relation, relate
from furong.apps.registry.actions.state import (
    InvalidFacts,
    Stated,
    foresee,
    read_facts,
    state_facts,
    state_many,
)
from furong.apps.registry.actions.unmask import unmask

__all__ = [
    "Completion",
    "InvalidFacts",
    "NewSubject",
    "Stated",
    "Statement",
    "complete_subjects",
    "contest",
    "end_relation",
    "foresee",
    "merge",
    "read_facts",
    "register_subject",
    "register_subjects",
    "relate",
    "settle",
    "state_facts",
    "state_many",
    "unmask",
]
