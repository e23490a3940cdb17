"""Lists with subjects in them that leave the platform: for whom they may, and with an entry."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from furong.apps.base import journal
from furong.apps.directory.models import User
from furong.apps.policies.reads.reaching import listed
from furong.apps.registry.models import Subject

EXPORT = "subject.export"


@transaction.atomic
def release(subjects: Iterable[UUID], *, what: str, by: User, at: datetime) -> frozenset[UUID]:
    """Those of the subjects that the person may take out of the platform; never natural persons.

    what: the list that they go out in, for the journal.
    """
    rows = Subject.objects.open_to(by, EXPORT, at).filter(personal=False)
    released = frozenset(rows.filter(pk__in=listed(set(subjects))).values_list("pk", flat=True))
    journal.record(
        EXPORT,
        by=by,
        at=at,
        about=("registry.subject", "several"),
        payload={"count": len(released), "list": what},
    )
    return released
