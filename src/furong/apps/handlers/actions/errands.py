"""Doing a firm's errands in its name (代办): asking for it, doing it, the receipt, the objection."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.directory.access import Capacity, Denied, holders, nearest, require
from furong.apps.directory.models import User
from furong.apps.handlers.models import Errand
from furong.apps.handlers.models.authorisation import own_subjects
from furong.apps.notices.actions import notify
from furong.apps.policies import reads
from furong.apps.policies.actions import apply_for, withdraw_application
from furong.apps.policies.actions.applying import SUBMIT, HandedIn
from furong.apps.policies.models import Application
from furong.apps.registry.actions.locking import hold
from furong.apps.registry.models import Subject


@transaction.atomic
def ask_errand(subject: Subject, policy: str, *, note: str = "", by: User, at: datetime) -> Errand:
    """A firm asks its liaison officers to apply for a policy in its name; asked twice is asked once.

    Where it has none, the street is asked. Raises Denied to anybody but the firm's handlers, KeyError
    for an unknown policy, Refusal where it was taken up already or nobody could be told.
    """
    require(by, SUBMIT, at=at, on=subject)
    _require_own(subject, by, at)
    title = reads.text_of(policy, at).policy.title
    hold([subject.pk])
    if standing := subject.errands.open().filter(policy=policy).first():
        return standing
    if subject.applications.of_policy(policy).live().exists():
        raise Refusal(_("“%s”已经提交，不用代办；办理情况见“已办理”") % title)
    officers = runners(subject, at)
    if not officers:
        raise Refusal(
            _("%s还没有联点的联络员，街道也没有开通账号；请直接联系所在街道办理") % subject.name
        )
    made = Errand.objects.create(
        subject=subject, policy=policy, note=note.strip()[:500], asked_by=by, asked_at=at
    )
    payload = {"subject": subject.pk, "policy": policy}
    journal.record("errand.ask", by=by, at=at, about=made, payload=payload)
    notify(
        officers,
        title=_("企业请您代办：%s") % title,
        body=_("企业编号 %s。请联系企业核对后代为提交，办好后企业会收到回执。") % subject.number,
        path=f"/subjects/{subject.pk}/apply/{policy}/",
        about=made,
        by=by,
        at=at,
    )
    return made


@transaction.atomic
def cancel_errand(errand: Errand, *, by: User, at: datetime) -> Errand:
    """The firm no longer asks; twice changes nothing. Raises Denied, Refusal once it was done."""
    row = _held(errand)
    _require_own(row.subject, by, at)
    if row.state == Errand.State.ASKED:
        _close(row, Errand.State.CANCELLED)
        journal.record("errand.cancel", by=by, at=at, about=row, payload={})
    elif row.state != Errand.State.CANCELLED:
        raise Refusal(_("已由%s代办提交，不能取消；不认可的可以提出异议") % _name(row.done_by))
    return row


@transaction.atomic
def apply_in_name(
    subject: Subject,
    policy: str,
    *,
    note: str = "",
    files: Sequence[StoredFile] = (),
    by: User,
    at: datetime,
) -> HandedIn:
    """Hands in an application, as `policies.apply_for`, and records in whose name.

    By one of the firm's own handlers it is the firm's act, and ends what it had asked for. By
    anybody else it is an errand: with the firm's request where there is one, and the firm's handlers
    get a receipt. Raises as `apply_for`.
    """
    hold([subject.pk])
    made = apply_for(subject, policy, note=note, files=files, by=by, at=at)
    asked = subject.errands.open().filter(policy=policy).first()
    if subject.pk in own_subjects(by, at):
        if asked is not None:
            _close(asked, Errand.State.CANCELLED)
            journal.record("errand.cancel", by=by, at=at, about=asked, payload={})
    elif made.made:
        _done(asked or Errand(subject=subject, policy=policy), made.application, by=by, at=at)
    return made


@transaction.atomic
def object_to_errand(errand: Errand, *, reason: str, by: User, at: datetime) -> Errand:
    """The firm does not stand by what was done in its name: the application is withdrawn.

    One that was decided meanwhile stays, and the objection with it. Twice changes nothing. Raises
    Denied to anybody but the firm's handlers, Refusal without a reason.
    """
    row = _held(errand)
    _require_own(row.subject, by, at)
    if row.state == Errand.State.OBJECTED:
        return row
    if row.state != Errand.State.DONE or row.application is None:
        raise Refusal(_("这件事还没有代办，没有可提异议的；不需要代办的可以取消"))
    if not reason.strip():
        raise Refusal(_("请写明异议，如“未委托”“内容不对”"))
    row.state, row.objected_by, row.objected_at = Errand.State.OBJECTED, by, at
    row.objection = reason.strip()[:500]
    row.save(update_fields=["state", "objected_by", "objected_at", "objection"])
    application = Application.objects.get(pk=row.application.pk)
    open_ = application.state == Application.State.SUBMITTED
    if open_:
        withdraw_application(application, reason=_("企业对代办有异议"), by=by, at=at)
    journal.record(
        "errand.object",
        by=by,
        at=at,
        about=row,
        payload={"application": application.pk, "withdrawn": open_},
        personal={"reason": row.objection},
    )
    told = {user for user in (row.done_by, *nearest(Capacity.CLERK, on=row.subject, at=at)) if user}
    if active := [user for user in told if user.is_active]:
        notify(
            active,
            title=_("企业对代办有异议"),
            body=_("受理号 %s。异议内容见申请页面。") % application.number,
            path=f"/applications/{application.pk}/",
            about=row,
            by=by,
            at=at,
        )
    return row


def runners(subject: Subject, at: datetime) -> list[User]:
    """Who is asked to run a firm's errand: its liaison officers, or the street where it has none."""
    for capacity in (Capacity.LIAISON, Capacity.CLERK):
        if found := nearest(capacity, on=subject, at=at):
            return found
    return []


def _done(row: Errand, application: Application, *, by: User, at: datetime) -> None:
    row.state, row.application = Errand.State.DONE, application
    row.done_by, row.done_at = by, at
    row.save()
    journal.record(
        "errand.do",
        by=by,
        at=at,
        about=row,
        payload={
            "subject": row.subject_id,
            "application": application.pk,
            "on_behalf": True,
            "asked": row.asked_by_id is not None,
        },
    )
    owners = holders_of_firm(row.subject, at)
    if owners:
        notify(
            owners,
            title=_("代办回执：受理号 %s") % application.number,
            body=_("已代企业（编号 %s）提交申请。如未委托或内容有误，请在“我的政策”提出异议。")
            % row.subject.number,
            path=f"/mine/?firm={row.subject_id}",
            about=row,
            by=by,
            at=at,
        )


def holders_of_firm(subject: Subject, at: datetime) -> list[User]:
    """The firm's own handlers: those whose grants name it."""
    owners = holders(Capacity.OWNER, on=subject, at=at)
    return [user for user in owners if subject.pk in own_subjects(user, at)]


def _held(errand: Errand) -> Errand:
    hold([Errand.objects.values_list("subject_id", flat=True).get(pk=errand.pk)])
    rows = Errand.objects.select_for_update(of=("self",))
    return rows.select_related("subject", "done_by", "application").get(pk=errand.pk)


def _close(row: Errand, state: "Errand.State") -> None:
    row.state = state
    row.save(update_fields=["state"])


def _require_own(subject: Subject, by: User, at: datetime) -> None:
    if subject.pk not in own_subjects(by, at):
        raise Denied(SUBMIT)


def _name(user: User | None) -> str:
    return user.name if user else ""
