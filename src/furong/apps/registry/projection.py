"""How statements become what is known: one pure step, used for today and for any past moment.

Known facts are plain JSON, `{fact key: Known}`. A statement about a later date stands before one
about an earlier date; about the same date the later statement stands, unless it contradicts one that
is not weaker. What it does was decided when it was written (`weighing`), and is its `effect`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any, NotRequired, Protocol, TypedDict
from uuid import UUID

type About = tuple[date, date] | None
"""The period that a statement is about, both days included; None: how things are."""


class Known(TypedDict):
    """What is known of one fact: value in plain JSON, or the id of the sealed one; and whence.

    about: the period in ISO dates, or null. day: the ISO date by which statements are ordered.
    at: when it was recorded, ISO. disputed: the sequence of the last statement that contradicts it.
    suspended: it is contradicted by one of equal standing, so that nothing is known; v is null, and
    the rest is of the statement that stood.
    """

    v: Any
    sealed: NotRequired[str]
    entry: int
    source: str
    about: list[str] | None
    day: str
    at: str
    disputed: NotRequired[int]
    suspended: NotRequired[bool]


class Stated(Protocol):
    """What the step reads of a statement: a `models.FactEntry` or its like."""

    @property
    def sequence(self) -> int: ...
    @property
    def fact(self) -> str: ...
    @property
    def value(self) -> Any: ...
    @property
    def sealed_id(self) -> UUID | None: ...
    @property
    def about_from(self) -> date | None: ...
    @property
    def about_to(self) -> date | None: ...
    @property
    def source(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def effect(self) -> str: ...


@dataclass(frozen=True, slots=True)
class DatedFact:
    """A fact that is another fact at a date: `insured_2019` is `insured_headcount` on 2019-12-31."""

    key: str
    fact: str
    on: date


@dataclass(frozen=True, slots=True)
class Projector:
    """dated: the dated facts by the fact that they are of. zone: where a day begins and ends."""

    dated: Mapping[str, tuple[DatedFact, ...]]
    zone: tzinfo

    def fold(self, entries: Iterable[Stated]) -> dict[str, Known]:
        """What is known after all of these statements, which come in their sequence."""
        known: dict[str, Known] = {}
        for entry in entries:
            self.step(known, entry)
        return known

    def step(self, known: dict[str, Known], entry: Stated) -> None:
        """Adds one statement to what is known."""
        for key in self._slots(entry):
            held = known.get(key)
            same = held is not None and held["about"] == _about(entry)
            match entry.effect:
                case "aside":
                    pass
                case "disputes" | "suspends":
                    if held is not None and same:
                        known[key] = _contradicted(held, entry)
                case "stands" | "revises" | "settles" as effect:
                    settles = same and effect != "stands"
                    if held is None or settles or self.day(entry) >= held["day"]:
                        self._replace(known, key, entry)

    def _replace(self, known: dict[str, Known], key: str, entry: Stated) -> None:
        held = known.pop(key, None)
        if entry.value is None and entry.sealed_id is None:
            return
        one = known[key] = self._known(entry)
        if held is not None and "disputed" in held and entry.effect == "revises":
            one["disputed"] = held["disputed"]

    def _slots(self, entry: Stated) -> Iterator[str]:
        """The fact itself, and the facts at a date that the statement's period holds."""
        yield entry.fact
        if entry.about_from is not None and entry.about_to is not None:
            for one in self.dated.get(entry.fact, ()):
                if entry.about_from <= one.on <= entry.about_to:
                    yield one.key

    def _known(self, entry: Stated) -> Known:
        known = Known(
            v=entry.value,
            entry=entry.sequence,
            source=str(entry.source),
            about=_about(entry),
            day=self.day(entry),
            at=_instant(entry.recorded_at),
        )
        if entry.sealed_id is not None:
            known["sealed"] = str(entry.sealed_id)
        return known

    def day(self, entry: Stated) -> str:
        """The ISO day by which a statement is ordered: the last that it is about, or of its telling."""
        return entry.about_to.isoformat() if entry.about_to else _day(entry.occurred_at, self.zone)


def _contradicted(held: Known, entry: Stated) -> Known:
    one = held.copy()
    one["disputed"] = entry.sequence
    if entry.effect == "suspends":
        one["v"], one["suspended"] = None, True
        one.pop("sealed", None)
    return one


@lru_cache(maxsize=64)  # a set of statements shares its moments
def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


@lru_cache(maxsize=64)
def _day(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).date().isoformat()


def _about(entry: Stated) -> list[str] | None:
    if entry.about_from is None or entry.about_to is None:
        return None
    return [entry.about_from.isoformat(), entry.about_to.isoformat()]
