"""Call lists to who runs them: planned, looked at, opened, withdrawn, exported."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.base.files import clean_name, passing
from furong.apps.cases import reads
from furong.apps.cases.actions import (
    CallPlan,
    calling_machine,
    hand_over_calls,
    open_calls,
    plan_calls,
    withdraw_calls,
)
from furong.apps.cases.call_sheets import export_calls
from furong.apps.cases.calls.population import Wanted, wanted_of
from furong.apps.cases.calls.sight import callers_of, has_calls
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import CallLine, CallList, Case
from furong.apps.directory.models import Grant, Organisation
from furong.apps.policies import reads as policies
from furong.apps.registry.models import Subject
from furong.apps.registry.tables.reader import read_table
from furong.faces.web.access import Request, needs, person
from furong.faces.web.cursor import page_of
from furong.faces.web.downloads import workbook
from furong.faces.web.listing import FILTERS, Listing, chosen_of
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.call_plan import CallForm, call_form
from furong.faces.web.presenters.calls import (
    CallsPage,
    call_list_page,
    list_row,
    progress_of,
)
from furong.faces.web.views.cases import ACT

DISPATCH = "case.dispatch"
SHOWN = 30
STALE = 409


@require_safe
@needs(ACT)
def list_calls(request: Request) -> HttpResponse:
    """The lists that the person runs, and those of which they make the calls."""
    user, at = person(request), request.at
    if not has_calls(user, at):
        raise Http404
    rows = CallList.objects.select_related("team", "planned_by")
    run = [*rows.run_by(user, at)[:SHOWN]]
    called = [*rows.called_by(user, at).exclude(stage=CallList.Stage.WITHDRAWN)[:SHOWN]]
    sizes, left = reads.sizes_of([*run, *called]), reads.left_of(called, user, at)
    page = CallsPage(
        run=[list_row(one, count=sizes.get(one.pk, 0)) for one in run],
        mine=[
            list_row(one, count=sizes.get(one.pk, 0), left=left.get(one.pk, 0)) for one in called
        ],
        may_plan=DISPATCH in request.actions,
    )
    return render(request, "web/calls.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DISPATCH)
def plan_new(request: Request) -> HttpResponse:
    """A new list, of the subjects that the address filters or of a file. POST: plan it, and look."""
    machine = calling_machine()
    wanted, origin = _from_address(request, machine)
    if request.method != "POST":
        return _form(request, machine, len(wanted), origin)
    try:
        file = request.FILES.get("file")
        if isinstance(file, UploadedFile):
            wanted, origin = _from_file(file)
        made = plan_calls(
            _plan(request, origin),
            wanted,
            client_id=_key(request),
            by=person(request),
            at=request.at,
        )
    except InvalidAnswers as invalid:
        return _form(request, machine, len(wanted), origin, problems=invalid.problems)
    except Refusal as refusal:
        return _form(request, machine, len(wanted), origin, refusal=str(refusal))
    return redirect("call_list", made.pk)


def _key(request: Request) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise Refusal(_("表单不完整，请刷新页面后重填")) from None


def _from_address(request: Request, machine: Machine) -> tuple[list[Wanted], str]:
    """The subjects that are named one by one, else those that the filters of the list leave."""
    named = []
    for text in request.GET.getlist("subject"):
        try:
            named.append(Wanted(UUID(text)))
        except ValueError:
            continue
    if named:
        return named, _("选定的 %d 户") % len(named)
    visible = Subject.objects.current().visible_to(request.user, request.at)
    kinds = machine.procedure.subject.kinds
    listing = Listing(
        visible.filter(kind__in=kinds), chosen_of(request.GET), policies.overview(request.at)
    )
    chosen = [listing.chosen[name] for name in FILTERS if listing.chosen[name]]
    told = _("服务对象（筛选：%s）") % " ".join(chosen) if chosen else _("服务对象（全部）")
    return [Wanted(pk) for pk in listing.ids()], told


def _from_file(upload: UploadedFile) -> tuple[list[Wanted], str]:  # type: ignore[type-arg]
    """Its lines. The file is not kept: the numbers in it are sealed with the list, and else nowhere."""
    name = clean_name(upload.name or "")
    with passing(upload, name=name) as path, read_table(path) as table:
        return wanted_of(table), _("文件 %s") % name


def _plan(request: Request, origin: str) -> CallPlan:
    sent = request.POST
    percent = sent.get("percent", "").strip()
    return CallPlan(
        title=sent.get("title", ""),
        script=sent.get("script", ""),
        facts=sent.getlist("facts"),
        team=sent.get("team", ""),
        kind=sent.get("kind", ""),
        callers=ids_of(sent.getlist("callers")),
        way=sent.get("way", ""),
        percent=None
        if not percent
        else int(percent)
        if percent.isdecimal() and len(percent) < 5
        else -1,
        seed=sent.get("seed", ""),
        origin=origin,
    )


def ids_of(texts: Sequence[str]) -> list[UUID]:
    """The ids that a form sends; for what is none, one that nobody has."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            found.append(UUID(int=0))
    return found


