"""What happened to a case, event by event, and what people are still to be told of it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import AppendOnlyModel, Entry, Record, StoredFile
from furong.apps.base.models.journal import AppendOnlyQuerySet
from furong.apps.cases.models.case import Case
from furong.apps.cases.models.request import Request
from furong.apps.directory.models import Organisation, User


class EventQuerySet(AppendOnlyQuerySet["Event"]):
    pass


class Event(AppendOnlyModel, Record):
    """One act on a case: the timeline is these in order.

    act: `openings.report`, `actions.dispatch`, `requests.return`, `answers.granted`, `comment`.
    by: null for the system. proxy: who entered it, where another decided on paper (then `by`).
    facts, fields: the answers of this act that are not personal; those lie encrypted with `entry`.
    occurred_at: as claimed; recorded_at: by the server.
    """

    # Every act writes an event: what no read goes by, or `event_in_order` has, is not indexed.
    case = models.ForeignKey(Case, models.PROTECT, related_name="events", db_index=False)
    sequence = models.PositiveIntegerField()
    act = models.CharField(max_length=100)
    cycle = models.PositiveSmallIntegerField()
    from_state = models.CharField(max_length=64, blank=True)
    to_state = models.CharField(max_length=64, blank=True)
    closure = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=64, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    proxy = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    bearer = models.CharField(max_length=100, blank=True)  # who came by a signed link
    request = models.ForeignKey(
        Request, models.PROTECT, null=True, related_name="events", db_index=False
    )
    facts = models.JSONField(default=dict)
    fields = models.JSONField(default=dict)
    personal = models.JSONField(default=list)  # names of the answers that are kept encrypted
    files = models.ManyToManyField(StoredFile, related_name="+")
    public = models.BooleanField(default=False)  # a comment that the reporter may read
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    objects: ClassVar[EventQuerySet] = EventQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("办理记录")
        ordering = ["case", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["case", "sequence"], name="event_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.sequence} {self.act}"

    @property
    def answers(self) -> dict[str, Any]:
        return {**self.facts, **self.fields}


class Telling(Record):
    """Words that an act said, on their way to the people who hold the roles: told after commit."""

    case = models.ForeignKey(  # found while it waits, by `telling_waiting`
        Case, models.PROTECT, related_name="tellings", db_index=False
    )
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+", db_index=False)
    roles = models.JSONField()
    words = models.CharField(max_length=1000)
    urgent = models.BooleanField(default=False)
    said_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    reached = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["case"], condition=models.Q(told_at=None), name="telling_waiting"),
        ]

    def __str__(self) -> str:
        return self.words
