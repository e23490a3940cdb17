"""Telling people, and their having read it."""

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from furong.apps.base import clock, journal
from furong.apps.base.compiled import insert
from furong.apps.base.errors import Refusal
from furong.apps.base.models.journal import reference
from furong.apps.directory.models import User
from furong.apps.notices import sending
from furong.apps.notices.models import Delivery, Notice
from furong.apps.notices.quiet import QuietHours

_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~?=&#%-]*")
_TITLE, _BODY = 120, 1000  # as in Notice


class NobodyToTell(Refusal):
    """None of those meant has an account that works."""


@transaction.atomic
def notify(
    recipients: Iterable[User],
    *,
    title: str,
    body: str = "",
    path: str,
    about: models.Model | tuple[str, UUID | str],
    urgent: bool = False,
    by: journal.Actor,
    at: datetime,
) -> Notice:
    """Tells people something: in their inbox at once, outside when quiet hours allow.

    An urgent notice does not wait for the end of quiet hours. path: where on the platform it leads,
    with ids and codes in it and nothing personal; ValueError if it leads elsewhere. Text that is too
    long is cut. Disabled accounts are left out and counted; NobodyToTell where no other is left.
    Nothing goes out before the transaction is committed.
    """
    if not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is no path of this platform, such as /policies/T01/.")
    meant = {user.pk: user for user in recipients}
    told = [user for user in meant.values() if user.is_active]
    if not told:
        raise NobodyToTell(
            _("“%s”没有通知到任何人：收件人都没有启用的账号。请先开通账号，或改为电话告知") % title
        )
    about_type, about_id = reference(about)
    notice = Notice(
        title=_cut(title, _TITLE),
        body=_cut(body, _BODY),
        path=path,
        about_type=about_type,
        about_id=about_id,
        urgent=urgent,
        sent_by=by if isinstance(by, User) else None,
        made_at=at,
        left_out=len(meant) - len(told),
    )
    insert([notice])
    due_at = at if urgent else _after_quiet_hours(at)
    insert(
        delivery for user in told for delivery in _deliveries(notice, user, due_at=due_at, at=at)
    )
    sending.appoint(due_at)
    journal.record(
        "notice.send",
        by=by,
        at=at,
        about=(about_type, about_id),
        payload={
            "notice": notice.pk,
            "recipients": len(told),
            "left_out": notice.left_out,
            "urgent": urgent,
            "due_at": due_at,
        },
    )
    return notice


@transaction.atomic
def mark_read(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """The recipient has opened the message. A second time changes nothing."""
    held = Delivery.objects.inbox_of(by).select_for_update().get(pk=delivery.pk)
    if held.read_at is None:
        _read(Delivery.objects.filter(pk=held.pk), at)
        journal.record(
            "notice.read", by=by, at=at, about=held.notice, payload={"delivery": held.pk}
        )
        held.refresh_from_db()
    return held


@transaction.atomic
def mark_all_read(*, by: User, at: datetime) -> int:
    """All that is in the person's inbox counts as read; how many were not."""
    unread = Delivery.objects.inbox_of(by).unread()
    ids = list(unread.select_for_update().values_list("pk", flat=True))
    if ids:
        _read(unread, at)
        journal.record(
            "notice.read", by=by, at=at, about=("notices.inbox", by.pk), payload={"count": len(ids)}
        )
    return len(ids)


def _read(deliveries: models.QuerySet[Delivery], at: datetime) -> None:
    deliveries.update(state=Delivery.State.READ, read_at=at)


def _deliveries(
    notice: Notice, user: User, *, due_at: datetime, at: datetime
) -> Iterable[Delivery]:
    kinds, states = Delivery.Channel, Delivery.State
    yield Delivery(
        notice=notice,
        recipient=user,
        channel=kinds.INBOX,
        state=states.SENT,
        due_at=at,
        try_at=at,
        sent_at=at,
    )
    yield Delivery(
        notice=notice,
        recipient=user,
        channel=kinds.OUTBOX,
        state=states.HELD if due_at > at else states.WAITING,
        due_at=due_at,
        try_at=due_at,
    )


def _after_quiet_hours(at: datetime) -> datetime:
    hours = QuietHours.parse(settings.FURONG_QUIET_HOURS)
    return (hours and hours.end_after(at, clock.zone())) or at


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
