"""Mandates: giving and taking them back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.directory.access import SEPARATED, Capacity, grants_of
from furong.apps.directory.models import Grant, User


@transaction.atomic
def grant(
    user: User,
    capacity: str,
    *,
    scope: tuple[str, str] = (Grant.Scope.ALL, ""),
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    source: str,
    by: journal.Actor,
    at: datetime,
) -> Grant:
    """Gives a person a capacity over a scope, from now unless said otherwise.

    source: the document or the act that it rests on. Raises Refusal for an unknown capacity or scope
    and where the three administrators would meet in one person (`access.SEPARATED`).
    """
    if capacity not in Capacity.values:
        raise Refusal(
            _("没有身份“%(capacity)s”；可用的身份：%(known)s")
            % {"capacity": capacity, "known": "、".join(Capacity.values)}
        )
    if scope[0] not in Grant.Scope.values or (scope[0] == Grant.Scope.ALL) != (scope[1] == ""):
        raise Refusal(_("授权范围“%s”不完整：除全区外，须写明范围类别和代码") % "/".join(scope))
    User.objects.select_for_update().get(pk=user.pk)
    _keep_separated(user, capacity, at=valid_from or at)
    given = Grant.objects.create(
        user=user,
        capacity=capacity,
        scope_kind=scope[0],
        scope_id=scope[1],
        valid_from=valid_from or at,
        valid_to=valid_to,
        source=source,
        granted_by=by if isinstance(by, User) else None,
    )
    journal.record("grant.give", by=by, at=at, about=given, payload=_described(given))
    return given


@transaction.atomic
def revoke(given: Grant, *, reason: str, by: journal.Actor, at: datetime) -> Grant:
    """Ends a grant now; one that has not begun never begins. Ending it twice changes nothing."""
    held = Grant.objects.select_for_update().get(pk=given.pk)
    end = max(at, held.valid_from)
    if held.valid_to is None or held.valid_to > end:
        held.valid_to = end
        held.save(update_fields=["valid_to"])
        journal.record(
            "grant.revoke", by=by, at=at, about=held, payload={**_described(held), "reason": reason}
        )
    return held


def _keep_separated(user: User, capacity: str, *, at: datetime) -> None:
    if capacity not in SEPARATED:
        return
    held = set(grants_of(user, at).values_list("capacity", flat=True)) & SEPARATED - {capacity}
    if held:
        labels = "、".join(str(Capacity(other).label) for other in sorted(held))
        raise Refusal(
            _("%(name)s已是%(held)s，不能兼任%(new)s（三员分立）；请授予他人，或先收回原授权")
            % {"name": user.name, "held": labels, "new": Capacity(capacity).label}
        )


def _described(given: Grant) -> dict[str, object]:
    return {
        "user": str(given.user_id),
        "capacity": given.capacity,
        "scope": list(given.scope),
        "from": given.valid_from.isoformat(),
        "to": given.valid_to and given.valid_to.isoformat(),
        "source": given.source,
    }
