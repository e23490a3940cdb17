"""The firm's own pages about who acts for it, and about what others do in its name."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.handlers.actions import (
    ask_errand,
    cancel_errand,
    end_authorisation,
    invite,
    object_to_errand,
)
from furong.apps.handlers.models import Authorisation, Errand
from furong.apps.handlers.models.authorisation import MANAGE
from furong.apps.handlers.models.errand import ErrandQuerySet
from furong.apps.registry.models import Subject
from furong.faces.web.access import Request, needs, person
from furong.faces.web.firms import back_to, chosen_firm, firms_of
from furong.faces.web.presenters.my_handlers import (
    errand_list,
    firm_list,
    handlers_page,
    invitation,
)
from furong.faces.web.views.authorisations import decided

RUN = "errand.run"
PAGE = "my_handlers"


@require_safe
@needs("mine.view")
def show_handlers(request: Request) -> HttpResponse:
    """Who acts for the firm, until when; for its main handler, what waits and how to invite."""
    firm = chosen_firm(request)
    if firm is None:
        return redirect("claims")
    shown = request.session.pop("invitation", None)
    page = handlers_page(
        firm,
        user=person(request),
        at=request.at,
        invitation=invitation(shown, request.build_absolute_uri("/"), at=request.at),
    )
    return render(request, "web/my_handlers.html", {"page": page})


@require_safe
@needs("mine.view")
def list_firms(request: Request) -> HttpResponse:
    """All firms of the person, with what each needs; `q` searches."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:100]
    firms = firms_of(request)
    total = firms.count()
    if not total:
        return redirect("claims")
    page = firm_list(firms, total, q, user=person(request), at=request.at)
    template = "web/my_firms.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": page})


@require_POST
@needs("mine.view")
def make_invitation(request: Request, pk: UUID) -> HttpResponse:
    firm = get_object_or_404(firms_of(request), pk=pk)
    replaces = None
    if wanted := request.POST.get("replaces"):
        rows = Authorisation.objects.in_force(request.at).filter(subject=firm)
        replaces = next((one for one in rows if str(one.pk) == wanted), None)
        if replaces is None:
            messages.error(request, _("要交接的授权书已经失效，请刷新后重选"))
            return back_to(firm, PAGE)
    role = replaces.role if replaces else request.POST.get("role", "")
    try:
        made = invite(firm, role, replaces=replaces, by=person(request), at=request.at)
        request.session["invitation"] = made.code
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return back_to(firm, PAGE)


@require_POST
@needs(MANAGE)
def decide_handler(request: Request, pk: UUID) -> HttpResponse:
    """The main handler confirms or refuses somebody."""
    one = _found(request, pk)
    try:
        messages.success(request, decided(request, one))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return _back(one)


@require_POST
@needs(MANAGE)
def end_handler(request: Request, pk: UUID) -> HttpResponse:
    """The main handler ends somebody's authorisation, or a handler their own."""
    one = _found(request, pk)
    reason = request.POST.get("reason", "")
    try:
        ended = end_authorisation(one, reason=reason, by=person(request), at=request.at)
        messages.success(request, _("授权已终止"))
        if ended.follows:
            messages.warning(request, ended.follows)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("claims") if one.user_id == person(request).pk else _back(one)


@require_POST
@needs("mine.view")
def ask(request: Request, pk: UUID, policy: str) -> HttpResponse:
    """请联络员代办."""
    firm = get_object_or_404(firms_of(request), pk=pk)
    try:
        note = request.POST.get("note", "")
        ask_errand(firm, policy, note=note, by=person(request), at=request.at)
        messages.success(request, _("已请联络员代办，办好后您会收到回执"))
    except KeyError:
        messages.error(request, _("没有这项政策，可能已经停止施行"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return back_to(firm)


@require_POST
@needs("mine.view")
def cancel(request: Request, pk: UUID) -> HttpResponse:
    errand = get_object_or_404(_errands(request), pk=pk)
    try:
        cancel_errand(errand, by=person(request), at=request.at)
        messages.success(request, _("已取消代办"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return back_to(errand.subject)


@require_POST
@needs("mine.view")
def object_to(request: Request, pk: UUID) -> HttpResponse:
    """对代办提出异议."""
    errand = get_object_or_404(_errands(request), pk=pk)
    try:
        reason = request.POST.get("reason", "")
        object_to_errand(errand, reason=reason, by=person(request), at=request.at)
        messages.success(request, _("异议已登记，已告知经办人；未决定的申请同时撤回"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return back_to(errand.subject)


@require_safe
@needs(RUN)
def list_errands(request: Request) -> HttpResponse:
    """What firms ask the reader to apply for in their name, the oldest first."""
    covered = Subject.objects.current().open_to(request.user, RUN, request.at)
    rows = Errand.objects.open().filter(subject__in=covered)
    page = errand_list(rows.select_related("subject__street", "asked_by"))
    return render(request, "web/errands.html", {"rows": page})


def _errands(request: Request) -> ErrandQuerySet:
    rows = Errand.objects.filter(subject__in=firms_of(request).values("pk"))
    return rows.select_related("subject")


def _found(request: Request, pk: UUID) -> Authorisation:
    rows = Authorisation.objects.filter(subject__in=firms_of(request).values("pk"))
    visible = rows.visible_to(person(request), request.at)
    return get_object_or_404(visible.select_related("subject", "user"), pk=pk)


def _back(one: Authorisation) -> HttpResponse:
    assert one.subject is not None
    return back_to(one.subject, PAGE)
