"""Links for who has no account: a bank, a landlord, who raised a case by telephone."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.base.texts import clean
from furong.apps.cases.engine.doing import Bearer
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.engine.roles import Parties
from furong.apps.cases.engine.taking import lock
from furong.apps.cases.models import Case, Event, Invitation
from furong.apps.directory.access import Denied, require
from furong.apps.directory.models import Organisation, User

MOST_DAYS = 30
_TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True)
class Invited:
    """A link that was made. token: what stands in its address; it cannot be read again."""

    invitation: Invitation
    token: str


@transaction.atomic
def invite(
    case: Case,
    kind: str,
    *,
    label: str,
    organisation: Organisation | None = None,
    contact: str = "",
    question: str = "",
    days: int = 7,
    by: User,
    at: datetime,
    real: datetime,
) -> Invited:
    """Makes a link to one case for somebody without an account, for some days of real time.

    kind: `Invitation.Kind`. contact: where it is sent, kept encrypted. Who dispatches or holds the
    case may. Raises Refusal for a unit that does not hold the case, and for a party without question.
    """
    held = lock(case.pk)
    _require_part(held, by, at)
    name, asked = clean(label, lines=False)[:60], clean(question)[:300]
    if not name:
        raise Refusal(_("请写明接收人，如“某停车场负责人”"))
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(_("有效期请填 1 到 %d 天") % MOST_DAYS)
    if kind == Invitation.Kind.UNIT:
        _require_holder(held, organisation)
    if kind == Invitation.Kind.PARTY and not asked:
        raise Refusal(_("请写明请对方答复的问题"))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    made = Invitation(
        case=held,
        kind=Invitation.Kind(kind),
        organisation=organisation if kind == Invitation.Kind.UNIT else None,
        label=name,
        question=asked if kind == Invitation.Kind.PARTY else "",
        digest=digest_of(token),
        made_by=by,
        made_at=at,
        expires_at=real + timedelta(days=days),
    )
    entry = journal.record(
        "invitation.make",
        by=by,
        at=at,
        about=made,
        payload={
            "case": held.pk,
            "kind": kind,
            "organisation": organisation.code if organisation else "",
            "expires": made.expires_at,
        },
        personal={"label": name, **({"contact": contact.strip()[:60]} if contact.strip() else {})},
    )
    made.contact = entry.personal_values.filter(name="contact").first()
    made.save(force_insert=True)
    return Invited(made, token)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Takes a link back: it opens nothing from now on. Twice changes nothing."""
    held = Invitation.objects.select_for_update().select_related("case").get(pk=invitation.pk)
    _require_part(held.case, by, at)
    if held.revoked_at is None:
        held.revoked_at = at
        held.save(update_fields=["revoked_at"])
        journal.record("invitation.revoke", by=by, at=at, about=held)
    return held


def invitation_of(token: str, real: datetime) -> Invitation | None:
    """The open invitation of a token; None for one that is not, was taken back or has expired."""
    rows = Invitation.objects.open(real).filter(digest=digest_of(token))
    return rows.select_related("case__procedure", "case__subject", "organisation").first()


@transaction.atomic
def open_invitation(invitation: Invitation, *, at: datetime, real: datetime) -> Invitation:
    """Whoever has the link has opened it. A second time changes nothing."""
    held = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if held.opened_at is None:
        held.opened_at = real
        held.save(update_fields=["opened_at"])
        journal.record("invitation.open", by="link", at=at, about=held)
    return held


def bearer_of(invitation: Invitation) -> Bearer:
    """As whom the bearer of a link acts: for the unit, or as who raised the case."""
    return Bearer(invitation.label, invitation.organisation)


@transaction.atomic
def answer_question(
    invitation: Invitation,
    *,
    agrees: bool,
    words: str,
    files: Sequence[StoredFile] = (),
    at: datetime,
    real: datetime,
) -> Event:
    """A party answers what it was asked: once; whoever asked may make another link."""
    case = lock(invitation.case_id)
    held = Invitation.objects.open(real).select_for_update().filter(pk=invitation.pk).first()
    if held is None or held.kind != Invitation.Kind.PARTY:
        raise Refusal(_("这个链接已经失效，请联系发给您的工作人员"))
    if held.answered_at is not None:
        raise Refusal(_("您已经答复过了；要改的，请联系发给您的工作人员"))
    text = clean(words)
    if not agrees and not text:
        raise Refusal(_("不同意的，请写明原因"))
    if len(text) > 1000:
        raise Refusal(_("有 %(n)d 字，最多 %(max)d 字") % {"n": len(text), "max": 1000})
    case.revision += 1
    entry = journal.record(
        "case.party",
        by="link",
        at=at,
        about=case,
        payload={
            "number": case.number,
            "sequence": case.revision,
            "invitation": held.pk,
            "agrees": agrees,
        },
    )
    made = Event.objects.create(
        case=case,
        sequence=case.revision,
        act="party",
        cycle=case.cycle,
        from_state=case.state,
        to_state=case.state,
        bearer=held.label,
        fields={"question": held.question, "agrees": agrees, "words": text},
        occurred_at=at,
        recorded_at=at,
        entry=entry,
    )
    if files:
        made.files.set(files)
    held.answered_at = at
    held.save(update_fields=["answered_at"])
    case.save(update_fields=["revision"])
    return made


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def may_invite(case: Case, by: User, at: datetime) -> bool:
    """Who dispatches cases, or belongs to a unit that holds this one."""
    machine = machine_of(case.procedure)
    mine = Parties(machine, case, at).standings(by)
    capacities = {machine.procedure.roles[one.role].capacity for one in mine}
    return not capacities.isdisjoint(("dispatcher", "clerk", "head"))


def _require_part(case: Case, by: User, at: datetime) -> None:
    require(by, "case.act", at=at)
    if not may_invite(case, by, at):
        raise Denied("case.act")


def _require_holder(case: Case, organisation: Organisation | None) -> None:
    held = case.assignments.held().filter(organisation=organisation)
    if organisation is None or not held.exists():
        raise Refusal(_("该单位没有承办或协办本件，请先交办"))
