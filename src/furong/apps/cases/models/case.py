"""A case, who holds it, and what it hangs together with."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import Record
from furong.apps.cases.models.procedure import ProcedureVersion
from furong.apps.directory.models import Grant, Organisation, User
from furong.apps.registry.models import Subject


class Category(models.TextChoices):
    """What the rest of the platform knows of a state."""

    OPEN = "open", _("在办")
    SUSPENDED = "suspended", _("挂账")
    CLOSED = "closed", _("办结")


LIVE = (Category.OPEN, Category.SUSPENDED)
"""The categories of states from which a case still has to be brought to an end."""


class CaseQuerySet(models.QuerySet["Case"]):
    """Reads of cases. Whatever is shown to a person comes through `visible_to`."""

    def visible_to(self, user: User | AnonymousUser, at: datetime) -> Self:
        """What the person's grants cover: by its subject, or by an organisation that holds it."""
        from furong.apps.cases.sight import seen_by

        return self.filter(seen_by(user, at))

    def inside_of(self, user: User | AnonymousUser, at: datetime) -> Self:
        """Those of them that the person works on or watches, and does not only follow as an owner."""
        from furong.apps.cases.sight import INSIDE, seen_by

        return self.filter(seen_by(user, at, among=INSIDE))

    def live(self) -> Self:
        return self.filter(category__in=LIVE)

    def open(self) -> Self:
        return self.filter(category=Category.OPEN)

    def overdue(self, at: datetime) -> Self:
        """Open cases whose earliest running limit is reached."""
        return self.open().filter(due_at__lte=at)

    def by_deadline(self) -> Self:
        """The next due first; those without a running limit last."""
        return self.order_by(models.F("due_at").asc(nulls_last=True), "pk")

    def with_all(self) -> Self:
        """With procedure, subject and street, but for the procedure's text, which is long."""
        rows = self.select_related("procedure", "subject__street__parent")
        return rows.defer("procedure__content")


class Case(Record):
    """One matter on its way through a procedure.

    kind: its class (缓急). state, category, cycle, suspended_from: where it stands. revision: counts
    the events; who acts on an older one is told what changed. facts: what is known of the case
    (plain JSON, personal ones as {"sealed": id}); fields: the last answer to each field that is not
    personal. due_at, due_clock: the earliest running limit of the case itself, a cache of its
    clocks. external_*: under which number another system has it.
    """

    procedure = models.ForeignKey(  # indexed by `case_of_procedure`
        ProcedureVersion, models.PROTECT, related_name="cases", db_index=False
    )
    number = models.CharField(_("编号"), max_length=40, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="cases")
    title = models.CharField(_("事由"), max_length=120)
    kind = models.CharField(_("类别"), max_length=64)
    state = models.CharField(_("状态"), max_length=64)
    category = models.CharField(max_length=10, choices=Category, default=Category.OPEN)
    suspended_from = models.CharField(max_length=64, blank=True)
    cycle = models.PositiveSmallIntegerField(_("轮次"), default=1)
    revision = models.PositiveIntegerField(default=0)
    sensitive = models.BooleanField(_("敏感"), default=False)
    facts = models.JSONField(default=dict)
    fields = models.JSONField(default=dict)
    opening = models.CharField(max_length=64)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(_("登记时间"))
    occurred_at = models.DateTimeField(_("发生时间"))
    closed_at = models.DateTimeField(_("办结时间"), null=True)
    closure = models.CharField(_("办结情形"), max_length=64, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    external_system = models.CharField(max_length=40, blank=True)
    external_number = models.CharField(_("来件编号"), max_length=64, blank=True)
    due_at = models.DateTimeField(_("时限"), null=True)
    due_clock = models.CharField(max_length=64, blank=True)

    objects: ClassVar[CaseQuerySet] = CaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("事项")
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["category", "due_at", "id"], name="case_by_deadline"),
            models.Index(fields=["procedure", "state"], name="case_of_procedure"),
            models.Index(fields=["opened_at", "id"], name="case_opened"),
            models.Index(fields=["category", "number"], name="case_by_number"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(category="closed", closed_at__isnull=False) & ~Q(closure="")
                | ~Q(category="closed") & Q(closed_at=None, closure=""),
                name="case_closed_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="case_not_merged_into_itself"
            ),
            models.UniqueConstraint(
                fields=["external_system", "external_number"],
                condition=~Q(external_number=""),
                name="case_external_once",
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(number)s（%(title)s）") % {"number": self.number, "title": self.title})

    def scopes(self) -> set[tuple[str, str]]:
        """The scopes of the grants that cover it through its subject."""
        return self.subject.scopes() if self.subject else set()


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def held(self) -> Self:
        """Those by which an organisation has the case in hand, done or not."""
        return self.exclude(state__in=Assignment.GONE)

    def pending(self) -> Self:
        """Those that the organisation still owes something."""
        return self.filter(state__in=Assignment.OWED)


class Assignment(Record):
    """An organisation holds a case, by kind (承办、协办 …). deemed: signed by the passing of time."""

    class State(models.TextChoices):
        PENDING = "pending", _("待签收")
        SIGNED = "signed", _("已签收")
        DONE = "done", _("已办结")
        WAIVED = "waived", _("免办")
        RETURNED = "returned", _("已退")
        REPLACED = "replaced", _("已改派")

    GONE = (State.WAIVED, State.RETURNED, State.REPLACED)
    OWED = (State.PENDING, State.SIGNED)

    case = models.ForeignKey(Case, models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=64)
    organisation = models.ForeignKey(  # indexed by `assignment_inbox`
        Organisation, models.PROTECT, related_name="assignments", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    cycle = models.PositiveSmallIntegerField()
    authority = models.CharField(max_length=16, default="dispatch")
    final = models.BooleanField(_("不得再退"), default=False)
    deemed = models.BooleanField(_("视同签收"), default=False)
    assigned_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[AssignmentQuerySet] = AssignmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("承办")
        ordering = ["pk"]
        indexes = [models.Index(fields=["organisation", "state"], name="assignment_inbox")]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "organisation"],
                condition=Q(state__in=["pending", "signed", "done"]),
                name="assignment_held_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.organisation}"

    def scopes(self) -> set[tuple[str, str]]:
        """The scopes of the grants by which somebody acts for the organisation."""
        return holding_scopes(self.organisation)


def holding_scopes(organisation: Organisation) -> set[tuple[str, str]]:
    """An organisation's own scope, and of a street office also its street's."""
    own = {(str(Grant.Scope.ORGANISATION), organisation.code)}
    if organisation.zone is not None and organisation.zone.kind != "district":
        own |= {(str(Grant.Scope.ZONE), organisation.zone.code)}
    return own


class Link(Record):
    """One case hangs together with another: split_from, found_by, part_of, caused_by."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="links")
    other = models.ForeignKey(Case, models.PROTECT, related_name="linked_from")
    relation = models.CharField(max_length=32)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "other", "relation"], name="link_once"),
            models.CheckConstraint(condition=~Q(case=models.F("other")), name="link_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.relation} {self.other_id}"
