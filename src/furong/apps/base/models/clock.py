"""The clock of the district, which in a demonstration is not the clock of the machine."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class DistrictClock(models.Model):
    """How district time follows from real time. One row, id 1; without it district time is real."""

    class Mode(models.TextChoices):
        REAL = "real", _("真实时间")
        RUNNING = "running", _("从起点走")
        FROZEN = "frozen", _("停在一刻")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    mode = models.CharField(max_length=10, choices=Mode)
    anchor = models.DateTimeField(null=True)  # district time at set_at
    set_at = models.DateTimeField()  # real time
    rate = models.PositiveIntegerField(default=1)  # district seconds to a real second

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="clock_is_one"),
            models.CheckConstraint(
                condition=models.Q(mode="real") | models.Q(anchor__isnull=False),
                name="clock_has_anchor",
            ),
            models.CheckConstraint(condition=models.Q(rate__gte=1), name="clock_goes_forward"),
        ]

    def __str__(self) -> str:
        return self.mode

    def reading(self, real: datetime) -> datetime:
        """District time when it is `real` outside."""
        if self.mode == self.Mode.REAL or self.anchor is None:
            return real
        if self.mode == self.Mode.FROZEN:
            return self.anchor
        return self.anchor + (real - self.set_at) * self.rate
