"""Policy drafts: written, tried, reviewed, issued; and an issued policy as a pack's file."""

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from furong.apps.policies import reads
from furong.apps.policies.actions import (
    Finding,
    Stale,
    Unready,
    Unseen,
    issue_draft,
    open_draft,
    recall_draft,
    review_draft,
    save_draft,
    submit_draft,
    withdraw_draft,
)
from furong.apps.policies.drafting import Examined, examine
from furong.apps.policies.models import Draft, PolicyVersion
from furong.apps.policies.models.drafting import DraftQuerySet
from furong.apps.policies.reads import Text
from furong.apps.policies.reads.trying import Trial, trial
from furong.apps.policies.sheets.pack_file import file_name, pack_file
from furong.apps.registry.catalogue import catalogue
from furong.faces.api import draft_shapes as shown
from furong.faces.api.access import Needs, Request
from furong.faces.api.once import Answer, IdempotencyKey, answer_once
from furong.faces.api.paging import Line, Paging, slice_of
from furong.faces.api.problems import Fault, Problem, not_found
from furong.faces.api.subjects import IfMatch
from furong.packs.content import jsonable
from furong.packs.models.base import Period

router = Router(tags=["政策草稿"])  # zh: of the API's description

VIEW, EDIT, REVIEW = "draft.view", "policy.edit", "policy.review"


class DraftFilters(Paging):
    """open: only those that may still become a version."""

    open: bool | None = None
    code: Line = ""
    stage: Line = Field("", description="drafting checking legality competition deliberation …")


@router.get("/drafts", auth=Needs(VIEW), response=shown.DraftPage)
def list_drafts(request: Request, filters: Query[DraftFilters]) -> shown.DraftPage:
    """政策草稿，按起草先后排列。"""
    rows = _drafts().open() if filters.open else _drafts()
    if filters.open is False:
        rows = rows.exclude(pk__in=Draft.objects.open().values("pk"))
    for name in ("code", "stage"):
        if wanted := getattr(filters, name):
            rows = rows.filter(**{name: wanted})
    found, following = slice_of(request, [*rows], lambda draft: str(draft.pk), filters)
    return shown.DraftPage(items=[shown.draft_line(one) for one in found], next=following)


