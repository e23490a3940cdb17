"""Statements on their way into the history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Self
from uuid import UUID

from furong.apps.registry.catalogue import Catalogue
from furong.apps.registry.models import Effect, Source, Subject
from furong.apps.registry.projection import About
from furong.engines.rules.values import Encoded, plain

type Matter = tuple[UUID, str, date | None, date | None]
"""Subject, fact, and the period that a statement is about."""

OWN = (
    *("sequence", "subject_id", "fact", "value", "sealed_id"),
    *("about_from", "about_to", "effect", "unit"),
)
TOLD = (
    *("source", "cited", "reporter_id", "occurred_at", "recorded_at", "batch_id"),
    *("note", "evidence_id"),
)
COLUMNS = (*OWN, *TOLD)
"""The columns of `FactEntry`: a statement's own, and what a set of them has in common."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One value that is stated. value: encoded (`furong.engines.rules`); None takes the fact back."""

    subject: Subject
    fact: str
    value: Encoded | None
    about: About = None


@dataclass(frozen=True, slots=True)
class Telling:
    """What the statements of a set have in common.

    objects, unseen, shows: as `weighing.Weighed` has them; shows: something new is shown for it.
    """

    source: Source
    cited: str
    reporter_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    batch_id: UUID | None = None
    note: str = ""
    evidence_id: UUID | None = None
    objects: bool = False
    unseen: bool = False
    shows: bool = False


@dataclass(slots=True)
class Entry:
    """A `FactEntry` before it is written: a set has too many for model instances."""

    subject_id: UUID
    fact: str
    value: Any
    unit: str
    about_from: date | None
    about_to: date | None
    told: Telling
    sequence: int = 0
    sealed_id: UUID | None = None
    effect: Effect = Effect.STANDS

    @classmethod
    def of(cls, statement: Statement, known: Catalogue, told: Telling) -> Self:
        fact, about = known.at_its_date(statement.fact, statement.about)
        value = plain(fact, statement.value)
        start, end = about or (None, None)
        return cls(statement.subject.pk, fact.key, value, fact.unit, start, end, told)

    @property
    def matter(self) -> Matter:
        return self.subject_id, self.fact, self.about_from, self.about_to

    @property
    def source(self) -> Source:
        return self.told.source

    @property
    def occurred_at(self) -> datetime:
        return self.told.occurred_at

    @property
    def recorded_at(self) -> datetime:
        return self.told.recorded_at

    def own(self) -> tuple[Any, ...]:
        """What is the statement's own, in the order of OWN."""
        return _own(self)

    def row(self) -> tuple[Any, ...]:
        """What the table holds, in the order of COLUMNS."""
        return (*_own(self), *_told(self.told))


_own: Callable[[Entry], tuple[Any, ...]] = attrgetter(*OWN)
_told: Callable[[Telling], tuple[Any, ...]] = attrgetter(*TOLD)
