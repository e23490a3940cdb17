"""Telling people of facts in dispute: who may settle them, and who said what.

A notice names the fact, never the subject or the value: who keeps the outbox sees no subjects. The
page it leads to says the rest, to those who may read it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from furong.apps.base.journal import Actor
from furong.apps.directory.access import Capacity, capacities_for
from furong.apps.directory.models import Grant, User
from furong.apps.notices.actions import notify
from furong.apps.registry import news
from furong.apps.registry.actions.disputes import SETTLE
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Dispute, Subject

FEW = 5
"""So many disputes are told one by one; of more (a table that was imported) people get their number."""

ALL = (str(Grant.Scope.ALL), "")


@news.on_opened
def tell_of_opened(disputes: Sequence[Dispute], *, by: Actor, at: datetime) -> None:
    """Tells those who may settle."""
    if len(disputes) > FEW:
        subjects = {one.subject.street_id: one.subject for one in disputes}
        told = {user for one in subjects.values() for user in settlers(one, at)}
        title = _("有 %d 项事实说法不一，待核实") % len(disputes)
        _tell(told, by, title, reverse("disputes"), disputes[0], at)
        return
    for dispute in disputes:
        took_part = set(dispute.entries.values_list("reporter", flat=True))
        people = [user for user in settlers(dispute.subject, at) if user.pk not in took_part]
        title = _("待核实：“%s”说法不一") % _label(dispute)
        _tell(people, by, title, _page(dispute), dispute, at)


@news.on_closed
def tell_of_closed(disputes: Sequence[Dispute], *, by: Actor, at: datetime) -> None:
    """Tells both sides, and who runs the subject's errands."""
    for dispute in disputes:
        took_part = dispute.entries.exclude(reporter=None).values("reporter")
        owners = Grant.objects.in_force(at).filter(
            capacity=Capacity.OWNER,
            scope_kind=Grant.Scope.SUBJECT,
            scope_id=str(dispute.subject_id),
        )
        people = User.objects.filter(pk__in=took_part) | User.objects.filter(
            pk__in=owners.values("user")
        )
        told = {"fact": _label(dispute), "outcome": dispute.get_outcome_display()}
        title = _("“%(fact)s”的不同说法：%(outcome)s") % told
        _tell(people.distinct(), by, title, _page(dispute), dispute, at)


def settlers(subject: Subject, at: datetime) -> list[User]:
    """Those who may settle facts of a subject: of its street, or of the district where it has none."""
    scopes = subject.scopes()
    grants = Grant.objects.in_force(at).filter(
        user__is_active=True,
        capacity__in=capacities_for(SETTLE),
        scope_id__in={"", *(scope_id for _kind, scope_id in scopes)},
    )
    held = list(grants.select_related("user"))
    near = [grant.user for grant in held if grant.scope in scopes]
    return near or [grant.user for grant in held if grant.scope == ALL]


def _tell(
    people: Iterable[User], by: Actor, title: str, path: str, about: Dispute, at: datetime
) -> None:
    """Tells whoever can be told; that nobody can is no reason not to act."""
    told = [user for user in people if user != by and user.is_active]
    if told:
        notify(told, title=title, path=path, about=about, by=by, at=at)


def _label(dispute: Dispute) -> str:
    return catalogue().fact(dispute.fact).label


def _page(dispute: Dispute) -> str:
    return reverse("dispute", args=[dispute.pk])