@router.post("/drafts", auth=Needs(EDIT), response={201: shown.DraftShown})
def open_new_draft(
    request: Request, body: shown.NewDraft, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """新立一项政策，或者修订一项已印发的政策。"""

    def act() -> Answer:
        made = open_draft(body.code, by=request.auth, at=request.at)
        return _answer(made, 201, {"Location": f"/api/v1/drafts/{made.pk}"})

    return answer_once(request, idempotency_key, act)


@router.get("/drafts/{draft_id}", auth=Needs(VIEW), response=shown.DraftShown)
def show_draft(request: Request, draft_id: UUID, response: HttpResponse) -> shown.DraftShown:  # noqa: ARG001 - ninja goes by the name
    """一份草稿的全部内容；ETag 是修改次数。"""
    draft = _found(draft_id)
    response["ETag"] = _etag(draft)
    return shown.draft(draft)


@router.put("/drafts/{draft_id}", auth=Needs(EDIT), response=shown.DraftShown)
def put_draft(
    request: Request,
    draft_id: UUID,
    body: shown.DraftWritten,
    idempotency_key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> HttpResponse:
    """保存草稿的全部内容，有误的也存下；他人已先保存的，返回 412 和改动之处，什么都不写。"""
    draft = _found(draft_id)
    document, definition = _content(body, draft)

    def act() -> Answer:
        try:
            kept = save_draft(
                draft,
                document=document,
                definition=definition,
                revision=_revision(draft, if_match),
                by=request.auth,
                at=request.at,
            )
        except Stale as stale:
            raise _meanwhile(stale) from stale
        return _answer(kept)

    return answer_once(request, idempotency_key, act)


@router.post("/drafts/{draft_id}/try", auth=Needs(EDIT), response=shown.TrialShown)
def try_draft(request: Request, draft_id: UUID, body: shown.Tried) -> shown.TrialShown:
    """试算：哪里要改、各样例的结果、覆盖多少家、要多少钱，并与现行版比较；不保存。"""
    draft = _found(draft_id)
    document, definition = _content(body, draft)
    day = reads.day_of(request.at, catalogue())
    examined = examine(document, definition, code=draft.code, day=day)
    return shown.trial(examined, _tried(draft, examined, request))


@router.post("/drafts/{draft_id}/submit", auth=Needs(EDIT), response=shown.DraftShown)
def submit(
    request: Request, draft_id: UUID, idempotency_key: IdempotencyKey = "", if_match: IfMatch = ""
) -> HttpResponse:
    """送审 If-Match 所指的内容；还有待改之处的，返回 409 和逐处的说明；他人又改过的，返回 412。"""
    draft = _found(draft_id)
    revision = _revision(draft, if_match)

    def act() -> Answer:
        try:
            return _answer(submit_draft(draft, revision=revision, by=request.auth, at=request.at))
        except Unseen as unseen:
            raise _unseen(unseen) from unseen
        except Unready as unready:
            raise _unready(unready) from unready

    return answer_once(request, idempotency_key, act)


@router.post("/drafts/{draft_id}/recall", auth=Needs(EDIT), response=shown.DraftShown)
def recall(
    request: Request, draft_id: UUID, body: shown.Reason, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """撤回修改；改好后从第一个环节重新送审。"""
    draft = _found(draft_id)
    return answer_once(
        request,
        idempotency_key,
        lambda: _answer(recall_draft(draft, reason=body.reason, by=request.auth, at=request.at)),
    )


@router.post("/drafts/{draft_id}/withdraw", auth=Needs(EDIT), response=shown.DraftShown)
def withdraw(
    request: Request, draft_id: UUID, body: shown.Reason, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """撤稿；草稿仍可查看。"""
    draft = _found(draft_id)
    return answer_once(
        request,
        idempotency_key,
        lambda: _answer(withdraw_draft(draft, reason=body.reason, by=request.auth, at=request.at)),
    )


@router.get("/drafts/{draft_id}/opinions", auth=Needs(VIEW), response=shown.OpinionList)
def list_opinions(request: Request, draft_id: UUID) -> shown.OpinionList:  # noqa: ARG001 - ninja goes by the name
    """一份草稿的审查意见，按登记先后排列。"""
    rows = _found(draft_id).opinions.select_related("given_by")
    return shown.OpinionList(items=[shown.opinion(one) for one in rows])


@router.post("/drafts/{draft_id}/opinions", auth=Needs(REVIEW), response={201: shown.DraftShown})
def give_opinion(
    request: Request, draft_id: UUID, body: shown.NewOpinion, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """登记审查意见：通过，则进入下一环节；退回，则回到起草人。附件请在网页上传。"""
    draft = _found(draft_id)
    finding = Finding(passed=body.passed, unit=body.unit, text=body.text, number=body.number)

    def act() -> Answer:
        try:
            moved = review_draft(
                draft,
                finding,
                stage=body.stage,
                revision=body.revision,
                by=request.auth,
                at=request.at,
            )
        except Unseen as unseen:
            raise _unseen(unseen) from unseen
        return _answer(moved, 201)

    return answer_once(request, idempotency_key, act)


@router.post("/drafts/{draft_id}/issue", auth=Needs(EDIT), response={201: shown.Issued})
def issue(
    request: Request, draft_id: UUID, body: shown.Issue, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """印发发布：各环节都通过的草稿成为一个不再改动的版本。"""
    draft = _found(draft_id)

    def act() -> Answer:
        try:
            made = issue_draft(
                draft, number=body.number, issued=body.issued, by=request.auth, at=request.at
            )
        except Unready as unready:
            raise _unready(unready) from unready
        location = f"/api/v1/policies/{draft.code}"
        return Answer(_issued(made, draft).model_dump(mode="json"), 201, {"Location": location})

    return answer_once(request, idempotency_key, act)


@router.get("/policies/{policy_id}/yaml", auth=Needs("policy.view"))
def show_pack_file(request: Request, policy_id: str) -> HttpResponse:
    """一项政策的现行版，写成内容包的文件（policies/文件编号.yaml）。"""
    try:
        text = reads.text_of(policy_id, request.at)
    except KeyError as error:
        raise not_found() from error
    return HttpResponse(
        pack_file(text, catalogue().facts),
        content_type="application/yaml; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(text)}"',
            "Cache-Control": "private, no-cache",
        },
    )


def _drafts() -> DraftQuerySet:
    return Draft.objects.select_related("base__policy", "issued__policy", "opened_by", "changed_by")


def _found(draft_id: UUID) -> Draft:
    if (draft := _drafts().filter(pk=draft_id).first()) is None:
        raise not_found()
    return draft


def _content(
    body: shown.DraftWritten | shown.Tried, draft: Draft
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Document and definition as sent, in plain JSON; as saved where they were not."""
    document = shown.written(body.document) if body.document else draft.document
    definition = shown.written(body.definition) if body.definition else draft.definition
    own = {"id": draft.code, "version": draft.version}
    return jsonable(document), jsonable({**definition, **own})


def _answer(draft: Draft, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    body = shown.draft(_found(draft.pk)).model_dump(mode="json")
    return Answer(body, status, {"ETag": _etag(draft), **(headers or {})})


def _etag(draft: Draft) -> str:
    return f'"{draft.revision}"'


def _revision(draft: Draft, if_match: str) -> int:
    """The revision that the client read; 0, which no draft is at, for what is no ETag of one."""
    if not if_match:
        raise Problem(
            428,
            "if_match_missing",
            _("没有写 If-Match 标头"),
            _("请先读取草稿，把得到的 ETag 写进 If-Match，以免覆盖他人刚保存的内容"),
        )
    if if_match == "*":
        return draft.revision
    found = re.fullmatch(r'"(\d{1,8})"', if_match.strip())
    return int(found[1]) if found else 0


def _meanwhile(stale: Stale) -> Problem:
    """What somebody else saved, value by value."""
    return Problem(
        412,
        "stale",
        str(stale),
        _("请重新读取，把下列改动并入后再保存"),
        faults=[
            Fault(
                one.path,
                _("%(before)s → %(after)s")
                % {"before": _brief(one.before), "after": _brief(one.after)},
            )
            for one in stale.changed
        ],
    )


def _brief(value: Any) -> str:
    return _("无") if value is None else str(value)[:200]


def _unseen(unseen: Unseen) -> Problem:
    return Problem(412, "stale", str(unseen), _("请重新读取草稿，核对内容后再办"))


def _unready(unready: Unready) -> Problem:
    return Problem(
        409,
        "unready",
        str(unready),
        _("请逐处改正后再办"),
        faults=[Fault(one.path, one.message, one.remedy) for one in unready.examined.remarks],
    )


def _tried(draft: Draft, examined: Examined, request: Request) -> Trial | None:
    if examined.checked.book is None or examined.policy is None or examined.document is None:
        return None
    text = Text(
        policy=examined.policy,
        document=examined.document,
        window=Period.model_construct(),
        reference=False,
        origin="",
        installed_at=draft.changed_at,
    )
    return trial(text, request.at)


def _issued(made: PolicyVersion, draft: Draft) -> shown.Issued:
    return shown.Issued(
        policy=draft.code,
        version=made.version,
        number=made.document.number,
        valid_from=made.valid_from,
        valid_to=made.valid_to,
    )
