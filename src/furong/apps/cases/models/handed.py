"""What is handed to people: lists at a fixed time of day, and links for who has no account."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import PersonalValue, Record
from furong.apps.cases.models.case import Case
from furong.apps.cases.models.request import Request
from furong.apps.directory.models import Organisation, User


class Handover(Record):
    """One person's list of one day: the problem list on a leader's desk (问题清单).

    cut_at: it holds what was recorded before; handed_at: when it was there.
    """

    procedure = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    label = models.CharField(max_length=120)
    person = models.ForeignKey(User, models.PROTECT, related_name="handovers")
    cut_at = models.DateTimeField()
    handed_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("清单")
        ordering = ["-cut_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "name", "person", "cut_at"], name="handover_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.person}"


class HandoverLine(Record):
    """A case on a list, and why it stands there. request: that waits for this person's answer."""

    class Why(models.TextChoices):
        ASKED = "asked", _("吹哨待报到")
        OVERDUE = "overdue", _("超时")
        DUE = "due", _("今日到期")
        OPENED = "opened", _("新登记")

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="lines")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    why = models.CharField(max_length=10, choices=Why)
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="+")
    place = models.PositiveIntegerField()

    class Meta:
        ordering = ["handover", "place"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "place"], name="handover_line_placed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.case_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, real: datetime) -> Self:
        """Neither expired nor taken back. real: real time, which links go by."""
        return self.filter(revoked_at=None, expires_at__gt=real)


class Invitation(Record):
    """A link by which somebody without an account takes part in one case until it expires.

    kind: `unit` acts for an organisation that holds the case, `reporter` follows and judges it as who
    raised it, `party` answers one question. digest: SHA-256 (hex) of the token, which is kept nowhere.
    """

    class Kind(models.TextChoices):
        UNIT = "unit", _("协办单位")
        REPORTER = "reporter", _("反映人")
        PARTY = "party", _("相关方")

    case = models.ForeignKey(Case, models.PROTECT, related_name="invitations")
    kind = models.CharField(max_length=10, choices=Kind)
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    label = models.CharField(_("称呼"), max_length=60)
    contact = models.ForeignKey(PersonalValue, models.PROTECT, null=True, related_name="+")
    question = models.CharField(_("请其答复"), max_length=300, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # real time
    opened_at = models.DateTimeField(null=True)  # real time
    answered_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("办理链接")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="unit") | Q(organisation__isnull=False),
                name="invitation_of_unit_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(kind="party") | ~Q(question=""), name="invitation_of_party_asks"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.case_id}"
