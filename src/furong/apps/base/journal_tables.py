"""The journal's tables as lines of the chain: for sealing, for export, for the check.

Whoever can write to the database by hand can write nonsense into it. Rows are therefore read so
that one that is no entry any more becomes an `Unreadable` line and the walk goes on.
"""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from furong.apps.base import personal
from furong.apps.base.journal_chain import BatchLine, EntryLine, Line, Unreadable, instant
from furong.apps.base.journal_check import Finding
from furong.apps.base.models import Batch, Entry, PersonalValue

PAGE = 1000  # rows held in memory
ERASE = "personal.erase"  # the verb whose payload lists erased values

_BEFORE_ALL = -(2**63)
_GARBLED = (ValueError, TypeError, AttributeError)  # no UUID, no JSON, no date, no list


def canonical_fields(entry: Entry) -> dict[str, Any]:
    """What a leaf covers: every field of an entry but the leaf itself."""
    return {
        "position": entry.position,
        "id": str(entry.id),
        "verb": entry.verb,
        "schema": entry.schema,
        "actor_id": str(entry.actor_id) if entry.actor_id else None,
        "actor_label": entry.actor_label,
        "occurred_at": instant(entry.occurred_at),
        "recorded_at": instant(entry.recorded_at),
        "about_type": entry.about_type,
        "about_id": entry.about_id,
        "payload": entry.payload,
        "commitments": entry.commitments,
    }


def batch_line(batch: Batch) -> BatchLine:
    return BatchLine(
        number=batch.number,
        first=batch.first,
        last=batch.last,
        algorithm=batch.algorithm,
        merkle_root=batch.merkle_root,
        previous_root=batch.previous_root,
        root=batch.root,
        sealed_at=instant(batch.sealed_at),
    )


def lines(trouble: list[Finding]) -> Iterator[Line]:
    """Each batch's entries, then the batch; last, entries with a position but without a batch.

    Findings about personal values are added to `trouble` on the way. A sealer may be at work
    meanwhile: what it adds lies beyond `end`.
    """
    sealed = Entry.objects.filter(position__isnull=False).order_by("-position")
    end = sealed.values_list("position", flat=True).first() or 0
    erased = _erasures()
    done = _BEFORE_ALL
    for page in _pages(Batch.objects.all(), "number", _BEFORE_ALL):
        for _number, batch in page:
            line = _line(batch)
            if isinstance(line, BatchLine):
                yield from _entries(done, line.last, erased, trouble)
                done = max(done, line.last)
            yield line
    yield from _entries(done, end if isinstance(end, int) else None, erased, trouble)


def _entries(
    after: int, last: int | None, erased: dict[UUID, datetime], trouble: list[Finding]
) -> Iterator[Line]:
    rows = Entry.objects.all() if last is None else Entry.objects.filter(position__lte=last)
    for page in _pages(rows, "position", after):
        trouble.extend(_personal_trouble([row for _position, row in page], erased))
        for position, row in page:
            yield _line(row, position if isinstance(position, int) else None)


def _line(row: Entry | Batch | Unreadable, position: int | None = None) -> Line:
    try:
        match row:
            case Entry():
                return EntryLine(canonical_fields(row), row.leaf)
            case Batch():
                return batch_line(row)
            case Unreadable():
                return Unreadable(row.why, position)
    except _GARBLED as error:
        return Unreadable(str(error), position)


def _pages[M: models.Model](
    rows: models.QuerySet[M], key: str, after: int
) -> Iterator[list[tuple[int, M | Unreadable]]]:
    """Rows with an integer `key` above `after` in its order, a page at a time."""
    while True:
        page = list(_page(rows.filter(**{f"{key}__gt": after}).order_by(key), key))
        if page:
            yield page
            after = page[-1][0]
        if len(page) < PAGE or not isinstance(after, int):
            return


def _page[M: models.Model](
    rows: models.QuerySet[M], key: str
) -> Iterator[tuple[int, M | Unreadable]]:
    try:
        found = {getattr(row, key): row for row in rows[:PAGE]}
    except _GARBLED:
        found = {}
    for value in found or list(rows.values_list(key, flat=True)[:PAGE]):
        try:
            yield value, found.get(value) or rows.get(**{key: value})
        except _GARBLED as error:
            yield value, Unreadable(str(error))


def _personal_trouble(
    rows: list[Entry | Unreadable], erased: dict[UUID, datetime]
) -> Iterable[Finding]:
    entries = [row for row in rows if isinstance(row, Entry) and isinstance(row.commitments, dict)]
    with contextlib.suppress(*_GARBLED):
        if not any(personal.findings(entries, erased)):
            return []
    try:
        with transaction.atomic():  # nobody can erase now: was an erasure all there was to it?
            values = PersonalValue.objects.filter(entry__in=entries).select_for_update()
            list(values.values_list("name"))
            return list(personal.findings(entries, _erasures()))
    except _GARBLED as error:
        position = min((entry.position or 0 for entry in entries), default=0)
        return [Finding(position, "personal", _("个人信息表读不出来：%s") % error)]


def _erasures() -> dict[UUID, datetime]:
    """Of every value that the journal says was erased, when. Garbled rows are found elsewhere."""
    acts = Entry.objects.filter(verb=ERASE)
    rows: list[Entry | Unreadable] = []
    with contextlib.suppress(*_GARBLED):
        rows += acts.unsealed()  # first: what is sealed meanwhile is then read twice, not missed
    rows += [row for page in _pages(acts, "position", _BEFORE_ALL) for _position, row in page]
    erased: dict[UUID, datetime] = {}
    for row in rows:
        with contextlib.suppress(*_GARBLED, KeyError):
            if isinstance(row, Entry):
                for value in map(UUID, row.payload["values"]):
                    erased[value] = max(row.recorded_at, erased.get(value, row.recorded_at))
    return erased
