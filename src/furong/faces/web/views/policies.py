"""The policy library, a policy's page, and its subjects by verdict."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from furong.apps.directory.access import coverage_of
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
from furong.faces.web.presenters.policies import policy_list, policy_page
from furong.faces.web.presenters.reached import reached_list
from furong.faces.web.presenters.verdicts import BADGES

ORDER = ("number",)


@require_safe
@needs("policy.view")
def list_policies(request: Request) -> HttpResponse:
    chosen = {name: request.GET.get(name, "") for name in ("level", "door", "q")}
    template = "web/policy_list.html"
    page = policy_list(chosen, personal=_personal(request), at=request.at)
    return render(request, f"{template}#results" if request.htmx else template, {"page": page})


@require_safe
@needs("policy.view")
def show_policy(request: Request, policy: str) -> HttpResponse:
    page = policy_page(text_or_404(policy, request), personal=_personal(request), at=request.at)
    return render(request, "web/policy.html", {"page": page})


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
        personal=_personal(request),
        at=request.at,
    )
    return render(request, "web/policy_subjects.html", {"page": shown})


@require_safe
@needs("subject.export")
def export_reached(request: Request, policy: str) -> HttpResponse:
    """The same subjects as a file, with the facts that the policy asks for."""
    text = text_or_404(policy, request)
    verdict, found = _reached(request, policy)
    known = catalogue()
    facts = [
        key
        for key in reads.book(request.at).only([policy]).used
        if key in known.facts and not known.is_personal(key)
    ]
    content = export_subjects(
        found, sorted(facts), file_format="xlsx", by=person(request), at=request.at
    )
    return workbook(content, f"{text.policy.id} {text.policy.title} {BADGES[verdict].text}")


def _personal(request: Request) -> bool:
    """Whether natural persons count in what the visitor is told: all, or none."""
    covered = coverage_of(request.user, "subject.view_personal", at=request.at)
    return covered.everything


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
