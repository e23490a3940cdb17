"""How cases came from version to version of their procedure, as figures of a time need to know it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from furong.apps.cases.engine.history import MIGRATION
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.engine.moving import Ran
from furong.apps.cases.models import Clock, Event
from furong.packs.models.procedures import StateMap


@dataclass(frozen=True, slots=True)
class Move:
    """A migration of a case: the event's sequence and time, the version before, the map that led on.

    limits: under what clocks ran before that have another name or limit since, by their ids.
    """

    sequence: int
    at: datetime
    before: Machine
    names: StateMap | None
    limits: Mapping[str, Ran]


def moves_of(machines: Mapping[UUID, Machine]) -> Mapping[UUID, Sequence[Move]]:
    """Of the cases that changed versions, in order; without a query where none can have."""
    found: dict[UUID, list[Move]] = defaultdict(list)
    if not any(one.procedure.migrates for one in machines.values()):
        return found
    versions = {one.procedure.version: one for one in machines.values()}
    rows = Event.objects.filter(case__procedure__in=machines, act=MIGRATION)
    columns = rows.order_by("case", "sequence").values_list(
        "case", "sequence", "recorded_at", "fields"
    )
    for case, sequence, at, made in columns:
        names = versions[made["to"]].procedure.map_from(made["from"])
        limits = made.get("limits", {})
        found[case].append(Move(sequence, at, versions[made["from"]], names, limits))
    return found


def as_it_ran(
    clock: Clock, moves: Sequence[Move], at: datetime, *, ended: datetime | None = None
) -> Clock:
    """The clock under the name that it had at a time, and the limit: when it ended, that of then."""
    if ran := _ran(clock, moves, at):
        clock.name = ran[0]
    if ran := _ran(clock, moves, at if ended is None else min(at, ended)):
        _name, clock.length, until = ran
        clock.until = datetime.fromisoformat(until) if until else None
    return clock


def _ran(clock: Clock, moves: Sequence[Move], at: datetime) -> Ran | None:
    later = (one.limits.get(str(clock.pk)) for one in moves if one.at > at)
    return next(filter(None, later), None)


def rate_now(rate: str, moves: Sequence[Move], since: datetime, at: datetime) -> str:
    """What a rate is called at a time that was named before: one of a clock is renamed with it."""
    for one in moves:
        if one.names is not None and since < one.at <= at:
            rate = one.names.named("clocks", rate) or rate
    return rate
