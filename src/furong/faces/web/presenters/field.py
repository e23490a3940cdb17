"""What a liaison officer has in hand: the subjects, what is due, and the form for a visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from furong.apps.cases.models import Case
from furong.apps.cases.models.case import CaseQuerySet
from furong.apps.directory.access import Capacity, coverage_of
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.apps.registry.models.subjects import SubjectQuerySet
from furong.faces.web.case_acts import Hand
from furong.faces.web.presenters.asked import Asked
from furong.faces.web.presenters.case_phone import Card, card
from furong.faces.web.presenters.parts import Text

SHOWN = 60
"""Subjects and cases on the page; beyond, one searches."""


@dataclass(frozen=True, slots=True)
class MySubject:
    id: str
    name: str
    street: str
    live: int
    due: int


@dataclass(frozen=True, slots=True)
class FieldPage:
    """due: cases that somebody must bring on today; others: the live rest."""

    subjects: Sequence[MySubject]
    total: int
    query: str
    due: Sequence[Card]
    others: Sequence[Card]


@dataclass(frozen=True, slots=True)
class Visit:
    """The form for what was found on a visit. first: what is always asked; more: what need not be.

    whistle: the request that can go with it, by its label, and what it asks. now, rate: district
    time when the page was made (ISO 8601), and its seconds to a real second, by which the page
    reckons when something was found, however long it lies on the phone.
    """

    owner: str
    label: Text
    subject: Asked
    first: Sequence[Asked]
    more: Sequence[Asked]
    classes: Sequence[Asked]
    whistle: Text
    asked: Sequence[Asked]
    once: str
    now: str
    rate: int
    blown: bool = False
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A passage on its way to a case. place: its number in the form."""

    place: int
    once: str
    title: str
    items: Sequence[Asked]
    details: Asked | None
    wanted: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Pasted:
    """The page of a pasted chat: what was registered, and what is still to be looked at."""

    text: str = ""
    lines: Sequence[Line] = ()
    done: Sequence[Card] = ()
    refusal: str = ""
    parted: bool = False


def subjects_of(user: User, at: datetime) -> SubjectQuerySet:
    """Those that the person looks after as a liaison officer."""
    coverage = coverage_of(user, "field.view", at=at, among=[Capacity.LIAISON])
    return Subject.objects.current().covered(coverage)


def cases_of(user: User, at: datetime) -> CaseQuerySet:
    mine = subjects_of(user, at).values("pk")
    return Case.objects.visible_to(user, at).filter(subject__in=mine).with_all()


def field_page(
    hand: Hand, user: User, at: datetime, *, day_ends: datetime, query: str
) -> FieldPage:
    found = subjects_of(user, at).select_related("street").order_by("name")
    total = found.count()
    if query.strip():
        found = found.filter(pk__in=Subject.objects.search(query).values("pk"))
    cases = cases_of(user, at).live().by_deadline()
    live, due = _counts(cases), _counts(cases.filter(due_at__lte=day_ends))
    busy = [*found.filter(pk__in=live)]
    busy.sort(key=lambda one: (-due.get(one.pk, 0), -live[one.pk]))
    subjects = [*busy, *found.exclude(pk__in=live)[:SHOWN]][:SHOWN]
    cards = [(one, card(one, at, case_url(one), hand)) for one in cases[:SHOWN]]
    pressing = {one.pk for one, _card in cards if one.due_at and one.due_at <= day_ends}
    return FieldPage(
        subjects=[
            MySubject(
                id=str(one.pk),
                name=one.name,
                street=one.street.name if one.street else "",
                live=live.get(one.pk, 0),
                due=due.get(one.pk, 0),
            )
            for one in subjects
        ],
        total=total,
        query=query,
        due=[shown for one, shown in cards if one.pk in pressing],
        others=[shown for one, shown in cards if one.pk not in pressing],
    )


def recent_first(user: User, at: datetime, kinds: Iterable[str]) -> list[Subject]:
    """The subjects, those for which the person registered something last before all others."""
    mine = Case.objects.filter(opened_by=user).order_by("opened_at")
    last = {pk: place for place, pk in enumerate(mine.values_list("subject", flat=True))}
    found = subjects_of(user, at).filter(kind__in=kinds).order_by("name")
    return sorted(found, key=lambda one: -last.get(one.pk, -1))


def _counts(cases: CaseQuerySet) -> dict[UUID, int]:
    """Subject → how many of the cases are about it."""
    rows = cases.order_by().values_list("subject").annotate(Count("pk"))
    return {subject: n for subject, n in rows if subject is not None}


def case_url(case: Case) -> str:
    return reverse("field_case", args=[case.pk])
