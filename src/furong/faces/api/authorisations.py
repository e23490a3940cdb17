"""Letters of authorisation: asking, deciding, ending."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from furong.apps.base import clock
from furong.apps.base.file_types import FileRefused
from furong.apps.base.files import store
from furong.apps.base.idempotency import digest_of
from furong.apps.directory.models import Zone
from furong.apps.handlers.actions import (
    Claim,
    Stale,
    Unclear,
    confirm,
    count_claim,
    end_authorisation,
    refuse,
    request_authorisation,
    withdraw_request,
)
from furong.apps.handlers.days import end_of
from furong.apps.handlers.models import Authorisation
from furong.faces.api import shapes
from furong.faces.api.access import SIGNED_IN, Needs, Request
from furong.faces.api.once import Answer, IdempotencyKey, answer_once
from furong.faces.api.paging import Line, Paging, page
from furong.faces.api.problems import Fault, Problem, faulty, not_found
from furong.faces.api.schemas import Day, Named
from furong.faces.api.subjects import IfMatch

router = Router(tags=["办事人员授权"])  # zh: of the API's description

Sent = Annotated[
    UploadedFile,
    File(description="授权书：PDF 或 PNG、JPG，不超过 10 MB"),  # zh: of the API's description
]


class AuthorisationShown(Schema):
    """One letter. subject: null while the registry does not know the code; to whoever asks also
    while it is not confirmed. revision: what If-Match compares. state: as of now.
    """

    id: UUID
    person: str
    subject: UUID | None
    code: str
    firm_name: str
    street: Named | None
    role: str
    state: str
    requested_at: datetime
    valid_from: datetime | None
    valid_to: datetime | None
    decided_at: datetime | None
    reason: str
    ended_at: datetime | None
    end_reason: str
    revision: int


class AuthorisationPage(Schema):
    items: list[AuthorisationShown]
    next: str | None


class Ended(AuthorisationShown):
    """follows: what the end means for the firm, in words; empty where nothing does."""

    follows: str


class AuthorisationFilters(Paging):
    """state: requested, confirmed, refused, ended, expired. waiting: what waits for you alone."""

    state: Line = ""
    subject: UUID | None = None
    waiting: bool = False


class NewAuthorisation(Schema):
    """role: main, handler, bookkeeper. street: a street's code. valid_to: the last day."""

    code: str = Field(max_length=64)
    firm_name: str = Field(max_length=200)
    street: str = Field(max_length=64)
    role: str = Field(max_length=16)
    valid_to: date | None = None
    invitation: str = Field("", max_length=16)


class Confirmed(Schema):
    """until: the last day, null for what was asked for. replaces: whose place is taken (hand-over)."""

    model_config = {"extra": "forbid"}

    until: Day | None = None
    replaces: UUID | None = None


class Reason(Schema):
    model_config = {"extra": "forbid"}

    reason: str = Field(max_length=500)


@router.get("/authorisations", auth=Needs(SIGNED_IN), response=AuthorisationPage)
def list_authorisations(
    request: Request, filters: Query[AuthorisationFilters]
) -> AuthorisationPage:
    """授权书：您本人的、您核实的街道的、您主办的企业的，按提交先后排列。"""
    rows = Authorisation.objects.visible_to(request.auth, request.at)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.subject:
        rows = rows.filter(subject=filters.subject).exclude(user=request.auth, grant=None)
    if filters.waiting:
        desk = Authorisation.objects.for_desk(request.auth, request.at).values("pk")
        mine = Authorisation.objects.for_manager(request.auth, request.at).values("pk")
        rows = rows.filter(Q(pk__in=desk) | Q(pk__in=mine))
    keyed = rows.annotate(key=Cast("pk", CharField())).select_related("user", "street")
    shown, following = page(request, keyed, "key", filters)
    return AuthorisationPage(items=[_shown(row, request) for row in shown], next=following)


@router.get(
    "/authorisations/{authorisation_id}", auth=Needs(SIGNED_IN), response=AuthorisationShown
)
def show_authorisation(
    request: Request, response: HttpResponse, authorisation_id: UUID
) -> AuthorisationShown:
    """一份授权书；ETag 是它的版次。"""
    one = _found(request, authorisation_id)
    response["ETag"] = _etag(one)
    return _shown(one, request)


@router.post("/authorisations", auth=Needs(SIGNED_IN), response={201: AuthorisationShown})
def ask_for_authorisation(
    request: Request,
    body: Form[NewAuthorisation],
    letter: Sent,
    idempotency_key: IdempotencyKey = "",
) -> HttpResponse:
    """提交授权书（multipart/form-data）。代码是否已登记，答复都一样。"""
    content = letter.read()
    digest = digest_of(
        {
            "path": request.path,
            "form": body.model_dump(mode="json"),
            "letter": digest_of(content),
            "name": letter.name or "",
        }
    )
    street = Zone.objects.filter(kind="street", code=body.street, withdrawn=False).first()
    if street is None:
        raise faulty([Fault("street", _("没有街道“%s”") % body.street)])

    def act() -> Answer:
        claim = Claim(
            code=body.code,
            firm_name=body.firm_name,
            street=street,
            role=body.role,
            valid_to=end_of(body.valid_to) if body.valid_to else None,
            invitation=body.invitation,
        )
        try:
            kept = store(content, name=letter.name or "", by=request.auth, at=request.at)
            made = request_authorisation(claim, kept, by=request.auth, at=request.at)
        except Unclear as unclear:
            raise faulty([Fault(unclear.field, str(unclear))]) from unclear
        except FileRefused as refused:
            raise faulty([Fault("letter", str(refused))]) from refused
        return _answer(made, request, 201, {"Location": f"/api/v1/authorisations/{made.pk}"})

    count_claim(request.auth, real=clock.real())
    return answer_once(request, idempotency_key, act, digest=digest)


