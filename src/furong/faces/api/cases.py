"""Cases: found, read with all that one may do now, opened."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from furong.apps.cases.actions import open_case
from furong.apps.cases.engine.machine import every_machine, machine_of
from furong.apps.cases.models import Case
from furong.apps.cases.reads import Figures, Queue, figures, possible, queue, running, timeline
from furong.apps.cases.reads.figures import Rate
from furong.apps.cases.sight import find
from furong.apps.directory.access import coverage_of
from furong.apps.registry.models import Subject
from furong.apps.registry.sight import find as find_subject
from furong.faces.api import case_shapes as shown
from furong.faces.api.access import Needs, Request
from furong.faces.api.once import Answer, IdempotencyKey, answer_once
from furong.faces.api.paging import Line, Paging, page, written
from furong.faces.api.problems import Fault, faulty, not_found
from furong.faces.api.stored import sent
from furong.faces.api.subjects import Moment

router = Router(tags=["事项"])  # zh: of the API's description

VIEW, ACT = "case.view", "case.act"

type CaseCategory = Literal["live", "open", "suspended", "closed", "all"]


class CaseFilters(Paging):
    """q: number, title, external number, or the subject's name. due: of the running limit."""

    q: Line = ""
    procedure: Line = ""
    state: Line = ""
    category: CaseCategory = "live"
    kind: Line = ""
    unit: Line = Field("", description="organisation code")
    street: Line = ""
    due: Literal["", "overdue"] = ""


@router.get("/cases", auth=Needs(VIEW), response=shown.CasePage)
def list_cases(request: Request, filters: Query[CaseFilters]) -> HttpResponse:
    """事项：您有权查看的，按编号排列。"""
    wanted = Queue(
        text=filters.q,
        procedure=filters.procedure,
        state=filters.state,
        category=filters.category,
        kind=filters.kind,
        unit=filters.unit,
        street=filters.street,
        due=filters.due,
    )
    rows = queue(request.auth, request.at, wanted).select_related(None).select_related("subject")
    found, following = page(request, rows, "number", filters)
    known = every_machine()
    items = [shown.line(one, known[one.procedure_id]) for one in found]
    return written(shown.CasePage(items=items, next=following))


@router.get("/cases/figures", auth=Needs(VIEW), response=shown.FiguresList)
def show_figures(
    request: Request,
    procedure: Annotated[str, Field(max_length=64)] = "appeal",
    by: Literal["all", "unit", "street", "category", "state"] = "all",
    since: Moment | None = None,
    at: Moment | None = None,
) -> shown.FiguresList:
    """一类事项的统计，截至 at 所记录的；须有全区的查看权限。"""
    if not coverage_of(request.auth, VIEW, at=request.at).everything:
        raise not_found()
    moment: datetime = min(at or request.at, request.at)
    made = figures(procedure, by=by, since=since, at=moment)
    items = [_figures(group, one) for group, one in sorted(made.items())]
    return shown.FiguresList(procedure=procedure, by=by, at=moment, items=items)


@router.get("/cases/{case_id}", auth=Needs(VIEW), response=shown.CaseShown)
def show_case(request: Request, case_id: UUID, response: HttpResponse) -> shown.CaseShown:
    """一件事项：办理记录、时限、现在能办什么和要填什么；ETag 是记录的条数。"""
    case = found(request, case_id)
    response["ETag"] = etag(case)
    return whole(request, case)


@router.post("/cases", auth=Needs(ACT), response={201: shown.CaseLine})
def open_new_case(
    request: Request, body: shown.NewCase, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """登记一件事项。带 id 的，同一 id 只登记一次，再送返回已登记的那一件。"""
    subject = _subject(request, body.subject)

    def act() -> Answer:
        made = open_case(
            body.procedure,
            body.opening,
            subject=subject,
            answers=body.answers,
            kind=body.kind,
            sensitive=body.sensitive,
            client_id=body.id,
            occurred_at=body.occurred_at,
            by=request.auth,
            at=request.at,
        )
        return answered(made, 201)

    return answer_once(request, idempotency_key, act)


@router.get("/cases/{case_id}/files/{file_id}", auth=Needs(VIEW))
def show_case_file(request: Request, case_id: UUID, file_id: UUID) -> HttpResponse:
    """办理记录里的一个附件。"""
    case = found(request, case_id)
    told = timeline(case, outside=not reads_within(request, case))
    return sent(next((file for one in told for file in one.files if file.pk == file_id), None))


def found(request: Request, case_id: UUID) -> Case:
    """One that the person may see; 404 for any other."""
    if (case := find(request.auth, case_id, request.at)) is None:
        raise not_found()
    return case


def etag(case: Case) -> str:
    return f'"{case.revision}"'


def reads_within(request: Request, case: Case) -> bool:
    """Whether the person works on a case or watches it, and does not only follow it as its party."""
    return Case.objects.filter(pk=case.pk).inside_of(request.auth, request.at).exists()


def whole(request: Request, case: Case) -> shown.CaseShown:
    inside = reads_within(request, case)
    pending = case.requests.pending().select_related("organisation")
    return shown.whole(
        case,
        request.at,
        timeline=timeline(case, outside=not inside),
        clocks=running(case, request.at),
        pending=pending if inside else (),
        possible=possible(case, request.auth, request.at),
    )


def answered(case: Case, status: int = 200) -> Answer:
    """How the case stands after an act, in short: the rest is read where it is wanted."""
    body = shown.line(case, machine_of(case.procedure)).model_dump(mode="json")
    headers = {"ETag": etag(case)}
    if status == 201:
        headers["Location"] = f"/api/v1/cases/{case.pk}"
    return Answer(body, status, headers)


def _subject(request: Request, wanted: UUID | None) -> Subject | None:
    if wanted is None:
        return None
    if (subject := find_subject(request.auth, wanted, request.at)) is None:
        raise faulty([Fault("subject", _("没有这个服务对象"), _("请核对编号"))])
    return subject


def _figures(group: str, one: Figures) -> shown.FiguresShown:
    return shown.FiguresShown(
        group=group,
        opened=one.opened,
        closed=one.closed,
        live=one.live,
        overdue=one.overdue,
        suspended=one.suspended,
        no_answer=one.no_answer,
        returned=one.returned,
        reopened=one.reopened,
        solved=_rate(one.solved),
        satisfied=_rate(one.satisfied),
        on_time={name: _rate(rate) for name, rate in one.on_time.items()},
    )


def _rate(one: Rate) -> shown.RateShown:
    after = one.after
    return shown.RateShown(
        of=one.of,
        hit=one.hit,
        missing=one.missing,
        percent=one.percent,
        taken_out=one.taken_out,
        after=shown.RateAfter(
            of=after.of, hit=after.hit, missing=after.missing, percent=after.percent
        ),
    )
