"""How many subjects each policy reaches, and which."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models.expressions import RawSQL
from numpy.typing import NDArray

from furong.apps.policies.reads.counted import DISTRICT, EVERYBODY, Counted
from furong.apps.policies.reads.library import edition
from furong.apps.policies.reads.sweeps import Counts, Groups, Swept, sweeps, sweeps_of
from furong.apps.policies.reads.verdicts import STANDINGS, Standing


@dataclass(frozen=True, slots=True)
class Share:
    """How the subjects of one street or size stand; code "" for those that have none."""

    code: str
    name: str
    eligible: int
    unknown: int
    decides: int
    ineligible: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How many subjects a policy reaches, and for how much (fen, before exclusive groups).

    amount_unknown: eligible subjects of unknown amount. criteria: of each, how many meet it alone
    (单独符合) and of how many it is unknown.
    """

    policy: str
    eligible: int = 0
    unknown: int = 0
    decides: int = 0
    ineligible: int = 0
    total: int = 0
    amount_unknown: int = 0
    criteria: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    streets: tuple[Share, ...] = ()
    sizes: tuple[Share, ...] = ()

    @property
    def count(self) -> int:
        """All subjects that the policy was asked of."""
        return self.eligible + self.unknown + self.decides + self.ineligible


def reach(policy: str, at: datetime, counted: Counted = DISTRICT) -> Reach:
    """A policy's reach by what is known now, over the kinds of subject that it is for.

    Raises KeyError: no such policy.
    """
    return reach_of(policy, [*sweeps_of(edition(at), policy, counted)])


def reaches(at: datetime, counted: Counted = DISTRICT) -> dict[str, Reach]:
    """Every policy's reach, by its id."""
    current = edition(at)
    swept = {one.kind: one for one in sweeps(current, counted)}
    return {
        code: reach_of(code, [swept[kind] for kind in text.policy.kinds if kind in swept])
        for code, text in current.texts.items()
    }


def subjects_of(policy: str, standing: Standing, at: datetime) -> RawSQL:
    """The ids of the subjects that stand so with a policy, natural persons included, for `pk__in`.

    Whatever is shown to a person also comes through `Subject.objects.visible_to`.
    Raises KeyError where there is no such policy.
    """
    ids = [
        swept.columns.ids[row]
        for swept in sweeps_of(edition(at), policy, EVERYBODY)
        for row in swept.rows(policy, standing)
    ]
    return listed(ids)


def reach_of(policy: str, parts: list[Swept]) -> Reach:
    """A policy's reach over the sweeps of the kinds that it is for."""
    if not parts:
        return Reach(policy)
    counts = [part.counts(policy) for part in parts]
    eligible, unknown, decides, ineligible = (
        sum(int(count[place]) for count in counts) for place in range(len(STANDINGS))
    )
    swept = [part.sweep.reach(policy) for part in parts]
    criteria = parts[0].edition.text(policy).policy.criteria
    return Reach(
        policy,
        eligible,
        unknown,
        decides,
        ineligible,
        total=sum(one.total for one in swept),
        amount_unknown=sum(one.amount_unknown for one in swept),
        criteria={
            one.id: _summed(part.criterion(policy, one.id) for part in parts) for one in criteria
        },
        streets=_shares((part.streets, part.codes(policy)) for part in parts),
        sizes=_shares((part.sizes, part.codes(policy)) for part in parts),
    )


def _summed(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    met, unknown = zip(*pairs, strict=True)
    return sum(met), sum(unknown)


def _shares(parts: Iterable[tuple[Groups, NDArray[np.uint8]]]) -> tuple[Share, ...]:
    """The groups that hold anybody, of all kinds together."""
    names: dict[str, str] = {}
    cells: dict[str, Counts] = {}
    for groups, codes in parts:
        names |= groups.names
        for code, counts in groups.counts(codes):
            cells[code] = cells.get(code, 0) + counts
    return tuple(
        Share(code, names.get(code, ""), *map(int, counts))
        for code, counts in cells.items()
        if counts.any()
    )


def listed(ids: Iterable[str | UUID]) -> RawSQL:
    """The ids as a subquery of one parameter, for `pk__in`: a list of parameters has a limit."""
    if connection.vendor == "sqlite":
        text = json.dumps([str(one).replace("-", "") for one in ids])
        return RawSQL("SELECT value FROM json_each(%s)", [text])
    return RawSQL("SELECT unnest(%s::uuid[])", [[str(one) for one in ids]])
