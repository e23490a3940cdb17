"""Decisions of departments, beside what the rule says.

A decision that is another than the rule's (一事一议) is possible, and never silent: it names who
decided, why, and the document. The rule's own verdict is kept next to it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.base.texts import fitted
from furong.apps.directory.access import require
from furong.apps.directory.models import User
from furong.apps.policies.models import Application, Decision, PolicyVersion, Repeal
from furong.apps.policies.reads.library import day_of, text_of
from furong.apps.policies.reads.verdicts import judgement_of
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Subject, SubjectFacts

DECIDE = "application.decide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What was decided. amount: minor units, None where there is none.

    decider: the person or body that decided. reason, document, file: asked for where the decision
    deviates from the rule.
    """

    granted: bool
    decider: str
    decided_on: date
    amount: int | None = None
    reason: str = ""
    document: str = ""
    file: StoredFile | None = None


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the rule says: its verdict, and what is due by it (minor units, None where none is)."""

    verdict: str
    due: int | None

    def deviates(self, ruling: Ruling) -> bool:
        """Whether a ruling is another than the rule's.

        Where the rule cannot say (a document or a decision is wanting), a refusal is none, and
        neither is a grant by whom it leaves the decision to, as far as the amount is the rule's. A
        grant that names no sum where one is due is not the rule's either.
        """
        if self.verdict == "ineligible":
            return ruling.granted
        if not ruling.granted:
            return self.verdict == "eligible"
        return self.due is not None and ruling.amount != self.due


@transaction.atomic
def decide_application(
    application: Application, ruling: Ruling, *, by: User, at: datetime
) -> Decision:
    """Decides an application. Whoever handed it in does not decide it."""
    held = Application.objects.select_for_update().get(pk=application.pk)
    require(by, DECIDE, at=at, on=held.subject)
    if held.state != Application.State.SUBMITTED:
        raise Refusal(
            _("申请 %(number)s %(state)s，不能再作决定")
            % {"number": held, "state": held.get_state_display()}
        )
    if held.submitted_by_id == by.pk:
        raise Refusal(_("申请 %s 由您提交，须由他人决定") % held)
    _refuse_repealed(held.policy, ruling, kept=True)
    made = _decide(
        held.subject,
        held.version,
        Ruled(held.verdict, held.amount),
        ruling,
        application=held,
        by=by,
        at=at,
    )
    held.state = Application.State.GRANTED if ruling.granted else Application.State.REFUSED
    held.settled_at = at
    if ruling.granted:
        held.amount = ruling.amount
    held.save(update_fields=["state", "settled_at", "amount"])
    return made


@transaction.atomic
def decide_without_application(
    subject: Subject, policy: str, ruling: Ruling, *, by: User, at: datetime
) -> Decision:
    """Enters a decision on a subject that applied for nothing, such as an award of its own kind.

    Raises KeyError where there is no such policy, and Refusal where the subject has applied for it
    or been granted it, or the person once handed in an application of the subject for it.
    """
    require(by, DECIDE, at=at, on=subject)
    SubjectFacts.objects.select_for_update().get(subject=subject)
    _refuse_beside(subject, policy, by=by)
    _refuse_repealed(policy, ruling, kept=False)
    judgement = judgement_of(subject, policy, at)
    version = PolicyVersion.objects.get(
        policy__code=policy, version=text_of(policy, at).policy.version
    )
    ruled = Ruled(judgement.verdict, judgement.amount)
    return _decide(subject, version, ruled, ruling, application=None, by=by, at=at)


def _refuse_beside(subject: Subject, policy: str, *, by: User) -> None:
    """A decision of its own stands beside no application, and nothing is granted twice."""
    mine = Application.objects.of_policy(policy).filter(subject=subject)
    if standing := mine.live().first():
        raise Refusal(
            _("%(name)s已申请 %(policy)s（%(number)s，%(state)s），请在那件申请里办理")
            % {
                "name": subject.name,
                "policy": policy,
                "number": standing,
                "state": standing.get_state_display(),
            }
        )
    if given := Decision.objects.granted(subject, policy).first():
        raise Refusal(
            _(
                "%(policy)s 已于 %(day)s 同意给予%(name)s（%(decider)s），不能重复登记；请在“决定”里核对"
            )
            % {
                "name": subject.name,
                "policy": policy,
                "day": given.decided_on,
                "decider": given.decider,
            }
        )
    if mine.filter(submitted_by=by).exists():
        raise Refusal(
            _("%(name)s对 %(policy)s 的申请曾由您提交，须由他人决定")
            % {"name": subject.name, "policy": policy}
        )


def _refuse_repealed(policy: str, ruling: Ruling, *, kept: bool) -> None:
    """Nothing is granted after the last day of a repealed policy, unless the repeal keeps it.

    kept: it was applied for in time, so that it is for the repeal to say.
    """
    repeal = Repeal.objects.filter(policy__code=policy).first()
    if repeal is None or not ruling.granted or ruling.decided_on <= repeal.last_day:
        return
    if not (kept and repeal.keeps):
        raise Refusal(
            _(
                "%(policy)s 已由%(number)s废止，最后施行之日是 %(day)s，此后不能再同意；"
                "请不予同意并写明理由"
            )
            % {"policy": policy, "number": repeal.number, "day": repeal.last_day}
        )


def _decide(
    subject: Subject,
    version: PolicyVersion,
    ruled: Ruled,
    ruling: Ruling,
    *,
    application: Application | None,
    by: User,
    at: datetime,
) -> Decision:
    ruling = replace(
        ruling,
        decider=fitted(Decision, "decider", ruling.decider),
        reason=fitted(Decision, "reason", ruling.reason),
        document=fitted(Decision, "document", ruling.document),
    )
    deviates = ruled.deviates(ruling)
    _refuse_unsaid(ruling, deviates=deviates, today=day_of(at, catalogue()))
    made = Decision(
        subject=subject,
        version=version,
        application=application,
        outcome=Decision.Outcome.GRANTED if ruling.granted else Decision.Outcome.REFUSED,
        amount=ruling.amount if ruling.granted else None,
        verdict=ruled.verdict,
        due=ruled.due,
        deviates=deviates,
        decider=ruling.decider,
        reason=ruling.reason,
        document=ruling.document,
        file=ruling.file,
        decided_on=ruling.decided_on,
        entered_by=by,
        recorded_at=at,
    )
    made.save()
    journal.record(
        "decision.make",
        by=by,
        at=at,
        about=made,
        payload={
            "subject": subject.pk,
            "policy": str(version),
            "application": application and application.number,
            "outcome": made.outcome,
            "amount": made.amount,
            "verdict": made.verdict,
            "due": made.due,
            "deviates": deviates,
            "document": made.document,
            "file": ruling.file and ruling.file.sha256,
        },
    )
    return made


def _refuse_unsaid(ruling: Ruling, *, deviates: bool, today: date) -> None:
    if not ruling.decider:
        raise Refusal(_("请写明由谁决定（单位或姓名）"))
    if ruling.decided_on > today:
        raise Refusal(_("决定日期 %s 还没有到，请核对") % ruling.decided_on)
    if ruling.amount is not None and ruling.amount < 0:
        raise Refusal(_("金额不能为负，请核对"))
    if not ruling.granted and not ruling.reason:
        raise Refusal(_("不予同意须写明理由，企业看得到"))
    if deviates and not (ruling.reason and ruling.document):
        raise Refusal(
            _("这个决定与规则判定不一致（一事一议），须写明决定人、理由和依据文件，三项都不能空")
        )
