"""Who is served, by what numbers they are known, and how they hang together."""

from datetime import datetime
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from furong.apps.base.compiled import Reading
from furong.apps.base.models import PersonalValue, Record
from furong.apps.directory.access import Coverage, coverage_of
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.registry.models.search import matching
from furong.apps.registry.words import one_line


class SubjectQuerySet(models.QuerySet["Subject"]):
    """Reads of subjects. Whatever is shown to a person comes through `visible_to`."""

    def current(self) -> Self:
        """Without those that were merged into another."""
        return self.filter(merged_into=None)

    def visible_to(self, user: User | AnonymousUser, at: datetime) -> Self:
        """What the person's grants cover at a moment; natural persons only with `view_personal`."""
        seen = _covered(user, "subject.view", at) & Q(personal=False)
        return self.filter(seen | _covered(user, "subject.view_personal", at) & Q(personal=True))

    def open_to(self, user: User | AnonymousUser, action: str, at: datetime) -> Self:
        """What the person's grants cover for an action."""
        return self.filter(_covered(user, action, at))

    def covered(self, coverage: Coverage) -> Self:
        """What some grants cover."""
        return self.filter(_within(coverage))

    def search(self, text: str) -> Self:
        """Those whose name, pinyin, initials, code, number or address match all of the text.

        The best first: names that begin with it, then names that hold it, then the shorter ones.
        Natural persons are never found.
        """
        wanted = one_line(text)
        return self.filter(pk__in=matching(wanted)).order_by(
            models.Case(
                models.When(name__startswith=wanted, then=0),
                models.When(name__contains=wanted, then=1),
                default=2,
            ),
            Length("name"),
            "number",
        )


class Subject(Record):
    """One enterprise, building, site, project or person that the district serves.

    kind: a kind of the pack; personal: whether it is about natural persons, whose name and address
    are kept encrypted in `sealed` (`{"name": …, "address": …}`) and masked in `name`.
    number: the public number, which names the subject to people and never changes.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("存续")
        CLOSED = "closed", _("已注销")

    kind = models.CharField(_("类别"), max_length=64, db_index=True)
    personal = models.BooleanField(default=False)
    name = models.CharField(_("名称"), max_length=200)
    number = models.CharField(_("编号"), max_length=16, unique=True)
    street = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="subjects_of_street"
    )
    zones = models.ManyToManyField(Zone, blank=True, related_name="subjects")
    address = models.CharField(_("地址"), max_length=500, blank=True)
    opened_on = models.DateField(_("成立日期"), null=True, blank=True)
    status = models.CharField(_("状态"), max_length=16, choices=Status, default=Status.ACTIVE)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )
    registered_at = models.DateTimeField(_("登记时间"))
    sealed = models.ForeignKey(PersonalValue, models.PROTECT, null=True, related_name="+")

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("服务对象")

    def __str__(self) -> str:
        return str(_("%(name)s（%(number)s）") % {"name": self.name, "number": self.number})

    def scopes(self) -> set[tuple[str, str]]:
        """The scopes of a grant that cover this subject: itself, its kind, the zones around it."""
        found: set[tuple[str, str]] = {
            (Grant.Scope.SUBJECT, str(self.pk)),
            (Grant.Scope.KIND, self.kind),
        }
        for zone in self.lies_in():
            found |= zone.scopes()
        return found

    def lies_in(self) -> list[Zone]:
        """Its street and its other zones, not those around them."""
        street = [self.street] if self.street else []
        return [*street, *_ZONES.all(subject=self.pk)]


_ZONES = Reading(
    lambda subject: Zone.objects.filter(subjects=subject).select_related("parent"), "subject"
)


def _covered(user: User | AnonymousUser, action: str, at: datetime) -> Q:
    """The subjects that the person's grants for an action cover. No grant: none."""
    return _within(coverage_of(user, action, at=at))


def _within(coverage: Coverage) -> Q:
    if coverage.everything:
        return Q()
    covered = Q(pk__in=[])
    if kinds := coverage.ids(Grant.Scope.KIND):
        covered |= Q(kind__in=kinds)
    if subjects := coverage.ids(Grant.Scope.SUBJECT):
        covered |= Q(pk__in=subjects)
    if zones := coverage.zones:
        inside = Subject.zones.through.objects.filter(zone__in=zones).values("subject_id")
        covered |= Q(street__in=zones) | Q(pk__in=inside)
    return covered


class Identifier(Record):
    """A number or name by which others know a subject, from when until when.

    scheme: `uscc` (GB 32100-2015) or one of the pack's own. Of a natural person, `value` is a keyed
    digest, by which it can be found but not read, and `sealed` holds the number.
    """

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="identifiers")
    scheme = models.CharField(_("标识"), max_length=64)
    value = models.CharField(_("号码"), max_length=128)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    sealed = models.ForeignKey(PersonalValue, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("标识")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                condition=Q(valid_to=None),
                name="identifier_names_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"


class Relation(Record):
    """How two subjects hang together for a time: tenant of, site of, branch of."""

    kind = models.CharField(_("关系"), max_length=64)
    source = models.ForeignKey(Subject, models.CASCADE, related_name="relations_from")
    target = models.ForeignKey(Subject, models.CASCADE, related_name="relations_to")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("关系")
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=models.F("target")), name="relation_joins_two_subjects"
            ),
            models.UniqueConstraint(
                fields=["kind", "source", "target"],
                condition=Q(valid_to=None),
                name="relation_stands_once",
            ),
        ]

    def __str__(self) -> str:
        return self.kind
