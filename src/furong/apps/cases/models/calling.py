"""Call lists (外呼名单): many checks planned and opened as one act, each line given to a caller."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import PersonalValue, Record
from furong.apps.cases.models.case import Case
from furong.apps.directory.models import Organisation, User
from furong.apps.registry.models import Subject


class CallListQuerySet(models.QuerySet["CallList"]):
    """Reads of call lists. Whatever is shown to a person comes through one of these two."""

    def run_by(self, user: User, at: datetime) -> Self:
        """Those that the person planned or oversees."""
        from furong.apps.cases.calls.sight import run_by

        return self.filter(run_by(user, at))

    def called_by(self, user: User, at: datetime) -> Self:
        """Those that were opened and whose calls the person's team makes."""
        from furong.apps.cases.calls.sight import called_by

        return self.exclude(stage=CallList.Stage.PLANNED).filter(called_by(user, at))


class CallList(Record):
    """A campaign of calls. facts: what is asked about; team: the unit whose callers call.

    seed: what the sample was drawn by, percent: how much of it, so that it can be drawn again.
    origin: where the subjects came from, in words. reason: of the withdrawal.
    """

    class Stage(models.TextChoices):
        PLANNED = "planned", _("待发起")
        OPENING = "opening", _("正在发起")
        OPEN = "open", _("外呼中")
        WITHDRAWING = "withdrawing", _("正在撤回")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Way(models.TextChoices):
        EVEN = "even", _("平均分")
        STREET = "street", _("按街道分")

    MOVING = (Stage.OPENING, Stage.WITHDRAWING)

    procedure = models.CharField(max_length=64)
    title = models.CharField(_("核对名称"), max_length=60)
    kind = models.CharField(_("缓急"), max_length=64)
    script = models.TextField(_("话术"))
    facts = models.JSONField(_("核对哪些信息"))
    team = models.ForeignKey(Organisation, models.PROTECT, related_name="call_lists")
    way = models.CharField(_("分配方式"), max_length=10, choices=Way)
    percent = models.PositiveSmallIntegerField(_("复核比例"))
    seed = models.CharField(_("抽样种子"), max_length=32)
    origin = models.CharField(_("来源"), max_length=200)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.PLANNED)
    digest = models.CharField(max_length=64)
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="call_lists")
    planned_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(_("撤回理由"), max_length=200, blank=True)

    objects: ClassVar[CallListQuerySet] = CallListQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("外呼名单")
        ordering = ["-planned_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class CallLine(Record):
    """A subject of a call list, or a row of its file that named none; and what became of it.

    given: what the file said, where no subject was found. why: the reason for which it is left out
    (`WHY`), or the words with which the opening was refused. phone: sealed, where it was found.
    """

    class State(models.TextChoices):
        LEFT_OUT = "left_out", _("不外呼")
        WAITING = "waiting", _("待发起")
        OPENED = "opened", _("已发起")
        REFUSED = "refused", _("未能发起")
        WITHDRAWN = "withdrawn", _("已撤回")
        CANCELLING = "cancelling", _("正在取消")
        CANCELLED = "cancelled", _("已取消")

    class Why(models.TextChoices):
        UNKNOWN = "unknown", _("未登记，或不在您的管辖范围")
        OUTSIDE = "outside", _("不在您的管辖范围")
        KIND = "kind", _("该类对象不做电话核对")
        TWICE = "twice", _("名单里重复")
        OPEN = "open", _("已有在办的电话核对")
        NO_PHONE = "no_phone", _("没有联系电话")
        BAD_PHONE = "bad_phone", _("联系电话格式有误")
        MALFORMED = "malformed", _("信用代码有误")

    list = models.ForeignKey(CallList, models.CASCADE, related_name="lines")
    place = models.PositiveIntegerField()
    given = models.CharField(max_length=64, blank=True)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+")
    caller = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    phone = models.ForeignKey(PersonalValue, models.PROTECT, null=True, related_name="+")
    sampled = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    why = models.CharField(max_length=200, blank=True)
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="call_line")

    class Meta:
        ordering = ["list", "place"]
        indexes = [
            models.Index(fields=["list", "state", "place"], name="call_line_to_do"),
            models.Index(fields=["caller", "state"], name="call_line_of_caller"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["list", "place"], name="call_line_placed_once"),
            models.UniqueConstraint(
                fields=["list", "subject"],
                condition=~Q(state="left_out"),
                name="call_line_subject_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["opened", "cancelling", "cancelled"], case__isnull=False)
                | Q(state__in=["left_out", "waiting", "refused", "withdrawn"], case=None),
                name="call_line_opened_has_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} {self.place}"

    @property
    def reason(self) -> str:
        """Why it is not called, in words."""
        known = dict(CallLine.Why.choices)
        return str(known.get(self.why, self.why))
