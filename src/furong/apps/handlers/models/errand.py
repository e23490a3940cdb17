"""Errands: what a liaison officer or a clerk does in a firm's name (代办)."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import Record
from furong.apps.directory.models import User
from furong.apps.policies.models import Application
from furong.apps.registry.models import Subject


class ErrandQuerySet(models.QuerySet["Errand"]):
    def open(self) -> Self:
        return self.filter(state=Errand.State.ASKED)


class Errand(Record):
    """A firm asks to have a policy applied for in its name, or somebody did so.

    asked_by: null where nobody of the firm had asked. application: what was handed in; the firm gets
    a receipt, and may object.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待代办")
        DONE = "done", _("已代办")
        CANCELLED = "cancelled", _("已取消")
        OBJECTED = "objected", _("企业有异议")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="errands")
    policy = models.CharField(_("政策"), max_length=32)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    state = models.CharField(_("状态"), max_length=16, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)
    application = models.OneToOneField(
        Application, models.PROTECT, null=True, related_name="errand"
    )
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    objected_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    objected_at = models.DateTimeField(null=True)
    objection = models.CharField(_("异议"), max_length=500, blank=True)

    objects = ErrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("代办")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "policy"], condition=Q(state="asked"), name="errand_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.policy}"
