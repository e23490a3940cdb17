"""Adding what was not yet known of subjects: numbers, street, zones, address, opening day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from furong.apps.base import journal
from furong.apps.directory.models import Zone
from furong.apps.registry.actions.identify import (
    identifiers_of,
    personal_numbers,
    refuse_taken,
    save_identifiers,
)
from furong.apps.registry.actions.locking import hold_current
from furong.apps.registry.actions.register import place_in_zones
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.indexing import reindex
from furong.apps.registry.models import ImportBatch, Subject
from furong.apps.registry.words import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What is to be added to a subject. Only blanks are filled; what stands is never overwritten."""

    subject: Subject
    street: Zone | None = None
    zones: tuple[Zone, ...] = ()
    address: str = ""
    opened_on: date | None = None
    identifiers: Mapping[str, str] = field(default_factory=dict)

    def says_anything(self) -> bool:
        """Whether there is anything to add; zones are taken for new."""
        return bool(self.blanks(self.subject) or self.zones or self.identifiers)

    def blanks(self, subject: Subject) -> dict[str, object]:
        """The fields of the subject, as it stands, that it fills."""
        offered = {
            "street": self.street,
            "address": "" if subject.personal else one_line(self.address),
            "opened_on": self.opened_on,
        }
        return {
            name: value for name, value in offered.items() if value and not getattr(subject, name)
        }


@transaction.atomic
def complete_subjects(
    completions: Sequence[Completion],
    *,
    by: journal.Actor,
    at: datetime,
    batch: ImportBatch | None = None,
) -> None:
    """Fills the blanks of a set of subjects, all or none, with one journal entry.

    Raises Refusal for a bad number or one of another subject.
    """
    completions = [one for one in completions if one.says_anything()]
    if not completions:
        return
    known = catalogue()
    held = hold_current({one.subject.pk for one in completions}, by=by, at=at)
    subjects = Subject.objects.in_bulk([*held])
    identifiers = [
        identifier
        for one in completions
        for identifier in identifiers_of(one.subject, one.identifiers, known)
    ]
    refuse_taken(identifiers, by=by, at=at)
    for one in completions:
        subject = subjects[one.subject.pk]
        for name, value in one.blanks(subject).items():
            setattr(subject, name, value)
    entry = journal.record(
        "subject.complete",
        by=by,
        at=at,
        about=completions[0].subject
        if len(subjects) == 1
        else batch or ("registry.subject", "several"),
        payload={
            "subjects": list(subjects),
            "identifiers": len(identifiers),
            "batch": batch and batch.pk,
        },
        personal=personal_numbers(identifiers),
    )
    Subject.objects.bulk_update(subjects.values(), ["street", "address", "opened_on"])
    save_identifiers(identifiers, {row.name: row for row in entry.personal_values.all()})
    place_in_zones({one.subject: one.zones for one in completions})
    reindex([*subjects.values()])
