"""Facts in dispute: the list to work down, a dispute's page, objecting, settling."""

from collections.abc import Mapping
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.directory.access import may, require
from furong.apps.directory.models import Zone
from furong.apps.policies.actions.releasing import release
from furong.apps.registry.actions import contest, settle
from furong.apps.registry.actions.disputes import SETTLE
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Dispute, Subject
from furong.apps.registry.models.disputes import DisputeQuerySet
from furong.apps.registry.reads import dispute_of
from furong.apps.registry.sources import sources_open_to
from furong.faces.web.access import Request, needs, person
from furong.faces.web.cursor import page_of
from furong.faces.web.downloads import workbook
from furong.faces.web.posting import done_once, stored
from furong.faces.web.presenters import disputes as words
from furong.faces.web.presenters.applications import exported_title
from furong.faces.web.presenters.questions import answers
from furong.faces.web.presenters.whose import whose

OLDEST, NEWEST = ("opened_at", "id"), ("-opened_at", "-id")


@require_safe
@needs(SETTLE)
def list_disputes(request: Request) -> HttpResponse:
    """待核实的事实, the longest open first; htmx asks for the results alone."""
    chosen = _chosen(request)
    across = _filtered(request, chosen)
    found = _of_state(across, chosen)
    keys = NEWEST if chosen["sort"] == words.NEWEST else OLDEST
    shown = words.dispute_list(
        page_of(
            _with_parts(found),
            keys,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
            total=found.count(),
        ),
        across=across,
        chosen=chosen,
        may_export="subject.export" in request.actions,
    )
    template = "web/disputes.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": shown})


@require_safe
@needs(SETTLE)
def export_disputes(request: Request) -> HttpResponse:
    """The filtered list as a file; natural persons are not in it."""
    chosen = _chosen(request)
    found = _of_state(_filtered(request, chosen), chosen)
    subjects = found.values_list("subject_id", flat=True)
    released = release(subjects, what="disputes", by=person(request), at=request.at)
    told = whose(person(request), request.at)
    title = exported_title(_("待核实的事实"), told.name if told else "", request.at)
    rows = [one for one in _with_parts(found).order_by(*OLDEST) if one.subject_id in released]
    return workbook(words.disputes_sheet(rows, title), _("待核实的事实"))


@require_safe
@needs("subject.view")
def show_dispute(request: Request, pk: UUID) -> HttpResponse:
    return _shown(request, _dispute(request, pk))


@require_safe
@needs("subject.view")
def show_evidence(request: Request, pk: UUID, entry: int) -> HttpResponse:
    """What a statement of the dispute was shown with."""
    statements = _dispute(request, pk).entries.select_related("evidence")
    one = get_object_or_404(statements.exclude(evidence=None), pk=entry)
    assert one.evidence is not None
    with one.evidence.open() as file:
        return HttpResponse(file.read(), headers=one.evidence.headers())


@require_POST
@needs(SETTLE)
def settle_dispute(request: Request, pk: UUID) -> HttpResponse:
    """Settles a dispute; what is missing is told, and nothing is lost."""
    one = _dispute(request, pk)
    require(person(request), SETTLE, at=request.at, on=one.subject)

    def act() -> str:
        stands = request.POST.get("stands", "")
        if not stands.isdecimal():
            raise Refusal(_("请选择以哪一种说法为准"))
        settle(
            one,
            int(stands),
            reason=request.POST.get("reason", ""),
            evidence=stored(request),
            by=person(request),
            at=request.at,
        )
        return reverse("dispute", args=[pk])

    return done_once(
        request,
        act,
        _("已核实认定，并告知双方"),
        again=lambda: _shown(request, _dispute(request, pk)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("subject.edit")
def contest_fact(request: Request, pk: UUID, fact: str) -> HttpResponse:
    """Objects to what is known of a fact (这条不对), and states what is right."""
    seen = Subject.objects.current().visible_to(request.user, request.at)
    subject = get_object_or_404(seen.select_related("street"), pk=pk)
    sources = sources_open_to(person(request), subject, at=request.at)
    if not sources or fact not in catalogue().facts:
        raise Http404

    def shown() -> HttpResponse:
        page = words.contest_page(subject, fact, sources, note=request.POST.get("note", ""))
        if page is None:
            raise Http404
        return render(request, "web/contest.html", {"page": page})

    if request.method != "POST":
        return shown()

    def act() -> str:
        read = request.POST.get("seen", "")
        stated = contest(
            subject,
            fact,
            answers(request.POST).get(fact),
            seen=int(read) if read.isdecimal() else 0,
            source=request.POST.get("source") or sources[0],
            note=request.POST.get("note", ""),
            evidence=stored(request),
            by=person(request),
            at=request.at,
        )
        opened = dispute_of(subject, fact) if stated.disputed else None
        if opened is not None:
            return reverse("dispute", args=[opened.pk])
        return reverse("fact_history", args=[pk, fact])

    return done_once(request, act, _("已记录；有争议的由街道核实后告知您"), again=shown)


def _shown(request: Request, one: Dispute) -> HttpResponse:
    page = words.dispute_page(
        one,
        user=person(request),
        may_settle=may(request.user, SETTLE, at=request.at, on=one.subject),
        at=request.at,
        chosen=request.POST.get("stands", ""),
        said=request.POST.get("reason", ""),
    )
    return render(request, "web/dispute.html", {"page": page})


def _dispute(request: Request, pk: UUID) -> Dispute:
    return get_object_or_404(
        _with_parts(Dispute.objects.visible_to(request.user, request.at)), pk=pk
    )


def _with_parts(found: DisputeQuerySet) -> DisputeQuerySet:
    return found.select_related("subject__street", "closed_by", "evidence")


def _chosen(request: Request) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in words.FILTERS}


def _filtered(request: Request, chosen: Mapping[str, str]) -> DisputeQuerySet:
    """Those that the person may settle, of either state, as the other filters leave them."""
    found = Dispute.objects.open_to(request.user, SETTLE, request.at).visible_to(
        request.user, request.at
    )
    if street := chosen["street"]:
        found = found.filter(subject__street__in=Zone.objects.within([street]))
    return found.filter(fact=chosen["fact"]) if chosen["fact"] else found


def _of_state(found: DisputeQuerySet, chosen: Mapping[str, str]) -> DisputeQuerySet:
    return found.closed() if chosen["state"] == words.CLOSED else found.open()
