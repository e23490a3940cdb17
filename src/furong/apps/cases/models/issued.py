"""What a case issues: documents with numbers, and supervision orders."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import Record
from furong.apps.cases.models.case import Case
from furong.apps.directory.models import Organisation


class Issued(Record):
    """A numbered document of a case. code: what a checking page is asked by, "" where there is none.

    shown: label → words, as they stood when it was issued.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="documents")
    name = models.CharField(max_length=64)
    number = models.CharField(_("文书编号"), max_length=40)
    label = models.CharField(max_length=120)
    shown = models.JSONField(default=dict)
    code = models.CharField(max_length=40, blank=True)
    issued_at = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("文书")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~models.Q(code=""), name="document_code_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.number}"


class Supervision(Record):
    """A supervision order (督办) to an organisation that holds a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="supervisions")
    number = models.CharField(_("督办编号"), max_length=40, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    cycle = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField()

    class Meta:
        verbose_name = _("督办")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.number
