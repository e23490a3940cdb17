"""In whose name a person may state facts: a weaker mandate cannot borrow a stronger source."""

from collections.abc import Mapping
from datetime import datetime

from furong.apps.directory.access import Capacity, grants_for
from furong.apps.directory.models import Grant, User
from furong.apps.registry.models import Source, Subject

_OPEN_TO: Mapping[str, tuple[Source, ...]] = {
    Capacity.OWNER: (Source.OWNER,),
    Capacity.LIAISON: (Source.LIAISON,),
    Capacity.DISPATCHER: (Source.LIAISON,),
    Capacity.CLERK: (Source.DEPARTMENT, Source.REGISTER),
    Capacity.STATISTICS: (Source.STATISTICS,),
}


def sources_open_to(user: User, subject: Subject, *, at: datetime) -> list[Source]:
    """The sources as which the person may state facts of the subject, by the grants that cover it."""
    scopes = {(Grant.Scope.ALL, ""), *subject.scopes()}
    held = {g.capacity for g in grants_for(user, "subject.edit", at=at) if g.scope in scopes}
    found = (source for capacity in _OPEN_TO if capacity in held for source in _OPEN_TO[capacity])
    return list(dict.fromkeys(found))
