"""Procedures checked as a whole: names, ways, calls and conditions (docs/reference/procedures.md).

    faults = check(view, Surroundings(…))       # everything that is wrong with one procedure

`View` shows a procedure act by act; `GUARDS` and `EFFECTS` are what it may call.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from furong.engines.rules import Fact
from furong.packs.models.base import Fault
from furong.packs.procedures.calls import calls
from furong.packs.procedures.conditions import Conditions, condition_faults
from furong.packs.procedures.migrating import map_faults
from furong.packs.procedures.names import names
from furong.packs.procedures.reach import reach
from furong.packs.procedures.signatures import (
    ASSIGNMENT_STATES,
    EFFECTS,
    GUARDS,
    RELATIONS,
    Signature,
)
from furong.packs.procedures.view import Act, View

__all__ = [
    "ASSIGNMENT_STATES",
    "EFFECTS",
    "GUARDS",
    "RELATIONS",
    "Act",
    "Conditions",
    "Signature",
    "Surroundings",
    "View",
    "check",
    "map_faults",
]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a procedure stands among: the chain's facts and its other procedures, by id."""

    facts: tuple[Fact, ...]
    procedures: Mapping[str, View]
    zone_kinds: frozenset[str]


def check(view: View, among: Surroundings) -> Iterator[Fault]:
    """What is wrong with a procedure whose parts have the right shape."""
    declared = frozenset(fact.key for fact in among.facts)
    yield from names(view, declared)
    yield from reach(view)
    yield from calls(view, among.procedures, among.zone_kinds)
    yield from condition_faults(view, among.facts)
