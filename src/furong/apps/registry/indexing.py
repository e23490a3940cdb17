"""Keeping the search documents in step with the subjects."""

from collections.abc import Sequence

from furong.apps.registry.models import Identifier, SearchDocument, Subject
from furong.engines.text import index_tokens, spelling_tokens


def reindex(subjects: Sequence[Subject]) -> None:
    """Writes what each subject is found by: name, spelling, number, identifiers, address.

    Natural persons, and subjects that were merged into another, are not found.
    """
    found = [s for s in subjects if not s.personal and s.merged_into_id is None]
    hidden = [s.pk for s in subjects if s.personal or s.merged_into_id is not None]
    SearchDocument.objects.filter(subject__in=hidden).delete()
    codes: dict[object, list[str]] = {}
    for subject_id, value in Identifier.objects.filter(
        subject__in=found, valid_to=None
    ).values_list("subject_id", "value"):
        codes.setdefault(subject_id, []).append(value)
    SearchDocument.objects.bulk_create(
        [
            SearchDocument(subject=subject, tokens=_tokens(subject, codes.get(subject.pk, [])))
            for subject in found
        ],
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["tokens"],
    )


def _tokens(subject: Subject, codes: list[str]) -> str:
    text = " ".join([subject.name, subject.number, *codes, subject.address])
    return " ".join(dict.fromkeys(index_tokens(text) + spelling_tokens(subject.name)))
