"""Acting on cases: what is offered, requests and their answers, comments, files."""

import re
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import File, Header, Router, UploadedFile

from furong.apps.base.files import store
from furong.apps.base.models import StoredFile
from furong.apps.cases.actions import Changed, act, answer, ask, comment, hold_at
from furong.apps.cases.engine.permitting import NotNow
from furong.apps.cases.models import Case
from furong.apps.cases.models import Request as Asked
from furong.apps.cases.reads import told
from furong.apps.directory.models import User
from furong.faces.api import case_shapes as shown
from furong.faces.api.access import Needs, Request
from furong.faces.api.cases import ACT, answered, found, reads_within
from furong.faces.api.once import Answer, IdempotencyKey, answer_once
from furong.faces.api.problems import Fault, Problem, faulty, not_found

router = Router(tags=["事项"])  # zh: of the API's description

IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        description="读取事项时得到的 ETag；写了的，其后有新记录就不办",  # zh: of the API's description
    ),
]


@router.post("/cases/{case_id}/actions/{name}", auth=Needs(ACT), response=shown.CaseLine)
def do_action(
    request: Request,
    case_id: UUID,
    name: str,
    body: shown.Acting,
    idempotency_key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> HttpResponse:
    """办理：流程在此状态允许的一个动作。"""
    case = found(request, case_id)

    def verb(revision: int | None) -> Case:
        return act(
            case,
            name,
            body.answers,
            closure=body.closure,
            decided_by=_decider(body.decided_by),
            occurred_at=body.occurred_at,
            revision=revision,
            by=request.auth,
            at=request.at,
        )

    return _once(request, idempotency_key, case, if_match, verb)


@router.post("/cases/{case_id}/requests/{name}", auth=Needs(ACT), response={201: shown.CaseLine})
def put_request(
    request: Request,
    case_id: UUID,
    name: str,
    body: shown.Asking,
    idempotency_key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> HttpResponse:
    """提出请示（退单、延期、吹哨等）；办理状态不变。"""
    case = found(request, case_id)

    def verb(revision: int | None) -> Case:
        made = ask(case, name, body.answers, revision=revision, by=request.auth, at=request.at)
        return Case.objects.with_all().get(pk=made.case_id)

    return _once(request, idempotency_key, case, if_match, verb, status=201)


@router.post(
    "/cases/{case_id}/requests/{asked_id}/answers/{code}",
    auth=Needs(ACT),
    response=shown.CaseLine,
)
def answer_request(
    request: Request,
    case_id: UUID,
    asked_id: UUID,
    code: str,
    body: shown.Acting,
    idempotency_key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> HttpResponse:
    """答复一项请示。"""
    case = found(request, case_id)
    asked = Asked.objects.filter(case=case, pk=asked_id).first()
    if asked is None:
        raise not_found()

    def verb(revision: int | None) -> Case:
        return answer(
            asked,
            code,
            body.answers,
            decided_by=_decider(body.decided_by),
            occurred_at=body.occurred_at,
            revision=revision,
            by=request.auth,
            at=request.at,
        )

    return _once(request, idempotency_key, case, if_match, verb)


@router.post("/cases/{case_id}/comments", auth=Needs("case.view"), response={201: shown.CaseLine})
def add_comment(
    request: Request, case_id: UUID, body: shown.Commenting, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """留言；public 的，反映人也看得到。"""
    case = found(request, case_id)
    files = own_files(request, body.files)

    def verb(_revision: int | None) -> Case:
        made = comment(
            case, body.text, public=body.public, files=files, by=request.auth, at=request.at
        )
        return made.case

    return _once(request, idempotency_key, case, "", verb, status=201)


@router.post("/files", auth=Needs(ACT), response={201: shown.FileShown})
def upload_file(request: Request, file: Annotated[UploadedFile, File()]) -> HttpResponse:
    """上传一个附件（multipart/form-data 的 file 项），得到的 id 填进表单的文件项。"""
    kept = store(file, name=file.name or "", by=request.auth, at=request.at)
    body = shown.FileShown(id=kept.pk, name=kept.name, media_type=kept.media_type, size=kept.size)
    return JsonResponse(body.model_dump(mode="json"), status=201)


def _once(
    request: Request,
    key: str,
    case: Case,
    if_match: str,
    verb: Callable[[int | None], Case],
    *,
    status: int = 200,
) -> HttpResponse:
    """Does a verb once, on the revision that was read where one is given."""
    revision = _revision(if_match)

    def once() -> Answer:
        try:
            if revision is not None:
                hold_at(case, revision)
            done = verb(revision)
        except NotNow as refusal:
            raise _meanwhile(request, case, refusal) from refusal
        answer = answered(done, status)
        return Answer(answer.body, answer.status, {"ETag": answer.headers["ETag"]})

    return answer_once(request, key, once)


def _revision(if_match: str) -> int | None:
    """The revision that the client read; 0, which no case is at, for what is no ETag of one."""
    if not if_match or if_match.strip() == "*":
        return None
    read = re.fullmatch(r'"(\d{1,8})"', if_match.strip())
    return int(read[1]) if read else 0


def _meanwhile(request: Request, case: Case, refusal: NotNow) -> Problem:
    """What happened since the client read the case, as far as the person is told of it."""
    events = told(case, refusal.since, outside=not reads_within(request, case))
    since = [shown.event(one).model_dump(mode="json") for one in events]
    stale = isinstance(refusal, Changed)
    return Problem(
        412 if stale else 409,
        "stale" if stale else "not_now",
        str(refusal),
        _("请重新读取，看过 since 里的记录再办"),
        more={"since": since},
    )


def _decider(wanted: UUID | None) -> User | None:
    if wanted is None:
        return None
    if (user := User.objects.filter(pk=wanted, is_active=True).first()) is None:
        raise faulty([Fault("decided_by", _("没有这个人"), _("请核对编号"))])
    return user


def own_files(request: Request, wanted: list[UUID]) -> list[StoredFile]:
    rows = {one.pk: one for one in StoredFile.objects.filter(pk__in=wanted)}
    faults = [
        Fault(f"files.{place}", _("没有这个文件，请重新上传"))
        for place, pk in enumerate(wanted)
        if pk not in rows or rows[pk].stored_by != request.auth.pk
    ]
    if faults:
        raise faulty(faults)
    return [rows[pk] for pk in wanted]
