"""Ending an authorisation before its time; its grant ends in the same transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.directory.access import require
from furong.apps.directory.actions import end_grant
from furong.apps.directory.models import User
from furong.apps.handlers.actions import expiry, telling
from furong.apps.handlers.actions.holding import Settled, held, require_revision, saved
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import DECIDE, managed_subjects, own_subjects


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended. managed: whether the firm still has a main handler."""

    authorisation: Authorisation
    managed: bool

    @property
    def follows(self) -> str:
        """What it means for the firm."""
        if self.managed:
            return ""
        return _(
            "企业眼下没有主办人：其他办事人员照常办事，新增或续期由所在街道核实；请尽快提交主办人的授权书"
        )


@transaction.atomic
def end_authorisation(
    one: Authorisation, *, reason: str, revision: int | None = None, by: User, at: datetime
) -> Ended:
    """Ends what a person may do for a firm, now; twice changes nothing.

    By the person themself, a main handler of the firm, or the street that covers it. Raises Denied,
    Stale, and Refusal without a reason, for what is not in force, and to a clerk who runs errands
    for the firm.
    """
    row = held(one)
    _require(row, by=by, at=at)
    if row.state != Authorisation.State.ENDED:
        require_revision(row, revision)
        if row.state_at(at) != Authorisation.State.CONFIRMED:
            raise Settled(_("这份授权书%s，没有可终止的") % row.state_at(at).label)
        if not reason.strip():
            raise Refusal(_("请写明终止的理由，如离职、更换代账单位"))
        close(row, reason=reason.strip(), by=by, at=at)
        telling.ended(row, by=by, at=at)
    return Ended(row, Authorisation.objects.mains(at).filter(subject=row.subject_id).exists())


def close(row: Authorisation, *, reason: str, by: journal.Actor, at: datetime) -> None:
    """Ends a held authorisation in force, and its grant."""
    assert row.grant is not None
    end_grant(row.grant, reason=reason, by=by, at=at)
    row.state, row.ended_at = Authorisation.State.ENDED, at
    row.ended_by = by if isinstance(by, User) else None
    row.end_reason = reason[:500]
    saved(row, "state", "ended_by", "ended_at", "end_reason")
    expiry.cancel(row)
    journal.record(
        "authorisation.end",
        by=by,
        at=at,
        about=row,
        payload={"subject": row.subject_id, "role": row.role, "grant": row.grant.pk},
        personal={"reason": row.end_reason},
    )


def _require(row: Authorisation, *, by: User, at: datetime) -> None:
    if row.user_id == by.pk or row.subject_id in managed_subjects(by, at):
        return
    require(by, DECIDE, at=at, on=row)
    if row.subject_id in own_subjects(by, at):
        raise Refusal(
            _("您本人也是%s的办事人员，不能同时以街道身份终止他人的授权；请交其他经办人员办理")
            % row.firm_name
        )
