"""The queue of cases: inbox, all, closed; as a page, as a file, and one case beside the list."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from furong.apps.base import clock
from furong.apps.cases.models import Case
from furong.apps.cases.sight import INSIDE
from furong.apps.directory.access import coverage_of
from furong.apps.registry.exporting import write_table
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_listing import CaseListing, chosen_of, whole_cases
from furong.faces.web.case_posted import following
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.cases_around import Viewer
from furong.faces.web.presenters.cases_list import (
    queue_page,
    sheet_headings,
    sheet_rows,
)
from furong.faces.web.presenters.cases_one import case_page
from furong.faces.web.waiting import waiting_for

VIEW, ACT = "case.view", "case.act"
SHEET = 20_000
"""Rows of an exported queue; whoever wants more filters by street or unit."""


@require_safe
@needs(VIEW)
def list_cases(request: Request) -> HttpResponse:
    """The queue; htmx asks for the results alone."""
    listing = _listing(request)
    page = listing.page(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    acts = ACT in request.actions
    waiting = waiting_for(request, person(request), request.at) if acts else 0
    shown = queue_page(listing, page, acts=acts, staff=_is_staff(request), inbox=waiting)
    template = "web/cases.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": shown})


def _is_staff(request: Request) -> bool:
    """Whether the person sees cases as more than an owner of their subjects."""
    return bool(coverage_of(request.user, VIEW, at=request.at, among=INSIDE).scopes)


@require_safe
@needs(VIEW)
def export_cases(request: Request) -> HttpResponse:
    """The filtered queue as a file, in its order; personal answers are not in it."""
    listing = _listing(request)
    rows = listing.ordered()[: SHEET + 1]
    cases = [*whole_cases(rows)]
    title = _("事项")
    parts = [title, _("截至 %s") % figures.moment(request.at)]
    if len(cases) > SHEET:
        parts.append(_("只列出前 %d 件，请筛选后分批导出") % SHEET)
    cells = sheet_rows(cases[:SHEET], listing.machines, user=person(request), at=request.at)
    content = write_table(sheet_headings(), cells, "xlsx", title=" · ".join(parts))
    return workbook(content, title)


@require_safe
@needs(VIEW)
def show_pane(request: Request, pk: UUID) -> HttpResponse:
    """One case beside the queue, for the desk."""
    viewer = viewer_of(request, pk)
    page = case_page(viewer, real=clock.real())
    told = {"page": page, "next": following(request, "")}
    return render(request, "web/case_pane.html", told)


def viewer_of(request: Request, pk: UUID) -> Viewer:
    """The person before a case; 404 for who may not know of it."""
    rows = Case.objects.visible_to(request.user, request.at).with_all()
    case = get_object_or_404(rows, pk=pk)
    return Viewer(person(request), case, request.at, ACT in request.actions)


def _listing(request: Request) -> CaseListing:
    chosen = chosen_of(request.GET, acts=ACT in request.actions)
    return CaseListing(person(request), chosen, request.at)
