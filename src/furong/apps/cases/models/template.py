"""Texts that offices keep for their answers (答复模板), with every version that they had."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import AppendOnlyModel, Entry, Record
from furong.apps.base.models.journal import AppendOnlyQuerySet
from furong.apps.directory.models import Organisation, User


class ReplyTemplateQuerySet(models.QuerySet["ReplyTemplate"]):
    def usable_by(self, user: User | AnonymousUser, at: datetime) -> Self:
        """The district's, and those of the units for which the person speaks."""
        from furong.apps.cases.units import units_of

        own = [one.pk for one in units_of(user, at)] if isinstance(user, User) else []
        return self.filter(Q(unit=None) | Q(unit__in=own))

    def in_use(self) -> Self:
        return self.filter(retired_at=None)


class ReplyTemplate(Record):
    """A text as it reads now. unit: whose; null for the whole district's.

    code: by which the pack knows it, "" for one made here. procedure, act, category: where it is
    offered; "" everywhere. uses: how often it was put into an answer.
    """

    code = models.CharField(max_length=64, blank=True)
    unit = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("名称"), max_length=40)
    procedure = models.CharField(max_length=64, blank=True)
    act = models.CharField(max_length=64, blank=True)
    category = models.CharField(max_length=64, blank=True)
    body = models.CharField(_("正文"), max_length=1000)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    uses = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    objects: ClassVar[ReplyTemplateQuerySet] = ReplyTemplateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("答复模板")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                condition=Q(retired_at=None, unit__isnull=False),
                name="template_named_once_in_unit",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(retired_at=None, unit=None),
                name="template_named_once_in_district",
            ),
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="template_of_pack_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReplyVersion(AppendOnlyModel, Record):
    """What a template said from then on. by: null where the pack brought it."""

    template = models.ForeignKey(ReplyTemplate, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=40)
    procedure = models.CharField(max_length=64, blank=True)
    act = models.CharField(max_length=64, blank=True)
    category = models.CharField(max_length=64, blank=True)
    body = models.CharField(max_length=1000)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    objects: ClassVar[AppendOnlyQuerySet["ReplyVersion"]] = AppendOnlyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}@{self.number}"
