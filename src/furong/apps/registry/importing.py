"""Importing a table: look first, then take over what is right and hand back what is not.

    with read_table(path) as table:
        proposals = propose_mapping(table.columns, targets_of(kind, catalogue()))
        plan = ImportPlan(kind=kind, mapping={…}, source="statistics")
        for planned in preview(plan, table, by=user, at=now()): …
        result = commit(plan, table, file=stored_file, by=user, at=now())

Both judge the rows in the same way, so that what the preview shows is what the commit does: only
what the person's grants cover (`mandate`). The commit works in chunks, each one transaction that
also moves the batch on: after a crash the same file goes on where it stopped, and once done it
changes nothing. Chunks of several imports take turns, each judged by what the others have written.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from django.db import transaction

from furong.apps.base import journal
from furong.apps.base.models import StoredFile
from furong.apps.directory.models import User
from furong.apps.registry.actions import complete_subjects, register_subjects, state_many
from furong.apps.registry.actions.locking import hold
from furong.apps.registry.mandate import coverage_for
from furong.apps.registry.models import ImportBatch
from furong.apps.registry.models import Sequence as Numbers
from furong.apps.registry.models.sequences import IMPORTS
from furong.apps.registry.planning import ImportPlan, Planned, Planner, Verdict
from furong.apps.registry.tables.heading import Row
from furong.apps.registry.tables.reader import Table

__all__ = ["ImportPlan", "ImportResult", "Planned", "Verdict", "batch_of", "commit", "preview"]

CHUNK = 500
"""Rows of one transaction: few enough for others to write in between."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """counts: verdict → rows. invalid: the rows that were not imported."""

    batch: ImportBatch
    counts: dict[str, int]
    invalid: list[Planned]


def preview(plan: ImportPlan, table: Table, *, by: User, at: datetime) -> Iterator[Planned]:
    """The verdict on every row, in order; nothing is written."""
    planner = Planner(plan, table, by=by, at=at)
    for rows in batched(table.rows(), CHUNK):
        yield from planner.judge(rows)


def commit(
    plan: ImportPlan,
    table: Table,
    *,
    file: StoredFile,
    by: User,
    at: datetime,
) -> ImportResult:
    """Imports the valid rows; returns the others. file: that the table was read from.

    The same file by the same plan and mandate a second time changes nothing and returns the same.
    Raises Refusal where the mandate ends in between; what was imported until then stays.
    """
    planner = Planner(plan, table, by=by, at=at)
    batch, _created = ImportBatch.objects.get_or_create(
        digest=_digest(plan, table, file.sha256, by=by, at=at),
        defaults={
            "kind": plan.kind,
            "file": file,
            "file_name": file.name,
            "mapping": {str(place): key for place, key in plan.mapping.items()},
            "source": plan.source,
            "started_by": by,
            "started_at": at,
        },
    )
    invalid: list[Planned] = []
    start = 0
    for rows in batched(table.rows(), CHUNK):
        batch, planned = _commit_chunk(planner, batch, rows, start=start, by=by, at=at)
        invalid += (one for one in planned if one.verdict is Verdict.INVALID)
        start += len(rows)
    done = _finish(batch, by=by, at=at)
    return ImportResult(done, done.counts, invalid)


def batch_of(
    plan: ImportPlan, table: Table, file_digest: str, *, by: User, at: datetime
) -> ImportBatch | None:
    """The batch of an import that was begun."""
    digest = _digest(plan, table, file_digest, by=by, at=at)
    return ImportBatch.objects.filter(digest=digest).first()


def _digest(plan: ImportPlan, table: Table, file_digest: str, *, by: User, at: datetime) -> str:
    """What makes two imports the same: who holds another mandate imports other rows of the file."""
    scopes = sorted(coverage_for(by, plan.source, at=at).scopes)
    mapping = sorted(plan.mapping.items())
    same = [file_digest, table.sheet, plan.kind, mapping, plan.source, plan.about, by.pk, scopes]
    return hashlib.sha256(json.dumps(same, default=str).encode()).hexdigest()


@transaction.atomic
def _commit_chunk(
    planner: Planner,
    batch: ImportBatch,
    rows: Sequence[Row],
    *,
    start: int,
    by: User,
    at: datetime,
) -> tuple[ImportBatch, list[Planned]]:
    """Deals with those of some rows, whose first is the table's row `start`, that are still to do."""
    planner.mandate.hold()
    held = _held(batch)
    Numbers.take(IMPORTS, 1)  # chunks take turns
    planned = planner.judge(rows)
    if ahead := planned[max(0, held.rows_done - start) :]:
        _take_over(ahead, held, by=by, at=at)
        held.rows_done = start + len(planned)
        held.counts = Counter(held.counts) + Counter(one.verdict.value for one in ahead)
        held.save(update_fields=["rows_done", "counts"])
    return held, planned


def _take_over(planned: Sequence[Planned], batch: ImportBatch, *, by: User, at: datetime) -> None:
    new = [one for one in planned if one.verdict is Verdict.NEW]
    known = [one for one in planned if one.verdict in {Verdict.UPDATE, Verdict.DISPUTED}]
    hold({one.subject.pk for one in known if one.subject})  # before registering takes numbers
    subjects = register_subjects([one.new_subject() for one in new], by=by, at=at, batch=batch)
    for one, subject in zip(new, subjects, strict=True):
        one.subject = subject
    complete_subjects([one.completion() for one in known], by=by, at=at, batch=batch)
    state_many(
        [statement for one in (*new, *known) for statement in one.statements()],
        source=batch.source,
        cited=batch.file_name,
        batch=batch,
        by=by,
        at=at,
    )


@transaction.atomic
def _finish(batch: ImportBatch, *, by: User, at: datetime) -> ImportBatch:
    """Ends a batch once, whoever else imported the same file meanwhile."""
    batch = _held(batch)
    if batch.finished_at is None:
        batch.finished_at = at
        batch.save(update_fields=["finished_at"])
        journal.record(
            "subject.import",
            by=by,
            at=at,
            about=batch,
            payload={
                "kind": batch.kind,
                "digest": batch.digest,
                "counts": batch.counts,
                "file": batch.file_id,
                "source": batch.source,
            },
        )
    return batch


def _held(batch: ImportBatch) -> ImportBatch:
    """The batch as it stands, until the transaction ends."""
    return ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
