"""Requests that a case be left out of a unit's rates (剔除申请), and how each was settled."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import AppendOnlyModel, Entry, Record, StoredFile
from furong.apps.base.models.journal import AppendOnlyQuerySet
from furong.apps.cases.models.case import Case
from furong.apps.directory.models import Organisation, User


class ExclusionQuerySet(models.QuerySet["Exclusion"]):
    def visible_to(self, user: User | AnonymousUser, at: datetime) -> Self:
        """Those of the cases that the person reads from within; who raised a case knows of none."""
        return self.filter(case__in=Case.objects.inside_of(user, at).values("pk"))

    def pending(self) -> Self:
        return self.filter(state=Exclusion.State.PENDING)

    def with_parts(self) -> Self:
        return self.select_related(
            "case__procedure", "case__subject__street", "unit", "decides", "asked_by"
        ).defer("case__procedure__content")


class Exclusion(Record):
    """One unit asks that one case be left out of one of its rates, on a ground, with evidence.

    rate, ground: as the pack codes them; rate_label, ground_label: as they read when it was asked.
    decides: the office that settles it, until due_at. renews: the refused one that this asks again.
    state: where its steps have led. told: of which state people were told.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("待审定")
        GRANTED = "granted", _("已剔除")
        REFUSED = "refused", _("不予剔除")
        WITHDRAWN = "withdrawn", _("已撤回")
        REVOKED = "revoked", _("已撤销剔除")

    STANDING = (State.PENDING, State.GRANTED)
    DENIED = (State.REFUSED, State.REVOKED)

    case = models.ForeignKey(Case, models.PROTECT, related_name="exclusions")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    rate = models.CharField(max_length=64)
    rate_label = models.CharField(_("率"), max_length=120)
    ground = models.CharField(max_length=64)
    ground_label = models.CharField(_("剔除情形"), max_length=120)
    words = models.CharField(_("说明"), max_length=1000)
    files = models.ManyToManyField(StoredFile, related_name="+")
    renews = models.ForeignKey("self", models.PROTECT, null=True, related_name="renewals")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decides = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    told = models.CharField(max_length=10, blank=True)

    objects: ClassVar[ExclusionQuerySet] = ExclusionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("剔除申请")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["state", "due_at"], name="exclusion_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "unit", "rate"],
                condition=Q(state__in=["pending", "granted"]),
                name="exclusion_stands_once",
            ),
            models.UniqueConstraint(
                fields=["renews"],
                condition=~Q(state="withdrawn"),
                name="exclusion_renewed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.unit_id} {self.rate}"

    def is_overdue(self, at: datetime) -> bool:
        """Whether nobody has settled it in time."""
        return self.state == self.State.PENDING and self.due_at <= at


class ExclusionStep(AppendOnlyModel, Record):
    """What became of a request, one row for each settlement: figures as of a time go by these."""

    exclusion = models.ForeignKey(Exclusion, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Exclusion.State)
    reason = models.CharField(_("理由"), max_length=500)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    objects: ClassVar[AppendOnlyQuerySet["ExclusionStep"]] = AppendOnlyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.exclusion_id} {self.state}"


EXCLUSION_ACTS: Mapping[str, object] = {
    "exclusion.ask": _("申请剔除"),
    "exclusion.granted": _("同意剔除"),
    "exclusion.refused": _("不予剔除"),
    "exclusion.withdrawn": _("撤回剔除申请"),
    "exclusion.revoked": _("撤销剔除"),
}
"""The events of a case that tell of requests to leave it out; who raised it is told none of them."""
