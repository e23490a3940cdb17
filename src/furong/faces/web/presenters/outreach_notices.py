"""A person's messages, and what the platform sends, or would send, outside."""

import re
from collections.abc import Mapping

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from furong.apps.directory.models import User
from furong.apps.notices.channels import configured
from furong.apps.notices.models import Delivery, Notice
from furong.apps.notices.quiet import NONE
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.outreach_pages import InboxPage, MessageRow, OutboxPage, OutboxRow
from furong.faces.web.presenters.parts import Badge, chip

_STOPS = re.compile(r"^[\u3002\uff1b\uff01\uff1f]+")

UNREAD = "unread"
TONES: Mapping[str, str] = {
    Delivery.State.WAITING: "amber",
    Delivery.State.HELD: "violet",
    Delivery.State.SENT: "jade",
    Delivery.State.FAILED: "hibiscus",
}
"""The states of what goes out, in the order in which they are offered."""


def inbox_page(page: Page[Delivery], user: User, chosen: str) -> InboxPage:
    mine = Delivery.objects.inbox_of(user)
    unread = mine.unread().count()
    return InboxPage(
        filters=[
            chip("show", "", _("全部"), now=chosen, count=mine.count()),
            chip("show", UNREAD, _("未读"), now=chosen, count=unread),
        ],
        rows=[_message(one) for one in page.rows],
        pages=page.pages,
        unread=unread,
    )


def _message(one: Delivery) -> MessageRow:
    notice = one.notice
    return MessageRow(
        id=one.pk,
        title=notice.title,
        body=_beyond_title(notice),
        at=figures.moment(notice.made_at),
        sender=notice.sent_by.name if notice.sent_by else _("系统"),
        unread=one.read_at is None,
        urgent=notice.urgent,
    )


def outbox_page(page: Page[Delivery], chosen: str) -> OutboxPage:
    counts = dict(Delivery.objects.outbox().values_list("state").annotate(n=Count("pk")).order_by())
    chips = [chip("state", "", _("全部"), now=chosen, count=sum(counts.values()))]
    chips += [
        chip("state", state, Delivery.State(state).label, now=chosen, count=counts.get(state, 0))
        for state in TONES
    ]
    return OutboxPage(
        filters=chips,
        rows=[_outgoing(one) for one in page.rows],
        pages=page.pages,
        failed=counts.get(Delivery.State.FAILED, 0),
        carriers=[channel.carrier for channel in configured()],
        quiet=_quiet(),
    )


def _quiet() -> str:
    hours = settings.FURONG_QUIET_HOURS
    if hours == NONE:
        return _("未设静默时段")
    return _("静默时段 %s，紧急通知除外") % hours.replace("-", _("至"))


def _beyond_title(notice: Notice) -> str:
    """What a message says after its title: outside it goes without one, and begins with the same words."""
    for said in (notice.title, notice.title.partition(" ")[2]):  # the number of a case stands first
        if said and notice.body.startswith(said):
            return _STOPS.sub("", notice.body.removeprefix(said))
    return notice.body


def _outgoing(one: Delivery) -> OutboxRow:
    return OutboxRow(
        due=figures.moment(one.due_at),
        recipient=one.recipient.name,
        title=one.notice.title,
        body=one.notice.body,
        state=Badge(Delivery.State(one.state).label, TONES[one.state]),
        note=one.error or _sent(one),
        urgent=one.notice.urgent,
        attempts=one.attempts,
        read=figures.moment(one.read_inside),
    )


def _sent(one: Delivery) -> str:
    if one.sent_at is None:
        return ""
    return _("%(at)s 经 %(carrier)s 发出") % {
        "at": figures.moment(one.sent_at),
        "carrier": one.carrier,
    }
