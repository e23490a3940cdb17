"""Documents, the policies in them, and the versions of each policy, which are never changed."""

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import AppendOnly, Record, StoredFile


class Document(Record):
    """The official document that policies come from.

    code: its id in the pack. definition: the pack's document in plain JSON
    (`furong.packs.content.plain`). level, jurisdiction: as there, for selecting by them.
    """

    code = models.CharField(_("编号"), max_length=64, unique=True)
    title = models.CharField(_("标题"), max_length=300)
    number = models.CharField(_("文号"), max_length=100, blank=True)
    level = models.CharField(_("层级"), max_length=16)
    jurisdiction = models.CharField(_("适用地区"), max_length=12, blank=True)
    definition = models.JSONField()
    origin = models.CharField(_("来源"), max_length=128)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("政策文件")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


class Policy(Record):
    """One policy under the id by which everyone names it, such as CN01. Its versions say the rest."""

    code = models.CharField(_("编号"), max_length=32, unique=True)

    class Meta:
        verbose_name = _("政策")
        verbose_name_plural = _("政策")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


def _refuse_change(*_args: object, **_kwargs: object) -> NoReturn:
    raise AppendOnly(
        "A policy version is never changed or deleted: verdicts and awards rest on it. "
        "Install a new version instead."
    )


class VersionQuerySet(models.QuerySet["PolicyVersion"]):
    """Reads and adds."""

    update = _refuse_change
    delete = _refuse_change
    bulk_update = _refuse_change
    update_or_create = _refuse_change
    _raw_delete = _refuse_change


class PolicyVersion(Record):
    """What a policy says from one day to another; once written, for good.

    definition: the pack's policy in plain JSON (`furong.packs.content.plain`). valid_from, valid_to:
    the days on which it applies, both included, null where there is no bound; a later version also
    ends it (`reads.versions_of`). origin: `pack@version` that brought it, or `directory.LOCAL`.
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField(_("版本"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    definition = models.JSONField()
    valid_from = models.DateField(_("施行之日"), null=True)
    valid_to = models.DateField(_("终止之日"), null=True)
    origin = models.CharField(_("来源"), max_length=128)
    installed_at = models.DateTimeField(_("入库时间"))

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策版本")
        ordering = ["policy__code", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "version"], name="policy_version_stands_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_to=None)
                | Q(valid_to__gte=models.F("valid_from")),
                name="policy_version_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy.code}@{self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse_change()
        super().save(*args, **kwargs)

    delete = _refuse_change


class Repeal(Record):
    """The end of a policy before its time, or of one that named none (废止).

    last_day: the last day on which it applies. number: the document that repeals it. keeps: what
    was applied for until then is finished by the repealed text; otherwise nothing is granted after
    that day. What is handed in later is not taken in either way.
    """

    policy = models.OneToOneField(Policy, models.PROTECT, related_name="repeal")
    last_day = models.DateField(_("最后施行之日"))
    number = models.CharField(_("废止文号"), max_length=100)
    reason = models.CharField(_("理由"), max_length=500)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    keeps = models.BooleanField(_("在途申请按原条款办结"), default=True)
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("废止")
        ordering = ["policy__code"]

    def __str__(self) -> str:
        return f"{self.policy.code} ≤ {self.last_day}"
