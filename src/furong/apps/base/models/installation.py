"""Which district this installation serves."""

from django.db import models
from django.utils.translation import gettext as _

from furong.apps.base.compiled import Reading
from furong.apps.base.errors import Refusal


class NotInstalled(Refusal):
    """No pack was applied yet, so there is no district."""


class Installation(models.Model):
    """The one district of this database, as its pack describes it. One row, id 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    pack = models.CharField(max_length=100)
    version = models.CharField(max_length=50)
    digest = models.CharField(max_length=64)  # of the resolved chain of packs
    timezone = models.CharField(max_length=64)  # IANA name
    currency = models.CharField(max_length=3)  # ISO 4217
    district = models.CharField(max_length=200)
    short = models.CharField(max_length=50)
    demo = models.BooleanField(default=False)
    applied_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.district} ({self.pack}@{self.version})"

    @classmethod
    def current(cls) -> "Installation":
        """The installation; `NotInstalled` before the first `furong pack apply`."""
        installed: Installation | None = THE_ONE.first()
        if installed is None:
            raise NotInstalled(
                _("本系统还没有内容包，不知道服务哪个区。请先运行：furong pack apply 内容包")
            )
        return installed


THE_ONE = Reading(lambda: Installation.objects.filter(pk=1), shared=True)
