"""What a form lets one choose from where its pack does not list it: units, people, policies."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.cases.engine import words
from furong.apps.directory.access import Capacity
from furong.apps.directory.models import Grant, Membership, Organisation, User
from furong.apps.policies.reads import whole_texts
from furong.faces.web.presenters.parts import Text

MEMBERS = (Capacity.LEADER, Capacity.HEAD, Capacity.CLERK, Capacity.DISPATCHER, Capacity.LIAISON)
"""Whom a form may name as a person."""


def organisations(street: UUID | None = None) -> dict[str, Text]:
    """Code → name of those that work can be given to; the office of the street first."""
    rows = Organisation.objects.filter(withdrawn=False).order_by("kind", "code")
    units = sorted(rows, key=lambda one: street is None or one.zone_id != street)
    return {one.code: words.unit_name(one) for one in units}


def people(at: datetime) -> dict[str, Text]:
    """Id → name, unit and capacity of those who can be put on a task force; leaders first."""
    held = Grant.objects.in_force(at).filter(capacity__in=MEMBERS, user__is_active=True)
    ranks: dict[User, int] = {}
    for one in held.select_related("user"):
        rank = MEMBERS.index(Capacity(one.capacity))
        ranks[one.user] = min(rank, ranks.get(one.user, rank))
    units = _units()
    return {
        str(user.pk): _("%(name)s（%(capacity)s）")
        % {"name": user.name, "capacity": f"{units.get(user.pk, '')} {MEMBERS[rank].label}".strip()}
        for user, rank in sorted(ranks.items(), key=lambda one: (one[1], one[0].name))
    }


def _units() -> Mapping[UUID, str]:
    """Person → the unit where they work, the first of several."""
    posts = Membership.objects.select_related("organisation").order_by("organisation__code")
    found: dict[UUID, str] = {}
    for post in posts:
        found.setdefault(post.user_id, words.unit_name(post.organisation))
    return found


def policies() -> dict[str, Text]:
    return {text.policy.id: text.policy.title for text in whole_texts()}
