"""Reply templates: the list that a unit keeps, one with its versions, and putting one into an answer."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.base.texts import clean
from furong.apps.cases.actions import (
    InvalidTemplate,
    Wording,
    make_template,
    may_keep,
    restore_template,
    retire_template,
    revise_template,
    use_template,
    wording_of,
)
from furong.apps.cases.models import Case, ReplyTemplate
from furong.apps.cases.models.template import ReplyTemplateQuerySet
from furong.apps.cases.sight import INSIDE
from furong.apps.directory.access import coverage_of
from furong.apps.directory.models import Organisation
from furong.faces.web.access import Request, needs, person
from furong.faces.web.cursor import page_of
from furong.faces.web.posting import act_once, done_once
from furong.faces.web.presenters import reply_templates as words
from furong.faces.web.presenters.parts import Text
from furong.faces.web.views.cases import ACT

STALE = 409
NONE: Mapping[str, Text] = {}


@require_safe
@needs(ACT)
def list_templates(request: Request) -> HttpResponse:
    """The district's texts and one's units'; htmx asks for the results alone."""
    chosen = _chosen(request)
    found = _filtered(_usable(request), chosen)
    page = page_of(
        found.select_related("unit"),
        words.ORDERS[chosen["sort"]],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        total=found.count(),
    )
    shown = words.template_list(page, _usable(request), chosen, person(request), request.at)
    template = "web/reply_templates.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": shown})


def _usable(request: Request) -> ReplyTemplateQuerySet:
    """Those that the person may use; 404 for who only follows cases as their party."""
    if not coverage_of(request.user, ACT, at=request.at, among=INSIDE).scopes:
        raise Http404
    return ReplyTemplate.objects.usable_by(request.user, request.at)


def _chosen(request: Request) -> dict[str, str]:
    chosen = {name: request.GET.get(name, "").strip()[:100] for name in words.FILTERS}
    if chosen["sort"] not in words.ORDERS:
        chosen["sort"] = ""
    if chosen["state"] != words.RETIRED:
        chosen["state"] = ""
    return chosen


def _filtered(found: ReplyTemplateQuerySet, chosen: Mapping[str, str]) -> ReplyTemplateQuerySet:
    found = found.filter(retired_at__isnull=chosen["state"] != words.RETIRED)
    if unit := chosen["unit"]:
        found = found.filter(unit=None) if unit == words.DISTRICT else found.filter(unit__code=unit)
    if chosen["act"]:
        procedure, _dot, act = chosen["act"].partition(".")
        found = found.filter(procedure=procedure, act=act)
    if chosen["category"]:
        found = found.filter(category=chosen["category"])
    if text := chosen["q"]:
        found = found.filter(Q(name__icontains=text) | Q(body__icontains=text))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ACT)
def make(request: Request) -> HttpResponse:
    """A new text. What is wrong is told at its field, and what was typed stays."""
    _usable(request)
    owners = words.owners(person(request), request.at)
    if not owners:
        raise Http404
    if request.method != "POST":
        return _form(request, None, Wording("", ""))
    wording, wanted = _typed(request), request.POST.get("unit", "")
    if wanted not in owners:
        return _form(request, None, wording, {"unit": _("请选择归属单位")})

    def act() -> str:
        unit = None if wanted == words.DISTRICT else Organisation.objects.get(code=wanted)
        made = make_template(unit, wording, by=person(request), at=request.at)
        return reverse("reply_template", args=[made.pk])

    return _written(request, None, wording, act, _("已保存，可在办理时插入"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ACT)
def show(request: Request, template: UUID) -> HttpResponse:
    """A text with its versions; who keeps it revises it here."""
    one = _found(request, template)
    if request.method != "POST":
        return _form(request, one, wording_of(one))
    wording, version = _typed(request), request.POST.get("version", "")
    read = int(version) if version.isdecimal() and len(version) < 9 else 0

    def act() -> str:
        revise_template(one, wording, version=read, by=person(request), at=request.at)
        return reverse("reply_template", args=[one.pk])

    return _written(request, one, wording, act, _("已保存为新的一版"))


@require_POST
@needs(ACT)
def retire(request: Request, template: UUID) -> HttpResponse:
    one = _found(request, template)

    def act() -> str:
        retire_template(one, by=person(request), at=request.at)
        return reverse("reply_templates")

    return done_once(request, act, _("已停用，不再供选用"), again=lambda: _again(request, template))


@require_POST
@needs(ACT)
def restore(request: Request, template: UUID) -> HttpResponse:
    one = _found(request, template)

    def act() -> str:
        restore_template(one, by=person(request), at=request.at)
        return reverse("reply_template", args=[one.pk])

    return done_once(request, act, _("已恢复使用"), again=lambda: _again(request, template))


@require_POST
@needs(ACT)
def fill(request: Request, template: UUID) -> HttpResponse:
    """The text for a case, filled in, as the picker puts it into a field."""
    rows = Case.objects.inside_of(request.user, request.at).select_related("procedure", "subject")
    case = rows.filter(number=clean(request.POST.get("case", ""), lines=False)).first()
    if case is None:
        raise Http404
    try:
        made = use_template(_found(request, template), case, by=person(request), at=request.at)
    except Refusal as refusal:
        return JsonResponse({"told": str(refusal)}, status=STALE)
    told = _("待补：%s") % _("、").join(made.missing) if made.missing else ""
    return JsonResponse({"text": made.text, "told": told})


def _found(request: Request, pk: UUID) -> ReplyTemplate:
    return get_object_or_404(_usable(request).select_related("unit"), pk=pk)


def _typed(request: Request) -> Wording:
    procedure, _dot, act = request.POST.get("act", "").partition(".")
    return Wording(
        request.POST.get("name", ""),
        request.POST.get("body", ""),
        procedure,
        act,
        request.POST.get("category", ""),
    )


def _written(
    request: Request, one: ReplyTemplate | None, wording: Wording, act: Callable[[], str], told: str
) -> HttpResponse:
    try:
        target = act_once(request, act)
    except InvalidTemplate as invalid:
        messages.error(request, _("未办理成功，请改正标出的各项"))
        return _form(request, one, wording, invalid.problems)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _form(request, one, wording, status=STALE)
    messages.success(request, told)
    return redirect(target)


def _form(
    request: Request,
    one: ReplyTemplate | None,
    wording: Wording,
    errors: Mapping[str, Text] = NONE,
    *,
    status: int = 200,
) -> HttpResponse:
    keeps = one is None or may_keep(person(request), one.unit, request.at)
    unit = request.POST.get("unit", "")
    page = words.template_page(
        one, wording, errors, unit=unit, keeps=keeps, user=person(request), at=request.at
    )
    return render(request, "web/reply_template.html", {"page": page}, status=status)


def _again(request: Request, pk: UUID) -> HttpResponse:
    one = _found(request, pk)
    return _form(request, one, wording_of(one))
