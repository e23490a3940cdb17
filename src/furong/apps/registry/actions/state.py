"""Stating facts about subjects.

Each fact is asked once: a value that is already known, from any source, about the same date, is not
written again. A value that contradicts another is kept, and weighed against it (`weighing`): nothing
is overwritten in silence, nothing is lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.ids import uuid7
from furong.apps.directory.access import require_of
from furong.apps.directory.models import User
from furong.apps.registry import news
from furong.apps.registry.actions.entries import COLUMNS, Entry, Statement, Telling
from furong.apps.registry.actions.held import Contested, Held
from furong.apps.registry.actions.locking import hold_current
from furong.apps.registry.bulk import insert
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.apps.registry.digests import digest_of
from furong.apps.registry.models import (
    Effect,
    FactEntry,
    ImportBatch,
    Source,
    Subject,
    SubjectFacts,
)
from furong.apps.registry.models import Sequence as Numbers
from furong.apps.registry.models.facts import UNADOPTED
from furong.apps.registry.models.sequences import FACTS
from furong.apps.registry.sources import sources_open_to
from furong.apps.registry.words import one_line
from furong.engines.rules import ValueProblem
from furong.engines.rules.values import Encoded, read_value


@dataclass(frozen=True, slots=True)
class Stated:
    """What became of a set of statements: how many were written, known already, disputed.

    disputed: written as well, but not adopted.
    """

    written: int = 0
    same: int = 0
    disputed: int = 0


class InvalidFacts(Refusal):
    """Values that their facts cannot have. `problems`: fact key → what is wrong."""

    def __init__(self, problems: Mapping[str, ValueProblem]) -> None:
        self.problems = dict(problems)
        super().__init__(_("；").join(map(str, problems.values())))


def read_facts(values: Mapping[str, object]) -> dict[str, Encoded | None]:
    """Encoded values of what people wrote, checked against the facts' definitions.

    Raises InvalidFacts naming every bad value, Refusal for a fact that no pack declares.
    """
    known = catalogue()
    read: dict[str, Encoded | None] = {}
    problems: dict[str, ValueProblem] = {}
    for key, raw in values.items():
        try:
            read[key] = read_value(known.fact(key), one_line(raw) if isinstance(raw, str) else raw)
        except ValueProblem as problem:
            problems[key] = problem
    if problems:
        raise InvalidFacts(problems)
    return read


def state_facts(
    subject: Subject,
    values: Mapping[str, object],
    *,
    source: str,
    cited: str = "",
    about: date | tuple[date, date] | None = None,
    occurred_at: datetime | None = None,
    by: journal.Actor,
    at: datetime,
) -> Stated:
    """States facts of one subject, as people write them; None takes a fact back.

    about: the day or the period that they are about, None for how things are. Raises Denied to a
    person who may not edit the subject, Refusal for a source that is not theirs to speak for.
    """
    require_source(subject, source, by=by, at=at)
    period = (about, about) if isinstance(about, date) else about
    return state_many(
        [Statement(subject, key, value, period) for key, value in read_facts(values).items()],
        source=source,
        cited=cited,
        occurred_at=occurred_at,
        by=by,
        at=at,
    )


def require_source(subject: Subject, source: str, *, by: journal.Actor, at: datetime) -> None:
    """Raises Denied to a person who may not edit the subject, Refusal for a source not theirs."""
    require_of(by, "subject.edit", at=at, on=subject)
    if isinstance(by, User) and source not in (mine := sources_open_to(by, subject, at=at)):
        raise Refusal(
            _("您不能以“%(source)s”的名义填报；您可用的来源：%(mine)s")
            % {"source": Source(source).label, "mine": _("、").join(str(m.label) for m in mine)}
        )


def state_many(
    statements: Sequence[Statement],
    *,
    source: str,
    cited: str = "",
    occurred_at: datetime | None = None,
    batch: ImportBatch | None = None,
    objects: bool = False,
    by: journal.Actor,
    at: datetime,
) -> Stated:
    """States a set of facts, all or none, with one journal entry; nothing new, nothing written.

    cited: the document or file that they come from. occurred_at: when they were told, if not now.
    objects: they are said against what is known, and do not merely follow it.
    """
    told = Telling(
        source=Source(source),
        cited=cited,
        reporter_id=by.pk if isinstance(by, User) else None,
        occurred_at=occurred_at or at,
        recorded_at=at,
        batch_id=batch.pk if batch else None,
        objects=objects,
    )
    return state_told(statements, told, by=by, at=at)


@transaction.atomic
def state_told(
    statements: Sequence[Statement],
    told: Telling,
    *,
    added: Mapping[str, object] | None = None,
    by: journal.Actor,
    at: datetime,
) -> Stated:
    """As `state_many`, for statements that have all of this in common; the journal says `added` too."""
    known = catalogue()
    rows = hold_current({statement.subject.pk for statement in statements}, by=by, at=at)
    held = Held(known, rows, statements)
    entries = [
        entry for statement in statements if held.is_news(entry := Entry.of(statement, known, told))
    ]
    if entries:
        write(entries, rows, known, added=added, by=by, at=at)
        save_disputes(held.contested, by=by, at=at)
    disputed = sum(entry.effect in UNADOPTED for entry in entries)
    return Stated(len(entries) - disputed, len(statements) - len(entries), disputed)


def save_disputes(contested: Iterable[Contested], *, by: journal.Actor, at: datetime) -> None:
    """Writes what a set did to disputes, and tells who listens (`news`)."""
    saved = [one.save(at=at) for one in contested]
    news.opened([one for one, is_new in saved if is_new and one.is_open], by=by, at=at)
    news.closed([one for one, _new in saved if not one.is_open], by=by, at=at)


def foresee(
    statements: Sequence[Statement], *, source: str, from_file: bool = False, at: datetime
) -> list[tuple[Statement, Effect]]:
    """Those statements that the registry does not hold yet, and what they would do.

    Nothing is written. from_file: a file is shown for them.
    """
    known = catalogue()
    subjects = {statement.subject.pk for statement in statements}
    rows = {row.subject_id: row for row in SubjectFacts.objects.filter(subject__in=subjects)}
    held = Held(known, rows, statements)
    told = Telling(Source(source), "", None, at, at, batch_id=uuid7() if from_file else None)
    entries = [(one, Entry.of(one, known, told)) for one in statements]
    return [(one, entry.effect) for one, entry in entries if held.is_news(entry)]


def write(
    entries: Sequence[Entry],
    rows: Mapping[UUID, SubjectFacts],
    known: Catalogue,
    *,
    verb: str = "subject.state",
    added: Mapping[str, object] | None = None,
    by: journal.Actor,
    at: datetime,
) -> None:
    """Writes statements whose effects are decided, with one journal entry that says `added` as well.

    rows: what is known of their subjects, held.
    """
    for entry, sequence in zip(entries, Numbers.take(FACTS, len(entries)), strict=True):
        entry.sequence = sequence
    _record(entries, known, verb=verb, added=added or {}, by=by, at=at)
    insert(FactEntry, COLUMNS, (entry.row() for entry in entries))
    touched = {}
    for entry in entries:
        row = touched[entry.subject_id] = rows[entry.subject_id]
        known.projector.step(row.facts, entry)
        row.sequence = entry.sequence
    SubjectFacts.objects.bulk_create(
        touched.values(),
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["facts", "sequence"],
    )


def _record(
    entries: Sequence[Entry],
    known: Catalogue,
    *,
    verb: str,
    added: Mapping[str, object],
    by: journal.Actor,
    at: datetime,
) -> None:
    """The journal entry of a set; it takes the personal values out of the statements."""
    personal = {
        f"fact.{entry.sequence}": entry
        for entry in entries
        if entry.value is not None and known.is_personal(entry.fact)
    }
    told, first, last = entries[0].told, entries[0], entries[-1]
    subjects = {entry.subject_id for entry in entries}
    kept = journal.record(
        verb,
        by=by,
        at=at,
        occurred_at=told.occurred_at,
        about=("registry.subject", first.subject_id)
        if len(subjects) == 1
        else ("registry.factentry", f"{first.sequence}-{last.sequence}"),
        payload={
            "source": told.source,
            "subjects": len(subjects),
            "entries": [first.sequence, last.sequence],
            "disputed": sum(entry.effect in UNADOPTED for entry in entries),
            "digest": digest_of(one.own() for one in entries if not known.is_personal(one.fact)),
            "batch": told.batch_id,
            **added,
        },
        personal={name: entry.value for name, entry in personal.items()},
    )
    for row in kept.personal_values.all():
        personal[row.name].value, personal[row.name].sealed_id = None, row.pk
