"""Clocks of cases, assignments and requests: intervals that are only ever added, and rungs that fell."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from furong.apps.base.models import Record
from furong.apps.cases.models.case import Assignment, Case
from furong.apps.cases.models.request import Request


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> Self:
        return self.filter(running=True)


class Clock(Record):
    """A limit at work on a case in one cycle; of an assignment or a request where one is named.

    counting: natural or working, by the regime when the cycle's clock first started. calendar:
    id and version (digest) of the calendar it was begun on. length: as the procedure writes it
    (`24h`), for the case's class at the time; until: the moment where a form named one. due_at: a
    cache, null while it stands.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks")
    name = models.CharField(max_length=64)
    cycle = models.PositiveSmallIntegerField()
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="clocks")
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="clocks")
    counting = models.CharField(max_length=8)
    calendar = models.CharField(max_length=64)
    calendar_version = models.CharField(max_length=64)
    length = models.CharField(max_length=16, blank=True)
    until = models.DateTimeField(null=True)
    moves = models.JSONField(default=list)  # [[when, until], …]: extensions, the last one holds
    running = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)

    objects: ClassVar[ClockQuerySet] = ClockQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "name", "cycle"],
                condition=Q(assignment=None, request=None),
                name="clock_of_case_once",
            ),
            models.UniqueConstraint(
                fields=["name", "assignment", "cycle"],
                condition=~Q(assignment=None),
                name="clock_of_assignment_once",
            ),
            models.UniqueConstraint(
                fields=["request"], condition=~Q(request=None), name="clock_of_request_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}/{self.cycle}"

    def moment(self, at: datetime) -> datetime | None:
        """The moment until which it runs, as it was at a time: extended, or named by a form."""
        moved = [until for when, until in self.moves if datetime.fromisoformat(when) <= at]
        return datetime.fromisoformat(moved[-1]) if moved else self.until


class Interval(Record):
    """When a clock ran. A row is added when it starts and closed once, when it stops."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="intervals")
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(stopped_at=None), name="interval_open_once"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None) | Q(stopped_at__gte=models.F("started_at")),
                name="interval_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at} – {self.stopped_at or ''}"


class Step(Record):
    """A rung of a clock's ladder fell, and what it says was done: once. fell_at: when it was due."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="steps")
    rung = models.CharField(max_length=32)
    fell_at = models.DateTimeField()
    done_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "rung"], name="rung_falls_once")]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.rung}"
