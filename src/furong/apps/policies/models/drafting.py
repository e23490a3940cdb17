"""Policy versions in the making: drafts, every state in which they were saved, opinions on them."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import AppendOnlyModel, Record, StoredFile
from furong.apps.directory.models import User
from furong.apps.policies.models.library import PolicyVersion
from furong.apps.registry.catalogue import catalogue


class Stage(models.TextChoices):
    """Where a draft stands on its way to being issued."""

    DRAFTING = "drafting", _("起草")
    CHECKING = "checking", _("核对")
    LEGALITY = "legality", _("合法性审核")
    COMPETITION = "competition", _("公平竞争审查")
    DELIBERATION = "deliberation", _("集体审议")
    APPROVED = "approved", _("待印发")
    ISSUED = "issued", _("已印发")
    WITHDRAWN = "withdrawn", _("已撤稿")


OWN = (Stage.LEGALITY, Stage.COMPETITION, Stage.DELIBERATION)
"""The reviews of what the district issues itself, in their order."""

TAKEN_OVER = (Stage.CHECKING,)
"""What is asked of a superior's policy that the district only enters: that it reads as its source."""

REVIEWS = (*OWN, *TAKEN_OVER)

OPEN = (Stage.DRAFTING, *REVIEWS, Stage.APPROVED)
"""The stages of a draft that may still become a version."""


class DraftQuerySet(models.QuerySet["Draft"]):
    def open(self) -> Self:
        return self.filter(stage__in=OPEN)


class Draft(Record):
    """A policy version in the making; its content is in the latest of its revisions.

    code, version: what it will be once issued. base: the version that it revises, null for a new
    policy. issued: what became of it. Contents are a pack's policy and document in plain JSON
    (`furong.packs.content.plain`), and until the draft is sent on they may be faulty or unfinished.
    """

    code = models.CharField(_("编号"), max_length=32)
    version = models.PositiveIntegerField(_("版本"))
    base = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, related_name="drafts")
    stage = models.CharField(_("阶段"), max_length=16, choices=Stage, default=Stage.DRAFTING)
    title = models.CharField(_("名称"), max_length=300, blank=True)
    document = models.JSONField(default=dict)
    definition = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(_("修改次数"), default=1)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("起草时间"))
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("修改时间"))
    issued = models.OneToOneField(PolicyVersion, models.PROTECT, null=True, related_name="draft")

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策草稿")
        ordering = ["-changed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(stage__in=OPEN), name="draft_is_one_for_each_policy"
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.ISSUED, issued__isnull=False)
                | (~Q(stage=Stage.ISSUED) & Q(issued=None)),
                name="draft_is_issued_as_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}@{self.version}"

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN

    @property
    def reviews(self) -> tuple[Stage, ...]:
        """The reviews that it passes: the district's own, unless a superior issued it.

        What its author calls it does not settle that: what is in force in this district alone, or
        revises what the district issued, is the district's.
        """
        here = catalogue().pack.manifest.jurisdiction
        documents = [self.document, *([self.base.document.definition] if self.base else [])]
        own = any(
            one.get("level") == "district" or one.get("jurisdiction") == here for one in documents
        )
        return OWN if own else TAKEN_OVER

    @property
    def way(self) -> tuple[Stage, ...]:
        """The stages from the author's desk to the public."""
        return (Stage.DRAFTING, *self.reviews, Stage.APPROVED, Stage.ISSUED)


class DraftRevision(AppendOnlyModel, Record):
    """A draft as it was saved: what undoing goes back to, and what two people's changes are told by."""

    draft = models.ForeignKey(Draft, models.PROTECT, related_name="revisions")
    revision = models.PositiveIntegerField()
    document = models.JSONField()
    definition = models.JSONField()
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["revision"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "revision"], name="draft_revision_stands_once")
        ]

    def __str__(self) -> str:
        return f"{self.draft}#{self.revision}"


class Opinion(AppendOnlyModel, Record):
    """What a review found: passed or sent back, by whom, on which document."""

    class Outcome(models.TextChoices):
        PASSED = "passed", _("通过")
        RETURNED = "returned", _("退回修改")

    draft = models.ForeignKey(Draft, models.PROTECT, related_name="opinions")
    revision = models.PositiveIntegerField()
    stage = models.CharField(_("环节"), max_length=16, choices=Stage)
    outcome = models.CharField(_("结论"), max_length=16, choices=Outcome)
    text = models.CharField(_("意见"), max_length=2000, blank=True)
    unit = models.CharField(_("审查单位"), max_length=200)
    number = models.CharField(_("文号"), max_length=100, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("审查意见")
        ordering = ["given_at", "id"]

    def __str__(self) -> str:
        return f"{self.draft} {self.stage} {self.outcome}"
