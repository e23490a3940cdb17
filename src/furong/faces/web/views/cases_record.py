"""The record of a case: comments, files, and what is sealed in it."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.base.idempotency import once
from furong.apps.cases import actions, reads
from furong.apps.cases.models import Event
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_posted import digest_of_form, taken
from furong.faces.web.presenters.cases_one import Comment, case_page
from furong.faces.web.views.cases import ACT, VIEW, viewer_of
from furong.faces.web.views.cases_one import STALE, shown


@require_POST
@needs(ACT)
def comment(request: Request, pk: UUID) -> HttpResponse:
    """Adds words to the timeline; an owner's are public."""
    viewer = viewer_of(request, pk)
    files, error = taken(request, "files")
    typed = request.POST.get("words", "")
    public = request.POST.get("public") == "1" or not viewer.inside

    def act() -> None:
        actions.comment(
            viewer.case, typed, public=public, files=files, by=person(request), at=request.at
        )

    if not error:
        try:
            _once(request, act)
        except Refusal as refusal:
            error = str(refusal)
    if error:
        typed_comment = Comment(typed, public, error, files)
        return shown(request, viewer, comment=typed_comment, status=STALE)
    messages.success(request, _("留言已记入办理记录"))
    return redirect("case", pk)


def _once(request: Request, act: Callable[[], None]) -> None:
    digest = digest_of_form(request)
    with once(request.POST.get("key", ""), by=person(request), digest=digest) as kept:
        if not kept.answered:
            act()
            kept.reply = "done"


@require_safe
@needs(VIEW)
def show_file(request: Request, pk: UUID, attached: UUID) -> HttpResponse:
    """A file of the timeline; from outside only those of one's own entries."""
    viewer = viewer_of(request, pk)
    held = Event.objects.filter(case=viewer.case, files=attached).exists()
    if not held:
        raise Http404
    told = reads.timeline(viewer.case, outside=not viewer.inside)
    found = next((one for entry in told for one in entry.files if one.pk == attached), None)
    if found is None:
        raise Http404
    with suppress(FileNotFoundError), found.open() as content:
        return HttpResponse(content.read(), headers=found.headers())
    raise Http404


@require_POST
@needs(ACT)
def reveal(request: Request, pk: UUID, sequence: int) -> HttpResponse:
    """Shows the sealed answers of an entry, once and with a reason that the journal keeps."""
    viewer = viewer_of(request, pk)
    event = Event.objects.filter(case=viewer.case, sequence=sequence).first()
    if event is None or not event.personal or not viewer.inside:
        raise Http404
    try:
        values = actions.reveal(
            event, reason=request.POST.get("reason", ""), by=person(request), at=request.at
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return shown(request, viewer, status=STALE)
    page = case_page(viewer, real=clock.real(), opened={sequence: values})
    answer = render(request, "web/case.html", {"page": page})
    answer["Cache-Control"] = "no-store"
    return answer
