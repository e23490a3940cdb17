"""The daily snapshot of who qualifies for what, taken shortly after midnight in the district.

The timer sets itself for the next night. After a standstill it takes one snapshot, of the day on
which it runs: days on which none was taken have none, because nothing tells how subjects stood then.
"""

import hashlib
import zlib
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from furong.apps.base import clock, journal, timers
from furong.apps.base.journal import Actor
from furong.apps.base.models import Timer
from furong.apps.policies.models import StandingDay, StandingRoll
from furong.apps.policies.reads.counted import EVERYBODY
from furong.apps.policies.reads.library import Text, day_of, edition
from furong.apps.policies.reads.snapshots import SINCE, Snapshot, latest
from furong.apps.policies.reads.sweeps import Swept, sweeps
from furong.apps.policies.reads.verdicts import STANDINGS, concerning
from furong.apps.registry.models import Sequence as Numbers
from furong.apps.registry.models.sequences import FACTS

TIMER, KEY = "policies.standings", "daily"
BY: Final = "standings"
AFTER_MIDNIGHT = time(0, 5)
IN_TIME = timedelta(hours=26)
"""Between two snapshots that tell the day on which a standing changed."""

ELIGIBLE = STANDINGS.index("eligible")


def begin(at: datetime) -> None:
    """Sets the timer, unless it is waiting already."""
    if not Timer.objects.waiting().filter(name=TIMER, key=KEY).exists():
        timers.schedule(TIMER, KEY, due_at=_next_night(at))


@timers.handles(TIMER)
def run_daily(_timer: Timer, at: datetime) -> None:
    """Takes the day's snapshot, and sets the timer for the next night."""
    take_standings(by=BY, at=at)
    timers.schedule(TIMER, KEY, due_at=_next_night(at))


@transaction.atomic
def take_standings(*, by: Actor, at: datetime) -> list[StandingDay]:
    """Keeps how every subject stands with the policies in force; a second time a day does nothing."""
    series = Numbers.objects.filter(name=FACTS).first()
    sequence = series.last if series else 0  # read first: what is stated meanwhile comes after it
    current = edition(at)
    day = day_of(at, current.known)
    held = set(StandingDay.objects.filter(day=day).values_list("kind", flat=True))
    before = latest(at)
    made = [
        _keep(part, texts, before.get(part.kind), sequence, at)
        for part in sweeps(current, EVERYBODY)
        if part.kind not in held and part.columns.count
        if (texts := concerning(part.kind, current, day))
    ]
    if made:
        kinds = [one.kind for one in made]
        StandingDay.objects.filter(kind__in=kinds, day__lt=day).update(since=b"")
        journal.record(
            "standings.take",
            by=by,
            at=at,
            about=("policies.standings", day.isoformat()),
            payload={"kinds": {one.kind: one.roll.count for one in made}, "facts": sequence},
        )
    return made


def _keep(
    part: Swept, texts: Sequence[Text], before: Snapshot | None, sequence: int, at: datetime
) -> StandingDay:
    codes = np.stack([part.codes(text.policy.id) for text in texts])
    since = _since(part, texts, codes, before, at)
    return StandingDay.objects.create(
        day=day_of(at, part.edition.known),
        kind=part.kind,
        taken_at=at,
        sequence=sequence,
        policies=[[text.policy.id, text.policy.version] for text in texts],
        roll=_roll(part.columns.ids),
        codes=zlib.compress(codes.tobytes()),
        since=zlib.compress(since.tobytes()),
    )


def _roll(ids: Sequence[str]) -> StandingRoll:
    raw = b"".join(UUID(one).bytes for one in ids)
    roll, _created = StandingRoll.objects.get_or_create(
        digest=hashlib.sha256(raw).hexdigest(),
        defaults={"count": len(ids), "subjects": zlib.compress(raw)},
    )
    return roll


def _since(
    part: Swept,
    texts: Sequence[Text],
    codes: NDArray[np.uint8],
    before: Snapshot | None,
    at: datetime,
) -> NDArray[np.int32]:
    """Since when each has qualified: what the snapshot before says, else the half day before this.

    A change is known to the day where that snapshot was taken in time. Otherwise (< 0) each has
    qualified since today or longer.
    """
    known = part.edition.known
    today, changed = day_of(at, known), day_of(at - timedelta(hours=12), known).toordinal()
    if before is None:
        return np.where(codes == ELIGIBLE, -today.toordinal(), 0).astype(SINCE)
    in_time = at - before.taken_at <= IN_TIME
    places = before.columns_of(tuple(part.columns.ids))
    found = np.where(codes == ELIGIBLE, changed if in_time else -today.toordinal(), 0).astype(SINCE)
    for row, text in enumerate(texts):
        qualifies, code = codes[row] == ELIGIBLE, text.policy.id
        if code in before.policies:
            held = np.where(places >= 0, before.since[before.policies[code][0]][places], 0)
            found[row] = np.where(qualifies & (held != 0), held, found[row])
        elif text.window.start == today:
            found[row] = np.where(qualifies, today.toordinal(), 0)
    return found


def _next_night(at: datetime) -> datetime:
    """The next moment shortly after midnight in the district."""
    zone = clock.zone()
    local = at.astimezone(zone)
    tonight = datetime.combine(local.date(), AFTER_MIDNIGHT, zone)
    return tonight if local < tonight else tonight + timedelta(days=1)
