"""Appointments that outlive the process."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models.record import Record


class TimerQuerySet(models.QuerySet["Timer"]):
    def waiting(self) -> Self:
        return self.filter(state=Timer.State.WAITING)

    def due(self, at: datetime) -> Self:
        """Waiting timers whose next try is not later than `at`, the longest due first."""
        return self.waiting().filter(try_at__lte=at).order_by("try_at", "id")

    def failing(self) -> Self:
        """Waiting timers whose handler failed at least once: what an administrator looks at."""
        return self.waiting().filter(attempts__gt=0).order_by("due_at")


class Timer(Record):
    """`name` says which handler, `key` which appointment; at most one of a pair is waiting."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待")
        FIRED = "fired", _("已触发")
        CANCELLED = "cancelled", _("已取消")

    name = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    try_at = models.DateTimeField()  # due_at, or later after failures
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    settled_at = models.DateTimeField(null=True)  # when it fired, by the clock of the tick
    attempts = models.PositiveIntegerField(default=0)  # failed ones
    error = models.TextField(blank=True)

    objects = TimerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "key"], condition=Q(state="waiting"), name="timer_waits_once"
            ),
        ]
        indexes = [
            models.Index(fields=["try_at", "id"], condition=Q(state="waiting"), name="timer_due"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"
