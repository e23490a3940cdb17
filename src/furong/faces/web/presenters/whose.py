"""Whose figures a page tells: the whole district's, a street's, those of the firms one looks after."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from furong.apps.directory.access import Capacity, grants_for
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.policies.reads import Counted, counted_for


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom figures count, and their name in a heading: 全区, 韭菜园街道."""

    counted: Counted
    name: str


def whose(user: User, at: datetime) -> Whose | None:
    """Whose figures a person is told; None for whoever is told none (`counted_for`)."""
    counted = counted_for(user, at)
    return None if counted is None else Whose(counted, _name(user, counted, at))


def _name(user: User, counted: Counted, at: datetime) -> str:
    if counted.within is None:
        return _("全区")
    grants = grants_for(user, "subject.view", at=at).exclude(capacity=Capacity.OWNER)
    kinds = {grant.scope_kind for grant in grants}
    if kinds == {Grant.Scope.ZONE}:
        codes = [grant.scope_id for grant in grants]
        names = Zone.objects.filter(code__in=codes).order_by("code").values_list("name", flat=True)
        return _("、").join(names)
    if kinds == {Grant.Scope.SUBJECT}:
        return _("本人联点对象")
    return _("授权范围内")
