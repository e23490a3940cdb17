"""A draft's way to the public: its review page, opinions, issue; and the end of a policy."""

from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.models import StoredFile
from furong.apps.policies.actions import Finding, issue_draft, repeal_policy, review_draft
from furong.apps.policies.models import Draft, Policy
from furong.faces.web.access import Request, needs, person
from furong.faces.web.presenters.studio_review import review_page
from furong.faces.web.studio.posted import revision_of
from furong.faces.web.views.policies import kept, shown_policy


@require_safe
@needs("draft.view")
def review(request: Request, pk: UUID) -> HttpResponse:
    """The draft, what it changes and what was found so far."""
    return _reviewed(request, pk)


@require_POST
@needs("policy.review")
def give_opinion(request: Request, pk: UUID) -> HttpResponse:
    """Enters an opinion; where it is refused, the page has it as it was typed."""
    draft = get_object_or_404(Draft, pk=pk)
    try:
        review_draft(
            draft,
            Finding(
                passed=request.POST.get("outcome") == "passed",
                unit=request.POST.get("unit", ""),
                text=request.POST.get("text", ""),
                number=request.POST.get("number", ""),
                file=_file(request),
            ),
            stage=request.POST.get("stage", ""),
            revision=revision_of(request.POST),
            by=person(request),
            at=request.at,
        )
    except Refusal as refusal:
        return _reviewed(request, pk, refusal)
    messages.success(request, _("意见已登记"))
    return redirect("studio_review", pk)


@require_POST
@needs("policy.edit")
def issue(request: Request, pk: UUID) -> HttpResponse:
    draft = get_object_or_404(Draft, pk=pk)
    try:
        issue_draft(
            draft,
            number=request.POST.get("number", ""),
            issued=_day(request, "issued"),
            file=_file(request),
            by=person(request),
            at=request.at,
        )
    except Refusal as refusal:
        return _reviewed(request, pk, refusal)
    messages.success(request, _("已印发。申报指南和 H5 页已发布，可在“宣传转发”生成海报"))
    return redirect("policy", draft.code)


@require_POST
@needs("policy.edit")
def repeal(request: Request, policy: str) -> HttpResponse:
    held = get_object_or_404(Policy, code=policy)
    try:
        repeal_policy(
            held,
            last_day=_day(request, "last_day"),
            number=request.POST.get("number", ""),
            reason=request.POST.get("reason", ""),
            finish="finish" in request.POST,
            file=_file(request),
            by=person(request),
            at=request.at,
        )
    except Refusal as refusal:
        return shown_policy(request, policy, refusal)
    messages.success(request, _("已登记废止"))
    return redirect("policy", policy)


@require_safe
@needs("draft.view")
def show_file(request: Request, pk: UUID, file: UUID) -> HttpResponse:  # noqa: ARG001 - the view's form
    """A paper that an opinion on the draft rests on."""
    draft = get_object_or_404(Draft, pk=pk)
    if not draft.opinions.filter(file=file).exists():
        raise Http404
    found = get_object_or_404(StoredFile, pk=file)
    return HttpResponse(found.path.read_bytes(), headers=found.headers())


def _reviewed(request: Request, pk: UUID, refusal: Refusal | None = None) -> HttpResponse:
    """The review page; after a refusal, with what was typed into its forms."""
    draft = get_object_or_404(Draft.objects.select_related("base", "changed_by"), pk=pk)
    page = review_page(draft, user=person(request), actions=request.actions, at=request.at)
    return render(
        request,
        "web/studio_review.html",
        {"page": page, **kept(request, refusal)},
        status=409 if refusal else 200,
    )


def _file(request: Request) -> StoredFile | None:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        return None
    return store(upload, name=upload.name or "", by=person(request), at=request.at)


def _day(request: Request, name: str) -> date:
    told = request.POST.get(name, "")
    try:
        return datetime.strptime(told, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, without a zone
    except ValueError:
        raise Refusal(_("“%s”不是日期，请写成 2020-02-24 的样子") % told) from None
