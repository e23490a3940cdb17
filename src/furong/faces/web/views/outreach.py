"""Spreading a policy: papers with a code of one's own, the code's address, and the trace."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from furong.apps.notices import codes
from furong.apps.notices.actions import BadCode, Visit, forward, forwarding_of, record_opening
from furong.apps.notices.exporting import export_trace
from furong.apps.notices.models import Forwarding
from furong.apps.notices.papers import Kind, printed
from furong.apps.policies.reads import Text
from furong.faces.web.access import Request, needs, person, public
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters.outreach import (
    about,
    content_of,
    outreach_page,
    paper_name,
    require_spreadable,
)
from furong.faces.web.views.policies import text_or_404

VIA = "via"
"""Cookie: the code by which its reader last came, so that a forwarding knows its parent."""

A_WEEK = 7 * 24 * 3600


@require_safe
@needs("policy.view")
def show_outreach(request: Request, policy: str) -> HttpResponse:
    """The papers and texts of a policy, and the trace of what the person forwarded."""
    text = _spreadable(request, policy)
    page = outreach_page(
        text,
        _link(request, policy),
        user=person(request),
        may_see_all="policy.edit" in request.actions,
        at=request.at,
    )
    return render(request, "web/outreach.html", {"page": page})


@require_POST
@needs("policy.view")
def forward_policy(request: Request, policy: str) -> HttpResponse:
    """A code of one's own; a second time the same one."""
    _spreadable(request, policy)
    forward(
        about(policy),
        path=reverse("public_policy", args=[policy]),
        came_by=request.COOKIES.get(VIA, ""),
        by=person(request),
        at=request.at,
    )
    return redirect("outreach", policy)


@require_safe
@needs("policy.view")
def show_paper(request: Request, policy: str, paper: str) -> HttpResponse:
    """A paper to look at, or with `?save=1` to keep."""
    text = _spreadable(request, policy)
    if paper not in Kind:
        raise Http404
    kind = Kind(paper)
    content = content_of(text, _link(request, policy), at=request.at)
    answer = HttpResponse(printed(kind, content), content_type=kind.media_type)
    answer["Content-Disposition"] = (
        content_disposition_header(
            as_attachment="save" in request.GET, filename=paper_name(text, kind, at=request.at)
        )
        or "inline"
    )
    answer["Cache-Control"] = "private, no-cache"
    return answer


@require_safe
@needs("policy.edit")
def export_forwardings(request: Request, policy: str) -> HttpResponse:
    """Everybody's trace as a file."""
    text = text_or_404(policy, request)
    title = f"{text.policy.id} {text.policy.title}"
    content = export_trace(about(policy), title=title, by=person(request), at=request.at)
    return workbook(content, title)


@require_safe
@public
def open_code(request: Request, code: str) -> HttpResponse:
    """What a QR code leads to: on to the policy, counted. A false code is told so, and no more."""
    try:
        forwarding = forwarding_of(code)
    except BadCode as refusal:
        return render(request, "web/outreach_lost.html", {"refusal": refusal}, status=404)
    record_opening(forwarding, _visit(request), at=request.at)
    answer = redirect(forwarding.path)
    answer["Cache-Control"] = "no-store"
    answer.set_cookie(
        VIA,
        codes.make(forwarding.code),
        max_age=A_WEEK,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


def _spreadable(request: Request, policy: str) -> Text:
    text = text_or_404(policy, request)
    require_spreadable(text, timezone.localdate(request.at))
    return text


def _link(request: Request, policy: str) -> str:
    """The whole address that the person's papers carry: by their code, or before it the page's."""
    mine = Forwarding.objects.about(about(policy)).filter(forwarder=person(request)).first()
    path = (
        reverse("open_code", args=[codes.make(mine.code)])
        if mine
        else reverse("public_policy", args=[policy])
    )
    if settings.FURONG_URL:
        return f"{settings.FURONG_URL.rstrip('/')}{path}"
    return request.build_absolute_uri(path)


def _visit(request: Request) -> Visit:
    return Visit(
        address=request.META.get("REMOTE_ADDR", ""),
        agent=request.headers.get("User-Agent", ""),
        headers=request.headers,
        is_glance=request.method == "HEAD",
    )
