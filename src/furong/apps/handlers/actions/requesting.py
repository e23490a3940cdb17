"""Coming forward with a letter of authorisation: asking, taking back, and being invited.

Whoever asks is told the same for a code that the registry knows and for one that it does not, and
is counted like one who signs in: nobody learns which firms are registered.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.file_types import FileRefused
from furong.apps.base.models import StoredFile
from furong.apps.directory.access import Denied
from furong.apps.directory.actions.throttling import Spent, minutes, spend_try
from furong.apps.directory.models import User, Zone
from furong.apps.handlers.actions import telling
from furong.apps.handlers.actions.holding import (
    firm_of_code,
    held,
    require_revision,
    saved,
    settled,
)
from furong.apps.handlers.models import Authorisation, Invitation
from furong.apps.handlers.models.authorisation import Role, managed_subjects
from furong.apps.registry.actions.locking import hold
from furong.apps.registry.identifiers import USCC, read_identifier
from furong.apps.registry.models import Subject
from furong.apps.registry.words import one_line
from furong.engines.rules import ValueProblem

IN_A_ROW = 10
"""Claims that one person makes in a row; then they wait."""

LETTERS = frozenset({"application/pdf", "image/png", "image/jpeg"})
LARGEST = 10 * 1024 * 1024  # bytes
RENEWED_FROM = timedelta(days=30)
"""So long before its end an authorisation may be asked for anew."""

INVITED_FOR = timedelta(days=7)
_NEVER_MISREAD = str.maketrans("01IO", "2389")


class Unclear(Refusal):
    """Something in a request is to be mended. field: which."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What somebody says who comes forward. valid_to: the letter's end, None for one without."""

    code: str
    firm_name: str
    street: Zone
    role: str
    valid_to: datetime | None = None
    invitation: str = ""


def count_claim(by: User, *, real: datetime) -> None:
    """Counts a claim, in a transaction of its own: refused ones count too. real: real time.

    Raises Refusal where there were too many in a row.
    """
    try:
        spend_try(f"claim:{by.pk}", limit=IN_A_ROW, at=real)
    except Spent as spent:
        raise Refusal(
            _("提交次数过多，请 %d 分钟后再试；企业多的，可把授权书一并带到所在街道办理")
            % minutes(spent.remaining)
        ) from None


@transaction.atomic
def request_authorisation(
    claim: Claim, letter: StoredFile, *, by: User, at: datetime
) -> Authorisation:
    """Asks to act for a firm by a letter of authorisation; those who may confirm it are told.

    Raises Unclear for what is to be mended, FileRefused for a letter that is no PDF or picture, and
    Refusal where the person has asked already, or acts for the firm in that role.
    """
    code, name = _read(claim, at)
    _refuse_letter(letter)
    firm = firm_of_code(code)
    if firm is not None:
        hold([firm.pk])
        firm = firm_of_code(code)
    _refuse_twice(code, firm, claim.role, by, at)
    invitation = read_invitation(claim.invitation, at=at) if claim.invitation else None
    fits = invitation is not None and firm is not None and invitation.subject_id == firm.pk
    try:
        with transaction.atomic():
            made = Authorisation.objects.create(
                user=by,
                subject=firm,
                code=code,
                firm_name=name,
                street=claim.street,
                role=claim.role,
                letter=letter,
                requested_at=at,
                valid_to=claim.valid_to,
                replaces=invitation.replaces if invitation and fits else None,
            )
    except IntegrityError:  # at the same moment
        raise _asked_already() from None
    journal.record(
        "authorisation.request",
        by=by,
        at=at,
        about=made,
        payload={
            "subject": made.subject_id,
            "code": code,
            "street": claim.street.code,
            "role": claim.role,
            "letter": letter.sha256,
            "until": claim.valid_to,
            "invitation": invitation.pk if invitation and fits else None,
        },
    )
    telling.deciders(made, by=by, at=at)
    return made


@transaction.atomic
def withdraw_request(
    one: Authorisation, *, revision: int | None = None, by: User, at: datetime
) -> Authorisation:
    """Takes back what was not decided yet; twice changes nothing. Raises Denied to anybody else."""
    if one.user_id != by.pk:
        raise Denied("authorisation.withdraw")
    row = held(one)
    withdrawn = row.decided_at is None and row.ended_by_id == by.pk
    if row.state == Authorisation.State.ENDED and withdrawn:
        return row
    if row.state != Authorisation.State.REQUESTED:
        raise settled(row)
    require_revision(row, revision)
    row.state, row.ended_by, row.ended_at = Authorisation.State.ENDED, by, at
    row.end_reason = _("本人撤回申请")
    saved(row, "state", "ended_by", "ended_at", "end_reason")
    journal.record("authorisation.withdraw", by=by, at=at, about=row, payload={})
    return row


