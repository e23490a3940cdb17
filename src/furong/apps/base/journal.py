"""The journal: every act is one append-only entry, written in the transaction of the act.

An entry holds ids, the verb and a payload without personal data. After commit a single sealer
gives entries their positions and chains batches of them; from then on nothing can be altered,
left out, put in or moved without `verify` telling, given a root that an auditor keeps outside.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from furong.apps.base.compiled import insert
from furong.apps.base.errors import Refusal
from furong.apps.base.journal_chain import (
    ALGORITHMS,
    GENESIS,
    BatchLine,
    Unreadable,
    canonical,
    dump,
    instant,
    leaf_of,
    merkle_root,
)
from furong.apps.base.journal_check import Finding, Report, Root, check
from furong.apps.base.journal_tables import canonical_fields, lines
from furong.apps.base.models import Batch, Entry
from furong.apps.base.models.journal import reference
from furong.apps.base.personal import prepare

__all__ = [
    "Actor",
    "Corrupt",
    "Finding",
    "Report",
    "Root",
    "Unsealed",
    "export",
    "publish_root",
    "record",
    "seal",
    "verify",
]

type Actor = models.Model | str
"""Who acts: a user (a model with a UUID key), or the name of a part of the system: `"worker"`."""

BATCH_SIZE = 1000  # entries; a finding that cannot be pinned to an entry is pinned to its batch
_VERB = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class Unsealed(Refusal):
    """Nothing was sealed yet, so there is no root."""


class Corrupt(Refusal):
    """The tables hold rows that cannot be exported."""


def record(
    verb: str,
    *,
    by: Actor,
    at: datetime,
    about: models.Model | tuple[str, UUID | str],
    payload: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    occurred_at: datetime | None = None,
    schema: int = 1,
) -> Entry:
    """Add the entry of an act, inside the act's transaction.

    verb: `noun.verb`, such as `subject.merge`; schema: the shape of this verb's payload.
    payload: JSON without personal data and without floats (money as integers of minor units or as
    strings); dates, decimals, UUIDs and sets are written as strings and sorted lists.
    personal: values that may have to be erased one day; the entry keeps commitments to them.
    occurred_at: when it happened as claimed, if that is not `at`.
    Raises `NotCanonical` (a ValueError) naming what cannot be written, and
    `TransactionManagementError` outside `transaction.atomic`.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            f"The entry {verb!r} must be written in the transaction of its act: "
            "call journal.record inside transaction.atomic()."
        )
    if not _VERB.fullmatch(verb):
        raise ValueError(f"The verb {verb!r} should read noun.verb, such as subject.merge.")
    about_type, about_id = reference(about)
    actor_id, actor_label = _actor(by)
    entry = Entry(
        verb=verb,
        schema=schema,
        actor_id=actor_id,
        actor_label=actor_label,
        occurred_at=occurred_at or at,
        recorded_at=at,
        about_type=about_type,
        about_id=about_id,
        payload=_plain(payload or {}),
    )
    values = prepare(entry, _plain(personal or {}))
    canonical(canonical_fields(entry))  # what could not be sealed must not be written
    insert([entry])
    insert(values)
    return entry


def _actor(by: Actor) -> tuple[UUID | None, str]:
    if isinstance(by, models.Model):
        return by.pk, getattr(by, "journal_label", "")
    if not by:
        raise ValueError(
            'Every act has an actor: a user, or a part of the system such as "worker".'
        )
    return None, by


def _plain(value: Any) -> Any:
    """Plain JSON for the values of the domain; what it does not know is left for `canonical`."""
    match value:
        case UUID():
            return str(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case set() | frozenset():
            return sorted(_plain(item) for item in value)
        case _:
            return value


def seal(*, at: datetime) -> list[Batch]:
    """Give all committed, unsealed entries their positions; the new batches.

    Any number of sealers may run: whoever comes second to a batch leaves it to the first.
    """
    batches = []
    while Entry.objects.unsealed().exists():
        batch = _seal_batch(at)
        if batch is None:
            break
        batches.append(batch)
    return batches


@transaction.atomic
def _seal_batch(at: datetime) -> Batch | None:
    # The last batch is read before the entries: a sealer that commits in between makes the number
    # below a duplicate, and never lets an entry be sealed twice.
    last = Batch.objects.order_by("number").last()
    entries = list(Entry.objects.unsealed().order_by("recorded_at", "id")[:BATCH_SIZE])
    if not entries:
        return None
    line = _close(entries, last, at)
    batch, made = Batch.objects.get_or_create(
        number=line.number,
        defaults={
            "first": line.first,
            "last": line.last,
            "algorithm": line.algorithm,
            "merkle_root": line.merkle_root,
            "previous_root": line.previous_root,
            "root": line.root,
            "sealed_at": at,
        },
    )
    if not made:
        return None
    _fill_in(entries)
    return batch


def _fill_in(entries: list[Entry]) -> None:
    """Store position and leaf: past the append-only manager, and once."""
    key = Entry._meta.pk  # noqa: SLF001 - public in all but name
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE base_entry SET position = %s, leaf = %s WHERE id = %s",
            [
                (entry.position, entry.leaf, key.get_db_prep_value(entry.id, connection))
                for entry in entries
            ],
        )


def _close(entries: list[Entry], last: Batch | None, at: datetime) -> BatchLine:
    """Position and leaf for each entry, and the batch over them."""
    algorithm = _algorithm()
    first = last.last + 1 if last else 1
    leaves = []
    for position, entry in enumerate(entries, start=first):
        entry.position = position
        leaf = leaf_of(canonical_fields(entry), algorithm)
        entry.leaf = leaf.hex()
        leaves.append(leaf)
    line = BatchLine(
        number=last.number + 1 if last else 1,
        first=first,
        last=first + len(entries) - 1,
        algorithm=algorithm,
        merkle_root=merkle_root(leaves, algorithm).hex(),
        previous_root=last.root if last else GENESIS,
        root=GENESIS,
        sealed_at=instant(at),
    )
    return replace(line, root=line.expected_root())


def _algorithm() -> str:
    algorithm: str = settings.FURONG_JOURNAL_HASH
    if algorithm not in ALGORITHMS:
        raise ImproperlyConfigured(
            f"FURONG_JOURNAL_HASH={algorithm!r}: write one of {', '.join(ALGORITHMS)}."
        )
    return algorithm


def publish_root() -> Root:
    """What an auditor should keep outside: the root over everything sealed so far."""
    last = Batch.objects.order_by("number").last()
    if last is None:
        raise Unsealed(_("日志还没有封存过，没有根可给。请先运行：furong journal seal"))
    return Root(last.root, last.last)


def verify(root: Root | str | None = None, at_position: int | None = None) -> Report:
    """Check the whole journal, and against a root kept outside where one is given.

    root: a `Root`, `"HEX@POSITION"`, or the hash alone with `at_position`; ValueError if malformed.
    """
    kept = Root.parse(f"{root}@{at_position}") if at_position else root
    if isinstance(kept, str):
        kept = Root.parse(kept)
    trouble: list[Finding] = []
    report = check(lines(trouble), kept)
    return replace(
        report,
        findings=tuple(sorted((*report.findings, *trouble), key=lambda found: found.position)),
        unsealed=Entry.objects.unsealed().count(),
    )


def export() -> Iterator[bytes]:
    """The sealed journal as JSON lines, each with its line feed; it holds no personal value."""
    for line in lines([]):
        if isinstance(line, Unreadable):
            raise Corrupt(
                _("日志里有读不出来的行（%s），无法导出。请运行 furong journal verify 查明位置")
                % line.why
            )
        yield dump(line) + b"\n"
