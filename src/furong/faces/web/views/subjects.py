"""Subjects: the list, the page, the history of a fact, the answer to the next question."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.directory.models import Zone
from furong.apps.registry.actions import state_facts
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import export_subjects
from furong.apps.registry.models import Subject
from furong.apps.registry.models.subjects import SubjectQuerySet
from furong.apps.registry.sources import sources_open_to
from furong.faces.web.access import Request, needs, person
from furong.faces.web.cursor import Page, page_of, slice_of
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters.industries import SECTIONS
from furong.faces.web.presenters.questions import answers
from furong.faces.web.presenters.subjects import (
    INDUSTRY,
    SIZE,
    fact_history,
    subject_list,
    subject_page,
)

SORTS = {"name": ("name", "number"), "-name": ("-name", "-number"), "": ("number",)}
LISTED = (INDUSTRY, SIZE)  # the facts that go out with a list of all kinds
FILTERS = ("q", "kind", "street", "industry", "sort")


@require_safe
@needs("subject.view")
def list_subjects(request: Request) -> HttpResponse:
    """All that the person may see, searched, filtered, in pages; htmx asks for the results alone."""
    visible = _visible(request)
    chosen = _chosen(request)
    page = subject_list(
        _page(request, _filtered(visible, chosen), chosen),
        across=_filtered(visible, chosen | {"kind": ""}),
        chosen=chosen,
        may_export="subject.export" in request.actions,
        at=request.at,
    )
    template = "web/subject_list.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": page})


@require_safe
@needs("subject.export")
def export(request: Request) -> HttpResponse:
    """The filtered list as a file; of one kind with all its facts but the personal ones."""
    known, chosen = catalogue(), _chosen(request)
    found = _filtered(_visible(request), chosen)
    declared = [fact.key for fact in known.facts_of(chosen["kind"])] if chosen["kind"] else LISTED
    facts = [key for key in declared if key in known.facts and not known.is_personal(key)]
    content = export_subjects(found, facts, file_format="xlsx", by=person(request), at=request.at)
    return workbook(content, _("服务对象"))


@require_safe
@needs("subject.view")
def show_subject(request: Request, pk: UUID) -> HttpResponse:
    subject = _subject(request, pk)
    may_edit = bool(sources_open_to(person(request), subject, at=request.at))
    page = subject_page(subject, user=person(request), may_edit=may_edit, at=request.at)
    return render(request, "web/subject.html", {"page": page})


@require_safe
@needs("subject.view")
def show_history(request: Request, pk: UUID, fact: str) -> HttpResponse:
    subject = _subject(request, pk)
    if fact not in catalogue().facts:
        raise Http404
    return render(request, "web/fact_history.html", {"page": fact_history(subject, fact)})


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


def _visible(request: Request) -> SubjectQuerySet:
    return Subject.objects.current().visible_to(request.user, request.at)


def _subject(request: Request, pk: UUID) -> Subject:
    seen = Subject.objects.visible_to(request.user, request.at)
    return get_object_or_404(seen.select_related("street"), pk=pk)


def _chosen(request: Request) -> dict[str, str]:
    chosen = {name: request.GET.get(name, "").strip() for name in FILTERS}
    return chosen | {"sort": chosen["sort"] if chosen["sort"] in SORTS else ""}


def _filtered(subjects: SubjectQuerySet, chosen: dict[str, str]) -> SubjectQuerySet:
    if chosen["kind"]:
        subjects = subjects.filter(kind=chosen["kind"])
    if chosen["street"]:
        subjects = subjects.filter(street__in=Zone.objects.within([chosen["street"]]))
    if chosen["industry"] in SECTIONS and INDUSTRY in catalogue().facts:
        of_section = {f"projection__facts__{INDUSTRY}__v__startswith": chosen["industry"]}
        subjects = subjects.filter(**of_section)
    if chosen["q"]:
        subjects = subjects.search(chosen["q"])
    return subjects


def _page(request: Request, found: SubjectQuerySet, chosen: dict[str, str]) -> Page[Subject]:
    """A search's hits by their rank, anything else by name or number."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    total = found.count()
    shown = found.select_related("street").prefetch_related("identifiers")
    if chosen["q"]:
        return slice_of(shown, after=after, before=before, total=total)
    return page_of(shown, SORTS[chosen["sort"]], after=after, before=before, total=total)
