"""Letters of other systems (12345 and others), and how they stand, both ways."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from furong.apps.cases.actions import AlreadyThere
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.models import Case
from furong.apps.cases.relay import Letter, Status, relay, statuses
from furong.apps.cases.relay.planning import alike_to, subject_named
from furong.apps.cases.sight import find
from furong.faces.api import case_shapes as shown
from furong.faces.api.access import Needs, Request
from furong.faces.api.cases import etag
from furong.faces.api.problems import Fault, Problem, faulty
from furong.faces.api.subjects import Moment

router = Router(tags=["来件"])  # zh: of the API's description

DISPATCH = "case.dispatch"


class LetterSent(Schema):
    """A letter as the other system has it. subject: id, public number, name or code of the subject."""

    model_config = {"extra": "forbid"}

    system: str = Field(min_length=1, max_length=40)
    external_number: str = Field(min_length=1, max_length=40)
    title: str = Field(min_length=1, max_length=200)
    details: str = Field("", max_length=4000)
    subject: str = Field(min_length=1, max_length=120)
    contact_person: str = Field("", max_length=60)
    occurred_at: Moment | None = None


class Alike(Schema):
    """A live case that looks like the letter; nothing was merged."""

    id: UUID
    number: str
    title: str


class Relayed(Schema):
    """case: the one that was opened (201), or that was there under the number (200)."""

    case: shown.CaseLine
    alike: list[Alike]


class StatusShown(Schema):
    """How a letter stood after one act. answer: what may be told outside."""

    cursor: str
    external_system: str
    external_number: str
    id: UUID
    number: str
    act: str
    label: str
    state: str
    state_label: str
    category: str
    closure: str
    closure_label: str
    answer: str
    recorded_at: datetime


class StatusList(Schema):
    """next: what to send as `since` next time, also after an empty answer."""

    items: list[StatusShown]
    next: str


@router.post("/cases/relay", auth=Needs(DISPATCH), response={200: Relayed, 201: Relayed})
def relay_letter(request: Request, body: LetterSent) -> HttpResponse:
    """接收一件来件。同一系统、同一来件编号只登记一次：已有的返回 200 和那一件。"""
    found = subject_named(body.subject, request.auth, request.at)
    if len(found) != 1:
        why = _("没有这个服务对象") if not found else _("名称相同的有几家，请写统一社会信用代码")
        raise faulty([Fault("subject", why, _("请核对名称、代码或编号"))])
    letter = Letter(
        0,
        body.external_number,
        body.title[:60],
        _details(body),
        body.subject,
        body.contact_person,
        body.occurred_at,
    )
    try:
        made = relay(letter, body.system, subject=found[0], by=request.auth, at=request.at)
    except AlreadyThere as there:
        kept = find(request.auth, there.case.pk, request.at)
        if kept is None:
            raise Problem(
                409, "already_there", _("这一来件编号已由他人登记，您无权查看")
            ) from there
        return _answer(kept, 200)
    return _answer(made, 201)


@router.get("/cases/changes", auth=Needs(DISPATCH), response=StatusList)
def list_changes(
    request: Request,
    since: Annotated[str, Field(max_length=20, pattern=r"^\d{0,18}$")] = "",
    system: Annotated[str, Field(max_length=40)] = "",
    limit: Annotated[int, Field(ge=1, le=500)] = 200,
) -> StatusList:
    """来件的办理变化，自上次的 next 之后，按先后排列；没有新的返回空表。"""
    after = int(since or 0)
    rows = statuses(request.auth, request.at, since=after, system=system, limit=limit)
    return StatusList(
        items=[_status(one) for one in rows], next=str(rows[-1].position if rows else after)
    )


def _details(body: LetterSent) -> str:
    """With the whole headline, where it is too long for one."""
    return f"{body.title}\n{body.details}".strip() if len(body.title) > 60 else body.details


def _answer(case: Case, status: int) -> HttpResponse:
    alike = alike_to(case.subject, case.title, but=case.pk) if case.subject else []
    shape = Relayed(
        case=shown.line(case, machine_of(case.procedure)),
        alike=[Alike(id=one.pk, number=one.number, title=one.title) for one in alike[:5]],
    )
    body: Any = shape.model_dump(mode="json")
    headers = {"ETag": etag(case), "Location": f"/api/v1/cases/{case.pk}"}
    return JsonResponse(body, status=status, headers=headers)


def _status(one: Status) -> StatusShown:
    return StatusShown(
        cursor=str(one.position),
        external_system=one.case.external_system,
        external_number=one.case.external_number,
        id=one.case.pk,
        number=one.case.number,
        act=one.act,
        label=one.label,
        state=one.state,
        state_label=one.state_label,
        category=one.category,
        closure=one.closure,
        closure_label=one.closure_label,
        answer=one.answer,
        recorded_at=one.recorded_at,
    )
