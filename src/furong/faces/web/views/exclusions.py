"""Leaving cases out of a unit's rates: asking on a case, the list to work down, one request, deciding."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.cases.actions import (
    InvalidExclusion,
    decide_exclusion,
    exclude,
    revoke_exclusion,
    withdraw_exclusion,
)
from furong.apps.cases.models import Exclusion
from furong.apps.cases.models.exclusion import ExclusionQuerySet
from furong.apps.cases.sight import INSIDE
from furong.apps.directory.access import coverage_of
from furong.apps.registry.exporting import write_table
from furong.apps.registry.models import Subject
from furong.faces.web.access import Request, needs, person
from furong.faces.web.cursor import page_of
from furong.faces.web.downloads import workbook
from furong.faces.web.posting import STALE, act_once, done_once, following
from furong.faces.web.presenters import exclusions as words
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.act_forms import ActForm
from furong.faces.web.presenters.cases_one import head_of, turn_box
from furong.faces.web.presenters.parts import Text
from furong.faces.web.uploads import Uploads, sent
from furong.faces.web.views.cases import ACT, SHEET, VIEW, viewer_of

NONE: Mapping[str, str] = {}


# --- the list -------------------------------------------------------------------------------------


@require_safe
@needs(VIEW)
def list_exclusions(request: Request) -> HttpResponse:
    """剔除申请, what waits for a decision first; htmx asks for the results alone."""
    chosen = _chosen(request)
    across = _filtered(request, chosen)
    found = _of_state(across, chosen)
    page = page_of(
        found.with_parts(),
        words.ORDERS[chosen["sort"]],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        total=found.count(),
    )
    shown = words.exclusion_list(page, across=across, chosen=chosen, at=request.at)
    template = "web/exclusions.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": shown})


@require_safe
@needs(VIEW)
def export_exclusions(request: Request) -> HttpResponse:
    """The filtered list as a file, with how each request was settled."""
    chosen = _chosen(request)
    found = _of_state(_filtered(request, chosen), chosen).with_parts()
    rows = found.prefetch_related("steps__by", "files").order_by(*words.ORDERS[chosen["sort"]])
    name = _("剔除申请")
    title = f"{name} · {_('截至 %s') % figures.moment(request.at)}"
    lines = words.sheet(rows[:SHEET], request.at)
    return workbook(write_table(words.headings(), lines, "xlsx", title=title), name)


def _visible(request: Request) -> ExclusionQuerySet:
    """Those that the person may know of; 404 for who reads no case from within."""
    if not coverage_of(request.user, VIEW, at=request.at, among=INSIDE).scopes:
        raise Http404
    return Exclusion.objects.visible_to(request.user, request.at)


def _chosen(request: Request) -> dict[str, str]:
    chosen = {name: request.GET.get(name, "").strip()[:100] for name in words.FILTERS}
    if chosen["state"] not in (*Exclusion.State.values, words.ALL):
        chosen["state"] = Exclusion.State.PENDING
    if chosen["sort"] not in words.ORDERS:
        chosen["sort"] = "" if chosen["state"] == Exclusion.State.PENDING else words.NEWEST
    return chosen


def _filtered(request: Request, chosen: Mapping[str, str]) -> ExclusionQuerySet:
    """Of whatever state, as the other filters leave them."""
    found = _visible(request)
    for name, column in (("unit", "unit__code"), ("rate", "rate"), ("ground", "ground")):
        if chosen[name]:
            found = found.filter(**{column: chosen[name]})
    if text := chosen["q"]:
        named = Subject.objects.search(text).values("pk")
        case = Q(case__number__icontains=text) | Q(case__title__icontains=text)
        found = found.filter(case | Q(case__subject__in=named))
    return found


def _of_state(found: ExclusionQuerySet, chosen: Mapping[str, str]) -> ExclusionQuerySet:
    return found if chosen["state"] == words.ALL else found.filter(state=chosen["state"])


# --- asking ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ACT)
def ask(request: Request, pk: UUID) -> HttpResponse:
    """Asks that a case be left out. What is wrong is told at its field, and what was typed stays."""
    viewer = viewer_of(request, pk)
    units = words.units_asking(viewer)
    if not units:
        raise Http404
    renews = _renewed(request, viewer.case.pk)

    uploads = Uploads(str(person(request).pk))

    def form(
        typed: Mapping[str, str], files: list[StoredFile], errors: Mapping[str, str], refusal: Text
    ) -> HttpResponse:
        kept = [uploads.keep(one) for one in files]
        made = ActForm(
            key="exclude",
            url=reverse("case_exclude", args=[pk]) + (f"?renews={renews.pk}" if renews else ""),
            label=_("再次申请剔除") if renews else _("申请剔除"),
            items=words.asking_fields(viewer, units, typed, kept, errors, renews),
            once=uuid4().hex,
            refusal=refusal,
            back=reverse("case", args=[pk]),
            following=following(request, ""),
        )
        told = {"form": made, "head": head_of(viewer), "turn": turn_box(viewer)}
        template = "web/parts/desk_form.html" if request.htmx else "web/case_do.html"
        status = STALE if refusal else 200
        return render(request, template, told, status=status)

    if request.method != "POST":
        return form({}, [], NONE, "")
    typed = {name: request.POST.get(name, "") for name in ("unit", "rate", "ground", "words")}
    files, wrong = uploads.taken(
        "files", request.POST, request.FILES, by=person(request), at=request.at
    )
    unit = (
        units[0] if len(units) == 1 else next((u for u in units if u.code == typed["unit"]), None)
    )
    if wrong or unit is None:
        messages.error(request, _("未办理成功，请改正标出的各项"))
        told: dict[str, str] = {"files": wrong} if wrong else {}
        return form(typed, files, told if unit else {**told, "unit": _("请选择申请单位")}, "")

    def act() -> str:
        made = exclude(
            viewer.case,
            unit,
            rate=typed["rate"],
            ground=typed["ground"],
            words=typed["words"],
            files=files,
            renews=renews,
            by=person(request),
            at=request.at,
        )
        return reverse("exclusion", args=[made.pk])

    try:
        target = act_once(request, act)
    except InvalidExclusion as invalid:
        messages.error(request, _("未办理成功，请改正标出的各项"))
        return form(typed, files, invalid.problems, "")
    except Refusal as refusal:
        return form(typed, files, NONE, str(refusal))
    messages.success(request, _("已提出剔除申请，由审定单位办理"))
    return redirect(target)


def _renewed(request: Request, case: UUID) -> Exclusion | None:
    """The refused request that is to be asked again."""
    wanted = request.GET.get("renews", "")
    if not wanted:
        return None
    found = _visible(request).filter(case=case, state__in=Exclusion.DENIED)
    one = next((one for one in found if str(one.pk) == wanted), None)
    if one is None:
        raise Http404
    return one


# --- one request ----------------------------------------------------------------------------------


@require_safe
@needs(VIEW)
def show_exclusion(request: Request, exclusion: UUID) -> HttpResponse:
    return _shown(request, _found(request, exclusion))


@require_safe
@needs(VIEW)
def show_evidence(request: Request, exclusion: UUID, evidence: UUID) -> HttpResponse:
    return sent(_found(request, exclusion).files.filter(pk=evidence).first())


@require_POST
@needs(ACT)
def decide(request: Request, exclusion: UUID) -> HttpResponse:
    """Grants or refuses a request; which one, the button says."""
    answer = request.POST.get("answer", "")

    def verb(one: Exclusion, **more: Any) -> None:
        if answer not in ("granted", "refused"):
            raise Refusal(_("请选择同意剔除还是不予剔除"))
        decide_exclusion(one, granted=answer == "granted", **more)

    return _settled(request, exclusion, verb, _("已审定，并告知申请单位"))


@require_POST
@needs(ACT)
def withdraw(request: Request, exclusion: UUID) -> HttpResponse:
    return _settled(request, exclusion, withdraw_exclusion, _("已撤回剔除申请"))


@require_POST
@needs(ACT)
def revoke(request: Request, exclusion: UUID) -> HttpResponse:
    return _settled(request, exclusion, revoke_exclusion, _("已撤销剔除，自现在起重新计入"))


def _settled(request: Request, pk: UUID, verb: Callable[..., object], told: str) -> HttpResponse:
    """Does to a request what brings it on: each verb takes a reason."""
    one = _found(request, pk)

    def once() -> str:
        reason = request.POST.get("reason", "")
        verb(one, reason=reason, by=person(request), at=request.at)
        return reverse("exclusion", args=[one.pk])

    return done_once(request, once, told, again=lambda: _shown(request, _found(request, one.pk)))


def _found(request: Request, pk: UUID) -> Exclusion:
    return get_object_or_404(_visible(request).with_parts(), pk=pk)


def _shown(request: Request, one: Exclusion) -> HttpResponse:
    viewer = viewer_of(request, one.case_id)
    page = words.exclusion_page(one, viewer, typed=request.POST.get("reason", ""))
    return render(request, "web/exclusion.html", {"page": page})
