"""What follows when two firms are found to be one: authorisations and requests for errands go along."""

from furong.apps.directory.actions import end_grant
from furong.apps.handlers.actions.holding import saved
from furong.apps.handlers.models import Authorisation, Errand, Invitation
from furong.apps.registry.actions.merge import Merged, follows_merge


@follows_merge
def move_authorisations(merged: Merged) -> None:
    """Authorisations follow to the firm that remains, with the grants that stand in for theirs.

    Where a person holds both firms, the one of the firm that remains stays and the other ends.
    """
    staying = merged.into
    rows = Authorisation.objects.filter(subject=merged.subject).select_related("user")
    standing = set(
        Authorisation.objects.filter(
            subject=staying, state=Authorisation.State.CONFIRMED
        ).values_list("user_id", flat=True)
    )
    for one in rows.select_for_update(of=("self",)).order_by("pk"):
        moved = merged.grants.get(one.grant_id) if one.grant_id else None
        if one.state == Authorisation.State.CONFIRMED:
            if one.user_id in standing or moved is None:
                one.state, one.ended_at = Authorisation.State.ENDED, merged.at
                one.end_reason = merged.reason[:500]
                if moved is not None:
                    end_grant(moved, reason=merged.reason, by=merged.by, at=merged.at)
            else:
                one.grant = moved
        one.subject = staying
        saved(one, "subject", "state", "ended_at", "end_reason", "grant")
    Invitation.objects.filter(subject=merged.subject).update(subject=staying)


@follows_merge
def move_errands(merged: Merged) -> None:
    asked = set(merged.into.errands.open().values_list("policy", flat=True))
    for one in Errand.objects.filter(subject=merged.subject).select_for_update().order_by("pk"):
        if one.state == Errand.State.ASKED and one.policy in asked:
            one.state = Errand.State.CANCELLED
        one.subject = merged.into
        one.save(update_fields=["subject", "state"])
