"""Taking a policy up: confirming what needs no application, applying for the rest.

The rule says whether it can be: what is eligible can be confirmed or applied for at once; what a
document or a decision is still wanting for can be applied for; what is ineligible cannot, and the
answer names the condition. An unknown fact is asked first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.base.texts import fitted, within
from furong.apps.directory.access import require
from furong.apps.directory.models import User
from furong.apps.policies.models import Application, Decision, Policy, PolicyVersion
from furong.apps.policies.reads.library import Text, day_of, edition, text_of
from furong.apps.policies.reads.verdicts import judgement_of, label_of
from furong.apps.registry.models import Sequence as Numbers
from furong.apps.registry.models import Subject, SubjectFacts
from furong.engines.rules import Judgement

SUBMIT = "application.submit"
SERIES = "application"
MOST_REASON = 500
"""Characters of the reason for taking an application back."""


class NotEntitled(Refusal):
    """The rule stands against it. judgement: what it says."""

    def __init__(self, message: str, judgement: Judgement) -> None:
        self.judgement = judgement
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """An application, and whether it was made now (or stood already)."""

    application: Application
    made: bool


@transaction.atomic
def apply_for(
    subject: Subject,
    policy: str,
    *,
    note: str = "",
    files: Sequence[StoredFile] = (),
    by: User,
    at: datetime,
) -> HandedIn:
    """Hands in an application for a subject; a second one while one is live changes nothing.

    Raises NotEntitled where a condition is not met or a fact is missing, and Refusal for a policy
    that is not in force or gives nothing that could be applied for.
    """
    require(by, SUBMIT, at=at, on=subject)
    # Whoever repeals the policy holds its row: what was read before may have ended by now. Taken
    # ahead of the subject's, as every act that needs both does.
    Policy.objects.select_for_update(no_key=True).filter(code=policy).first()
    text = text_of(policy, at)
    _refuse_closed(text, at)
    note = fitted(Application, "note", note, lines=True)
    held = SubjectFacts.objects.select_for_update().get(subject=subject)
    standing = Application.objects.of_policy(policy).live().filter(subject=subject).first()
    if standing is not None:
        return HandedIn(standing, made=False)
    _refuse_granted(subject, text)
    judgement = judgement_of(subject, policy, at)
    _refuse_unentitled(judgement, text, at)
    version = PolicyVersion.objects.get(policy__code=policy, version=text.policy.version)
    (number,) = Numbers.take(SERIES, 1)
    made = Application.objects.create(
        number=f"{at.year}-{number:06}",
        subject=subject,
        version=version,
        verdict=judgement.verdict,
        criteria=dict(judgement.criteria),
        amount=judgement.amount,
        sequence=held.sequence,
        note=note,
        submitted_by=by,
        submitted_at=at,
    )
    made.files.set(files)
    journal.record(
        "application.submit",
        by=by,
        at=at,
        about=made,
        payload={
            "number": made.number,
            "subject": subject.pk,
            "policy": str(version),
            "verdict": made.verdict,
            "amount": made.amount,
            "facts": made.sequence,
            "files": [file.sha256 for file in files],
        },
    )
    return HandedIn(made, made=True)


@transaction.atomic
def withdraw_application(
    application: Application, *, reason: str, by: User, at: datetime
) -> Application:
    """Takes an application back before it is decided; twice changes nothing."""
    held = Application.objects.select_for_update().get(pk=application.pk)
    require(by, SUBMIT, at=at, on=held.subject)
    if held.state == Application.State.WITHDRAWN:
        return held
    if held.state != Application.State.SUBMITTED:
        raise Refusal(
            _("申请 %(number)s %(state)s，不能撤回；如有异议，请联系受理单位")
            % {"number": held, "state": held.get_state_display()}
        )
    reason = within(_("撤回理由"), reason, MOST_REASON)
    held.state, held.settled_at = Application.State.WITHDRAWN, at
    held.save(update_fields=["state", "settled_at"])
    journal.record("application.withdraw", by=by, at=at, about=held, payload={"reason": reason})
    return held


def _refuse_granted(subject: Subject, text: Text) -> None:
    """What a decision gave without an application is not applied for as well."""
    given = Decision.objects.granted(subject, text.policy.id).first()
    if given is not None:
        raise Refusal(
            _("“%(title)s”已于 %(day)s 由%(decider)s同意，不必再申请")
            % {"title": text.policy.title, "day": given.decided_on, "decider": given.decider}
        )


def _refuse_closed(text: Text, at: datetime) -> None:
    day, title = day_of(at, edition(at).known), text.policy.title
    if text.reference:
        raise Refusal(_("“%s”是外地政策，只供参考，本区不受理") % title)
    if text.repealed and text.window.end and day > text.window.end:
        raise Refusal(
            _("“%(title)s”已废止，最后施行之日是 %(day)s，不再受理")
            % {"title": title, "day": text.window.end}
        )
    if not text.applies_on(day):
        raise Refusal(_("“%s”现在不在施行期内，不能申请") % title)
    deadline = text.policy.guide.deadline if text.policy.guide else None
    if deadline and deadline.end and day > deadline.end:
        raise Refusal(
            _("“%(title)s”的申报已于 %(day)s 截止") % {"title": title, "day": deadline.end}
        )


def _refuse_unentitled(judgement: Judgement, text: Text, at: datetime) -> None:
    title = text.policy.title
    if judgement.verdict == "ineligible":
        labels = {criterion.id: criterion.label for criterion in text.policy.criteria}
        failed = _("、").join(
            labels[key] for key, answer in judgement.criteria if answer == "false"
        )
        raise NotEntitled(
            _("不符合“%(title)s”的条件：%(failed)s。如情况有变，请先更正信息再申请")
            % {"title": title, "failed": failed or _("各项条件不能同时成立")},
            judgement,
        )
    if judgement.verdict == "unknown" and "facts" in judgement.waits:
        book = edition(at).book
        lacking = _("、").join(
            label_of(key, book) for key in judgement.missing if key in book.facts
        )
        raise NotEntitled(
            _("申请“%(title)s”前请先补充：%(lacking)s") % {"title": title, "lacking": lacking},
            judgement,
        )
    if judgement.verdict == "unknown" and "text" in judgement.waits:
        raise NotEntitled(
            _("“%s”的原文还不完整，暂不能受理；可请联络员向政策落地办核实") % title, judgement
        )
