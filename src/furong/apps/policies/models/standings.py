"""How subjects stood on past days, to tell who came to qualify since then and who ceased to."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import Record


class StandingRoll(Record):
    """The subjects of a kind on one or more days, in the order of a snapshot's columns.

    subjects: their ids, 16 bytes each, zlib. digest: SHA-256 (hex) of the ids; equal rolls are kept
    once, so that a day on which nobody was registered adds none.
    """

    digest = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField()
    subjects = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.count} {self.digest[:8]}"


class StandingQuerySet(models.QuerySet["StandingDay"]):
    def taken_by(self, at: datetime) -> Self:
        """Those that had been taken by a moment, the latest first."""
        return self.filter(taken_at__lte=at).order_by("-day", "kind")


class StandingDay(Record):
    """How the subjects of one kind stood with the policies in force at the beginning of a day.

    taken_at: when it was taken, later than the day's beginning after a standstill. sequence: the
    registry's number of the last statement that it goes by. policies: [[id, version]] in the order
    of the rows. codes: places in `reads.STANDINGS`, a byte for each policy and subject, zlib.
    since: for the same cells the ordinal of the day since which the subject has qualified, negative
    where it may have been longer, 0 where it does not; int32, little-endian, zlib; emptied when the
    next snapshot is taken.
    """

    day = models.DateField(_("日期"))
    kind = models.CharField(_("类别"), max_length=64)
    taken_at = models.DateTimeField()
    sequence = models.BigIntegerField()
    policies = models.JSONField()
    roll = models.ForeignKey(StandingRoll, models.PROTECT, related_name="days")
    codes = models.BinaryField()
    since = models.BinaryField(default=bytes)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("资格快照")
        ordering = ["-day", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["day", "kind"], name="standing_day_stands_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"
