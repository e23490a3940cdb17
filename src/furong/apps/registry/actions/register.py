"""Entering subjects in the registry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.directory.access import require_of
from furong.apps.directory.models import Zone
from furong.apps.registry.actions.identify import (
    identifiers_of,
    personal_numbers,
    refuse_taken,
    save_identifiers,
)
from furong.apps.registry.bulk import insert_all
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.apps.registry.digests import digest_of
from furong.apps.registry.indexing import reindex
from furong.apps.registry.models import ImportBatch, Subject, SubjectFacts
from furong.apps.registry.models import Sequence as Numbers
from furong.apps.registry.models.sequences import FACTS, SUBJECTS
from furong.apps.registry.words import one_line

FIRST_NUMBER = 10_000_001
"""Public numbers have eight digits, so that no spreadsheet drops a leading zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubject:
    """What must be known to enter a subject. identifiers: scheme → number, as written."""

    kind: str
    name: str
    street: Zone | None = None
    zones: tuple[Zone, ...] = ()
    address: str = ""
    opened_on: date | None = None
    identifiers: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def register_subject(new: NewSubject, *, by: journal.Actor, at: datetime) -> Subject:
    """Enters one subject. Raises Refusal for an unknown kind, no name, a bad or a taken number.

    Raises Denied to a person whose mandate does not cover where it lies.
    """
    subject = register_subjects([new], by=by, at=at)[0]
    require_of(by, "subject.import", at=at, on=subject)
    return subject


@transaction.atomic
def register_subjects(
    news: Sequence[NewSubject],
    *,
    by: journal.Actor,
    at: datetime,
    batch: ImportBatch | None = None,
) -> list[Subject]:
    """Enters a set of subjects, all or none, with one journal entry; in the order given."""
    if not news:
        return []
    known = catalogue()
    subjects = [_subject(new, known, at) for new in news]
    identifiers = [
        identifier
        for new, subject in zip(news, subjects, strict=True)
        for identifier in identifiers_of(subject, new.identifiers, known)
    ]
    refuse_taken(identifiers, by=by, at=at)
    numbers = Numbers.take(SUBJECTS, len(subjects), after=FIRST_NUMBER - 1)
    for subject, number in zip(subjects, numbers, strict=True):
        subject.number = str(number)
    entry = journal.record(
        "subject.register",
        by=by,
        at=at,
        about=subjects[0]
        if len(subjects) == 1
        else ("registry.subject", f"{numbers[0]}-{numbers[-1]}"),
        payload={
            "count": len(subjects),
            "numbers": [numbers[0], numbers[-1]],
            "digest": digest_of(_line(subject) for subject in subjects),
            "batch": batch and batch.pk,
        },
        personal=_details(news, subjects) | personal_numbers(identifiers),
    )
    sealed = {row.name: row for row in entry.personal_values.all()}
    for subject in subjects:
        subject.sealed = sealed.get(subject.pk.hex)
    insert_all(subjects)
    save_identifiers(identifiers, sealed)
    place_in_zones({subject: new.zones for new, subject in zip(news, subjects, strict=True)})
    reindex(subjects)
    changes = Numbers.take(FACTS, len(subjects))
    insert_all(
        [SubjectFacts(subject=one, sequence=n) for one, n in zip(subjects, changes, strict=True)]
    )
    return subjects


def place_in_zones(zones: Mapping[Subject, Sequence[Zone]]) -> None:
    """Adds subjects to zones; where one is already, it stays."""
    within = Subject.zones.through
    within.objects.bulk_create(
        (
            within(subject=subject, zone=zone)
            for subject, added in zones.items()
            for zone in dict.fromkeys(added)
        ),
        ignore_conflicts=True,
    )


def masked(name: str) -> str:
    """张三丰 → 张**: enough to tell people apart on a list, too little to know them by."""
    return name[0] + "*" * max(1, len(name) - 1)


def _subject(new: NewSubject, known: Catalogue, at: datetime) -> Subject:
    kind = known.kind(new.kind)
    name, address = one_line(new.name), one_line(new.address)
    if not name or len(name) > 200:
        raise Refusal(_("名称“%s”为空或超过 200 字，请按营业执照填写") % name[:50])
    if len(address) > 500:
        raise Refusal(_("“%s”的地址超过 500 字，请只填所在道路和门牌") % name)
    return Subject(
        kind=kind.id,
        personal=kind.personal,
        name=masked(name) if kind.personal else name,
        street=new.street,
        address="" if kind.personal else address,
        opened_on=new.opened_on,
        registered_at=at,
    )


def _line(subject: Subject) -> tuple[object, ...]:
    return subject.number, subject.pk, subject.kind, subject.name, subject.address


def _details(news: Sequence[NewSubject], subjects: Sequence[Subject]) -> dict[str, object]:
    """What of natural persons is sealed, by the subject's key."""
    return {
        subject.pk.hex: {"name": one_line(new.name), "address": one_line(new.address)}
        for new, subject in zip(news, subjects, strict=True)
        if subject.personal
    }
