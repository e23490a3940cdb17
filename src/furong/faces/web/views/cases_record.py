"""The record of a case: comments, files, and what is sealed in it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.cases import actions, reads
from furong.apps.cases.models import Event
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_acts import hand_of
from furong.faces.web.comments import say
from furong.faces.web.posting import STALE
from furong.faces.web.presenters.cases_one import case_page
from furong.faces.web.uploads import file_response
from furong.faces.web.views.cases import ACT, VIEW, viewer_of
from furong.faces.web.views.cases_one import shown


@require_POST
@needs(ACT)
def comment(request: Request, pk: UUID) -> HttpResponse:
    """Adds words to the timeline; an owner's are public."""
    viewer = viewer_of(request, pk)
    if sent := say(request, viewer.case, hand_of(viewer.user), inside=viewer.inside):
        return shown(request, viewer, comment=sent, status=STALE)
    messages.success(request, _("留言已记入办理记录"))
    return redirect("case", pk)


@require_safe
@needs(VIEW)
def show_file(request: Request, pk: UUID, attached: UUID) -> HttpResponse:
    """A file of the timeline; from outside only those of one's own entries."""
    viewer = viewer_of(request, pk)
    return file_response(reads.timeline(viewer.case, outside=not viewer.inside), attached)


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
