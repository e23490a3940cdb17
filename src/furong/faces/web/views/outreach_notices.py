"""A person's messages, and the outbox of the platform."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.notices import sending
from furong.apps.notices.actions import mark_all_read, mark_read
from furong.apps.notices.exporting import export_outbox
from furong.apps.notices.models import Delivery
from furong.apps.notices.models.notice import DeliveryQuerySet
from furong.faces.web.access import Request, needs, person, signed_in
from furong.faces.web.cursor import Page, page_of
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters.outreach_notices import TONES, UNREAD, inbox_page, outbox_page

LATEST = ("-due_at", "-id")


@require_safe
@signed_in
def list_messages(request: Request) -> HttpResponse:
    chosen = UNREAD if request.GET.get("show") == UNREAD else ""
    mine = Delivery.objects.inbox_of(person(request)).select_related("notice__sent_by")
    page = _page(request, mine.unread() if chosen else mine)
    return render(request, "web/inbox.html", {"page": inbox_page(page, person(request), chosen)})


@require_POST
@signed_in
def open_message(request: Request, pk: UUID) -> HttpResponse:
    """The message counts as read, and leads to what it is about."""
    mine = get_object_or_404(Delivery.objects.inbox_of(person(request)), pk=pk)
    delivery = mark_read(mine, by=person(request), at=request.at)
    return redirect(delivery.notice.path)


@require_POST
@signed_in
def read_all(request: Request) -> HttpResponse:
    if count := mark_all_read(by=person(request), at=request.at):
        messages.success(request, _("%d 条消息已标为已读") % count)
    return redirect("inbox")


@require_safe
@needs("notice.send")
def list_outbox(request: Request) -> HttpResponse:
    chosen, found = _outbox(request)
    page = _page(request, found.with_receipts().select_related("notice", "recipient"))
    return render(request, "web/outbox.html", {"page": outbox_page(page, chosen)})


@require_safe
@needs("notice.send")
def export(request: Request) -> HttpResponse:
    _chosen, found = _outbox(request)
    return workbook(export_outbox(found, by=person(request), at=request.at), _("外发清单"))


@require_POST
@needs("notice.send")
def retry(request: Request) -> HttpResponse:
    """What was given up is due again."""
    count = sending.retry_failed(by=person(request), at=request.at)
    messages.success(request, _("%d 条已重新列入待发") % count)
    return redirect("outbox")


@require_POST
@needs("notice.send")
def send_now(request: Request) -> HttpResponse:
    """Hands over what is due, without waiting for the timer."""
    if taken := sending.send_due(at=request.at):
        messages.success(request, _("%d 条已由通道接收") % taken)
    else:
        messages.warning(request, _("没有发出：没有到时的待发通知，或通道未配置、未接收"))
    return redirect("outbox")


def _outbox(request: Request) -> tuple[str, DeliveryQuerySet]:
    """The state asked for ("" for all), and the deliveries in it."""
    state = request.GET.get("state", "")
    chosen = state if state in TONES else ""
    found = Delivery.objects.outbox()
    return chosen, found.filter(state=chosen) if chosen else found


def _page(request: Request, found: DeliveryQuerySet) -> Page[Delivery]:
    return page_of(
        found,
        LATEST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        total=found.count(),
    )
