"""The outbox and the trace of a forwarded thing, as files."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from furong.apps.base import clock, journal
from furong.apps.base.models.journal import reference
from furong.apps.directory.models import User
from furong.apps.notices.models import Delivery, Forwarding
from furong.apps.notices.models.notice import DeliveryQuerySet
from furong.apps.notices.tracing import in_order
from furong.apps.registry.exporting import ExportCell, write_table


@transaction.atomic
def export_outbox(deliveries: DeliveryQuerySet, *, by: User, at: datetime) -> bytes:
    """The deliveries as an xlsx table, the latest first. The export is journaled."""
    rows = list(
        deliveries.outbox()
        .with_receipts()
        .select_related("notice", "recipient")
        .order_by("-due_at", "-id")
    )
    journal.record(
        "notice.export",
        by=by,
        at=at,
        about=("notices.outbox", "all"),
        payload={"count": len(rows)},
    )
    headings = [
        *(_("应发时间"), _("收件人"), _("标题"), _("正文"), _("紧急"), _("状态"), _("发出时间")),
        *(_("通道"), _("尝试次数"), _("说明"), _("站内阅读时间")),
    ]
    return write_table(headings, map(_delivery, rows), "xlsx")


@transaction.atomic
def export_trace(
    about: models.Model | tuple[str, UUID | str], *, title: str, by: User, at: datetime
) -> bytes:
    """Who forwarded a thing, by whom it came to them, and how often it was opened (xlsx).

    title: a line above the headings. The export is journaled.
    """
    found = (
        Forwarding.objects.about(about).counted().select_related("forwarder", "parent__forwarder")
    )
    rows = [*in_order(found)]
    about_type, about_id = reference(about)
    journal.record(
        "notice.export",
        by=by,
        at=at,
        about=(about_type, about_id),
        payload={"count": len(rows)},
    )
    headings = [
        *(_("转发人"), _("经由"), _("层次"), _("转发时间")),
        *(_("打开次数"), _("打开人数"), _("预览抓取次数")),
    ]
    return write_table(headings, _traced(rows), "xlsx", title=title)


def _delivery(row: Delivery) -> list[ExportCell]:
    return [
        _local(row.due_at),
        row.recipient.name,
        row.notice.title,
        row.notice.body or None,
        _("是") if row.notice.urgent else _("否"),
        str(Delivery.State(row.state).label),
        _local(row.sent_at),
        row.carrier or None,
        row.attempts,
        row.error or None,
        _local(row.read_inside),
    ]


def _traced(rows: list[tuple[int, Forwarding]]) -> Iterator[list[ExportCell]]:
    for depth, row in rows:
        yield [
            row.forwarder.name,
            row.parent.forwarder.name if row.parent else None,
            depth + 1,
            _local(row.made_at),
            row.opened,
            row.readers,
            row.previews,
        ]


def _local(moment: datetime | None) -> str | None:
    return f"{moment.astimezone(clock.zone()):%Y-%m-%d %H:%M}" if moment else None
