"""Figures of cases, as of any time, of the cases that the person may see."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from furong.apps.base import clock
from furong.apps.cases import reads
from furong.apps.cases.calls.names import PROCEDURE
from furong.apps.cases.engine.machine import Machine, every_machine
from furong.apps.cases.models import Case
from furong.apps.cases.models.case import CaseQuerySet
from furong.apps.cases.reads import Agreement, CallFigures, Figures
from furong.apps.cases.sight import INSIDE
from furong.apps.directory.access import coverage_of
from furong.apps.registry.exporting import write_table
from furong.faces.web.access import Request, needs, person
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters import cases_figures as shown
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.calls import agreement_rows, call_kpis
from furong.faces.web.presenters.cases_figures import FiguresPage
from furong.faces.web.presenters.parts import Text, select
from furong.faces.web.views.cases import VIEW


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: of which procedure, parted how, as of when, opened from when."""

    machine: Machine
    machines: dict[str, Machine]
    by: str
    at: datetime
    since: datetime | None
    peers: bool
    problem: Text

    @property
    def procedure(self) -> str:
        return self.machine.procedure.procedure


@require_safe
@needs(VIEW)
def show_figures(request: Request) -> HttpResponse:
    among, asked = counting(request), asked_of(request)
    parted = _figures(asked, among, asked.by)
    whole = _figures(asked, among, "all").get("", Figures())
    rows = shown.rows_of(parted, asked.by, asked.machine)
    told, agreed = _calls(asked, among)
    titles = [(code, one.procedure.title) for code, one in asked.machines.items()]
    labels = {"unit": _("按承办单位"), "category": _("按诉求类别"), "street": _("按街道")}
    page = FiguresPage(
        procedure=asked.procedure,
        procedures=select("procedure", _("流程"), "", titles, now=asked.procedure),
        tabs=[(name, labels[name], name == asked.by) for name in shown.GROUPS],
        by=asked.by,
        as_of=figures.moment(asked.at),
        at_field=_field(asked.at) if request.GET.get("at") else "",
        since_field=request.GET.get("since", "") if asked.since else "",
        peers=asked.peers,
        kpis=shown.kpis_of(whole),
        rates=shown.rates_of(whole),
        bands=[*shown.banded(rows, peers=asked.peers)],
        meanings=shown.meanings(),
        empty=not rows,
        problem=asked.problem,
        calls=call_kpis(told, agreed) if told else (),
        agreement=agreement_rows(agreed),
    )
    template = "web/case_figures.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": page})


@require_safe
@needs(VIEW)
def export_figures(request: Request) -> HttpResponse:
    among, asked = counting(request), asked_of(request)
    rows = shown.rows_of(_figures(asked, among, asked.by), asked.by, asked.machine)
    heads, lines = shown.sheet(rows, asked.by)
    name = _("办理统计")
    parts = [name, asked.machine.procedure.title, _("截至 %s") % figures.moment(asked.at)]
    if asked.since:
        parts.append(_("登记自 %s") % figures.day(timezone.localtime(asked.since).date()))
    return workbook(write_table(heads, lines, "xlsx", title=" · ".join(parts)), name)


def _calls(asked: Asked, among: CaseQuerySet) -> tuple[CallFigures | None, Agreement]:
    """What calling came to, of phone checks; nothing of any other procedure."""
    if asked.procedure != PROCEDURE:
        return None, Agreement()
    rows = among if asked.since is None else among.filter(opened_at__gte=asked.since)
    told = reads.call_figures(rows, asked.at)
    checks = rows.filter(procedure__code=PROCEDURE, opened_at__lte=asked.at)
    return told, reads.agreement(checks, asked.at)


def counting(request: Request) -> CaseQuerySet:
    """The cases that count: those that the person reads from within; 404 for who reads none."""
    if not coverage_of(request.user, VIEW, at=request.at, among=INSIDE).scopes:
        raise Http404
    return Case.objects.inside_of(person(request), request.at)


def _figures(asked: Asked, among: CaseQuerySet, by: str) -> dict[str, Figures]:
    return reads.figures(asked.procedure, by=by, since=asked.since, among=among, at=asked.at)


def asked_of(request: Request) -> Asked:
    machines = {m.procedure.procedure: m for m in every_machine().values()}
    if not machines:
        raise Http404
    wanted = request.GET.get("procedure", "")
    by = request.GET.get("by", "")
    at, wrong = _moment(request.GET.get("at", ""))
    since, wrong_since = _moment(request.GET.get("since", ""))
    problem: Text = ""
    if wrong or wrong_since:
        problem = _("时间格式有误，请用日历选择；现按当前时间统计")
    elif at is not None and at > request.at:
        problem, at = _("截至时间晚于现在，现按当前时间统计"), None
    return Asked(
        machine=machines.get(wanted) or machines.get("appeal") or next(iter(machines.values())),
        machines=machines,
        by=by if by in shown.GROUPS else "unit",
        at=at or request.at,
        since=since,
        peers=request.GET.get("peers") == "1",
        problem=problem,
    )


def _moment(text: str) -> tuple[datetime | None, bool]:
    """A moment of the district as a picker sends it, and whether it could not be read."""
    if not text.strip():
        return None, False
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None, True
    if not 2000 <= read.year <= 2100:
        return None, True
    return (read if read.tzinfo else read.replace(tzinfo=clock.zone())), False


def _field(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"
