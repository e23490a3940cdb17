"""Questions put to somebody about a case: return, extend, suspend, whistle …"""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import Record
from furong.apps.cases.models.case import Case
from furong.apps.directory.models import Organisation, User


class RequestQuerySet(models.QuerySet["Request"]):
    def pending(self) -> Self:
        """Asked, and neither answered nor withdrawn."""
        return self.filter(settled_at=None)

    def delivered(self) -> Self:
        return self.exclude(delivered_at=None)


class Request(Record):
    """A request beside the state of its case. delivered_at: since when it is before who answers it.

    answer: the code that it was given; "" while it is pending, and where it was withdrawn because
    the case moved on. silent: nobody answered in time. fields: what was asked, as in an event.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="requests")
    name = models.CharField(max_length=64)
    cycle = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    waits_for = models.CharField(max_length=64, blank=True)  # the list that will deliver it
    delivered_at = models.DateTimeField(null=True)
    fields = models.JSONField(default=dict)
    answer = models.CharField(max_length=64, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    silent = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)

    objects: ClassVar[RequestQuerySet] = RequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("请示")
        ordering = ["pk"]
        indexes = [models.Index(fields=["settled_at", "name"], name="request_pending")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"
