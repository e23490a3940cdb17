"""The versions of the procedures, and moving open cases to a newer one."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from furong.apps.base import clock
from furong.apps.cases import reads
from furong.apps.cases.actions import migrate, preview
from furong.apps.cases.models import ProcedureVersion
from furong.faces.web import running
from furong.faces.web.access import Request, needs, person
from furong.faces.web.presenters import procedures as shown

AT_ONCE = 200
"""Cases that are moved while the person waits; more are moved behind a progress page."""


@require_safe
@needs("procedure.migrate")
def list_versions(request: Request) -> HttpResponse:
    """Every installed version, with how many cases run under it."""
    return render(request, "web/procedures.html", {"page": shown.list_page(reads.versions())})


@require_safe
@needs("procedure.migrate")
def show_version(request: Request, procedure: str, number: int) -> HttpResponse:
    """What moving the open cases of earlier versions to this one would do."""
    return _page(request, _version(procedure, number))


def _page(request: Request, version: ProcedureVersion, error: str = "") -> HttpResponse:
    key = _key(version)
    if running.is_running(key):
        return redirect("procedure_progress", version.code, version.version)
    page = shown.version_page(
        preview(version, by=person(request), at=request.at),
        came=reads.came_over(version),
        labels=reads.states_of(version.code),
        error=error or running.why_stopped(key),
    )
    return render(request, "web/procedure.html", {"page": page}, status=422 if error else 200)


@require_POST
@needs("procedure.migrate")
def migrate_cases(request: Request, procedure: str, number: int) -> HttpResponse:
    """Moves them: a few at once, many behind a progress page. Again: goes on, or does nothing."""
    version = _version(procedure, number)
    if request.POST.get("confirmed") != "1":
        return _page(request, version, _("请先核对下面的预览，勾选“已核对”再迁移"))
    by, at = person(request), request.at
    if reads.left_behind(version).count() <= AT_ONCE:
        migrate(version, by=by, at=at)
        return redirect("procedure", procedure, number)
    running.begin(_key(version), lambda: migrate(version, by=by, at=clock.now()))
    return redirect("procedure_progress", procedure, number)


@require_safe
@needs("procedure.migrate")
def progress(request: Request, procedure: str, number: int) -> HttpResponse:
    """How far it has come; once nobody is at it, back to what is left."""
    version = _version(procedure, number)
    if not running.is_running(_key(version)):
        answer = redirect("procedure", procedure, number)
        return HttpResponseClientRedirect(answer["Location"]) if request.htmx else answer
    page = shown.progress_page(
        version, reads.came_over(version), reads.left_behind(version).count()
    )
    template = "web/procedure_progress.html"
    return render(request, f"{template}#progress" if request.htmx else template, {"page": page})


def _version(code: str, number: int) -> ProcedureVersion:
    return get_object_or_404(ProcedureVersion, code=code, version=number)


def _key(version: ProcedureVersion) -> str:
    return f"procedure-{version.code}-{version.version}"
