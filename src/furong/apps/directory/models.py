"""Who works on the platform, where, and with which mandate."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import PersonalValue, Record

LOCAL = "local"
"""Origin of what an installation added to its pack."""


class UserManager(BaseUserManager["User"]):
    """Finds users; `actions.create_user` makes them, with a journal entry."""


class User(AbstractBaseUser, Record):
    """A person who can sign in. What they may do stands in their grants, nowhere else.

    phone: encrypted; `furong.apps.base.personal.open_value` reads it. mobile: its keyed digest, by
    which whoever registered on the phone is found when signing in (`actions.mobile_digest`).
    """

    username = models.CharField(_("用户名"), max_length=64, unique=True)
    name = models.CharField(_("姓名"), max_length=64)
    phone = models.ForeignKey(PersonalValue, models.PROTECT, null=True, related_name="+")
    mobile = models.CharField(max_length=64, unique=True, null=True)
    is_active = models.BooleanField(_("启用"), default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("用户")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name


class SignInTries(models.Model):
    """Passwords tried of late for a username, whether or not anybody bears it. Times are real time."""

    username = models.CharField(max_length=64, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("登录尝试")

    def __str__(self) -> str:
        return self.username


class Declared(Record):
    """Something that a pack declares and an installation may add to.

    code: its id in the pack. origin: `pack@version` that last described it, or LOCAL. What a newer
    version no longer declares is withdrawn, never deleted: old records still name it.
    """

    code = models.CharField(_("代码"), max_length=64, unique=True)
    name = models.CharField(_("名称"), max_length=128)
    origin = models.CharField(_("来源"), max_length=128, default=LOCAL)
    withdrawn = models.BooleanField(_("已停用"), default=False)

    class Meta:
        abstract = True
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class ZoneQuerySet(models.QuerySet["Zone"]):
    def within(self, codes: Iterable[str]) -> set[UUID]:
        """The ids of the zones with these codes and of all zones inside them."""
        inside: dict[UUID | None, list[UUID]] = {}
        wanted = set(codes)
        found: list[UUID] = []
        for pk, code, parent in self.values_list("pk", "code", "parent_id"):
            inside.setdefault(parent, []).append(pk)
            if code in wanted:
                found.append(pk)
        for pk in found:  # grows while it is walked
            found += inside.get(pk, [])
        return set(found)


class Zone(Declared):
    """A part of the district: street, community, park, cluster, circle. Zones may overlap."""

    kind = models.CharField(_("类别"), max_length=32, db_index=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    overlaps = models.ManyToManyField("self", blank=True)

    objects = ZoneQuerySet.as_manager()

    class Meta(Declared.Meta):
        verbose_name = _("区域")

    def scopes(self) -> set[tuple[str, str]]:
        """The scopes of a grant that cover this zone: its own and those of the zones around it."""
        found: set[tuple[str, str]] = set()
        zone: Zone | None = self
        while zone is not None:
            found.add((Grant.Scope.ZONE, zone.code))
            zone = zone.parent
        return found


class Organisation(Declared):
    """A body that does the work: department, street office, centre, park, bank."""

    kind = models.CharField(_("类别"), max_length=32, db_index=True)
    short = models.CharField(_("简称"), max_length=64, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    zone = models.ForeignKey(Zone, models.PROTECT, null=True, blank=True)
    cited = models.CharField(_("出处"), max_length=200, blank=True)

    class Meta(Declared.Meta):
        verbose_name = _("单位")

    def scopes(self) -> set[tuple[str, str]]:
        """The scopes of a grant that cover this organisation."""
        around = self.zone.scopes() if self.zone else set()
        return {(Grant.Scope.ORGANISATION, self.code), *around}


class DatedQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows that hold from `valid_from` until just before `valid_to`, or for good."""

    def in_force(self, at: datetime) -> Self:
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)


class Membership(Record):
    """A person's place in an organisation, with the title that they sign with."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    title = models.CharField(_("职务"), max_length=64, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    objects = DatedQuerySet["Membership"].as_manager()

    class Meta:
        verbose_name = _("任职")


class Grant(Record):
    """A mandate: who may act in which capacity, over what, from when until when, and by what source.

    `access.ACTIONS` says what each capacity may do. scope_id: the code of the zone, organisation or
    kind, or the id of the subject; empty for the whole district.
    """

    class Scope(models.TextChoices):
        ALL = "all", _("全区")
        ORGANISATION = "organisation", _("单位")
        ZONE = "zone", _("区域")
        KIND = "kind", _("对象类别")
        SUBJECT = "subject", _("服务对象")

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    capacity = models.CharField(_("身份"), max_length=32)
    scope_kind = models.CharField(_("范围类别"), max_length=16, choices=Scope)
    scope_id = models.CharField(_("范围"), max_length=64, blank=True)
    valid_from = models.DateTimeField(_("起"))
    valid_to = models.DateTimeField(_("止"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=200)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="grants_given"
    )

    objects = DatedQuerySet["Grant"].as_manager()

    class Meta:
        verbose_name = _("授权")
        indexes = [
            models.Index(fields=["user", "valid_from"]),
            models.Index(fields=["scope_kind", "scope_id", "capacity"], name="grant_over"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope_kind="all", scope_id="") | ~Q(scope_kind="all") & ~Q(scope_id=""),
                name="grant_names_its_scope",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")),
                name="grant_ends_after_it_begins",
            ),
        ]

    @property
    def scope(self) -> tuple[str, str]:
        return self.scope_kind, self.scope_id
