"""The queue of cases: inbox, all, closed; as a page, as a file, and one case beside the list."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from furong.apps.base import clock
from furong.apps.cases.sight import INSIDE, find
from furong.apps.directory.access import coverage_of
from furong.apps.registry.exporting import write_table
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_listing import MINE, CaseListing, chosen_of
from furong.faces.web.downloads import workbook
from furong.faces.web.posting import following
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.cases_around import Viewer
from furong.faces.web.presenters.cases_list import (
    queue_page,
    sheet_headings,
    sheet_rows,
)
from furong.faces.web.presenters.cases_one import case_page
from furong.faces.web.waiting import inbox_of, waiting_for

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
    waiting = waiting_for(person(request), request.at) if acts else 0
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
    cases = listing.first(SHEET + 1)
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
    if (case := find(request.user, pk, request.at)) is None:
        raise Http404
    return Viewer(person(request), case, request.at, ACT in request.actions)


def _listing(request: Request) -> CaseListing:
    chosen = chosen_of(request.GET, acts=ACT in request.actions)
    user, at = person(request), request.at
    inbox = inbox_of(user, at) if chosen["box"] == MINE else None
    return CaseListing(user, chosen, at, inbox)
