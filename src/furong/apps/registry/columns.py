"""What is known of all subjects of a kind, as columns for the bulk engine, kept fresh.

A generation is a folder under `STATE_DIR/columns/KIND`, written once, mapped by every process, and
made current by renaming one small file. What was stated since, told by the projections' sequence
numbers, is joined to it in memory; when that is more than STALE of it, a new generation is written.

The store is only ever a copy: it can be deleted, and must be when an older backup of the database
is restored over a newer one.
"""

import json
import shutil
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, NamedTuple, Self
from uuid import UUID

from django.conf import settings
from django.db import connection

from furong.apps.base.models import Installation
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.apps.registry.columnjoin import join, without
from furong.apps.registry.models import Sequence, SubjectFacts
from furong.apps.registry.models.sequences import FACTS
from furong.apps.registry.projection import Known
from furong.apps.registry.reads import encoded, with_kind
from furong.engines.rules.columns import Columns
from furong.engines.rules.values import Encoded

if TYPE_CHECKING:
    from django.db.models import QuerySet

STALE = 0.05
"""Share of a generation that may have changed before a new one is written."""

CHUNK = 20_000
"""Subjects that are in memory as Python values at a time."""

MARK = "mark.json"


class _Mark(NamedTuple):
    """Up to where a copy is true: of which database and pack, after which change."""

    origin: str
    sequence: int

    @classmethod
    def now(cls) -> Self:
        """The present mark. Every change up to it can be seen (`Sequence`)."""
        series = Sequence.objects.filter(name=FACTS).first()
        origin = f"{series.epoch if series else None}/{Installation.current().digest}"
        return cls(origin, series.last if series else 0)


@dataclass(frozen=True, slots=True)
class _State:
    """Columns that hold every statement up to a mark, and perhaps some later ones."""

    columns: Columns
    mark: _Mark


_states: dict[str, _State] = {}
_lock = threading.Lock()


def columns(kind: str) -> Columns:
    """All that is known now of the subjects of a kind, one row each; `ids` are their keys as text.

    Merged subjects are left out, and so are personal facts. Inside a transaction nothing is kept,
    because what it has written may be rolled back.
    """
    known = catalogue()
    known.kind(kind)
    now = _Mark.now()
    keep = not connection.in_atomic_block
    with _lock:
        state = _states.get(kind)
        if state is None or state.mark.origin != now.origin:
            state = _opened(kind, known, now) or _built(kind, known, now, keep=keep)
        if state.mark != now:
            state = _freshened(kind, known, state, now, keep=keep)
        if keep:
            _states[kind] = state
    return state.columns


def _freshened(kind: str, known: Catalogue, state: _State, now: _Mark, *, keep: bool) -> _State:
    """The state with what was stated since its mark; rebuilt where that is too much of it."""
    most = int(state.columns.count * STALE)
    changed = list(_rows(kind).filter(sequence__gt=state.mark.sequence)[: most + 1])
    if len(changed) > most:
        return _built(kind, known, now, keep=keep)
    kept = without(state.columns, {str(subject) for subject, *_rest in changed})
    return _State(join(known.facts, [kept, _columns_of(changed, kind, known)]), now)


def _built(kind: str, known: Catalogue, now: _Mark, *, keep: bool) -> _State:
    """The state from all projections, in memory or as a new generation."""
    rows = _rows(kind).iterator(chunk_size=2000)
    parts = [_columns_of(chunk, kind, known) for chunk in batched(rows, CHUNK)]
    state = _State(join(known.facts, parts), now)
    if keep:
        _save(kind, state)
    return state


type _Row = tuple[UUID, UUID | None, dict[str, Known], int]
"""Subject, what it was merged into, what is known of it, sequence."""


def _rows(kind: str) -> "QuerySet[SubjectFacts, _Row]":
    rows = SubjectFacts.objects.filter(subject__kind=kind)
    return rows.values_list("subject_id", "subject__merged_into", "facts", "sequence")


def _columns_of(rows: Iterable[_Row], kind: str, known: Catalogue) -> Columns:
    ids: list[str] = []
    values: list[dict[str, Encoded]] = []
    for subject, merged_into, facts, _sequence in rows:
        if merged_into is None:
            ids.append(str(subject))
            values.append(with_kind(known, kind, encoded(known, facts)))
    return Columns.from_rows(known.facts, values, ids)


def _save(kind: str, state: _State) -> None:
    """Writes a generation beside the current one, then makes it current in one step."""
    folder = _folder(kind)
    folder.mkdir(parents=True, exist_ok=True)
    generation = Path(mkdtemp(prefix="g", dir=folder))
    state.columns.save(generation)
    (generation / MARK).write_text(json.dumps(state.mark), "utf-8")
    pointer = generation / "current"
    pointer.write_text(generation.name, "utf-8")
    before = _current(folder)
    pointer.replace(folder / "current")
    if before is not None:
        shutil.rmtree(before, ignore_errors=True)  # who has mapped it keeps it until it lets go


def _opened(kind: str, known: Catalogue, now: _Mark) -> _State | None:
    """The current generation, mapped; None where there is none that still holds."""
    generation = _current(_folder(kind))
    if generation is None:
        return None
    try:
        mark = _Mark(*json.loads((generation / MARK).read_text("utf-8")))
        mapped = Columns.open(generation, known.facts)
    except FileNotFoundError:  # another process has just made the next one
        return None
    holds = mark.origin == now.origin and mark.sequence <= now.sequence
    return _State(mapped, mark) if holds else None


def _folder(kind: str) -> Path:
    return Path(settings.STATE_DIR) / "columns" / kind


def _current(folder: Path) -> Path | None:
    try:
        return folder / (folder / "current").read_text("utf-8")
    except FileNotFoundError:
        return None
