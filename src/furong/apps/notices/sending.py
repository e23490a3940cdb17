"""Emptying the outbox: what is due goes to a channel, outside of any transaction.

A timer says when to look (`furong.apps.base.timers`); its handler looks again after a while as long
as something is outstanding, so that a process that dies loses nothing. A delivery that is being
handed over is put off by a lease first: two senders do not take the same one, and one whose sender
died is tried again. A crash between the channel's receipt and our note of it sends a message twice.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal, timers
from furong.apps.base.cipher import Undecipherable
from furong.apps.base.compiled import Reading
from furong.apps.base.models import Timer
from furong.apps.notices.channels import (
    Channel,
    Post,
    Undelivered,
    configured,
    pass_on,
    post_by_apprise,
)
from furong.apps.notices.models import Delivery

TIMER = "notices.send"
LEASE = timedelta(minutes=5)
FIRST_RETRY = timedelta(minutes=1)
TRIES = 5
STALE = timedelta(days=3)
"""What lay longer than this past its time, for want of a channel, is no news any more."""

logger = logging.getLogger(__name__)


_WAITING = Reading(lambda: Timer.objects.waiting().filter(name=TIMER, key=""))


def appoint(due_at: datetime) -> None:
    """Look at the outbox then, or at an earlier appointment that stands already."""
    waiting = _WAITING.first()
    if waiting is None or waiting.due_at > due_at:
        timers.schedule(TIMER, "", due_at=due_at)


@timers.handles(TIMER)
def _look(timer: Timer, at: datetime) -> None:
    due = Delivery.objects.outbox().filter(state=Delivery.State.HELD, due_at__lte=at)
    due.update(state=Delivery.State.WAITING)
    if not configured():
        return  # whoever sets up a channel sends from the outbox page
    transaction.on_commit(lambda: _send_quietly(at))
    following = Delivery.objects.outbox().outstanding().order_by("try_at").first()
    if following is not None:
        appoint(max(following.try_at, at + LEASE, timer.due_at + LEASE))


def _send_quietly(at: datetime) -> None:
    """The handler's transaction is done: what fails now is for the log and for the next look."""
    try:
        send_due(at=at)
    except Exception:
        logger.exception("The outbox could not be emptied")


def send_due(
    *,
    at: datetime,
    channels: Sequence[Channel] | None = None,
    post: Post = post_by_apprise,
) -> int:
    """Hands over all that is due; how many a channel took. Without a channel nothing changes.

    channels, post: those of the settings, unless given.
    """
    usable = configured() if channels is None else channels
    taken = 0
    while usable and (delivery := _claim(at)):
        if delivery.due_at < at - STALE:
            _give_up(delivery, _("超过 %d 天未发出，内容可能已过时，不再自动发送") % STALE.days, at)
            continue
        if not delivery.recipient.is_active:
            _give_up(delivery, _("收件人的账号已停用"), at)
            continue
        try:
            carrier = pass_on(
                delivery.recipient,
                delivery.notice.title,
                _message(delivery),
                channels=usable,
                post=post,
            )
        except Undelivered as refusal:
            _put_off(delivery, str(refusal), at)
        except Undecipherable:
            _put_off(delivery, _("收件人的手机号解不开，请核对 FURONG_PERSONAL_KEY"), at)
        else:
            _note_sent(delivery, carrier, at)
            taken += 1
    return taken


@transaction.atomic
def retry_failed(*, by: journal.Actor, at: datetime) -> int:
    """All that was given up is due again; how many."""
    failed = Delivery.objects.outbox().filter(state=Delivery.State.FAILED)
    count = failed.update(state=Delivery.State.WAITING, due_at=at, try_at=at, attempts=0, error="")
    if count:
        appoint(at)
        journal.record(
            "notice.retry", by=by, at=at, about=("notices.outbox", "all"), payload={"count": count}
        )
    return count


@transaction.atomic
def _claim(at: datetime) -> Delivery | None:
    due = Delivery.objects.outbox().due(at).select_related("notice", "recipient__phone")
    delivery = due.select_for_update(skip_locked=True, of=("self",)).first()
    if delivery is not None:
        delivery.attempts += 1
        delivery.try_at = at + LEASE
        delivery.save(update_fields=["attempts", "try_at"])
    return delivery


def _message(delivery: Delivery) -> str:
    """The body, and a link where the platform knows its public address."""
    notice = delivery.notice
    link = f"{settings.FURONG_URL.rstrip('/')}{notice.path}" if settings.FURONG_URL else ""
    return "\n".join(filter(None, [notice.body or notice.title, link]))


def _put_off(delivery: Delivery, why: str, at: datetime) -> None:
    if delivery.attempts >= TRIES:
        _give_up(delivery, why, at)
        return
    delivery.try_at = at + FIRST_RETRY * 2 ** (delivery.attempts - 1)
    delivery.error = why[:200]
    delivery.save(update_fields=["try_at", "error"])
    appoint(delivery.try_at)


@transaction.atomic
def _give_up(delivery: Delivery, why: str, at: datetime) -> None:
    delivery.state = Delivery.State.FAILED
    delivery.error = why[:200]
    delivery.save(update_fields=["state", "error"])
    _record(delivery, at)


@transaction.atomic
def _note_sent(delivery: Delivery, carrier: str, at: datetime) -> None:
    delivery.state = Delivery.State.SENT
    delivery.sent_at = at
    delivery.carrier = carrier
    delivery.error = ""
    delivery.save(update_fields=["state", "sent_at", "carrier", "error"])
    _record(delivery, at)


def _record(delivery: Delivery, at: datetime) -> None:
    """One entry for each delivery that came to an end."""
    journal.record(
        "notice.deliver",
        by="worker",
        at=at,
        about=delivery.notice,
        payload={
            "delivery": delivery.pk,
            "state": delivery.state,
            "carrier": delivery.carrier,
            "attempts": delivery.attempts,
        },
    )
