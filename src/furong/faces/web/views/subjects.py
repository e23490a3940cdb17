"""Subjects: the list, the page, the history of a fact, the answer to the next question."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.policies import reads as policies
from furong.apps.policies.reads import INDUSTRY, SIZE
from furong.apps.registry.actions import state_facts
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import export_subjects
from furong.apps.registry.models import Subject
from furong.apps.registry.sight import may_see, merged_away
from furong.apps.registry.sources import sources_open_to
from furong.faces.web.access import Request, needs, person
from furong.faces.web.downloads import workbook
from furong.faces.web.listing import Listing, chosen_of
from furong.faces.web.presenters.questions import answers
from furong.faces.web.presenters.sheets import as_of, judged_columns
from furong.faces.web.presenters.subject_list import subject_list
from furong.faces.web.presenters.subjects import fact_history, subject_page

LISTED = (INDUSTRY, SIZE)  # the facts that go out with a list of all kinds


@require_safe
@needs("subject.view")
def list_subjects(request: Request) -> HttpResponse:
    """All that the person may see, searched, filtered, in pages; htmx asks for the results alone."""
    listing = _listing(request)
    page = listing.page(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    shown = subject_list(
        listing,
        page,
        may_export="subject.export" in request.actions,
        may_call="case.dispatch" in request.actions,
        at=request.at,
    )
    template = "web/subject_list.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": shown})


@require_safe
@needs("subject.export")
def export(request: Request) -> HttpResponse:
    """The filtered list as a file, in its order; of one kind with all its facts but the personal."""
    known, listing, title = catalogue(), _listing(request), _("服务对象")
    kind, ids = listing.chosen["kind"], listing.ids()
    declared = [fact.key for fact in known.facts_of(kind)] if kind else LISTED
    facts = [key for key in declared if key in known.facts and not known.is_personal(key)]
    content = export_subjects(
        Subject.objects.filter(pk__in=policies.listed(ids)),
        facts,
        file_format="xlsx",
        title=as_of(title, _("授权范围内"), request.at),
        added=judged_columns(listing.overview),
        order=ids,
        by=person(request),
        at=request.at,
    )
    return workbook(content, title)


def _listing(request: Request) -> Listing:
    visible = Subject.objects.current().visible_to(request.user, request.at)
    return Listing(visible, chosen_of(request.GET), policies.overview(request.at))


@require_safe
@needs("subject.view")
def show_subject(request: Request, pk: UUID) -> HttpResponse:
    """A subject; of one that was merged, the one that remains, for those who may see that one."""
    subject = _subject(request, pk)
    into = subject.merged_into
    if into is not None and may_see(person(request), into, request.at):
        messages.info(request, merged_away(subject, to=person(request), at=request.at))
        return redirect("subject", into.pk)
    may_edit = bool(sources_open_to(person(request), subject, at=request.at))
    page = subject_page(subject, user=person(request), may_edit=may_edit, at=request.at)
    return render(request, "web/subject.html", {"page": page})


@require_safe
@needs("subject.view")
def show_history(request: Request, pk: UUID, fact: str) -> HttpResponse:
    subject = _subject(request, pk)
    if fact not in catalogue().facts:
        raise Http404
    may_edit = bool(sources_open_to(person(request), subject, at=request.at))
    page = fact_history(subject, fact, may_edit=may_edit and subject.merged_into_id is None)
    return render(request, "web/fact_history.html", {"page": page})


@require_POST
@needs("subject.edit")
def answer(request: Request, pk: UUID) -> HttpResponse:
    """State the facts that the page asked for."""
    subject = _subject(request, pk)
    sources = sources_open_to(person(request), subject, at=request.at)
    if not sources:
        raise Http404
    given = answers(request.POST)
    if not given:
        messages.warning(request, _("还没有填写，没有保存"))
        return redirect("subject", pk)
    try:
        state_facts(subject, given, source=sources[0], by=person(request), at=request.at)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已保存，各项政策已重新判定"))
    return redirect("subject", pk)


def _subject(request: Request, pk: UUID) -> Subject:
    seen = Subject.objects.visible_to(request.user, request.at)
    return get_object_or_404(seen.select_related("street", "merged_into"), pk=pk)
