"""Deciding on letters of authorisation: who may, confirming, refusing, handing over.

The firm's main handler decides on handlers and book-keepers; the street that covers the firm decides
on main handlers, and on everybody where there is no main handler. Nobody decides on themself, and no
clerk on a firm that they run errands for.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.directory.access import Capacity, require
from furong.apps.directory.actions import write_grant
from furong.apps.directory.models import Grant, User
from furong.apps.handlers.actions import expiry, telling
from furong.apps.handlers.actions.ending import close
from furong.apps.handlers.actions.holding import (
    firm_of_code,
    held,
    require_revision,
    saved,
    settled,
)
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import (
    DECIDE,
    Role,
    managed_subjects,
    own_subjects,
)
from furong.apps.registry.actions import NewSubject, register_subject
from furong.apps.registry.identifiers import USCC
from furong.apps.registry.models import Subject

REASON = 500  # characters


def require_decider(one: Authorisation, *, by: User, at: datetime) -> None:
    """Raises Denied to a stranger, Refusal to one who sees it but must leave it to another."""
    manages = one.subject_id in managed_subjects(by, at)
    if one.user_id == by.pk:
        raise Refusal(_("不能核实本人提交的授权书；请由企业主办人或街道的其他经办人员核实"))
    if manages and one.role != Role.MAIN:
        return
    if manages:
        raise Refusal(_("主办人的授权书由所在街道核实；您不用办理"))
    require(by, DECIDE, at=at, on=one)
    if one.subject_id is None:
        return
    if one.subject_id in own_subjects(by, at) or _asks_too(one, by):
        raise Refusal(
            _("您本人也是%s的办事人员，不能同时以街道身份核实；请交街道其他经办人员办理")
            % one.firm_name
        )
    if one.role != Role.MAIN and (main := _main_of(one, at)):
        raise Refusal(
            _("%(firm)s已有主办人%(name)s，%(role)s由主办人核实；主办人不能办的，请先终止其授权")
            % {"firm": one.firm_name, "name": main.user.name, "role": one.get_role_display()}
        )


def may_decide(one: Authorisation, *, by: User, at: datetime) -> str:
    """Why the person must leave the decision to another; empty where they may. Raises Denied."""
    try:
        require_decider(one, by=by, at=at)
    except Refusal as refusal:
        return str(refusal)
    return ""


@transaction.atomic
def confirm(
    one: Authorisation,
    *,
    until: datetime | None = None,
    replaces: Authorisation | None = None,
    revision: int | None = None,
    by: journal.Actor,
    at: datetime,
) -> Authorisation:
    """Lets a person act for the firm: writes the owner's grant, with the same beginning and end.

    until: an end of the decider's, None for the one that was asked for. replaces: hand-over: that
    authorisation ends at the same instant. A part of the system, which acts under a name, need not be
    one who may decide. What the person held of the firm before ends too. Raises
    Denied, Settled, Stale, and Refusal where it cannot be so.
    """
    row = _for_decision(one, revision, by=by, at=at)
    firm = _firm(row)
    end = until or row.valid_to
    if end is not None and end <= at:
        raise Refusal(_("授权书的截止日期已过，不能确认；请退回，由企业重新出具"))
    if not row.user.is_active:
        raise Refusal(_("%s的账号已停用，不能确认；请先请系统管理员启用") % row.user.name)
    leaving = _leaving(row, replaces, at)
    if leaving is not None:
        close(leaving, reason=_("交接给%s") % row.user.name, by=by, at=at)
        row.replaces = leaving
    _end_former(row, firm, by=by, at=at)
    row.grant = write_grant(
        row.user,
        Capacity.OWNER,
        scope=(Grant.Scope.SUBJECT, str(firm.pk)),
        valid_from=at,
        valid_to=end,
        source=_("授权书 %s") % row.pk,
        by=by,
        at=at,
    )
    row.state, row.decided_at = Authorisation.State.CONFIRMED, at
    row.decided_by = by if isinstance(by, User) else None
    row.valid_from, row.valid_to = at, end
    fields = ("state", "decided_by", "decided_at", "valid_from", "valid_to", "grant", "replaces")
    saved(row, *fields)
    journal.record(
        "authorisation.confirm",
        by=by,
        at=at,
        about=row,
        payload={
            "subject": firm.pk,
            "role": row.role,
            "until": end,
            "grant": row.grant.pk,
            "replaces": row.replaces_id,
        },
    )
    expiry.appoint(row, at=at)
    telling.decided(row, by=by, at=at)
    return row


@transaction.atomic
def refuse(
    one: Authorisation, *, reason: str, revision: int | None = None, by: User, at: datetime
) -> Authorisation:
    """Does not let a person act, and tells them why and what to do. Raises as `confirm`."""
    row = _for_decision(one, revision, by=by, at=at)
    if not reason.strip():
        raise Refusal(_("请写明未通过的理由，申请人据此补正"))
    row.state, row.decided_by, row.decided_at = Authorisation.State.REFUSED, by, at
    row.reason = reason.strip()[:REASON]
    saved(row, "state", "decided_by", "decided_at", "reason")
    journal.record(
        "authorisation.refuse",
        by=by,
        at=at,
        about=row,
        payload={"subject": row.subject_id},
        personal={"reason": row.reason},
    )
    telling.decided(row, by=by, at=at)
    return row


@transaction.atomic
def register_claimed(
    one: Authorisation, *, kind: str, revision: int | None = None, by: User, at: datetime
) -> Authorisation:
    """Enters the firm of a request in the registry, as it was written and the desk has checked.

    Where it was entered meanwhile, the request is only joined to it. Raises Denied without
    `subject.import`, Refusal as `registry.register_subject` does.
    """
    row = _for_decision(one, revision, by=by, at=at)
    if row.subject is not None:
        return row
    new = NewSubject(kind=kind, name=row.firm_name, street=row.street, identifiers={USCC: row.code})
    firm = firm_of_code(row.code) or register_subject(new, by=by, at=at)
    joined = Authorisation.objects.requested().filter(code=row.code, subject=None)
    payload = {"subject": firm.pk, "authorisations": [str(other.pk) for other in joined]}
    for other in joined.select_for_update().order_by("pk"):
        other.subject = firm
        saved(other, "subject")
    journal.record("authorisation.join", by=by, at=at, about=row, payload=payload)
    row.refresh_from_db()
    return row


def _for_decision(
    one: Authorisation, revision: int | None, *, by: journal.Actor, at: datetime
) -> Authorisation:
    """The request, held. Whoever comes second is told who came first, not that the page is old."""
    row = held(one)
    if not isinstance(by, str):
        require_decider(row, by=_person(by), at=at)
    if row.state != Authorisation.State.REQUESTED:
        raise settled(row)
    require_revision(row, revision)
    return row


def _person(by: journal.Actor) -> User:
    assert isinstance(by, User)
    return by


def _firm(row: Authorisation) -> Subject:
    if row.subject is None:
        raise Refusal(_("%s还没有登记：请先核对营业执照，登记企业后再确认授权") % row.firm_name)
    if row.subject.status == Subject.Status.CLOSED:
        raise Refusal(_("%s已注销，不能再确认办事人员；请退回并说明") % row.subject)
    return row.subject


def _leaving(
    row: Authorisation, chosen: Authorisation | None, at: datetime
) -> Authorisation | None:
    """Whose place is taken: chosen by the decider, or named by the invitation and still in force."""
    wanted = chosen or row.replaces
    if wanted is None or (chosen is None and not wanted.holds(at)):
        return None
    _refuse_hand_over(row, wanted, at)
    return held(wanted)


def _refuse_hand_over(row: Authorisation, leaving: Authorisation, at: datetime) -> None:
    if leaving.subject_id != row.subject_id or not leaving.holds(at):
        raise Refusal(_("被交接的授权书已经失效，请刷新后重选"))
    if leaving.user_id == row.user_id:
        raise Refusal(_("不能交接给本人；变更身份或续期的，直接确认即可"))
    standing = Authorisation.objects.in_force(at).filter(
        user=row.user, subject=row.subject_id, role=row.role
    )
    if standing.exists():
        raise Refusal(
            _("%(name)s已是本企业的%(role)s，不必交接：请直接终止%(leaving)s的授权")
            % {
                "name": row.user.name,
                "role": row.get_role_display(),
                "leaving": leaving.user.name,
            }
        )


def _end_former(row: Authorisation, firm: Subject, *, by: journal.Actor, at: datetime) -> None:
    """What the person held of the firm: a renewal or another role takes its place."""
    former = Authorisation.objects.filter(
        user=row.user, subject=firm, state=Authorisation.State.CONFIRMED
    ).first()
    if former is None:
        return
    if former.state_at(at) == Authorisation.State.EXPIRED:
        expiry.expire(former, at=at)
    else:
        close(former, reason=_("由新的授权书接替"), by=by, at=at)


def _main_of(one: Authorisation, at: datetime) -> Authorisation | None:
    mains = Authorisation.objects.mains(at).filter(subject=one.subject_id)
    return mains.select_related("user").first()


def _asks_too(one: Authorisation, by: User) -> bool:
    return Authorisation.objects.of_user(by).requested().filter(subject=one.subject_id).exists()