def _form(
    request: Request,
    machine: Machine,
    count: int,
    origin: str,
    *,
    problems: Mapping[str, str] | None = None,
    refusal: str = "",
) -> HttpResponse:
    teams = _teams(request)
    code = request.POST.get("team") or request.GET.get("team") or (teams[0].code if teams else "")
    team = next((one for one in teams if one.code == code), None)
    page: CallForm = call_form(
        machine,
        teams,
        callers_of(team, request.at) if team else [],
        team=code,
        sent=request.POST,
        key=request.POST.get("key", "") or str(uuid4()),
        count=count,
        origin=origin,
        problems=problems or {},
        refusal=refusal,
    )
    template = "web/call_new.html"
    part = f"{template}#callers" if request.htmx else template
    return render(request, part, {"page": page}, status=422 if problems or refusal else 200)


def _teams(request: Request) -> Sequence[Organisation]:
    """Units that have a clerk of their own."""
    grants = Grant.objects.in_force(request.at).filter(capacity="clerk", user__is_active=True)
    codes = grants.filter(scope_kind=Grant.Scope.ORGANISATION).values("scope_id")
    zones = grants.filter(scope_kind=Grant.Scope.ZONE).values("scope_id")
    rows = Organisation.objects.filter(withdrawn=False).select_related("zone")
    units = rows.filter(code__in=codes) | rows.filter(zone__code__in=zones).exclude(
        zone__kind="district"
    )
    return [*units.distinct().order_by("kind", "code")]


@require_safe
@needs(ACT)
def show_calls(request: Request, pk: UUID) -> HttpResponse:
    """One list: what would be called, how far it has come, what came of it."""
    return _shown(request, _run(request, pk))


@require_safe
@needs(ACT)
def show_progress(request: Request, pk: UUID) -> HttpResponse:
    """How far the worker has come; once it is done, the page is read anew."""
    made = _run(request, pk)
    answer = render(request, "web/parts/call_progress.html", {"progress": progress_of(made)})
    if made.stage not in CallList.MOVING:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@needs(DISPATCH)
def open_list(request: Request, pk: UUID) -> HttpResponse:
    """Opens all of it, once; the worker does the rest."""
    made = _run(request, pk)
    try:
        open_calls(made, by=person(request), at=request.at)
    except Refusal as refusal:
        return _shown(request, made, error=str(refusal))
    messages.success(request, _("已发起，系统正在逐户生成核对件；可以离开本页"))
    return redirect("call_list", pk)


@require_POST
@needs(DISPATCH)
def withdraw_list(request: Request, pk: UUID) -> HttpResponse:
    """Takes it back: the rest is not opened, what nobody has called is cancelled."""
    made = _run(request, pk)
    reason = request.POST.get("reason", "")
    try:
        withdraw_calls(made, reason=reason, by=person(request), at=request.at)
    except Refusal as refusal:
        return _shown(request, made, error=str(refusal))
    messages.success(request, _("已撤回；已拨打的继续办完，未拨打的逐户取消"))
    return redirect("call_list", pk)


@require_POST
@needs(DISPATCH)
def hand_over(request: Request, pk: UUID) -> HttpResponse:
    """What a caller has left goes to others of the team."""
    made, sent = _run(request, pk), request.POST
    try:
        if not sent.get("caller"):
            raise Refusal(_("请选择转交谁的"))
        (caller,), to = ids_of([sent["caller"]]), ids_of(sent.getlist("to"))
        count = hand_over_calls(made, caller, to, by=person(request), at=request.at)
    except Refusal as refusal:
        return _shown(request, made, error=str(refusal))
    messages.success(request, _("已转交 %d 户") % count)
    return redirect("call_list", pk)


@require_safe
@needs(ACT)
def export(request: Request, pk: UUID) -> HttpResponse:
    """What came of every line, without the numbers."""
    made = _run(request, pk)
    title = _("%(title)s · 截至 %(when)s") % {
        "title": made.title,
        "when": figures.moment(request.at),
    }
    content = export_calls(made, title=title, by=person(request), at=request.at)
    return workbook(content, _("外呼结果 %s") % made.title)


def _run(request: Request, pk: UUID) -> CallList:
    rows = CallList.objects.run_by(person(request), request.at)
    return get_object_or_404(rows.select_related("team", "planned_by", "withdrawn_by"), pk=pk)


def _shown(request: Request, made: CallList, *, error: str = "") -> HttpResponse:
    wanted = request.GET.get("state", "")
    wanted = wanted if wanted in CallLine.State.values else ""
    lines = made.lines.select_related("subject__street", "caller", "case__procedure")
    if wanted:
        lines = lines.filter(state=wanted)
    page = page_of(
        lines.order_by(),
        ("place",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        total=lines.count(),
    )
    shown = call_list_page(
        made,
        calling_machine(),
        Case.objects.filter(call_line__list=made),
        page,
        wanted=wanted,
        at=request.at,
        may_withdraw=DISPATCH in request.actions,
        error=error,
    )
    return render(request, "web/call_list.html", {"page": shown}, status=STALE if error else 200)