@router.post(
    "/authorisations/{authorisation_id}/confirm",
    auth=Needs(SIGNED_IN),
    response=AuthorisationShown,
)
def confirm_authorisation(
    request: Request,
    authorisation_id: UUID,
    body: Confirmed,
    idempotency_key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> HttpResponse:
    """确认：授权即时生效；写 replaces 的，同一时刻完成交接。"""
    one = _found(request, authorisation_id)

    def act() -> Answer:
        replaces = _found(request, body.replaces) if body.replaces else None
        kept = confirm(
            one,
            until=end_of(body.until) if body.until else None,
            replaces=replaces,
            revision=_revision(one, if_match),
            by=request.auth,
            at=request.at,
        )
        return _answer(kept, request)

    return answer_once(request, idempotency_key, _or_stale(act))


@router.post(
    "/authorisations/{authorisation_id}/refuse",
    auth=Needs(SIGNED_IN),
    response=AuthorisationShown,
)
def refuse_authorisation(
    request: Request,
    authorisation_id: UUID,
    body: Reason,
    idempotency_key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> HttpResponse:
    """退回，写明理由。"""
    one = _found(request, authorisation_id)

    def act() -> Answer:
        revision = _revision(one, if_match)
        reason = body.reason
        return _answer(
            refuse(one, reason=reason, revision=revision, by=request.auth, at=request.at), request
        )

    return answer_once(request, idempotency_key, _or_stale(act))


@router.post(
    "/authorisations/{authorisation_id}/withdraw",
    auth=Needs(SIGNED_IN),
    response=AuthorisationShown,
)
def withdraw_authorisation(
    request: Request,
    authorisation_id: UUID,
    idempotency_key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> HttpResponse:
    """申请人撤回尚未核实的授权书。"""
    one = _found(request, authorisation_id)

    def act() -> Answer:
        revision = _revision(one, if_match)
        return _answer(
            withdraw_request(one, revision=revision, by=request.auth, at=request.at), request
        )

    return answer_once(request, idempotency_key, _or_stale(act))


@router.post("/authorisations/{authorisation_id}/end", auth=Needs(SIGNED_IN), response=Ended)
def end_of_authorisation(
    request: Request,
    authorisation_id: UUID,
    body: Reason,
    idempotency_key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> HttpResponse:
    """终止：权限同时收回；follows 写明对企业的影响。"""
    one = _found(request, authorisation_id)

    def act() -> Answer:
        ended = end_authorisation(
            one,
            reason=body.reason,
            revision=_revision(one, if_match),
            by=request.auth,
            at=request.at,
        )
        answer = _answer(ended.authorisation, request)
        return Answer(
            {**answer.body, "follows": ended.follows}, headers={"ETag": _etag(ended.authorisation)}
        )

    return answer_once(request, idempotency_key, _or_stale(act))


def _found(request: Request, authorisation_id: UUID) -> Authorisation:
    rows = Authorisation.objects.visible_to(request.auth, request.at)
    if (one := rows.select_related("user", "street").filter(pk=authorisation_id).first()) is None:
        raise not_found()
    return one


def _or_stale(act: Callable[[], Answer]) -> Callable[[], Answer]:
    def acted() -> Answer:
        try:
            return act()
        except Stale as stale:
            raise Problem(412, "stale", str(stale), _("请重新读取，核对后再办")) from stale

    return acted


def _answer(
    one: Authorisation,
    request: Request,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Answer:
    body = _shown(one, request).model_dump(mode="json")
    return Answer(body, status, {"ETag": _etag(one), **(headers or {})})


def _etag(one: Authorisation) -> str:
    return f'"{one.revision}"'


def _revision(one: Authorisation, if_match: str) -> int:
    """The revision that the client read; 0, which none is at, for what is no ETag of one."""
    if not if_match:
        raise Problem(
            428,
            "if_match_missing",
            _("没有写 If-Match 标头"),
            _("请先读取授权书，把得到的 ETag 写进 If-Match，以免覆盖他人刚办的结果"),
        )
    if if_match == "*":
        return one.revision
    found = re.fullmatch(r'"(\d{1,8})"', if_match.strip())
    return int(found[1]) if found else 0


def _shown(one: Authorisation, request: Request) -> AuthorisationShown:
    """Whoever asks does not learn from it whether the registry knows the code."""
    hidden = one.user_id == request.auth.pk and one.grant_id is None
    return AuthorisationShown(
        id=one.pk,
        person=one.user.name,
        subject=None if hidden else one.subject_id,
        code=one.code,
        firm_name=one.firm_name,
        street=shapes.named(one.street),
        role=one.role,
        state=one.state_at(request.at),
        requested_at=one.requested_at,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        decided_at=one.decided_at,
        reason=one.reason,
        ended_at=one.ended_at,
        end_reason=one.end_reason,
        revision=one.revision,
    )
