"""The firms whose errands the reader runs, and which of them a page is about."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from furong.apps.handlers.models.authorisation import own_subjects
from furong.apps.registry.models import Subject
from furong.apps.registry.models.subjects import SubjectQuerySet
from furong.faces.web.access import Request, person

CHOSEN = "firm"
"""Where the address names a firm, and the session keeps the one that was looked at last."""


def firms_of(request: Request) -> SubjectQuerySet:
    held = own_subjects(person(request), request.at)
    return Subject.objects.current().filter(pk__in=held).select_related("street")


def chosen_firm(request: Request) -> Subject | None:
    """The firm that the address names, the one that was looked at last, or the first; None: none."""
    firms = list(firms_of(request).order_by("name"))
    if not firms:
        return None
    wanted = request.GET.get(CHOSEN) or request.session.get(CHOSEN)
    chosen = next((one for one in firms if str(one.pk) == wanted), firms[0])
    request.session[CHOSEN] = str(chosen.pk)
    return chosen


def back_to(firm: Subject, page: str = "mine") -> HttpResponse:
    return redirect(f"{reverse(page)}?{CHOSEN}={firm.pk}")
