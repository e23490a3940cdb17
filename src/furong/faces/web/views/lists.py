"""Lists that are handed over: a leader's mornings, the answers to whistles, and what others enter."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base.models import Installation
from furong.apps.cases import reads
from furong.apps.cases.lists import mark_list_read
from furong.apps.cases.models import Handover, HandoverLine
from furong.apps.cases.models import Request as Asked
from furong.apps.cases.papers import document, long_picture, sheet
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_acts import Sent, hand_of, send
from furong.faces.web.posting import STALE
from furong.faces.web.presenters.lists import LISTS, list_page, listed, paper, whistle
from furong.faces.web.uploads import file_response

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAPERS = {
    "pdf": (sheet, "application/pdf", "pdf"),
    "long": (long_picture, "image/png", "png"),
    "docx": (document, DOCX, "docx"),
}
"""Kind of paper → what makes it, its media type and extension."""


@require_safe
@needs("case.view")
def list_lists(request: Request) -> HttpResponse:
    """The person's lists, the newest first."""
    mine = Handover.objects.filter(person=person(request)).order_by("-cut_at", "pk")[:LISTS]
    return render(request, "web/lists.html", {"lists": [listed(one) for one in mine]})


@require_safe
@needs("case.view")
def show_list(request: Request, pk: UUID) -> HttpResponse:
    """One list; opening it is reading it."""
    handed = _mine(request, pk)
    if request.method == "GET":
        mark_list_read(handed, by=person(request), at=request.at)
    return _shown(request, handed)


@require_POST
@needs("case.act")
def answer_line(request: Request, pk: UUID, line: UUID, key: str) -> HttpResponse:
    """报到: the leader answers a whistle on the spot, by video or in writing."""
    handed = _mine(request, pk)
    held = _line(handed, line)
    sent = send(request, held.case, key, hand_of(person(request)))
    if sent is not None:
        return _shown(request, handed, line=held, sent=sent)
    messages.success(request, _("已报到，正在交办"))
    return redirect("list", pk)


@require_safe
@needs("case.view")
def show_line_file(request: Request, pk: UUID, line: UUID, file: UUID) -> HttpResponse:
    """A photo of a case on the list."""
    return file_response(reads.timeline(_line(_mine(request, pk), line).case), file)


@require_safe
@needs("case.view")
def show_list_paper(request: Request, pk: UUID, kind: str) -> HttpResponse:
    """The list as A4, as a long picture or as a Word document, as it stands now."""
    if kind not in PAPERS:
        raise Http404
    make, media_type, extension = PAPERS[kind]
    handed = _mine(request, pk)
    page = list_page(handed, hand_of(person(request)), request.at)
    installation = Installation.objects.filter(pk=1).first()
    content = paper(
        page,
        place=installation.district if installation else "",
        mark=_("示例数据") if installation and installation.demo else "",
        at=request.at,
    )
    day = timezone.localtime(handed.handed_at).date().isoformat()
    answer = HttpResponse(make(content), content_type=media_type)
    answer["Content-Disposition"] = (
        content_disposition_header(
            as_attachment=extension == "docx" or "save" in request.GET,
            filename=f"{handed.label} {day}.{extension}",
        )
        or "inline"
    )
    answer["Cache-Control"] = "private, no-cache"
    return answer


@require_safe
@needs("case.act")
def list_proxies(request: Request) -> HttpResponse:
    """Requests whose answer the person may enter for a leader who gave it on paper."""
    hand = hand_of(person(request))
    rows = [
        (
            reverse("list_proxy", args=[one.pk]) if one.delivered_at else "",
            whistle(one, one.case, hand, request.at, base="", proxy=True),
        )
        for one in reads.requests_for_others(person(request), request.at)
    ]
    return render(request, "web/lists_proxy.html", {"rows": rows})


@require_safe
@needs("case.act")
def show_proxy(request: Request, pk: UUID) -> HttpResponse:
    return _proxy_shown(request, _asked(request, pk))


@require_safe
@needs("case.act")
def show_proxy_file(request: Request, pk: UUID, file: UUID) -> HttpResponse:
    return file_response(reads.timeline(_asked(request, pk).case), file)


@require_POST
@needs("case.act")
def answer_by_proxy(request: Request, pk: UUID, key: str) -> HttpResponse:
    """Enters a written instruction with its original; leader and enterer both stand in the journal."""
    asked = _asked(request, pk)
    sent = send(request, asked.case, key, hand_of(person(request)))
    if sent is not None:
        return _proxy_shown(request, asked, sent=sent)
    messages.success(request, _("已代录"))
    return redirect("list_proxies")


def _shown(
    request: Request,
    handed: Handover,
    *,
    line: HandoverLine | None = None,
    sent: Sent | None = None,
) -> HttpResponse:
    page = list_page(
        handed, hand_of(person(request)), request.at, line=line.pk if line else None, sent=sent
    )
    status = STALE if sent else 200
    return render(request, "web/list.html", {"page": page}, status=status)


def _proxy_shown(request: Request, asked: Asked, *, sent: Sent | None = None) -> HttpResponse:
    asked.case.refresh_from_db()
    page = whistle(
        asked,
        asked.case,
        hand_of(person(request)),
        request.at,
        base=reverse("list_proxy", args=[asked.pk]),
        sent=sent,
        proxy=True,
    )
    status = STALE if sent else 200
    return render(request, "web/list_proxy.html", {"one": page}, status=status)


def _mine(request: Request, pk: UUID) -> Handover:
    rows = Handover.objects.filter(person=person(request)).select_related("person")
    return get_object_or_404(rows, pk=pk)


def _line(handed: Handover, pk: UUID) -> HandoverLine:
    rows = handed.lines.select_related("case__procedure", "case__subject__street", "request")
    return get_object_or_404(rows, pk=pk)


def _asked(request: Request, pk: UUID) -> Asked:
    """One whose answer the person may enter; any other does not exist."""
    found = reads.requests_for_others(person(request), request.at)
    one = next((one for one in found if one.pk == pk), None)
    if one is None:
        raise Http404
    return one
