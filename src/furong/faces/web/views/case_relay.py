"""Letters of a hotline in, their statuses back: upload, a look at every row, taking over, export."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.models import StoredFile
from furong.apps.cases.relay import plan, read_letters, statuses, statuses_book, take_over
from furong.apps.cases.relay.letters import MOST
from furong.apps.cases.relay.taking import SYSTEM
from furong.faces.web.access import Request, needs, person
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters.case_relay import relay_preview
from furong.faces.web.presenters.figures import moment

DISPATCH = "case.dispatch"
KEY = "case_relay"
KEPT = 5  # files whose system a session remembers
EXPORTED = 20_000


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DISPATCH)
def upload(request: Request) -> HttpResponse:
    """The form. POST: keep the file, if it is a list of letters, and the system that it is from."""
    error, system = "", "12345"
    if request.method == "POST":
        system = request.POST.get("system", "").strip()
        try:
            if not system or len(system) > SYSTEM:
                raise Refusal(_("请写明来自哪个系统，如 12345，最多 %d 字") % SYSTEM)
            held = request.FILES.get("file")
            if held is None:
                raise Refusal(_("没有选择文件，请选择热线导出的表格（xlsx、xls 或 CSV）"))
            file = store(held, name=held.name or "", by=person(request), at=request.at)
            read_letters(file.path)
        except Refusal as refusal:
            error = str(refusal)
        else:
            kept = {**request.session.get(KEY, {}), str(file.pk): system}
            request.session[KEY] = dict([*kept.items()][-KEPT:])
            return redirect("relay_preview", file.pk)
    page = {"error": error, "system": system, "most": MOST}
    return render(request, "web/relay_upload.html", {"page": page}, status=422 if error else 200)


@require_safe
@needs(DISPATCH)
def preview(request: Request, letters: UUID) -> HttpResponse:
    """What becomes of each letter; nothing is written. After taking over: what became of it."""
    file, system = _kept(request, letters)
    held = read_letters(file.path)
    planned = plan(held, system, by=person(request), at=request.at)
    page = relay_preview(file, system, held, planned, query=request.GET.dict())
    return render(request, "web/relay_preview.html", {"page": page})


@require_POST
@needs(DISPATCH)
def commit(request: Request, letters: UUID) -> HttpResponse:
    """Opens a case for each new letter. Again: the rest, or nothing."""
    file, system = _kept(request, letters)
    planned = plan(read_letters(file.path), system, by=person(request), at=request.at)
    taken = take_over(planned, system, by=person(request), at=request.at)
    done = len(taken.opened)
    told = ngettext("已登记 %d 件", "已登记 %d 件", done) % done
    messages.success(request, told)
    for letter, why in taken.refused[:5]:
        messages.error(
            request, _("第 %(row)d 行没有登记：%(why)s") % {"row": letter.row, "why": why}
        )
    return redirect("relay_preview", letters)


@require_safe
@needs(DISPATCH)
def export(request: Request) -> HttpResponse:
    """How the letters stand, as a sheet to send back to the system."""
    system = request.GET.get("system", "")[:SYSTEM]
    found = statuses(person(request), request.at, system=system, limit=EXPORTED)
    title = _("来件办理情况")
    told = _("%(title)s · 截至 %(when)s") % {"title": title, "when": moment(request.at)}
    return workbook(statuses_book(found, title=told), title)


def _kept(request: Request, letters: UUID) -> tuple[StoredFile, str]:
    """The person's own file, and the system that they said it is from."""
    file = get_object_or_404(StoredFile, pk=letters, stored_by=person(request).pk)
    system = request.session.get(KEY, {}).get(str(letters))
    if not system:
        raise Http404
    return file, system
