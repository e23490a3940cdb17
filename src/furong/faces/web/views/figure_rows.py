"""The list behind a rate of the figures of cases, as its address asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from furong.apps.cases import reads
from furong.apps.cases.models import Case
from furong.apps.cases.reads import Counted
from furong.apps.registry.exporting import write_table
from furong.faces.web.access import Request, needs
from furong.faces.web.cursor import slice_of
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters import cases_figures, figures
from furong.faces.web.presenters import figure_rows as shown
from furong.faces.web.presenters.parts import Text
from furong.faces.web.views.cases import SHEET, VIEW
from furong.faces.web.views.cases_figures import Asked, asked_of, counting

KEPT = ("procedure", "by", "rate", "name", "at", "since")


@dataclass(frozen=True, slots=True)
class Behind:
    """What the address asks for: which rate of which group, and which of its cases."""

    asked: Asked
    by: str
    rate: str
    name: str
    show: str
    sort: str
    kept: Sequence[tuple[str, str]]

    @property
    def group(self) -> Text:
        if self.by == "all":
            return _("总体")
        names: Mapping[str, Text] = cases_figures.names_of(self.by, self.asked.machine)
        return names.get(self.name, self.name) or cases_figures.without_name(self.by)


@require_safe
@needs(VIEW)
def list_rows(request: Request) -> HttpResponse:
    """The cases behind a rate; what was taken out stands among them, with who did it and why."""
    behind = _behind(request)
    across = _found(request, behind)
    found = _chosen(across, behind)
    page = slice_of(
        found,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        total=len(found),
    )
    told = shown.behind_page(
        page,
        across=across,
        rate=cases_figures.rate_names()[behind.rate],
        group=behind.group,
        as_of=figures.moment(behind.asked.at),
        back=_back(behind),
        kept=behind.kept,
        show=behind.show,
        sort=behind.sort,
    )
    template = "web/figure_rows.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": told})


@require_safe
@needs(VIEW)
def export_rows(request: Request) -> HttpResponse:
    """The list as a file, with the requests by which cases were taken out."""
    behind = _behind(request)
    found = _chosen(_found(request, behind), behind)
    name = _("%(rate)s：%(group)s") % {
        "rate": cases_figures.rate_names()[behind.rate],
        "group": behind.group,
    }
    title = f"{name} · {_('截至 %s') % figures.moment(behind.asked.at)}"
    lines = shown.sheet(found[:SHEET])
    return workbook(write_table(shown.headings(), lines, "xlsx", title=title), name)


def _behind(request: Request) -> Behind:
    """404 for a rate that there is not."""
    rate, by = request.GET.get("rate", "solved"), request.GET.get("by", "")
    if rate not in cases_figures.rate_names():
        raise Http404
    show, sort = request.GET.get("show", ""), request.GET.get("sort", "")
    return Behind(
        asked=asked_of(request),
        by=by if by in cases_figures.GROUPS else "all",
        rate=rate,
        name=request.GET.get("name", "")[:100] if by in cases_figures.GROUPS else "",
        show=show if show in shown.SHOWN else "",
        sort=sort if sort in shown.ORDERS else "",
        kept=[(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
    )


def _found(request: Request, behind: Behind) -> list[Counted]:
    asked = behind.asked
    return reads.behind(
        asked.procedure,
        behind.rate,
        by=behind.by,
        name=behind.name,
        since=asked.since,
        among=counting(request),
        at=asked.at,
    )


def _chosen(across: Sequence[Counted], behind: Behind) -> list[Counted]:
    found = [one for one in across if not behind.show or shown.kind_of(one) == behind.show]
    if behind.sort == "newest":
        found.reverse()
    elif behind.sort == "number":
        ids = [one.case for one in found]
        numbers = dict(Case.objects.filter(pk__in=ids).values_list("pk", "number"))
        found.sort(key=lambda one: numbers[one.case])
    return found


def _back(behind: Behind) -> str:
    query = {name: value for name, value in behind.kept if name not in ("rate", "name")}
    return reverse("case_figures") + (f"?{urlencode(query)}" if query else "")
