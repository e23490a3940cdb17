"""The one lock on what is known of a subject, and the one order in which locks are taken.

A subject's row of `SubjectFacts` stands for the subject: whoever changes it, its statements, its
numbers or its relations holds that row. Several are taken in the order of their keys, and before any
number of a series (`models.Sequence`), so that no two acts wait for each other.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.registry.models import Subject, SubjectFacts
from furong.apps.registry.sight import merged_away


def hold(subjects: Collection[UUID]) -> dict[UUID, SubjectFacts]:
    """What is known of the subjects, held until the transaction ends."""
    rows = SubjectFacts.objects.select_for_update(of=("self",)).filter(subject__in=subjects)
    return {row.subject_id: row for row in rows.order_by("subject_id")}


def hold_current(
    subjects: Collection[UUID], *, by: Actor, at: datetime
) -> dict[UUID, SubjectFacts]:
    """As `hold`. Raises Refusal where one of them was merged into another."""
    held = hold(subjects)
    gone = Subject.objects.filter(pk__in=subjects).exclude(merged_into=None)
    if merged := gone.select_related("merged_into").first():
        raise Refusal(merged_away(merged, to=by, at=at))
    return held
