"""One case: its page, and every act of its procedure through one form."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.cases import reads
from furong.apps.cases.reads import Possible
from furong.faces.web.access import Request, needs
from furong.faces.web.case_acts import Sent, hand_of, offered, send
from furong.faces.web.comments import Comment
from furong.faces.web.posting import STALE, following
from furong.faces.web.presenters.act_forms import act_form
from furong.faces.web.presenters.cases_around import Viewer
from furong.faces.web.presenters.cases_one import (
    case_page,
    head_of,
    moment_of,
    turn_box,
)
from furong.faces.web.presenters.reply_templates import picker
from furong.faces.web.views.cases import ACT, VIEW, viewer_of


@require_safe
@needs(VIEW)
def show_case(request: Request, pk: UUID) -> HttpResponse:
    return shown(request, viewer_of(request, pk))


def shown(
    request: Request, viewer: Viewer, *, comment: Comment | None = None, status: int = 200
) -> HttpResponse:
    page = case_page(viewer, real=clock.real(), comment=comment)
    return render(request, "web/case.html", {"page": page}, status=status)


# --- acting ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ACT)
def do(request: Request, pk: UUID, key: str) -> HttpResponse:
    """An act by its form. What is wrong is told at its field, and nothing that was typed is lost."""
    viewer = viewer_of(request, pk)
    label = _label(viewer, key)
    if request.method != "POST":
        one = _offered(request, viewer, key)
        return _form_page(request, viewer, one) if one else _gone(request, viewer, key, label)
    sent = send(request, viewer.case, key, hand_of(viewer.user))
    if sent is None:
        messages.success(request, _("已办理：%s") % label)
        return redirect(following(request, reverse("case", args=[pk])))
    viewer.case.refresh_from_db()
    one = _offered(request, viewer, key)
    if sent.stale is not None or one is None:
        return _stale(request, viewer, sent, one)
    messages.error(request, _("未办理成功，请改正标出的各项"))
    return _form_page(request, viewer, one, sent)


def _label(viewer: Viewer, key: str) -> str:
    """404 for an act that the procedure does not know."""
    try:
        return viewer.machine.act(key).label
    except Refusal as unknown:
        raise Http404 from unknown


def _offered(request: Request, viewer: Viewer, key: str) -> Possible | None:
    wanted = request.POST.get("request", "") or request.GET.get("request", "")
    return offered(viewer.case, key, hand_of(viewer.user), viewer.at, wanted)


def _form_page(
    request: Request, viewer: Viewer, one: Possible, sent: Sent | None = None
) -> HttpResponse:
    told = _told(request, viewer, one, sent)
    told["templates"] = picker(viewer, one.key)
    template = "web/parts/desk_form.html" if request.htmx else "web/case_do.html"
    return render(request, template, told, status=STALE if sent and sent.refusal else 200)


def _told(
    request: Request, viewer: Viewer, one: Possible | None, sent: Sent | None
) -> dict[str, object]:
    """What stands on a page with the form of an act; without the form, where it cannot be done."""
    form = one and act_form(
        viewer.case,
        one,
        hand_of(viewer.user),
        viewer.at,
        url=reverse("case_do", args=[viewer.case.pk, one.key]),
        sent=sent,
        first=request.GET,
        back=reverse("case", args=[viewer.case.pk]),
        following=following(request, ""),
    )
    return {"form": form, "head": head_of(viewer), "turn": turn_box(viewer)}


def _gone(request: Request, viewer: Viewer, key: str, label: str) -> HttpResponse:
    """An address of an act that cannot be done where the case stands; 404 for who never may."""
    if not reads.may_ever(viewer.case, key, viewer.user, viewer.at):
        raise Http404
    told = _("现在不能办“%s”：事项已进入下一环节，或者不由您办理") % label
    page = {**_told(request, viewer, None, None), "told": told}
    return render(request, "web/case_stale.html", page, status=STALE)


def _stale(request: Request, viewer: Viewer, sent: Sent, one: Possible | None) -> HttpResponse:
    """What happened since the form was opened, and what was typed, to be taken along."""
    since = {event.pk for event in sent.stale.since} if sent.stale else set()
    moments = reads.timeline(viewer.case, outside=not viewer.inside)
    page = {
        **_told(request, viewer, one, replace(sent, refusal="")),
        "told": sent.refusal,
        "since": [moment_of(viewer, told) for told in moments if told.event.pk in since],
        "left": sent.left,
    }
    return render(request, "web/case_stale.html", page, status=STALE)
