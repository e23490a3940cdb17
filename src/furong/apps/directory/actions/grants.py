"""Mandates: giving and taking them back."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.directory.access import SEPARATED, Capacity, require_of
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

    source: the document or the act that it rests on. Raises Denied to a person without
    `grant.edit`, Refusal for an unknown capacity or scope, for a grant to oneself, and where the
    three administrators would meet in one person (`access.SEPARATED`).
    """
    require_of(by, "grant.edit", at=at)
    return write_grant(
        user,
        capacity,
        scope=scope,
        valid_from=valid_from,
        valid_to=valid_to,
        source=source,
        by=by,
        at=at,
    )


@transaction.atomic
def write_grant(
    user: User,
    capacity: str,
    *,
    scope: tuple[str, str],
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    source: str,
    by: journal.Actor,
    at: datetime,
) -> Grant:
    """As `grant`, for verbs that have judged by rules of their own that it may be given.

    A letter of authorisation that was confirmed, a merge of two subjects. Nobody gives themself one
    that way either.
    """
    if by == user:
        raise Refusal(_("不能给自己授权；请由另一位安全管理员办理"))
    if capacity not in Capacity.values:
        raise Refusal(
            _("没有身份“%(capacity)s”；可用的身份：%(known)s")
            % {"capacity": capacity, "known": _("、").join(Capacity.values)}
        )
    if scope[0] not in Grant.Scope.values or (scope[0] == Grant.Scope.ALL) != (scope[1] == ""):
        raise Refusal(_("授权范围“%s”不完整：除全区外，须写明范围类别和代码") % "/".join(scope))
    begin = valid_from or at
    if valid_to is not None and valid_to <= begin:
        raise Refusal(_("授权的终止时间须晚于起始时间，请核对后重填"))
    User.objects.select_for_update().get(pk=user.pk)
    _keep_separated(user, capacity, begin, valid_to)
    given = Grant.objects.create(
        user=user,
        capacity=capacity,
        scope_kind=scope[0],
        scope_id=scope[1],
        valid_from=begin,
        valid_to=valid_to,
        source=source,
        granted_by=by if isinstance(by, User) else None,
    )
    journal.record("grant.give", by=by, at=at, about=given, payload=_described(given))
    return given


@transaction.atomic
def revoke(given: Grant, *, reason: str, by: journal.Actor, at: datetime) -> Grant:
    """Ends a grant now; one that has not begun never begins. Ending it twice changes nothing.

    Raises Denied to a person without `grant.edit`.
    """
    require_of(by, "grant.edit", at=at)
    return end_grant(given, reason=reason, by=by, at=at)


@transaction.atomic
def end_grant(given: Grant, *, reason: str, by: journal.Actor, at: datetime) -> Grant:
    """As `revoke`, for verbs that have judged by rules of their own that it ends."""
    held = Grant.objects.select_for_update().get(pk=given.pk)
    end = max(at, held.valid_from)
    if held.valid_to is None or held.valid_to > end:
        held.valid_to = end
        held.save(update_fields=["valid_to"])
        journal.record(
            "grant.revoke", by=by, at=at, about=held, payload={**_described(held), "reason": reason}
        )
    return held


def _keep_separated(user: User, capacity: str, begin: datetime, end: datetime | None) -> None:
    """At no moment: a grant that is to begin later counts as well."""
    if capacity not in SEPARATED:
        return
    others = Grant.objects.filter(user=user, capacity__in=SEPARATED - {capacity})
    never = Q(valid_to=F("valid_from"))  # revoked before it began
    meeting = others.filter(Q(valid_to=None) | Q(valid_to__gt=begin) & ~never)
    if end is not None:
        meeting = meeting.filter(valid_from__lt=end)
    if held := set(meeting.values_list("capacity", flat=True)):
        labels = _("、").join(str(Capacity(other).label) for other in sorted(held))
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
