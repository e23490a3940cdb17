"""What people are told, and how far each telling got."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import Record
from furong.apps.directory.models import User


class Notice(Record):
    """One message to some people. path: where on this platform it leads; about: what it is about.

    left_out: how many of those meant have no account that works, and were not told.
    """

    title = models.CharField(_("标题"), max_length=120)
    body = models.CharField(_("正文"), max_length=1000, blank=True)
    path = models.CharField(max_length=200)
    about_type = models.CharField(max_length=100)
    about_id = models.CharField(max_length=100)
    urgent = models.BooleanField(_("紧急"), default=False)
    sent_by = models.ForeignKey(  # null: system
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()
    left_out = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("通知")

    def __str__(self) -> str:
        return self.title

    def receipts(self) -> tuple[int, int]:
        """How many were told, and how many of them have read it on the platform."""
        inbox = self.deliveries.filter(channel=Delivery.Channel.INBOX)
        return inbox.count(), inbox.exclude(read_at=None).count()


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def inbox_of(self, user: User) -> Self:
        """The person's messages on the platform itself."""
        return self.filter(recipient=user, channel=Delivery.Channel.INBOX)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def outbox(self) -> Self:
        """What goes, or would go, out of the platform."""
        return self.filter(channel=Delivery.Channel.OUTBOX)

    def with_receipts(self) -> Self:
        """With `read_inside`: when the recipient read the same notice on the platform."""
        inbox = Delivery.objects.filter(
            notice=OuterRef("notice"),
            recipient=OuterRef("recipient"),
            channel=Delivery.Channel.INBOX,
        )
        return self.annotate(read_inside=Subquery(inbox.values("read_at")[:1]))

    def outstanding(self) -> Self:
        """Neither sent nor given up."""
        return self.filter(state__in=Delivery.OUTSTANDING)

    def due(self, at: datetime) -> Self:
        """Outstanding ones whose next try is not later than `at`, the longest due first."""
        return self.outstanding().filter(try_at__lte=at).order_by("try_at", "id")


class Delivery(Record):
    """One notice to one person by one channel.

    A delivery to the inbox is made by writing it: it is sent at once, and read when opened. One to
    the outbox waits until a channel takes it; `sent` is only what a channel took, and `carrier`
    says which. try_at: due_at, or later after failures.
    """

    class Channel(models.TextChoices):
        INBOX = "inbox", _("站内消息")
        OUTBOX = "outbox", _("外发")

    class State(models.TextChoices):
        WAITING = "waiting", _("待发")
        HELD = "held", _("静默时段暂缓")
        SENT = "sent", _("已发")
        FAILED = "failed", _("未发出")
        READ = "read", _("已读")

    OUTSTANDING = (State.WAITING, State.HELD)

    notice = models.ForeignKey(  # indexed by `delivery_made_once`
        Notice, models.CASCADE, related_name="deliveries", db_index=False
    )
    recipient = models.ForeignKey(User, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    carrier = models.CharField(max_length=40, blank=True)

    read_inside: datetime | None  # only from `with_receipts`

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("送达")
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "recipient", "channel"], name="delivery_made_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["try_at", "id"],
                condition=Q(state__in=["waiting", "held"]),
                name="delivery_due",
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(channel="inbox", read_at__isnull=True),
                name="delivery_unread",
            ),
            models.Index(fields=["channel", "due_at", "id"], name="delivery_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
