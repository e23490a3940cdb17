"""Procedures as they were installed: what a case was begun under, it is finished under."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from furong.apps.base.compiled import Reading
from furong.apps.base.models import AppendOnlyModel, Record
from furong.apps.base.models.journal import AppendOnlyQuerySet


class ProcedureVersionQuerySet(AppendOnlyQuerySet["ProcedureVersion"]):
    def latest_of(self, code: str) -> "ProcedureVersion | None":
        """The version under which new cases are begun."""
        found: ProcedureVersion | None = _LATEST.first(code=code)
        return found


_LATEST = Reading(
    lambda code: (
        ProcedureVersion.objects.filter(code=code).order_by("-version").defer("content")[:1]
    ),
    "code",
    shared=True,
)


class ProcedureVersion(AppendOnlyModel, Record):
    """One version of a pack's procedure. content: the file's mapping; digest: SHA-256 (hex) of it.

    watchers: the organisations that have a role of their own in it. origin: `pack@version`.
    """

    code = models.CharField(_("流程"), max_length=64)
    version = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("名称"), max_length=120)
    content = models.TextField()  # JSON as text: the order of its keys is the order on screen
    digest = models.CharField(max_length=64)
    watchers = models.JSONField(default=list)
    origin = models.CharField(_("来源"), max_length=128)
    installed_at = models.DateTimeField()

    objects: ClassVar[ProcedureVersionQuerySet] = ProcedureVersionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("办理流程")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="procedure_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code}@{self.version}"
