"""Facts in dispute: objecting to what is known, and settling who is right."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from furong.apps.registry.actions import contest, settle
from furong.apps.registry.actions.disputes import SETTLE
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Dispute, FactEntry, SubjectFacts
from furong.apps.registry.models.disputes import DisputeQuerySet
from furong.apps.registry.reads import dispute_of
from furong.faces.api import schemas
from furong.faces.api.access import Needs, Request
from furong.faces.api.once import Answer, IdempotencyKey, answer_once
from furong.faces.api.paging import Line, Paging, slice_of
from furong.faces.api.problems import Fault, faulty, not_found
from furong.faces.api.subjects import editable, source_of
from furong.faces.api.values import check_shapes

router = Router(tags=["待核实的事实"])  # zh: of the API's description


class Claim(Schema):
    """A statement in a dispute. entry: by which it is chosen. upheld: its author still holds to it.

    value: null where it is personal, and so kept encrypted.
    """

    entry: int
    value: schemas.Value
    source: str
    source_label: str
    note: str
    evidence: bool
    occurred_at: datetime
    recorded_at: datetime
    upheld: bool


class DisputeShown(Schema):
    """outcome: "" while it is open; settled, agreed, superseded, merged. stands: the entry found right."""

    id: UUID
    subject: UUID
    fact: str
    label: str
    about: schemas.Period | None
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    stands: int | None
    reason: str
    claims: list[Claim]


class DisputePage(Schema):
    items: list[DisputeShown]
    next: str | None


class DisputeFilters(Paging):
    """open: true for those that nobody has settled, false for the others."""

    open: bool | None = None
    subject: UUID | None = None
    fact: Line = ""


class Objection(Schema):
    """value: what is right. seen: the `entry` of the fact that is objected to, as it was read."""

    model_config = {"extra": "forbid"}

    value: Any
    seen: int
    note: str = Field(max_length=500)
    source: str = ""


class Contested(Schema):
    """dispute: the one that is open now; null where the statement stands by itself."""

    subject: UUID
    sequence: int
    dispute: UUID | None


class Settlement(Schema):
    """stands: the `entry` of the claim that is right."""

    model_config = {"extra": "forbid"}

    stands: int
    reason: str = Field(max_length=1000)


@router.get("/disputes", auth=Needs("subject.view"), response=DisputePage)
def list_disputes(request: Request, filters: Query[DisputeFilters]) -> DisputePage:
    """有争议的事实：您有权查看的，按提出的先后排列。"""
    rows = _visible(request)
    if filters.open is not None:
        rows = rows.open() if filters.open else rows.closed()
    if filters.subject:
        rows = rows.filter(subject=filters.subject)
    if filters.fact:
        rows = rows.filter(fact=filters.fact)
    shown, following = slice_of(request, list(rows), lambda row: str(row.pk), filters)
    return DisputePage(items=[_dispute(row) for row in shown], next=following)


@router.get("/disputes/{dispute_id}", auth=Needs("subject.view"), response=DisputeShown)
def show_dispute(request: Request, dispute_id: UUID) -> DisputeShown:
    """一项有争议的事实，和各方说法。"""
    return _dispute(_found(request, dispute_id))


@router.post(
    "/subjects/{subject_id}/facts/{fact}/contest",
    auth=Needs("subject.edit"),
    response={201: Contested},
)
def contest_fact(
    request: Request,
    subject_id: UUID,
    fact: str,
    body: Objection,
    idempotency_key: IdempotencyKey = "",
) -> HttpResponse:
    """对一项已知事实提出异议；原来的说法保留，说法不一的待核实。"""
    subject = editable(request, subject_id)
    source = source_of(request, subject, body.source)
    known = catalogue()
    if fact not in known.facts:
        raise not_found()
    if body.value is None:
        raise faulty([Fault("value", _("没有填"), _("请填写您认为正确的值"))])
    check_shapes({fact: body.value}, known)

    def act() -> Answer:
        contest(
            subject,
            fact,
            body.value,
            seen=body.seen,
            source=source,
            note=body.note,
            by=request.auth,
            at=request.at,
        )
        row = SubjectFacts.objects.get(subject=subject)
        opened = dispute_of(subject, fact)
        shown = Contested(
            subject=subject.pk, sequence=row.sequence, dispute=opened.pk if opened else None
        )
        return Answer(shown.model_dump(mode="json"), 201)

    return answer_once(request, idempotency_key, act)


@router.post("/disputes/{dispute_id}/settle", auth=Needs(SETTLE), response={201: DisputeShown})
def settle_dispute(
    request: Request, dispute_id: UUID, body: Settlement, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """核实认定：以哪一种说法为准，须写明理由；本人填报的须由他人核实。"""
    dispute = _found(request, dispute_id)

    def act() -> Answer:
        settle(dispute, body.stands, reason=body.reason, by=request.auth, at=request.at)
        return Answer(_dispute(_found(request, dispute_id)).model_dump(mode="json"), 201)

    return answer_once(request, idempotency_key, act)


def _visible(request: Request) -> DisputeQuerySet:
    return Dispute.objects.visible_to(request.auth, request.at).prefetch_related("entries")


def _found(request: Request, dispute_id: UUID) -> Dispute:
    if (one := _visible(request).filter(pk=dispute_id).first()) is None:
        raise not_found()
    return one


def _dispute(one: Dispute) -> DisputeShown:
    fact = catalogue().fact(one.fact)
    period = None
    if one.about_from or one.about_to:
        period = schemas.Period(start=one.about_from, end=one.about_to)
    return DisputeShown(
        id=one.pk,
        subject=one.subject_id,
        fact=one.fact,
        label=fact.label,
        about=period,
        opened_at=one.opened_at,
        closed_at=one.closed_at,
        outcome=one.outcome,
        stands=one.stands_id,
        reason=one.reason,
        claims=[_claim(entry, one) for entry in sorted(one.entries.all(), key=_sequence)],
    )


def _sequence(entry: FactEntry) -> int:
    return entry.sequence


def _claim(entry: FactEntry, dispute: Dispute) -> Claim:
    told = entry.value is not None and not entry.sealed_id
    return Claim(
        entry=entry.sequence,
        value=entry.value if told else None,
        source=entry.source,
        source_label=str(entry.get_source_display()),
        note=entry.note,
        evidence=entry.evidence_id is not None,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        upheld=entry.sequence in dispute.claims,
    )