@transaction.atomic
def invite(
    subject: Subject,
    role: str,
    *,
    replaces: Authorisation | None = None,
    by: User,
    at: datetime,
) -> Invitation:
    """Makes a code by which somebody comes forward for the firm; it confers nothing by itself.

    Raises Denied to anybody but the firm's main handlers, and those who hand over what they hold.
    """
    if subject.pk not in managed_subjects(by, at) and not _hands_over(replaces, role, by, at):
        raise Denied("handler.manage")
    if replaces is not None and (replaces.subject_id != subject.pk or not replaces.holds(at)):
        raise Refusal(_("要交接的授权书已经失效，请刷新后重选"))
    if role not in Role.values:
        raise Unclear("role", _("请选择身份：主办人、经办人或代账"))
    made = Invitation.objects.create(
        subject=subject,
        role=role,
        code=_new_code(),
        replaces=replaces,
        made_by=by,
        made_at=at,
        expires_at=at + INVITED_FOR,
    )
    journal.record(
        "authorisation.invite",
        by=by,
        at=at,
        about=made,
        payload={
            "subject": subject.pk,
            "role": role,
            "replaces": replaces and replaces.pk,
            "until": made.expires_at,
        },
    )
    return made


def read_invitation(code: str, *, at: datetime) -> Invitation | None:
    """The invitation of a code, as read out; None where it is unknown or past."""
    given = "".join(code.upper().split()).replace("-", "").translate(_NEVER_MISREAD)
    rows = Invitation.objects.filter(expires_at__gt=at).select_related(
        "subject__street", "replaces"
    )
    return rows.filter(code=given).first() if len(given) == 8 else None


def _hands_over(replaces: Authorisation | None, role: str, by: User, at: datetime) -> bool:
    """Whether the person gives up what they hold themself, for somebody in the same role."""
    if replaces is None or replaces.user_id != by.pk:
        return False
    return replaces.role == role and replaces.holds(at)


def _new_code() -> str:
    """Eight signs, 40 bits, none of which is taken for another when read out."""
    return base64.b32encode(secrets.token_bytes(5)).decode().translate(_NEVER_MISREAD)


def _read(claim: Claim, at: datetime) -> tuple[str, str]:
    try:
        code = read_identifier(USCC, claim.code)
    except ValueProblem as problem:
        raise Unclear("code", str(problem)) from None
    name = one_line(claim.firm_name)
    if not name or len(name) > 200 or not name.isprintable():
        raise Unclear("firm_name", _("请照营业执照填写企业名称"))
    if claim.role not in Role.values:
        raise Unclear("role", _("请选择身份：主办人、经办人或代账"))
    if claim.street.withdrawn or claim.street.kind != "street":
        raise Unclear("street", _("请选择企业所在的街道"))
    if claim.valid_to is not None and claim.valid_to <= at:
        raise Unclear("valid_to", _("授权截止日期已过，请按授权书核对；已到期的请企业重新出具"))
    return code, name


def _refuse_letter(letter: StoredFile) -> None:
    if letter.media_type not in LETTERS:
        raise FileRefused(_("授权书请上传 PDF 或照片（PNG、JPG），不收其他格式"))
    if letter.size > LARGEST:
        raise FileRefused(
            _("授权书不超过 %d MB；请压缩，或降低拍照分辨率后重拍") % (LARGEST // 1024 // 1024)
        )


def _refuse_twice(code: str, firm: Subject | None, role: str, by: User, at: datetime) -> None:
    mine = Authorisation.objects.of_user(by)
    if mine.requested().filter(code=code).exists():
        raise _asked_already()
    standing = mine.in_force(at).filter(subject=firm, role=role).first() if firm else None
    if standing is None:
        return
    if standing.valid_to is None or standing.valid_to > at + RENEWED_FROM:
        raise Refusal(
            _("您已是%(firm)s的%(role)s，授权在有效期内，不用再提交；到期前 %(days)d 天起可续办")
            % {
                "firm": standing.firm_name,
                "role": standing.get_role_display(),
                "days": RENEWED_FROM.days,
            }
        )


def _asked_already() -> Refusal:
    return Refusal(_("您已提交过这家企业的授权书，正在核实，不用重复提交；要改的请先撤回"))
