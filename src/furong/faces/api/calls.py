"""Call lists: planned, opened as one act, called, withdrawn; the same verbs as the pages."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID

from django.db.models import CharField, Value
from django.db.models.functions import Cast, LPad
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from furong.apps.cases import reads
from furong.apps.cases.actions import (
    CallPlan,
    hand_over_calls,
    open_calls,
    plan_calls,
    record_call,
    withdraw_calls,
)
from furong.apps.cases.calls.population import MOST, Wanted
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.models import CallLine, CallList, Case
from furong.apps.directory.models import User
from furong.faces.api import case_shapes as shown
from furong.faces.api.access import Needs, Request
from furong.faces.api.cases import ACT, answered
from furong.faces.api.once import Answer, IdempotencyKey, answer_once
from furong.faces.api.paging import Line, Paging, page
from furong.faces.api.problems import not_found

router = Router(tags=["电话核对"])  # zh: of the API's description

DISPATCH = "case.dispatch"
FORBID: Any = {"extra": "forbid"}


class WantedSent(Schema):
    """A line: `subject` by id, or `code`, a credit code or public number. phone: goes before what is
    known.
    """

    model_config = FORBID

    subject: UUID | None = None
    code: str = Field("", max_length=64)
    phone: str = Field("", max_length=40)


class CallListSent(Schema):
    """A list to be planned. id: made by the client; the same id with the same content is one list.

    kind: class; team: code of the unit that calls; callers: ids, all of the team's where left out;
    percent: of the second entries, the procedure's where left out.
    """

    model_config = FORBID

    id: UUID
    title: str = Field(max_length=200)
    script: str = Field(max_length=4000)
    facts: list[str] = Field(max_length=100)
    team: str = Field(max_length=64)
    kind: str = Field("", max_length=64)
    callers: list[UUID] = Field([], max_length=1000)
    way: Literal["even", "street"] = "even"
    percent: int | None = None
    seed: str = Field("", max_length=64)
    lines: list[WantedSent] = Field(min_length=1, max_length=MOST)


class Withdrawing(Schema):
    model_config = FORBID

    reason: str = Field(max_length=400)


class HandingOver(Schema):
    """caller: whose calls that are left. to: who shares them, by id."""

    model_config = FORBID

    caller: UUID
    to: list[UUID] = Field(min_length=1, max_length=1000)


class Calling(Schema):
    """What came of a call. answers: `call_result`, and `record_agrees`, `found` (fact → value),
    `needs_help`, `problem`, `again_at`, `words`, as they go with it.
    """

    model_config = FORBID

    answers: dict[str, Any]
    revision: int | None = None


class RateOf(Schema):
    """missing: entered once, the second entry is not made yet."""

    of: int
    hit: int
    missing: int
    percent: float | None


class CallListShown(Schema):
    """lines: state → how many. left_out: reason → how many. agreement: of both entries, on all
    questions and by question.
    """

    id: UUID
    title: str
    stage: str
    kind: str
    facts: list[str]
    team: str
    way: str
    percent: int
    seed: str
    origin: str
    planned_at: datetime
    opened_at: datetime | None
    finished_at: datetime | None
    withdrawn_at: datetime | None
    lines: dict[str, int]
    left_out: dict[str, int]
    calls: int
    called: int
    reached: int
    refused: int
    redial: int
    visit: int
    differing: int
    closed: int
    agreement: RateOf
    by_question: dict[str, RateOf]


class CallListPage(Schema):
    items: list[CallListShown]
    next: str | None


class CallLineShown(Schema):
    """why: the reason for which it is not called. caller: id."""

    place: int
    given: str
    subject: UUID | None
    caller: UUID | None
    sampled: bool
    state: str
    why: str
    case: UUID | None


class CallLinePage(Schema):
    items: list[CallLineShown]
    next: str | None


class NextCall(Schema):
    """case: null where nobody is to be called now. next_at: of the first appointment that lies ahead."""

    case: shown.CaseLine | None
    script: str
    facts: list[str]
    left: int
    second: int
    next_at: datetime | None


@router.get("/call-lists", auth=Needs(DISPATCH), response=CallListPage)
def list_call_lists(request: Request, filters: Query[Paging]) -> CallListPage:
    """外呼名单：您拟的，或者您主管的。"""
    rows = CallList.objects.run_by(request.auth, request.at).select_related("team")
    keyed = rows.annotate(key=Cast("pk", CharField()))
    found, following = page(request, keyed, "key", filters)
    return CallListPage(items=[_shown(one, request) for one in found], next=following)


@router.post("/call-lists", auth=Needs(DISPATCH), response={201: CallListShown})
def plan_call_list(
    request: Request, body: CallListSent, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """拟一份名单并预检：谁可以拨打、谁不外呼和原因；不发起。同一 id、同样内容只拟一次。"""

    def once() -> Answer:
        plan = CallPlan(
            title=body.title,
            script=body.script,
            facts=body.facts,
            team=body.team,
            kind=body.kind,
            callers=body.callers,
            way=body.way,
            percent=body.percent,
            seed=body.seed,
            origin=_("接口"),
        )
        wanted = [Wanted(one.subject, one.code, one.phone) for one in body.lines]
        made = plan_calls(plan, wanted, client_id=body.id, by=request.auth, at=request.at)
        headers = {"Location": f"/api/v1/call-lists/{made.pk}"}
        return Answer(_shown(made, request).model_dump(mode="json"), 201, headers)

    return answer_once(request, idempotency_key, once)


@router.get("/call-lists/{call_list_id}", auth=Needs(DISPATCH), response=CallListShown)
def show_call_list(request: Request, call_list_id: UUID) -> CallListShown:
    """一份名单：进度、拨打情况、双录一致率。"""
    return _shown(_run(request, call_list_id), request)


@router.get("/call-lists/{call_list_id}/lines", auth=Needs(DISPATCH), response=CallLinePage)
def list_call_lines(
    request: Request,
    call_list_id: UUID,
    filters: Query[Paging],
    state: Line = "",
) -> CallLinePage:
    """名单逐行：外呼人员、状态、不外呼的原因、核对件。"""
    rows = CallLine.objects.filter(list=_run(request, call_list_id))
    if state:
        rows = rows.filter(state=state)
    keyed = rows.annotate(key=LPad(Cast("place", CharField()), 8, Value("0")))
    found, following = page(request, keyed, "key", filters)
    items = [
        CallLineShown(
            place=one.place,
            given=one.given,
            subject=one.subject_id,
            caller=one.caller_id,
            sampled=one.sampled,
            state=one.state,
            why=one.reason,
            case=one.case_id,
        )
        for one in found
    ]
    return CallLinePage(items=items, next=following)


@router.post("/call-lists/{call_list_id}/open", auth=Needs(DISPATCH), response=CallListShown)
def open_call_list(
    request: Request, call_list_id: UUID, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """发起：系统逐户生成核对件，进度见 lines；再送一次不会再发起。"""
    return _move(request, call_list_id, open_calls, idempotency_key)


@router.post("/call-lists/{call_list_id}/withdraw", auth=Needs(DISPATCH), response=CallListShown)
def withdraw_call_list(
    request: Request, call_list_id: UUID, body: Withdrawing, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """撤回：没有发起的不再发起，没有打过的取消，打过的继续办完。"""
    return _move(
        request, call_list_id, partial(withdraw_calls, reason=body.reason), idempotency_key
    )


@router.post("/call-lists/{call_list_id}/hand-over", auth=Needs(DISPATCH), response=CallListShown)
def hand_over_call_list(
    request: Request, call_list_id: UUID, body: HandingOver, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """转交：一名外呼人员待拨打、待重拨的，平均转交给同组人员；已有结果的不动。"""

    def verb(made: CallList, *, by: User, at: datetime) -> CallList:
        hand_over_calls(made, body.caller, body.to, by=by, at=at)
        return made

    return _move(request, call_list_id, verb, idempotency_key)


def _move(request: Request, pk: UUID, verb: Callable[..., CallList], key: str) -> HttpResponse:
    """Does a verb on a list that the person runs, once."""
    made = _run(request, pk)

    def once() -> Answer:
        done = verb(made, by=request.auth, at=request.at)
        return Answer(_shown(done, request).model_dump(mode="json"))

    return answer_once(request, key, once)


@router.get("/call-lists/{call_list_id}/next", auth=Needs(ACT), response=NextCall)
def show_next_call(request: Request, call_list_id: UUID, *, second: bool = False) -> NextCall:
    """您接下来拨打哪一户；second 的，是等您复核的。电话号码在页面上查看，每次记入台账。"""
    made = _called(request, call_list_id)
    case = reads.next_call(made, request.auth, request.at, second=second)
    desk = reads.desk_of(made, request.auth, request.at, day_began=request.at)
    return NextCall(
        case=shown.line(case, machine_of(case.procedure)) if case else None,
        script=made.script,
        facts=made.facts,
        left=desk.left,
        second=desk.second,
        next_at=desk.next_at,
    )


@router.post("/call-lists/{call_list_id}/calls/{case_id}", auth=Needs(ACT), response=shown.CaseLine)
def record_one_call(
    request: Request,
    call_list_id: UUID,
    case_id: UUID,
    body: Calling,
    idempotency_key: IdempotencyKey = "",
) -> HttpResponse:
    """登记一次拨打的结果；办哪个动作由结果和件的状态定。"""
    made = _called(request, call_list_id)
    case = Case.objects.filter(call_line__list=made, pk=case_id).with_all().first()
    if case is None:
        raise not_found()

    def once() -> Answer:
        done = record_call(
            case, body.answers, revision=body.revision, by=request.auth, at=request.at
        )
        return answered(done)

    return answer_once(request, idempotency_key, once)


def _run(request: Request, pk: UUID) -> CallList:
    rows = CallList.objects.run_by(request.auth, request.at).select_related("team")
    if (made := rows.filter(pk=pk).first()) is None:
        raise not_found()
    return made


def _called(request: Request, pk: UUID) -> CallList:
    rows = CallList.objects.called_by(request.auth, request.at).select_related("team")
    if (made := rows.filter(pk=pk).first()) is None:
        raise not_found()
    return made


def _shown(made: CallList, request: Request) -> CallListShown:
    cases = Case.objects.filter(call_line__list=made)
    told, agreed = reads.call_figures(cases, request.at), reads.agreement(cases)
    return CallListShown(
        id=made.pk,
        title=made.title,
        stage=made.stage,
        kind=made.kind,
        facts=made.facts,
        team=made.team.code,
        way=made.way,
        percent=made.percent,
        seed=made.seed,
        origin=made.origin,
        planned_at=made.planned_at,
        opened_at=made.opened_at,
        finished_at=made.finished_at,
        withdrawn_at=made.withdrawn_at,
        lines=reads.line_counts(made),
        left_out=reads.left_out_counts(made),
        calls=told.calls,
        called=told.called,
        reached=told.reached,
        refused=told.refused,
        redial=told.redial,
        visit=told.visit,
        differing=told.differing,
        closed=told.closed,
        agreement=_rate(agreed.whole),
        by_question={key: _rate(rate) for key, rate in agreed.by_question.items()},
    )


def _rate(one: reads.Rate) -> RateOf:
    return RateOf(of=one.of, hit=one.hit, missing=one.missing, percent=one.percent)
