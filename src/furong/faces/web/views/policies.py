"""The policy library, a policy's page, and its subjects by verdict."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from furong.apps.base.errors import Refusal
from furong.apps.directory.models import Zone
from furong.apps.policies import reads
from furong.apps.policies.reads import Text
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import export_subjects
from furong.apps.registry.models import Subject
from furong.apps.registry.models.subjects import SubjectQuerySet
from furong.faces.web.access import Request, needs, person
from furong.faces.web.cursor import page_of
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters.one_policy import policy_page
from furong.faces.web.presenters.policies import listed_texts, policy_list
from furong.faces.web.presenters.reached import reached_list
from furong.faces.web.presenters.sheets import as_of, policy_sheet, reached_columns
from furong.faces.web.presenters.verdicts import BADGES
from furong.faces.web.presenters.whose import whose

ORDER = ("number",)


@require_safe
@needs("policy.view")
def list_policies(request: Request) -> HttpResponse:
    template = "web/policy_list.html"
    page = policy_list(_chosen(request), told=whose(person(request), request.at), at=request.at)
    return render(request, f"{template}#results" if request.htmx else template, {"page": page})


@require_safe
@needs("policy.view")
def export_policies(request: Request) -> HttpResponse:
    """The filtered library as a file, with the figures that the person is told."""
    told, title = whose(person(request), request.at), _("政策库")
    reaches = reads.reaches(request.at, told.counted) if told else None
    heading = as_of(title, told.name if told else "", request.at)
    texts = listed_texts(_chosen(request), request.at)
    return workbook(policy_sheet(texts, reaches, heading), title)


def _chosen(request: Request) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("level", "door", "q")}


@require_safe
@needs("policy.view")
def show_policy(request: Request, policy: str) -> HttpResponse:
    return shown_policy(request, policy)


def shown_policy(request: Request, policy: str, refusal: Refusal | None = None) -> HttpResponse:
    """A policy's page; after a refusal, with what was typed into its forms."""
    text = text_or_404(policy, request)
    page = policy_page(
        text,
        told=whose(person(request), request.at),
        at=request.at,
        may_edit="policy.edit" in request.actions,
    )
    context = {"page": page, **kept(request, refusal)}
    return render(request, "web/policy.html", context, status=409 if refusal else 200)


def kept(request: Request, refusal: Refusal | None) -> dict[str, object]:
    """For a template: why a form was refused, what was typed into it, and whether its file is lost."""
    if refusal is None:
        return {}
    return {"refusal": str(refusal), "typed": request.POST, "file_lost": bool(request.FILES)}


@require_safe
@needs("subject.view")
def list_reached(request: Request, policy: str) -> HttpResponse:
    """The policy's subjects with one verdict, of those that the person may see."""
    text = text_or_404(policy, request)
    verdict, found = _reached(request, policy)
    page = page_of(
        found.select_related("street"),
        ORDER,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        total=found.count(),
    )
    shown = reached_list(
        text,
        verdict,
        page,
        may_export="subject.export" in request.actions,
        told=whose(person(request), request.at),
        at=request.at,
    )
    return render(request, "web/policy_subjects.html", {"page": shown})


@require_safe
@needs("subject.export")
def export_reached(request: Request, policy: str) -> HttpResponse:
    """The same subjects as a file: sum, reason, what is missing, and the facts that are asked for."""
    text = text_or_404(policy, request)
    verdict, found = _reached(request, policy)
    known = catalogue()
    facts = [
        key
        for key in reads.book(request.at).only([policy]).used
        if key in known.facts and not known.is_personal(key)
    ]
    name = f"{text.policy.id} {text.policy.title} {BADGES[verdict].text}"
    told = whose(person(request), request.at)
    content = export_subjects(
        found.order_by(*ORDER),
        sorted(facts),
        file_format="xlsx",
        title=as_of(name, told.name if told else "", request.at),
        added=reached_columns(text, request.at),
        by=person(request),
        at=request.at,
    )
    return workbook(content, name)


def _reached(request: Request, policy: str) -> tuple[reads.Standing, SubjectQuerySet]:
    """The verdict asked for, and its subjects as far as the person may see them."""
    asked = request.GET.get("verdict", "")
    verdict = next((one for one in reads.STANDINGS if one == asked), reads.STANDINGS[0])
    visible = Subject.objects.current().visible_to(request.user, request.at)
    found = visible.filter(pk__in=reads.subjects_of(policy, verdict, request.at))
    if street := request.GET.get("street"):
        found = found.filter(street__in=Zone.objects.within([street]))
    return verdict, found


def text_or_404(policy: str, request: Request) -> Text:
    """The policy's text as of now; 404 where there is no such policy."""
    try:
        return reads.text_of(policy, request.at)
    except KeyError as error:
        raise Http404 from error
