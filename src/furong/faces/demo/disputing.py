"""A few facts that the people of a demonstration disagree about, so that no page is empty.

Only where the cast has firms: an owner objects to what their liaison officer has noted, an officer to
what an office has. Figures are the sample's own with a little added; nobody real said them.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from furong.apps.directory.access import Capacity
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.registry.actions import contest, state_facts
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Dispute, Source, Subject
from furong.apps.registry.reads import FactValue, facts_of
from furong.faces.demo.casting import BY

EACH = 3
"""As many firms of each officer; owners have their own."""


@transaction.atomic
def disagree(*, at: datetime) -> None:
    """Makes the disputes, once."""
    if Dispute.objects.exists():
        return
    for subject, owner in _firms_of(Capacity.OWNER):
        if (fact := _countable(subject)) and isinstance(fact.value, int):
            noted = {fact.fact.key: fact.value + 3}
            state_facts(subject, noted, source=Source.LIAISON, by=BY, at=at)
            _object(subject, fact, Source.OWNER, "与社保缴费人数不符", owner, at)
    taken = set(Dispute.objects.values_list("subject", flat=True))
    counts: dict[User, int] = {}
    for subject, officer in _firms_of(Capacity.LIAISON):
        fact = _countable(subject)
        if subject.pk in taken or counts.get(officer, 0) >= EACH or fact is None:
            continue
        if isinstance(fact.value, int):
            noted = {fact.fact.key: fact.value + 5}
            state_facts(subject, noted, source=Source.DEPARTMENT, by=BY, at=at)
            _object(subject, fact, Source.LIAISON, "走访时现场清点，与名册不符", officer, at)
            counts[officer] = counts.get(officer, 0) + 1
            taken.add(subject.pk)
    for subject in _of_streets():
        if subject.pk not in taken and (fact := _countable(subject)):
            _differ(subject, fact, at)


def _of_streets() -> Iterator[Subject]:
    """The first subjects of each street that a clerk looks after."""
    clerks = Grant.objects.filter(capacity=Capacity.CLERK, scope_kind=Grant.Scope.ZONE)
    for code in sorted(clerks.values_list("scope_id", flat=True)):
        found = Subject.objects.current().filter(street__in=Zone.objects.within([code]))
        yield from found.order_by("number")[:EACH]


def _differ(subject: Subject, fact: FactValue, at: datetime) -> None:
    """Two tables, of a department and of the statistics office, that do not agree."""
    if isinstance(fact.value, int):
        for source, more in ((Source.DEPARTMENT, 2), (Source.STATISTICS, 9)):
            noted = {fact.fact.key: fact.value + more}
            state_facts(subject, noted, source=source, cited="年报", by=BY, at=at)


def _firms_of(capacity: str) -> Iterator[tuple[Subject, User]]:
    """The subjects that people of a capacity hold one by one, in the order of their numbers."""
    grants = Grant.objects.filter(capacity=capacity, scope_kind=Grant.Scope.SUBJECT)
    people = {grant.scope_id: grant.user for grant in grants.select_related("user")}
    for subject in Subject.objects.current().filter(pk__in=people).order_by("number"):
        yield subject, people[str(subject.pk)]


def _countable(subject: Subject) -> FactValue | None:
    """A head count or the like that is known of the subject."""
    known = catalogue()
    held = facts_of(subject)
    keys = [fact.key for fact in known.facts_of(subject.kind)]
    found = (held[key] for key in keys if key in held)
    return next((one for one in found if one.fact.type == "integer" and one.value), None)


def _object(
    subject: Subject, fact: FactValue, source: Source, note: str, by: User, at: datetime
) -> None:
    """Objects to what was noted just now: the sample's figure was right."""
    key = fact.fact.key
    seen = facts_of(subject)[key].entry
    contest(subject, key, fact.value, seen=seen, source=source, note=note, by=by, at=at)
