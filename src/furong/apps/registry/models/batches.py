"""Files that were imported."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import Record, StoredFile
from furong.apps.directory.models import User


class ImportBatch(Record):
    """One file, read by one mapping. The same pair by the same person is the same batch, also after a crash.

    file: as it was handed in; None for what came by other means. digest: SHA-256 of file, sheet,
    mapping, kind, source and the mandate of who imports. rows_done: rows of the table that committed
    transactions have dealt with. counts: verdict → rows.
    """

    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(_("类别"), max_length=64)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(_("文件"), max_length=200)
    mapping = models.JSONField()
    source = models.CharField(max_length=16)
    rows_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    started_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("导入批次")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return self.file_name
