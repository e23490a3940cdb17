"""The desk of a street: letters of authorisation that wait, and those that stand."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.handlers.actions import (
    confirm,
    end_authorisation,
    look_up_mobile,
    refuse,
    register_claimed,
)
from furong.apps.handlers.days import end_of
from furong.apps.handlers.exporting import export_letters
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import DECIDE, AuthorisationQuerySet, Role
from furong.faces.web.access import Request, needs, person
from furong.faces.web.cursor import page_of
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters.applications import exported_title
from furong.faces.web.presenters.authorisations import desk_list, desk_page

OLDEST = ("requested_at", "id")
LATEST = ("-requested_at", "-id")
SIZE = 30


@require_safe
@needs(DECIDE)
def list_authorisations(request: Request) -> HttpResponse:
    """What waits for the desk, the oldest first; or by state, the latest first."""
    user, chosen = person(request), _chosen(request)
    waiting = _filtered(Authorisation.objects.for_desk(user, request.at), chosen)
    found, keys = _wanted(request, chosen)
    turned = {name: request.GET.get(name, "") for name in ("after", "before")}
    rows = found.select_related("user", "street", "subject")
    page = desk_list(
        page_of(rows, keys, **turned, size=SIZE, total=found.count()),
        covered=_filtered(Authorisation.objects.at_desk(user, request.at), chosen),
        waiting=waiting.count(),
        chosen=chosen,
        at=request.at,
    )
    template = "web/authorisations.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": page})


@require_safe
@needs(DECIDE)
def export_authorisations(request: Request) -> HttpResponse:
    """The filtered list as a file."""
    found, keys = _wanted(request, _chosen(request))
    title = exported_title(_("授权核实"), "", request.at)
    content = export_letters(found.order_by(*keys), title=title, by=person(request), at=request.at)
    return workbook(content, _("授权核实"))


@require_safe
@needs(DECIDE)
def show_authorisation(request: Request, pk: UUID) -> HttpResponse:
    return _shown(request, _found(request, pk))


@require_POST
@needs(DECIDE)
def decide(request: Request, pk: UUID) -> HttpResponse:
    """Confirms, with an end and a hand-over where they are chosen, or refuses."""
    one = _found(request, pk)
    try:
        messages.success(request, decided(request, one))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("authorisation", pk=pk)


@require_POST
@needs(DECIDE)
def end(request: Request, pk: UUID) -> HttpResponse:
    one = _found(request, pk)

    def act() -> str:
        reason = request.POST.get("reason", "")
        return end_authorisation(one, reason=reason, by=person(request), at=request.at).follows

    return _done(request, one, act, _("授权已终止"))


@require_POST
@needs(DECIDE)
def enter_firm(request: Request, pk: UUID) -> HttpResponse:
    """Enters the firm that the registry does not know, as the desk has checked it."""
    one = _found(request, pk)

    def act() -> str:
        kind = request.POST.get("kind", "")
        register_claimed(one, kind=kind, by=person(request), at=request.at)
        return ""

    return _done(request, one, act, _("企业已登记，可以核实授权了"))


@require_POST
@needs(DECIDE)
def ring(request: Request, pk: UUID) -> HttpResponse:
    """Shows the mobile of whoever asks; an act of its own."""
    one = _found(request, pk)
    try:
        mobile = look_up_mobile(one, by=person(request), at=request.at)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("authorisation", pk=pk)
    answer = _shown(request, one, mobile=mobile)
    answer["Cache-Control"] = "no-store"
    return answer


def decided(request: Request, one: Authorisation) -> str:
    """Confirms or refuses as a form says; what was done, in words. Raises Refusal."""
    if request.POST.get("outcome") == "confirm":
        _confirm(request, one)
        return _("已确认，授权即时生效")
    if request.POST.get("outcome") != "refuse":
        raise Refusal(_("请先选核实结果：确认，或退回"))
    _refuse(request, one)
    return _("已退回，理由已告知申请人")


def _confirm(request: Request, one: Authorisation) -> None:
    replaces = None
    if wanted := request.POST.get("replaces"):
        others = Authorisation.objects.in_force(request.at).filter(subject=one.subject_id)
        replaces = next((other for other in others if str(other.pk) == wanted), None)
        if replaces is None:
            raise Refusal(_("被交接的授权书已经失效，请刷新后重选"))
    confirm(
        one,
        until=_until(request),
        replaces=replaces,
        revision=_revision(request),
        by=person(request),
        at=request.at,
    )


def _refuse(request: Request, one: Authorisation) -> None:
    reason = request.POST.get("reason", "")
    refuse(one, reason=reason, revision=_revision(request), by=person(request), at=request.at)


def _until(request: Request) -> datetime | None:
    raw = request.POST.get("until", "")
    try:
        return end_of(date.fromisoformat(raw)) if raw else None
    except (ValueError, OverflowError):
        raise Refusal(_("请按 2020-12-31 的样子填写授权截止日期")) from None


def _revision(request: Request) -> int:
    raw = request.POST.get("revision", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0


def _done(request: Request, one: Authorisation, act: Callable[[], str], told: str) -> HttpResponse:
    """Acts and shows the letter anew; what was refused is said there."""
    try:
        follows = act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, told)
        if follows:
            messages.warning(request, follows)
    return redirect("authorisation", pk=one.pk)


def _shown(request: Request, one: Authorisation, mobile: str = "") -> HttpResponse:
    others = Authorisation.objects.in_force(request.at).exclude(pk=one.pk)
    rows = others.filter(subject=one.subject_id).exclude(subject=None)
    page = desk_page(
        one,
        rows.select_related("user", "street").order_by("role", "valid_from"),
        user=person(request),
        at=request.at,
        mobile=mobile,
    )
    return render(request, "web/authorisation.html", {"page": page})


def _found(request: Request, pk: UUID) -> Authorisation:
    rows = Authorisation.objects.at_desk(person(request), request.at)
    related = ("user__phone", "street", "subject__street", "letter", "replaces__user", "decided_by")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _wanted(
    request: Request, chosen: dict[str, str]
) -> tuple[AuthorisationQuerySet, tuple[str, str]]:
    """What the filters ask for, and its order."""
    user, every = person(request), Authorisation.objects
    if not chosen["state"]:
        return _filtered(every.for_desk(user, request.at), chosen), OLDEST
    found = every.at_desk(user, request.at).filter(state=chosen["state"])
    return _filtered(found, chosen), LATEST


def _chosen(request: Request) -> dict[str, str]:
    chosen = {name: request.GET.get(name, "").strip()[:100] for name in ("state", "role", "q")}
    if chosen["state"] not in Authorisation.State.values:
        chosen["state"] = ""
    if chosen["role"] not in Role.values:
        chosen["role"] = ""
    return chosen


def _filtered(found: AuthorisationQuerySet, chosen: dict[str, str]) -> AuthorisationQuerySet:
    if chosen["role"]:
        found = found.filter(role=chosen["role"])
    if q := chosen["q"].replace("\0", ""):
        found = found.filter(
            Q(firm_name__icontains=q) | Q(code__istartswith=q) | Q(user__name__icontains=q)
        )
    return found
