"""In whose name a person may state facts: a weaker mandate cannot borrow a stronger source."""

from collections.abc import Mapping
from datetime import datetime

from furong.apps.directory.access import Capacity, held_by
from furong.apps.directory.models import Grant, User
from furong.apps.registry.models import Source, Subject

_OPEN_TO: Mapping[str, tuple[Source, ...]] = {
    Capacity.OWNER: (Source.OWNER,),
    Capacity.LIAISON: (Source.LIAISON,),
    Capacity.DISPATCHER: (Source.LIAISON,),
    Capacity.CLERK: (Source.DEPARTMENT, Source.REGISTER),
    Capacity.STATISTICS: (Source.STATISTICS,),
}

_OPEN_TO_TABLES: Mapping[str, tuple[Source, ...]] = {
    Capacity.CLERK: (Source.DEPARTMENT, Source.REGISTER, Source.STATISTICS, Source.PRESS),
    Capacity.STATISTICS: (Source.STATISTICS, Source.PRESS),
}
"""Whose tables a capacity may import: a clerk also receives those of others, no stronger than theirs."""


def sources_open_to(user: User, subject: Subject, *, at: datetime) -> list[Source]:
    """The sources as which the person may state facts of the subject, by the grants that cover it."""
    scopes = {(Grant.Scope.ALL, ""), *subject.scopes()}
    held = {one.capacity for one in held_by(user, at, "subject.edit") if one.scope in scopes}
    return _of(held, _OPEN_TO)


def sources_of_tables(user: User, *, at: datetime) -> list[Source]:
    """The sources whose tables the person may import somewhere."""
    held = {one.capacity for one in held_by(user, at, "subject.import")}
    return _of(held, _OPEN_TO_TABLES)


def importers_of(source: str) -> list[str]:
    """The capacities that may import tables of a source."""
    return [capacity for capacity, sources in _OPEN_TO_TABLES.items() if source in sources]


def _of(held: set[str], open_to: Mapping[str, tuple[Source, ...]]) -> list[Source]:
    found = (source for capacity in open_to if capacity in held for source in open_to[capacity])
    return list(dict.fromkeys(found))
