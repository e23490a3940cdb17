"""Looking at what is kept sealed about a natural person: an act of its own, with a reason."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models import PersonalValue
from furong.apps.base.personal import open_value
from furong.apps.directory.access import require
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject, SubjectFacts


@transaction.atomic
def unmask(subject: Subject, *, reason: str, by: User, at: datetime) -> dict[str, Any]:
    """The sealed values of a subject: `name`, `address`, identifiers by scheme, facts by key.

    Raises Denied without `subject.view_personal`, Refusal without a reason. Erased values are
    missing.
    """
    require(by, "subject.view_personal", at=at, on=subject)
    if not reason.strip():
        raise Refusal(_("查看个人信息须写明事由"))
    values: dict[str, Any] = {}
    for name, row in _sealed(subject).items():
        opened = open_value(row)
        values |= opened if name == "details" else {name: opened}
    journal.record(
        "subject.unmask",
        by=by,
        at=at,
        about=subject,
        payload={"reason": reason.strip(), "values": sorted(values)},
    )
    return values


def _sealed(subject: Subject) -> dict[str, PersonalValue]:
    facts = SubjectFacts.objects.get(subject=subject).facts
    ids = {key: one["sealed"] for key, one in facts.items() if "sealed" in one}
    ids |= {one.scheme: str(one.sealed_id) for one in subject.identifiers.exclude(sealed=None)}
    ids |= {"details": str(subject.sealed_id)} if subject.sealed_id else {}
    held = {
        str(row.pk): row
        for row in PersonalValue.objects.filter(pk__in=ids.values(), erased_at=None)
    }
    return {name: held[pk] for name, pk in ids.items() if pk in held}
