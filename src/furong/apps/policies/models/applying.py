"""What subjects take up of policies, and what was decided on it."""

from typing import Self

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import AppendOnlyModel, Record, StoredFile
from furong.apps.directory.models import User
from furong.apps.policies.models.library import PolicyVersion
from furong.apps.registry.models import Subject


class ApplicationQuerySet(models.QuerySet["Application"]):
    def in_flight(self) -> Self:
        """Handed in and not decided yet."""
        return self.filter(state=Application.State.SUBMITTED)

    def live(self) -> Self:
        """Those that stand in the way of a second one: in flight or granted."""
        return self.filter(state__in=(Application.State.SUBMITTED, Application.State.GRANTED))

    def of_policy(self, code: str) -> Self:
        return self.filter(version__policy__code=code)

    def promised(self, code: str) -> int:
        """What a policy's live applications come to (minor units), as far as it is known."""
        return self.of_policy(code).live().aggregate(sum=Sum("amount"))["sum"] or 0


class Application(Record):
    """A subject takes up a policy: confirms it (免申即享), or applies (即申即享, 申报).

    It keeps the version applied under, what that said of the subject and the state of the facts it
    was said by: verdict, criteria (id → answer), amount (minor units, null where unknown), and
    `sequence`, the registry's number of the last statement about the subject.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("办理中")
        GRANTED = "granted", _("已同意")
        REFUSED = "refused", _("不予同意")
        WITHDRAWN = "withdrawn", _("已撤回")

    number = models.CharField(_("受理号"), max_length=24, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="applications")
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="applications")
    state = models.CharField(_("状态"), max_length=16, choices=State, default=State.SUBMITTED)
    verdict = models.CharField(_("判定"), max_length=16)
    criteria = models.JSONField()
    amount = models.BigIntegerField(null=True)
    sequence = models.BigIntegerField()
    note = models.CharField(_("说明"), max_length=500, blank=True)
    files = models.ManyToManyField(StoredFile, related_name="+")
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("提交时间"))
    settled_at = models.DateTimeField(null=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("申请")
        ordering = ["-submitted_at"]
        indexes = [models.Index(fields=["version", "state"], name="application_of_version")]

    def __str__(self) -> str:
        return self.number

    @property
    def policy(self) -> str:
        """The id of the policy."""
        return self.version.policy.code


class DecisionQuerySet(models.QuerySet["Decision"]):
    def deviating(self) -> Self:
        return self.filter(deviates=True)

    def granted(self, subject: Subject, policy: str) -> Self:
        """Those by which a subject was granted a policy."""
        return self.filter(
            subject=subject, version__policy__code=policy, outcome=Decision.Outcome.GRANTED
        )


class Decision(AppendOnlyModel, Record):
    """What a department decided on a subject and a policy, beside what the rule says of them.

    verdict, due: the rule's verdict and amount at the time (minor units; null where it gave none).
    deviates: the decision is another than the rule's (一事一议); it then names who decided, why and
    on which document. application: the application decided on, null for an award without one.
    """

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("同意")
        REFUSED = "refused", _("不予同意")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="decisions")
    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="decisions")
    application = models.OneToOneField(
        Application, models.PROTECT, null=True, related_name="decision"
    )
    outcome = models.CharField(_("决定"), max_length=16, choices=Outcome)
    amount = models.BigIntegerField(null=True)
    verdict = models.CharField(_("规则判定"), max_length=16)
    due = models.BigIntegerField(null=True)
    deviates = models.BooleanField(_("偏离规则"), db_index=True)
    decider = models.CharField(_("决定人"), max_length=200)
    reason = models.CharField(_("理由"), max_length=1000, blank=True)
    document = models.CharField(_("依据文件"), max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(_("决定日期"))
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("决定")
        ordering = ["-recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deviates=False) | (~Q(decider="") & ~Q(reason="") & ~Q(document="")),
                name="deviating_decision_says_who_and_why",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.version} {self.outcome}"
