"""What is known of subjects: every statement ever made, and what follows from them today."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import PersonalValue, StoredFile
from furong.apps.directory.models import User
from furong.apps.registry.models.batches import ImportBatch
from furong.apps.registry.models.subjects import Subject


class Source(models.TextChoices):
    """Who a statement rests on, the strongest first (`strength`; ADR 0021).

    VERIFIED: what a clerk found when statements contradicted each other. Nobody states in its name.
    """

    VERIFIED = "verified", _("核实认定")
    REGISTER = "register", _("登记或证明")
    DEPARTMENT = "department", _("部门数据")
    STATISTICS = "statistics", _("统计报表")
    OWNER = "owner", _("企业填报")
    LIAISON = "liaison", _("联络员代填")
    PRESS = "press", _("报道")
    SAMPLE = "sample", _("示例数据")

    @property
    def strength(self) -> int:
        """A weaker source never replaces what a stronger one states about the same date."""
        return _STRENGTH[self]


_STRENGTH = {
    Source.VERIFIED: 4,
    Source.REGISTER: 4,
    Source.DEPARTMENT: 3,
    Source.STATISTICS: 3,
    Source.OWNER: 2,
    Source.LIAISON: 2,
    Source.PRESS: 1,
    Source.SAMPLE: 0,
}


class Effect(models.TextChoices):
    """What a statement did to what was known when it was written (`weighing`)."""

    STANDS = "stands", _("采用")
    REVISES = "revises", _("采用，仍有争议")  # a dispute stays open beside it
    DISPUTES = "disputes", _("有争议")  # a stronger source stands
    SUSPENDS = "suspends", _("有争议，待核实")  # of equal standing: neither stands
    SETTLES = "settles", _("争议了结")  # stands, and ends a dispute
    ASIDE = "aside", _("未采用")  # against what was verified, without new evidence


class FactEntry(models.Model):
    """One statement about a subject. Rows are added and never changed.

    sequence: its place among all statements, in the order in which they became visible.
    value: in plain JSON (dates ISO 8601, money and decimals as text, sets as sorted lists); null
    with `sealed` set where it is personal, null without where the statement was taken back.
    about_from, about_to: the period that it is about, one day where they are equal, none where it
    is about how things are. note, evidence: what its author says and shows for it.
    """

    sequence = models.BigIntegerField(primary_key=True)
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="fact_entries")
    fact = models.CharField(max_length=64)
    value = models.JSONField(null=True)
    sealed = models.ForeignKey(PersonalValue, models.PROTECT, null=True, related_name="+")
    unit = models.CharField(max_length=16, blank=True)
    about_from = models.DateField(null=True)
    about_to = models.DateField(null=True)
    source = models.CharField(max_length=16, choices=Source)
    cited = models.CharField(max_length=200, blank=True)
    reporter = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="entries")
    note = models.CharField(max_length=500, blank=True)
    evidence = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    effect = models.CharField(max_length=8, choices=Effect, default=Effect.STANDS)

    class Meta:
        verbose_name = _("事实记录")
        indexes = [
            models.Index(fields=["subject", "fact"], name="fact_entry_of_subject"),
            models.Index(fields=["recorded_at"], name="fact_entry_recorded"),
        ]

    def __str__(self) -> str:
        return f"{self.fact} #{self.sequence}"

    @property
    def disputed(self) -> bool:
        """Whether it did not come to stand because of what it contradicts."""
        return self.effect in UNADOPTED


UNADOPTED = (Effect.DISPUTES, Effect.SUSPENDS, Effect.ASIDE)
"""The effects of statements that did not come to stand when they were made."""


class SubjectFacts(models.Model):
    """What is known of a subject now, in one row: `projection.Known` by fact key.

    sequence: when it last changed, in the series of statements: by a statement, at registration, at
    a merge. The column store compares it with its watermark.
    """

    subject = models.OneToOneField(
        Subject, models.CASCADE, primary_key=True, related_name="projection"
    )
    facts = models.JSONField(default=dict)
    sequence = models.BigIntegerField(default=0, db_index=True)

    def __str__(self) -> str:
        return f"{self.subject_id} #{self.sequence}"
