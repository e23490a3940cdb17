"""What the registry already holds, against which every statement is weighed."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from furong.apps.base.models import PersonalValue
from furong.apps.base.personal import open_value
from furong.apps.registry.actions.entries import Entry, Matter, Statement
from furong.apps.registry.catalogue import Catalogue
from furong.apps.registry.models import FactEntry, Source, SubjectFacts
from furong.apps.registry.projection import Known


class Held:
    """Of each matter the last undisputed value and its source."""

    def __init__(
        self,
        known: Catalogue,
        rows: Mapping[UUID, SubjectFacts],
        statements: Iterable[Statement],
    ) -> None:
        self._values: dict[Matter, tuple[Any, Source]] = {}
        self._load_present(rows)
        distinct = {(one.fact, one.about) for one in statements}
        matters = [known.at_its_date(fact, about) for fact, about in distinct]
        if ends := {about[1] for _fact, about in matters if about}:
            self._load_dated(rows, {fact.key for fact, about in matters if about}, ends)

    def is_news(self, entry: Entry) -> bool:
        """Whether the statement must be written; marks it disputed where a stronger one stands."""
        value, source = self._values.get(entry.matter, (None, Source.SAMPLE))
        if entry.value == value:
            return False
        entry.disputed = value is not None and entry.source.strength < source.strength
        if not entry.disputed:
            self._values[entry.matter] = entry.value, entry.source
        return True

    def _load_present(self, rows: Mapping[UUID, SubjectFacts]) -> None:
        present: list[tuple[Matter, Known]] = [
            ((subject, key, None, None), one)
            for subject, row in rows.items()
            for key, one in row.facts.items()
            if one["about"] is None
        ]
        opened = _opened(one["sealed"] for _matter, one in present if "sealed" in one)
        for matter, one in present:
            value = opened.get(one["sealed"]) if "sealed" in one else one["v"]
            self._values[matter] = value, Source(one["source"])

    def _load_dated(
        self, rows: Mapping[UUID, SubjectFacts], facts: set[str], ends: set[date]
    ) -> None:
        entries = FactEntry.objects.filter(
            subject__in=rows, fact__in=facts, about_to__in=ends, disputed=False
        ).order_by("sequence")
        opened = _opened(str(entry.sealed_id) for entry in entries if entry.sealed_id)
        for entry in entries:
            value = opened.get(str(entry.sealed_id)) if entry.sealed_id else entry.value
            matter = (entry.subject_id, entry.fact, entry.about_from, entry.about_to)
            self._values[matter] = value, Source(entry.source)


def _opened(ids: Iterable[str]) -> dict[str, Any]:
    """Sealed values by their ids; erased ones are left out."""
    held = PersonalValue.objects.filter(pk__in=set(ids), erased_at=None)
    return {str(row.pk): open_value(row) for row in held}
