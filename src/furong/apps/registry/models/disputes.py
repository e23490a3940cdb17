"""Facts that statements contradict each other about."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import Record, StoredFile
from furong.apps.directory.models import User
from furong.apps.registry.models.facts import FactEntry
from furong.apps.registry.models.subjects import Subject


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Reads of disputes."""

    def open(self) -> Self:
        """Those that nobody has settled."""
        return self.filter(closed_at=None)

    def closed(self) -> Self:
        return self.exclude(closed_at=None)

    def visible_to(self, user: User | AnonymousUser, at: datetime) -> Self:
        """Those about subjects that the person may see."""
        return self.filter(subject__in=Subject.objects.visible_to(user, at))

    def open_to(self, user: User | AnonymousUser, action: str, at: datetime) -> Self:
        """Those about subjects that the person's grants cover for an action."""
        return self.filter(subject__in=Subject.objects.open_to(user, action, at))


class Dispute(Record):
    """Statements about one fact and period that contradict each other, until it is settled.

    entries: all that took part. claims: the sequences of those that are upheld, one of each voice
    (`weighing`). stands: the one that was found right, where a person settled it.
    """

    class Outcome(models.TextChoices):
        SETTLED = "settled", _("已核实")
        AGREED = "agreed", _("说法已一致")
        SUPERSEDED = "superseded", _("以更高效力来源为准")
        MERGED = "merged", _("随对象合并转出")

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="disputes")
    fact = models.CharField(_("事实"), max_length=64)
    about_from = models.DateField(null=True)
    about_to = models.DateField(null=True)
    entries = models.ManyToManyField(FactEntry, related_name="disputes")
    claims = models.JSONField(default=list)
    opened_at = models.DateTimeField(_("提出时间"))
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    stands = models.ForeignKey(FactEntry, models.PROTECT, null=True, related_name="+")
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("理由"), max_length=1000, blank=True)
    evidence = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("事实争议")
        constraints = [
            models.UniqueConstraint(
                "subject",
                "fact",
                Coalesce("about_from", Value(date(1, 1, 1))),
                Coalesce("about_to", Value(date(1, 1, 1))),
                condition=Q(closed_at=None),
                name="one_open_dispute_of_a_matter",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="settled")
                | Q(stands__isnull=False, closed_by__isnull=False) & ~Q(reason=""),
                name="settled_dispute_says_by_whom_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact} · {self.subject}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def statements(self) -> Sequence[FactEntry]:
        """All that took part, the oldest first."""
        found = self.entries.select_related("reporter", "evidence", "batch", "sealed")
        return list(found.order_by("sequence"))
