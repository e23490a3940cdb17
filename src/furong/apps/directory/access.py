"""What each capacity may do, and whether a person may do it here and now.

All permission rests on dated grants (`models.Grant`). A person may wear two hats: their grants add
up, each within its own scope, so that the finance head who is also a liaison officer edits only the
firms that they look after. Where two hats must not meet on one matter (who asks for a payment and
who releases it), the verb concerned compares persons, not capacities. Only the three administrators
exclude each other outright (三员分立): `SEPARATED`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.base.compiled import Reading
from furong.apps.base.journal import Actor
from furong.apps.directory.models import Grant, User, Zone


class Capacity(models.TextChoices):
    """The capacities that a grant can give."""

    POLICY_OFFICER = "policy_officer", gettext_lazy("政策专员")
    POLICY_REVIEWER = "policy_reviewer", gettext_lazy("政策审核人员")
    DISPATCHER = "dispatcher", gettext_lazy("指挥中心调度员")
    CLERK = "clerk", gettext_lazy("经办人员")
    HEAD = "head", gettext_lazy("单位负责人")
    LEADER = "leader", gettext_lazy("区领导")
    LIAISON = "liaison", gettext_lazy("驻企防疫联络员")
    OWNER = "owner", gettext_lazy("企业办事人员")
    FINANCE = "finance", gettext_lazy("资金兑付人员")
    STATISTICS = "statistics", gettext_lazy("统计报送人员")
    AUDITOR = "auditor", gettext_lazy("审计员")
    ADMINISTRATOR = "administrator", gettext_lazy("系统管理员")
    SECURITY_ADMINISTRATOR = "security_administrator", gettext_lazy("安全管理员")


_READ = {"subject.view", "policy.view", "directory.view"}
_KEEP = {"subject.edit", "subject.import", "subject.export"}
_APPLY = {"application.submit"}
_HANDLE = {
    *("subject.merge", "subject.view_personal", "application.decide", "fact.settle"),
    *("handler.decide", "errand.run"),
}
_CASES = {"case.view", "case.act"}

ACTIONS: Mapping[str, frozenset[str]] = {
    Capacity.POLICY_OFFICER: frozenset({*_READ, "subject.export", "policy.edit", "draft.view"}),
    Capacity.POLICY_REVIEWER: frozenset({"policy.view", "policy.review", "draft.view"}),
    Capacity.DISPATCHER: frozenset(
        {*_READ, "subject.edit", "subject.merge", *_CASES, "case.dispatch"}
    ),
    Capacity.CLERK: frozenset({*_READ, *_KEEP, *_APPLY, *_CASES, *_HANDLE}),
    Capacity.HEAD: frozenset({*_READ, *_CASES}),
    Capacity.LEADER: frozenset({*_READ, *_CASES}),
    Capacity.LIAISON: frozenset(
        {*_READ, "subject.edit", "field.view", *_APPLY, *_CASES, "errand.run"}
    ),
    Capacity.OWNER: frozenset(
        {
            *("subject.view", "subject.edit", "policy.view", "mine.view", "handler.manage"),
            *(*_APPLY, *_CASES),
        }
    ),
    Capacity.FINANCE: frozenset({*_READ, "subject.export", "subject.view_personal", *_CASES}),
    Capacity.STATISTICS: frozenset({*_READ, *_KEEP}),
    Capacity.AUDITOR: frozenset({*_READ, "journal.view", "journal.verify", "case.view"}),
    Capacity.ADMINISTRATOR: frozenset(
        {
            "policy.view",
            "directory.view",
            "user.edit",
            "pack.apply",
            "procedure.migrate",
            "clock.set",
            "notice.send",
        }
    ),
    Capacity.SECURITY_ADMINISTRATOR: frozenset({"policy.view", "directory.view", "grant.edit"}),
}
"""Capacity → the actions it allows, `noun.verb`."""

EVERY_ACTION = frozenset[str]().union(*ACTIONS.values())

SEPARATED = frozenset({Capacity.ADMINISTRATOR, Capacity.SECURITY_ADMINISTRATOR, Capacity.AUDITOR})
"""No person holds two of these at a time."""


class Scoped(Protocol):
    """Something that lies in scopes: a subject, a zone, an organisation."""

    def scopes(self) -> set[tuple[str, str]]:
        """The (scope_kind, scope_id) pairs of the grants that cover it, besides the whole district."""
        ...


class Denied(PermissionDenied):
    """The person has no grant for the action here. A face answers 404, which tells nothing."""

    def __init__(self, action: str) -> None:
        self.action = action
        super().__init__(
            _("没有此项权限（%(action)s），如确需办理，请联系安全管理员") % {"action": action}
        )


def capacities_for(action: str) -> list[str]:
    """The capacities that allow an action. An action that nobody has is a misspelling: KeyError."""
    if action not in EVERY_ACTION:
        raise KeyError(f"{action!r} is no action of furong.apps.directory.access.ACTIONS")
    return [capacity for capacity, actions in ACTIONS.items() if action in actions]


def grants_of(user: User | AnonymousUser, at: datetime) -> models.QuerySet[Grant]:
    """The grants that the person holds at a moment; none for a stranger or a disabled account."""
    if not isinstance(user, User) or not user.is_active:
        return Grant.objects.none()
    return Grant.objects.in_force(at).filter(user=user)


class Held(NamedTuple):
    """What is asked of a grant in force."""

    capacity: str
    scope_kind: str
    scope_id: str

    @property
    def scope(self) -> tuple[str, str]:
        return self.scope_kind, self.scope_id


_HELD = Reading(
    lambda user, at: (
        Grant.objects.in_force(at)
        .filter(user=user)
        .values_list("capacity", "scope_kind", "scope_id")
    ),
    "user",
    "at",
    shared=True,
)


def held_by(user: User | AnonymousUser, at: datetime, action: str = "") -> list[Held]:
    """As `grants_of`, or `grants_for` an action, read at once: every request and act asks for them."""
    capacities = {*capacities_for(action)} if action else None
    if not isinstance(user, User) or not user.is_active:
        return []
    rows = _HELD.all(user=user.pk, at=at)
    return [Held(*row) for row in rows if capacities is None or row[0] in capacities]


def grants_for(user: User | AnonymousUser, action: str, *, at: datetime) -> models.QuerySet[Grant]:
    """Those of the person's grants that allow an action."""
    return grants_of(user, at).filter(capacity__in=capacities_for(action))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a person's grants for an action cover, for asking of many things at once.

    scopes: the (scope_kind, scope_id) of every grant. zones: the granted zones and all inside them.
    """

    scopes: frozenset[tuple[str, str]]
    zones: frozenset[UUID]

    @property
    def everything(self) -> bool:
        return (Grant.Scope.ALL, "") in self.scopes

    def ids(self, scope_kind: str) -> set[str]:
        """The scope ids of the grants of one kind of scope."""
        return {scope_id for kind, scope_id in self.scopes if kind == scope_kind}


def coverage_of(
    user: User | AnonymousUser,
    action: str,
    *,
    at: datetime,
    among: Collection[str] | None = None,
) -> Coverage:
    """What the person's grants for an action cover at a moment; nothing without any.

    among: the capacities that count, where not all that allow the action do.
    """
    held = held_by(user, at, action)
    return coverage_over(one.scope for one in held if among is None or one.capacity in among)


def coverage_over(scopes: Iterable[tuple[str, str]]) -> Coverage:
    """What grants over these scopes cover."""
    held = frozenset(scopes)
    codes = {scope_id for kind, scope_id in held if kind == Grant.Scope.ZONE}
    return Coverage(held, frozenset(Zone.objects.within(codes)) if codes else frozenset())


def may(user: User | AnonymousUser, action: str, *, at: datetime, on: Scoped | None = None) -> bool:
    """Whether the person may act at a moment: on this object, or without `on` anywhere at all."""
    scopes = {one.scope for one in held_by(user, at, action)}
    if on is None or (Grant.Scope.ALL, "") in scopes:
        return bool(scopes)
    return not scopes.isdisjoint(on.scopes())


def require(
    user: User | AnonymousUser, action: str, *, at: datetime, on: Scoped | None = None
) -> None:
    """Raises Denied unless the person may."""
    if not may(user, action, at=at, on=on):
        raise Denied(action)


def require_of(by: Actor, action: str, *, at: datetime, on: Scoped | None = None) -> None:
    """As `require`, for verbs: a part of the system, which acts under a name, may do everything."""
    if not isinstance(by, str):
        require(by if isinstance(by, User) else AnonymousUser(), action, at=at, on=on)


def nearest(capacity: str, *, on: Scoped, at: datetime) -> list[User]:
    """Those of `holders` whose grants name the thing or where it lies; all of them where none do."""
    return holders(capacity, on=on, at=at, near=True) or holders(capacity, on=on, at=at)


def holders(capacity: str, *, on: Scoped, at: datetime, near: bool = False) -> list[User]:
    """The people with working accounts who hold a capacity over a thing, by username.

    near: without those who hold it over the whole district or a whole kind.
    """
    scopes = {(str(Grant.Scope.ALL), ""), *on.scopes()}
    grants = Grant.objects.in_force(at).filter(
        capacity=capacity,
        scope_id__in={scope_id for _kind, scope_id in scopes},
        user__is_active=True,
    )
    far = {str(Grant.Scope.ALL), str(Grant.Scope.KIND)} if near else set()
    held = {
        one.user
        for one in grants.select_related("user")
        if one.scope in scopes and one.scope_kind not in far
    }
    return sorted(held, key=lambda user: user.username)
