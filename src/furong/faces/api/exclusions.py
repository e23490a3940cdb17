"""Leaving cases out of a unit's rates: asked with evidence, decided by another office."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from furong.apps.cases.actions import (
    InvalidExclusion,
    decide_exclusion,
    exclude,
    revoke_exclusion,
    withdraw_exclusion,
)
from furong.apps.cases.models import Exclusion
from furong.apps.cases.models.exclusion import ExclusionQuerySet
from furong.apps.directory.models import Organisation
from furong.faces.api.access import Needs, Request
from furong.faces.api.case_acts import own_files
from furong.faces.api.case_shapes import FORBID, FileShown
from furong.faces.api.cases import ACT, VIEW, found
from furong.faces.api.once import Answer, IdempotencyKey, answer_once
from furong.faces.api.paging import Line, Paging, slice_of
from furong.faces.api.problems import Fault, faulty, not_found
from furong.faces.api.stored import sent

router = Router(tags=["剔除申请"])  # zh: of the API's description


class StepShown(Schema):
    """How it was settled. state: granted, refused, withdrawn, revoked."""

    state: str
    reason: str
    by: str
    recorded_at: datetime


class ExclusionShown(Schema):
    """A request. unit, decides: organisation codes. rate: solved, satisfied, or a clock's name.

    renews: the refused request that this one asks again. overdue: not settled by due_at.
    """

    id: UUID
    case: UUID
    number: str
    unit: str
    rate: str
    rate_label: str
    ground: str
    ground_label: str
    words: str
    files: list[FileShown]
    asked_at: datetime
    decides: str
    due_at: datetime
    overdue: bool
    state: str
    renews: UUID | None
    steps: list[StepShown]


class ExclusionPage(Schema):
    items: list[ExclusionShown]
    next: str | None


class ExclusionFilters(Paging):
    state: Literal["", "pending", "granted", "refused", "withdrawn", "revoked"] = ""
    case: UUID | None = None
    unit: Line = Field("", description="organisation code")
    rate: Line = ""


class NewExclusion(Schema):
    """unit: code of the organisation that asks. files: your own uploads, by POST /files."""

    model_config = FORBID

    unit: str = Field(max_length=64)
    rate: str = Field(max_length=64)
    ground: str = Field(max_length=64)
    words: str = Field(max_length=4000)
    files: list[UUID] = Field([], max_length=20)
    renews: UUID | None = None


class Decision(Schema):
    model_config = FORBID

    granted: bool
    reason: str = Field(max_length=2000)


class Reason(Schema):
    model_config = FORBID

    reason: str = Field("", max_length=2000)


@router.get("/exclusions", auth=Needs(VIEW), response=ExclusionPage)
def list_exclusions(request: Request, filters: Query[ExclusionFilters]) -> ExclusionPage:
    """剔除申请：您有权查看的，按提出的先后排列。"""
    rows = _visible(request)
    for name in ("state", "case", "rate"):
        if wanted := getattr(filters, name):
            rows = rows.filter(**{name: wanted})
    if filters.unit:
        rows = rows.filter(unit__code=filters.unit)
    shown, following = slice_of(request, list(rows), lambda row: str(row.pk), filters)
    items = [_shown(row, request.at) for row in shown]
    return ExclusionPage(items=items, next=following)


@router.get("/exclusions/{exclusion_id}", auth=Needs(VIEW), response=ExclusionShown)
def show_exclusion(request: Request, exclusion_id: UUID) -> ExclusionShown:
    """一项剔除申请，和审定经过。"""
    return _shown(_found(request, exclusion_id), request.at)


@router.get("/exclusions/{exclusion_id}/files/{file_id}", auth=Needs(VIEW))
def show_exclusion_file(request: Request, exclusion_id: UUID, file_id: UUID) -> HttpResponse:
    """剔除申请的一份佐证材料。"""
    return sent(_found(request, exclusion_id).files.filter(pk=file_id).first())


@router.post("/cases/{case_id}/exclusions", auth=Needs(ACT), response={201: ExclusionShown})
def ask_exclusion(
    request: Request, case_id: UUID, body: NewExclusion, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """申请从本单位的一项率中剔除一件；须有说明和佐证材料。"""
    case = found(request, case_id)
    unit = Organisation.objects.filter(code=body.unit).first()
    if unit is None:
        raise faulty([Fault("unit", _("没有这个单位"), _("请核对编号"))])
    renews = _found(request, body.renews) if body.renews else None
    files = own_files(request, body.files)

    def act() -> Answer:
        try:
            made = exclude(
                case,
                unit,
                rate=body.rate,
                ground=body.ground,
                words=body.words,
                files=files,
                renews=renews,
                by=request.auth,
                at=request.at,
            )
        except InvalidExclusion as invalid:
            raise faulty([Fault(name, why) for name, why in invalid.problems.items()]) from invalid
        return _answer(request, made.pk, 201)

    return answer_once(request, idempotency_key, act)


@router.post("/exclusions/{exclusion_id}/decide", auth=Needs(ACT), response=ExclusionShown)
def decide(
    request: Request, exclusion_id: UUID, body: Decision, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """审定：同意剔除或者不予剔除，须写明理由；申请单位的人员不能审定。"""
    verb = partial(decide_exclusion, granted=body.granted)
    return _settle(request, exclusion_id, verb, body.reason, idempotency_key)


@router.post("/exclusions/{exclusion_id}/withdraw", auth=Needs(ACT), response=ExclusionShown)
def withdraw(
    request: Request, exclusion_id: UUID, body: Reason, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """申请单位在审定以前撤回。"""
    return _settle(request, exclusion_id, withdraw_exclusion, body.reason, idempotency_key)


@router.post("/exclusions/{exclusion_id}/revoke", auth=Needs(ACT), response=ExclusionShown)
def revoke(
    request: Request, exclusion_id: UUID, body: Reason, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """审定单位撤销剔除：自现在起重新计入，以前时点的统计不变。"""
    return _settle(request, exclusion_id, revoke_exclusion, body.reason, idempotency_key)


def _settle(
    request: Request, pk: UUID, verb: Callable[..., object], reason: str, key: str
) -> HttpResponse:
    """Does to a request what brings it on: each verb takes a reason."""
    one = _found(request, pk)

    def act() -> Answer:
        verb(one, reason=reason, by=request.auth, at=request.at)
        return _answer(request, one.pk)

    return answer_once(request, key, act)


def _visible(request: Request) -> ExclusionQuerySet:
    rows = Exclusion.objects.visible_to(request.auth, request.at).with_parts()
    return rows.prefetch_related("steps__by", "files")


def _found(request: Request, pk: UUID) -> Exclusion:
    if (one := _visible(request).filter(pk=pk).first()) is None:
        raise not_found()
    return one


def _answer(request: Request, pk: UUID, status: int = 200) -> Answer:
    body = _shown(_found(request, pk), request.at).model_dump(mode="json")
    headers = {"Location": f"/api/v1/exclusions/{pk}"} if status == 201 else {}
    return Answer(body, status, headers)


def _shown(one: Exclusion, at: datetime) -> ExclusionShown:
    return ExclusionShown(
        id=one.pk,
        case=one.case_id,
        number=one.case.number,
        unit=one.unit.code,
        rate=one.rate,
        rate_label=one.rate_label,
        ground=one.ground,
        ground_label=one.ground_label,
        words=one.words,
        files=[
            FileShown(id=file.pk, name=file.name, media_type=file.media_type, size=file.size)
            for file in one.files.all()
        ],
        asked_at=one.asked_at,
        decides=one.decides.code,
        due_at=one.due_at,
        overdue=one.is_overdue(at),
        state=one.state,
        renews=one.renews_id,
        steps=[
            StepShown(
                state=step.state, reason=step.reason, by=step.by.name, recorded_at=step.recorded_at
            )
            for step in one.steps.all()
        ],
    )
