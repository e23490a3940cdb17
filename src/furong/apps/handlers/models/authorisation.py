"""Letters of authorisation: who acts for a firm in which role, and how that came about."""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import Record, StoredFile
from furong.apps.directory.access import Coverage, coverage_of
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.registry.models import Subject

DECIDE = "handler.decide"
"""The action of a street's desk. A firm's main handlers decide by their role (`MANAGE`)."""

MANAGE = "handler.manage"


class Role(models.TextChoices):
    MAIN = "main", _("主办人")
    HANDLER = "handler", _("经办人")
    BOOKKEEPER = "bookkeeper", _("代账")


class AuthorisationQuerySet(models.QuerySet["Authorisation"]):
    """Reads of authorisations. Whatever is shown to a person comes through `visible_to`."""

    def requested(self) -> Self:
        return self.filter(state=Authorisation.State.REQUESTED)

    def in_force(self, at: datetime) -> Self:
        """Confirmed, begun and not at its end: what the grants say too."""
        return self.filter(
            Q(valid_to=None) | Q(valid_to__gt=at),
            state=Authorisation.State.CONFIRMED,
            valid_from__lte=at,
        )

    def mains(self, at: datetime) -> Self:
        return self.in_force(at).filter(role=Role.MAIN, user__is_active=True)

    def of_user(self, user: User) -> Self:
        return self.filter(user=user)

    def at_desk(self, user: User, at: datetime) -> Self:
        """Those of the firms, and of the unknown firms of the streets, that a person's desk covers."""
        return self.filter(_covered(coverage_of(user, DECIDE, at=at)))

    def managed_by(self, user: User, at: datetime) -> Self:
        """Those of the firms whose main handler the person is, not counting natural persons' own."""
        return self.filter(subject__in=managed_subjects(user, at))

    def visible_to(self, user: User, at: datetime) -> Self:
        """One's own, those of one's desk, and those of the firms that one manages."""
        mine = Q(user=user) | _covered(coverage_of(user, DECIDE, at=at))
        return self.filter(mine | Q(subject__in=managed_subjects(user, at)))

    def for_desk(self, user: User, at: datetime) -> Self:
        """Those that wait for the desk: main handlers, and others where a firm has no main handler.

        Without what the person must leave to another: their own, and those of firms that they are
        themselves handlers of.
        """
        managed = Authorisation.objects.mains(at).filter(subject=OuterRef("subject"))
        return (
            self.at_desk(user, at)
            .requested()
            .filter(Q(role=Role.MAIN) | Q(subject=None) | ~Exists(managed))
            .exclude(user=user)
            .exclude(subject__in=own_subjects(user, at))
        )

    def for_manager(self, user: User, at: datetime) -> Self:
        """Those that wait for the person as main handler."""
        wanted = self.managed_by(user, at).requested()
        return wanted.exclude(role=Role.MAIN).exclude(user=user)


def _covered(coverage: Coverage) -> Q:
    subjects = Subject.objects.filter(personal=False).covered(coverage)
    unknown = Q(subject=None)
    if not coverage.everything:
        unknown &= Q(street__in=coverage.zones)
    return (Q(subject__in=subjects) | unknown) if coverage.scopes else Q(pk__in=[])


def own_subjects(user: User, at: datetime) -> set[UUID]:
    """The firms whose errands a person runs by grants in force."""
    held = Grant.objects.in_force(at).filter(
        user=user, capacity="owner", scope_kind=Grant.Scope.SUBJECT
    )
    return {UUID(scope_id) for scope_id in held.values_list("scope_id", flat=True)}


def managed_subjects(user: User, at: datetime) -> set[UUID]:
    """The firms whose main handler a person is: by an authorisation, and by the grant it wrote."""
    mains = Authorisation.objects.mains(at).of_user(user)
    held = set(mains.exclude(subject=None).values_list("subject_id", flat=True))
    return held & own_subjects(user, at)


class Invitation(Record):
    """A firm's main handler asks somebody to come forward. It fills in a form and confers nothing.

    code: what is read out or stands in the link. replaces: whom the newcomer is to take over from.
    """

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="invitations")
    role = models.CharField(_("身份"), max_length=16, choices=Role)
    code = models.CharField(max_length=16, unique=True)
    replaces = models.ForeignKey("Authorisation", models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("邀请")

    def __str__(self) -> str:
        return self.code


class Authorisation(Record):
    """A person acts, or asks to act, for a firm by a letter of authorisation.

    It writes the grant of an owner and confers nothing itself: `grant` has the same beginning and
    end. code, firm_name, street: as the person wrote them; subject: what the code turned out to be,
    null while the registry does not know it. revision: counts its changes.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("待核实")
        CONFIRMED = "confirmed", _("有效")
        REFUSED = "refused", _("未通过")
        ENDED = "ended", _("已终止")
        EXPIRED = "expired", _("已到期")

    user = models.ForeignKey(User, models.PROTECT, related_name="authorisations")
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="authorisations")
    code = models.CharField(_("统一社会信用代码"), max_length=18)
    firm_name = models.CharField(_("企业名称"), max_length=200)
    street = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    role = models.CharField(_("身份"), max_length=16, choices=Role)
    letter = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    state = models.CharField(_("状态"), max_length=16, choices=State, default=State.REQUESTED)
    requested_at = models.DateTimeField(_("提交时间"))
    valid_from = models.DateTimeField(_("起"), null=True)
    valid_to = models.DateTimeField(_("止"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(_("终止理由"), max_length=500, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    grant = models.OneToOneField(Grant, models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("授权书")
        ordering = ["-requested_at"]
        indexes = [
            models.Index(fields=["state", "requested_at"], name="authorisation_waiting"),
            models.Index(fields=["subject", "state"], name="authorisation_of_firm"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "code"],
                condition=Q(state="requested"),
                name="authorisation_asked_once",
            ),
            models.UniqueConstraint(
                fields=["user", "subject"],
                condition=Q(state="confirmed"),
                name="authorisation_stands_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(grant__isnull=False, subject__isnull=False),
                name="authorisation_has_its_grant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm_name} {self.role}"

    def scopes(self) -> set[tuple[str, str]]:
        """The scopes of a grant that cover it: those of the firm, or of the street that was named."""
        return self.subject.scopes() if self.subject else self.street.scopes()

    def holds(self, at: datetime) -> bool:
        """Whether its bearer may act for the firm at a moment."""
        begun = self.valid_from is not None and self.valid_from <= at
        open_ = self.valid_to is None or at < self.valid_to
        return self.state == self.State.CONFIRMED and begun and open_

    def state_at(self, at: datetime) -> "Authorisation.State":
        """Its state; at its end it is expired, whether or not the timer has run."""
        lapsed = self.valid_to is not None and self.valid_to <= at
        if self.state == self.State.CONFIRMED and lapsed:
            return self.State.EXPIRED
        return self.State(self.state)
